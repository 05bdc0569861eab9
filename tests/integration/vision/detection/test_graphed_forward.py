"""Batches are filled up to recorded sizes, split where too large, and tapes are kept apart."""

import pytest
import torch
from torch import Tensor

from aegis.vision.detection.forward_path import Answer
from aegis.vision.detection.graphed_forward import BATCH_SIZES, GraphedForward, Shape


class TapeDouble:
    """Answers from memory of a fixed size, as a recorded graph does."""

    def __init__(self, shape: Shape) -> None:
        self._pixels = torch.zeros(shape, dtype=torch.uint8)

    def play(self, pixels: Tensor) -> Answer:
        self._pixels[: len(pixels)].copy_(pixels)
        seen = self._pixels.float().mean((1, 2, 3))[:, None, None]
        return seen.expand(-1, 7, 3).clone(), seen.expand(-1, 7, 4).clone()


class RecorderDouble:
    def __init__(self) -> None:
        self.recorded: list[Shape] = []

    def __call__(self, shape: Shape) -> TapeDouble:
        self.recorded.append(shape)
        return TapeDouble(shape)


def _batch(count: int, side: int = 32) -> Tensor:
    tones = torch.arange(1, count + 1, dtype=torch.uint8)
    return tones[:, None, None, None].expand(count, 1, side, side).clone()


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 31, 32, 33, 70])
def test_every_picture_gets_its_own_answer(count: int) -> None:
    forward = GraphedForward(RecorderDouble(), "float16")
    forward(_batch(40))
    logits, boxes = forward(_batch(count))
    assert logits.shape == (count, 7, 3)
    assert boxes.shape == (count, 7, 4)
    assert logits[:, 0, 0].tolist() == list(range(1, count + 1))


def test_only_a_few_batch_sizes_are_recorded_and_each_once() -> None:
    recorder = RecorderDouble()
    forward = GraphedForward(recorder, "float16")
    for count in range(1, 65):
        forward(_batch(count))
    assert sorted(shape[0] for shape in recorder.recorded) == list(BATCH_SIZES)


def test_another_picture_size_is_another_tape_and_the_oldest_goes() -> None:
    recorder = RecorderDouble()
    forward = GraphedForward(recorder, "float16")
    for side in range(32, 32 * 26, 32):
        forward(_batch(1, side))
    forward(_batch(1, 32 * 25))
    assert len(recorder.recorded) == 25
    forward(_batch(1, 32))
    assert recorder.recorded[-1] == (1, 1, 32, 32)
