"""Fast paths prove themselves beside the plain one, or are left with a line in the log."""

from collections.abc import Callable

import pytest
import torch
from structlog.testing import capture_logs
from torch import Tensor

from aegis.vision.detection.compact_net import LABELS
from aegis.vision.detection.embedded_detector import EmbeddedDetector
from aegis.vision.detection.fast_paths import FastPaths
from aegis.vision.detection.forward_path import Answer
from aegis.vision.detection.path_choice import draw_samples, keep_if_it_agrees

SAMPLES = draw_samples(96)


class Said:
    """A path that answers as it is told, from how bright a picture is."""

    def __init__(self, name: str, alter: Callable[[Answer], Answer] = lambda it: it) -> None:
        self.name = name
        self._alter = alter

    def __call__(self, pixels: Tensor) -> Answer:
        bright = pixels.float().mean((1, 2, 3)) / 255
        logits = bright[:, None, None].expand(-1, 5, len(LABELS)).clone()
        return self._alter((logits, 100 * bright[:, None, None].expand(-1, 5, 4).clone()))


def _not_a_number(answer: Answer) -> Answer:
    return answer[0] / 0 * 0, answer[1]


def _box_away(answer: Answer) -> Answer:
    return answer[0], answer[1] + 5


def _score_away(answer: Answer) -> Answer:
    return answer[0] + 0.5, answer[1]


def _lost_picture(answer: Answer) -> Answer:
    return answer[0][:1], answer[1][:1]


def _broken(_: Answer) -> Answer:
    raise RuntimeError("the driver is too old")


def _slightly_off(answer: Answer) -> Answer:
    return answer[0] + 0.02, answer[1] - 0.5


def test_a_path_that_agrees_is_taken_in_silence() -> None:
    fast, plain = Said("fast", _slightly_off), Said("plain")
    with capture_logs() as logs:
        assert keep_if_it_agrees("half precision", lambda: fast, plain, plain, SAMPLES) is fast
    assert logs == []


@pytest.mark.parametrize(
    ("alter", "reason"),
    [
        (_not_a_number, "no numbers"),
        (_box_away, "a box lies 5.0 pixels away"),
        (_score_away, "a score differs"),
        (_lost_picture, "another shape"),
        (_broken, "the driver is too old"),
    ],
)
def test_a_path_that_fails_or_differs_is_left_and_named(
    alter: Callable[[Answer], Answer], reason: str
) -> None:
    plain = Said("plain")
    with capture_logs() as logs:
        kept = keep_if_it_agrees("CUDA graphs", lambda: Said("fast", alter), plain, plain, SAMPLES)
    assert kept is plain
    (line,) = logs
    assert line["event"] == "vision.fast_path_off"
    assert line["log_level"] == "error"
    assert line["path"] == "CUDA graphs"
    assert line["instead"] == "plain"
    assert reason in line["reason"]


def test_a_path_that_cannot_be_built_is_left() -> None:
    def build() -> Said:
        raise NotImplementedError("no such operator on this device")

    plain = Said("plain")
    with capture_logs() as logs:
        assert keep_if_it_agrees("half precision", build, plain, plain, SAMPLES) is plain
    assert "no such operator" in logs[0]["reason"]


def test_a_path_that_answers_from_old_memory_is_noticed() -> None:
    kept: dict[int, Answer] = {}

    class Stale(Said):
        def __call__(self, pixels: Tensor) -> Answer:
            return kept.setdefault(len(pixels), super().__call__(pixels))

    plain = Said("plain")
    bright_and_dark = [torch.full((1, 1, 32, 32), tone, dtype=torch.uint8) for tone in (250, 5)]
    with capture_logs() as logs:
        keep_if_it_agrees("CUDA graphs", lambda: Stale("fast"), plain, plain, bright_and_dark)
    assert logs


def test_samples_hold_several_pictures_no_two_alike() -> None:
    pictures = torch.cat(SAMPLES[:2])
    assert len(pictures) == 4
    assert len({bytes(picture.numpy().tobytes()) for picture in pictures}) == 4


def test_the_settings_turn_sixteen_bits_off() -> None:
    assert EmbeddedDetector(device="cpu", paths=FastPaths(half=False)).runs_as == "float32"


def test_the_shipped_net_agrees_with_itself_in_sixteen_bits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    with capture_logs() as logs:
        detector = EmbeddedDetector(device="cpu")
    assert detector.runs_as == "bfloat16"
    assert logs == []
