"""Tries a device's fast paths on a drawn picture beside the plain one, and keeps what agrees."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import cv2
import numpy as np
import structlog
import torch
from numpy.typing import NDArray
from torch import Tensor

from aegis.vision.detection.compact_net import CompactNet
from aegis.vision.detection.compute_device import fast_type
from aegis.vision.detection.fast_paths import FastPaths
from aegis.vision.detection.forward_path import Answer, EagerForward, Forward
from aegis.vision.detection.graphed_forward import CardRecorder, GraphedForward

SCORE_TOLERANCE = 0.08
"""By how much a fast path may judge a cell differently, 0 to 1."""
BOX_TOLERANCE_PX = 4.0
"""By how much its box may be elsewhere, for cells that may hold something."""
_MAY_HOLD = 0.02
_log = structlog.get_logger(__name__)

Kept = TypeVar("Kept", bound=Forward)


class PathsDifferError(RuntimeError):
    """A fast path says something else than the plain one."""


def choose_forward(
    net: CompactNet,
    device: torch.device,
    calibration: tuple[Tensor, Tensor],
    paths: FastPaths,
    long_side: int,
) -> Forward:
    """The fastest way to run a folded net on a device that agrees with float32.

    A path that fails or differs is told in one line of the log, and left.
    """
    samples = draw_samples(long_side)
    plain = EagerForward(net, device, torch.float32, calibration)
    best, number = plain, fast_type(device)
    if paths.half and number != torch.float32:

        def halve() -> EagerForward:
            return EagerForward(net, device, number, calibration)

        best = keep_if_it_agrees("half precision", halve, best, plain, samples)
    if not paths.graphs or device.type != "cuda":
        return best

    eager: Forward = best

    def record() -> Forward:
        return GraphedForward(CardRecorder(best), best.name)

    return keep_if_it_agrees("CUDA graphs", record, eager, plain, samples)


@torch.inference_mode()
def keep_if_it_agrees(
    path: str,
    build: Callable[[], Kept],
    instead: Kept,
    plain: Forward,
    samples: Sequence[Tensor],
) -> Kept:
    """What ``build`` makes, if it answers every sample as ``plain`` does; else ``instead``."""
    try:
        fast = build()
        for pixels in samples:
            _compare(fast(pixels), plain(pixels))
    except (RuntimeError, NotImplementedError) as error:
        _log.error("vision.fast_path_off", path=path, reason=str(error)[:400], instead=instead.name)
        return instead
    return fast


def draw_samples(long_side: int) -> list[Tensor]:
    """Batches (B, 1, H, W) of one and of three drawn pictures, no two alike.

    More than one, because a recorded path that answers from old memory agrees on the first.
    """
    pictures = [torch.from_numpy(_draw(long_side, number))[None] for number in range(4)]
    return [
        torch.stack(pictures[:1]),
        torch.stack(pictures[1:4]),
        torch.stack(pictures[2:3]),
    ]


def _compare(fast: Answer, plain: Answer) -> None:
    scores, expected = fast[0].sigmoid(), plain[0].sigmoid()
    if scores.shape != expected.shape or not bool(torch.isfinite(scores).all()):
        raise PathsDifferError("it answers with another shape, or with no numbers")
    apart = float((scores - expected).abs().max())
    if apart > SCORE_TOLERANCE:
        raise PathsDifferError(f"a score differs by {apart:.3f}, more than {SCORE_TOLERANCE}")
    holds = expected.amax(2) > _MAY_HOLD
    away = (fast[1] - plain[1])[holds].abs()
    if not bool(torch.isfinite(away).all()):
        raise PathsDifferError("it answers with boxes that are no numbers")
    if away.numel() and float(away.max()) > BOX_TOLERANCE_PX:
        raise PathsDifferError(
            f"a box lies {float(away.max()):.1f} pixels away, more than {BOX_TOLERANCE_PX}"
        )


def _draw(long_side: int, number: int) -> NDArray[np.uint8]:
    """(H, W) of a 16:9 yard with figures in it; another ``number``, another yard."""
    height, width = -(-long_side * 9 // 16 // 32) * 32, -(-long_side // 32) * 32
    random = np.random.default_rng(number)
    ground = np.linspace(150, 90, height)[:, None] + random.normal(0, 6, (height, width))
    picture = np.ascontiguousarray(ground.clip(0, 255).astype(np.uint8))
    for _ in range(2 + number):
        tall = int(random.integers(height // 4, height * 3 // 5))
        x, y = int(random.integers(width // 8, width * 7 // 8)), height - 8 - tall
        _draw_figure(picture, (x, y), tall, int(random.integers(20, 60)))
    return picture


def _draw_figure(picture: NDArray[np.uint8], top: tuple[int, int], tall: int, tone: int) -> None:
    x, y = top
    head = max(2, tall // 14)
    cv2.circle(picture, (x, y + head), head, tone + 110, -1, cv2.LINE_AA)
    trunk = (x, y + tall * 3 // 10), (max(2, tall // 9), tall // 5)
    cv2.ellipse(picture, *trunk, 0, 0, 360, tone, -1, cv2.LINE_AA)
    for side in (-1, 1):
        foot = (x + side * tall // 12, y + tall)
        cv2.line(picture, (x, y + tall // 2), foot, tone + 25, max(2, tall // 14), cv2.LINE_AA)
