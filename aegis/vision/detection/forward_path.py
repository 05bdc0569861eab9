"""How the embedded detector's net runs on a device: plainly, in 16 bits, or recorded."""

import copy
from typing import Protocol

import torch
from torch import Tensor

from aegis.vision.detection.compact_net import CompactNet

Answer = tuple[Tensor, Tensor]
"""Calibrated logits (B, A, labels) and xyxy (B, A, 4), float32, on the device."""


class Forward(Protocol):
    """Runs the net."""

    name: str

    def __call__(self, pixels: Tensor) -> Answer:
        """(B, 1, H, W) uint8 in the CPU's memory, sides multiples of 32, to the answer."""


class EagerForward:
    """Operation by operation, in a number format of choice."""

    def __init__(
        self,
        net: CompactNet,
        device: torch.device,
        number: torch.dtype,
        calibration: tuple[Tensor, Tensor],
    ) -> None:
        """net: folded; it is copied. calibration: slope and offset (labels,) of the logits."""
        self.name = str(number).removeprefix("torch.")
        self.device = device
        self._number = number
        self._slope, self._offset = (part.to(device) for part in calibration)
        own = copy.deepcopy(net).eval().to(device, number)
        self._net = own.to(memory_format=torch.channels_last)

    def __call__(self, pixels: Tensor) -> Answer:
        """As `Forward` has it; to a card from pinned memory, which need not be waited for."""
        if self.device.type == "cuda":
            pixels = pixels.pin_memory().to(self.device, non_blocking=True)
        return self.run(pixels)

    def run(self, pixels: Tensor) -> Answer:
        """The same of pixels that are on the device; never waits for it."""
        inputs = pixels.to(self._number) / 255
        logits, boxes = self._net(inputs.contiguous(memory_format=torch.channels_last))
        return logits.float() * self._slope + self._offset, boxes.float()
