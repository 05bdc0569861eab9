"""The shipped detector beside torchvision's SSDLite, in one run; and throughput on a card.

`python -m tests.benchmarks.detector_speed [ROUNDS]`. One frame, one core: a 768 x 432 JPEG,
decoding and preprocessing included, each model in turn. SSDLite's weights are random, for want
of a network: with its own threshold nearly every box reaches suppression, with a high one
nearly none; published weights lie between. The fight classifier stands alone: it has no peer.
"""

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from rich.console import Console
from rich.table import Table
from torchvision.models import get_model

from aegis.vision.decoding.decoder_choice import choose_decoder
from aegis.vision.decoding.image_codec import Pixels, decode_image
from aegis.vision.decoding.picture_decoder import PictureDecoder
from aegis.vision.detection.compute_device import use_threads
from aegis.vision.detection.detector import load_detector
from aegis.vision.detection.embedded_detector import EmbeddedDetector
from aegis.vision.detection.letterbox import letterbox
from aegis.vision.fights.fight_classifier import FightClassifier
from aegis.vision.fights.fight_watch import FightWatch, Look

PEER = "ssdlite320_mobilenet_v3_large"
_CARD_SIDE, _CARD_BATCH = 640, 32
_LONG_SIDE = 352
_LIMIT = 40_000_000


def time_in_turn(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median milliseconds of processor time of each task, run in turn after a warm-up."""
    took: dict[str, list[float]] = {name: [] for name in tasks}
    for round_ in range(-3, rounds):
        for name, task in tasks.items():
            start = time.process_time()
            task()
            if round_ >= 0:
                took[name].append(1000 * (time.process_time() - start))
    return {name: statistics.median(times) for name, times in took.items()}


def compare_on_one_core(jpeg: bytes, rounds: int) -> dict[str, float]:
    """Decode and detect, ours and the peer's; and one step of the fight classifier."""
    use_threads(1)
    ours = load_detector("aegis-small", None, "cpu")
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "random.pth"
        torch.save(get_model(PEER, weights=None, weights_backbone=None).state_dict(), weights)
        peer = load_detector(PEER, weights, "cpu")
    quiet = get_model(PEER, weights=None, weights_backbone=None, score_thresh=0.9).eval()
    picture = decode_image(jpeg)
    found = ours.detect([picture])[0]
    watch, clock = FightWatch(FightClassifier(device="cpu")), iter(range(10**9))
    return time_in_turn(
        {
            "aegis-small": lambda: ours.detect([decode_image(jpeg)]),
            PEER: lambda: peer.detect([decode_image(jpeg)]),
            f"{PEER}, hardly a box": lambda: _see_quietly(quiet, decode_image(jpeg)),
            "fight step": lambda: watch.watch([Look("a", picture, next(clock) / 10, found)]),
        },
        rounds,
    )


@torch.inference_mode()
def _see_quietly(net: torch.nn.Module, picture: Pixels) -> object:
    return net([torch.from_numpy(picture).permute(2, 0, 1).float() / 255])


@dataclass(frozen=True, slots=True)
class CardFigures:
    """Frames a second on a card, transfers included.

    runs_as, decoder: what passed its check when it was loaded. net: on what a picture of 640
    pixels becomes.
    """

    runs_as: str
    decoder: str
    net: float
    large_net: float
    pixels: float
    jpeg_by_pillow: float
    jpeg_by_card: float


def measure_card(jpeg: bytes, rounds: int) -> CardFigures | None:
    """The model alone and from JPEGs to detections; None without a card."""
    if not torch.cuda.is_available():
        return None
    detector = EmbeddedDetector(device="cuda")
    pillow = choose_decoder(_LIMIT, "cuda", on_card=False)
    card = choose_decoder(_LIMIT, "cuda", on_card=True)
    encoded = [jpeg] * _CARD_BATCH
    pictures = [decode_image(jpeg)] * _CARD_BATCH
    boxed, large = _noise(letterbox(pictures[0], _LONG_SIDE).luminance.shape[0]), _noise(_CARD_SIDE)
    return CardFigures(
        detector.runs_as,
        type(card).__name__,
        _rate(lambda: detector.run_net(boxed), rounds),
        _rate(lambda: detector.run_net(large), rounds),
        _rate(lambda: detector.detect(pictures), rounds),
        _rate(lambda: detector.detect(_clear(pillow, encoded)), rounds),
        _rate(lambda: detector.detect(_clear(card, encoded)), rounds),
    )


def _noise(side: int) -> torch.Tensor:
    return torch.randint(0, 255, (_CARD_BATCH, 1, side, side), dtype=torch.uint8)


def _clear(decoder: PictureDecoder, encoded: Sequence[bytes]) -> list[Pixels]:
    return [it for it in decoder.decode(encoded) if isinstance(it, np.ndarray)]


def print_card(figures: CardFigures, output: Console) -> None:
    """Each row beside the net alone."""
    title = f"on a card, {_CARD_SIDE} px, batches of {_CARD_BATCH}, net in {figures.runs_as}"
    table = Table(title, "frames a second", "of the net alone")
    for name, rate in (
        (f"net alone at its own size, {_LONG_SIDE} x {_LONG_SIDE}", figures.net),
        (f"net alone, {_CARD_SIDE} x {_CARD_SIDE}", figures.large_net),
        ("pixels to detections", figures.pixels),
        ("JPEG to detections, decoded by Pillow", figures.jpeg_by_pillow),
        (f"JPEG to detections, decoded by {figures.decoder}", figures.jpeg_by_card),
    ):
        table.add_row(name, f"{rate:.0f}", f"{rate / figures.net:.2f}")
    output.print(table)


def _rate(task: Callable[[], object], rounds: int) -> float:
    task()
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(rounds):
        task()
    torch.cuda.synchronize()
    return rounds * _CARD_BATCH / (time.perf_counter() - start)


def make_jpeg(width: int, height: int) -> bytes:
    """A coarse coloured pattern as JPEG, some 100 KB."""
    coarse = np.random.default_rng(1).integers(0, 255, (height // 8, width // 8, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(
        buffer, "JPEG", quality=92
    )
    return buffer.getvalue()


def main() -> None:
    """Print both tables."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    output = Console()
    took = compare_on_one_core(make_jpeg(768, 432), rounds)
    table = Table("one frame, one core, 768 x 432 JPEG", "ms of processor time", "of ours")
    for name, milliseconds in took.items():
        table.add_row(name, f"{milliseconds:.1f}", f"{milliseconds / took['aegis-small']:.2f}")
    output.print(table)
    card = measure_card(make_jpeg(_CARD_SIDE, _CARD_SIDE), rounds)
    if card is None:
        output.print("No CUDA card here: throughput on one is not measured.")
        return
    print_card(card, output)


if __name__ == "__main__":
    main()
