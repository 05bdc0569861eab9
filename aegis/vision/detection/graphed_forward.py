"""The net's work on a card, recorded once for each batch size and replayed (CUDA graphs).

A small net keeps a card waiting for the CPU that launches its operations one by one; a
recorded graph is launched at once.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor

from aegis.vision.detection.forward_path import Answer, EagerForward

BATCH_SIZES = (1, 2, 4, 8, 16, 32)
_MOST_TAPES = 24

Shape = tuple[int, int, int, int]


class Tape(Protocol):
    """Recorded work for one batch size and picture size."""

    def play(self, pixels: Tensor) -> Answer:
        """At most as many pictures as it was recorded for; the rest of the answer is leftovers.

        The answer stays as it is when the tape is played again.
        """


class GraphedForward:
    """Fills a batch up to the next recorded size; a larger one goes in pieces.

    A tape is recorded when its size is first seen, which takes a moment; of 24 the one that was
    unused longest goes. Not safe for several threads at once.
    """

    def __init__(self, record: Callable[[Shape], Tape], name: str) -> None:
        """record: makes the tape for (B, 1, H, W)."""
        self.name = f"{name}, recorded"
        self._record = record
        self._tapes: OrderedDict[Shape, Tape] = OrderedDict()

    def __call__(self, pixels: Tensor) -> Answer:
        """As `Forward` has it."""
        answers = [self._play(part) for part in torch.split(pixels, BATCH_SIZES[-1])]
        if len(answers) == 1:
            return answers[0]
        logits, boxes = zip(*answers, strict=True)
        return torch.cat(logits), torch.cat(boxes)

    def _play(self, pixels: Tensor) -> Answer:
        count, _, height, width = pixels.shape
        size = next(it for it in BATCH_SIZES if it >= count)
        logits, boxes = self._tape((size, 1, height, width)).play(pixels)
        return logits[:count], boxes[:count]

    def _tape(self, shape: Shape) -> Tape:
        if shape not in self._tapes:
            self._tapes[shape] = self._record(shape)
        self._tapes.move_to_end(shape)
        while len(self._tapes) > _MOST_TAPES:
            self._tapes.popitem(last=False)
        return self._tapes[shape]


class CardRecorder:
    """Records tapes on a card; all share one pool of memory, for only one plays at a time."""

    def __init__(self, forward: EagerForward) -> None:
        self._forward = forward
        self._pool: Any = torch.cuda.graph_pool_handle()

    @torch.inference_mode()
    def __call__(self, shape: Shape) -> Tape:
        """Raises RuntimeError where the card or its driver cannot."""
        with torch.cuda.device(self._forward.device):
            return _CardTape(self._forward, shape, self._pool)


class _CardTape:
    def __init__(self, forward: EagerForward, shape: Shape, pool: Any) -> None:
        self._pixels = torch.zeros(shape, dtype=torch.uint8, device=forward.device)
        # Libraries choose their kernels and take their memory before anything is recorded.
        aside = torch.cuda.Stream(forward.device)  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):
                forward.run(self._pixels)
        torch.cuda.current_stream().wait_stream(aside)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph, pool=pool, capture_error_mode="thread_local"):
            self._answer = forward.run(self._pixels)

    def play(self, pixels: Tensor) -> Answer:
        """As `Tape` has it."""
        self._pixels[: len(pixels)].copy_(pixels.pin_memory(), non_blocking=True)
        self._graph.replay()
        # The next tape writes over this one's answer: they share their memory.
        logits, boxes = self._answer
        return logits.clone(), boxes.clone()
