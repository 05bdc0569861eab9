"""Turns pictures in memory into augmented batches, the same ones for the same seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from aegis.training.augmentation import mosaic, nothing, place
from aegis.training.camera_effects import camera_effects
from aegis.training.labelled_images import LabelledImage

_SHARE_POWER = 0.8
"""A data set twice as large is drawn from 1.74 times as often."""
_NOTHING = 0.05
"""Share of squares that show nothing at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Squares and their boxes.

    luminance: (B, 1, S, S) uint8; known: (B, labels) bool; for each square xyxy (N, 4),
    labels (N,) and weights (N,) as in LabelledImage.
    """

    luminance: Tensor
    known: Tensor
    xyxy: list[Tensor]
    labels: list[Tensor]
    weights: list[Tensor]

    def to(self, device: torch.device) -> Self:
        """Return the batch on a device."""
        return type(self)(
            self.luminance.to(device),
            self.known.to(device),
            [boxes.to(device) for boxes in self.xyxy],
            [labels.to(device) for labels in self.labels],
            [weights.to(device) for weights in self.weights],
        )


@dataclass(frozen=True, slots=True)
class EpochPlan:
    """What one epoch draws: ``side`` in pixels, ``mosaics`` the share of squares that are one."""

    seed: int
    epoch: int
    side: int
    batch: int
    mosaics: float


def epoch_batches(
    sets: Sequence[Sequence[LabelledImage]], plan: EpochPlan, workers: int
) -> Iterator[Batch]:
    """Yield the batches of one epoch: as many squares as there are pictures, whole batches only.

    ``workers`` processes augment beside the training; with 0 it happens in this one.
    """
    loader = DataLoader(
        AugmentedImages(sets, plan),
        plan.batch,
        num_workers=workers,
        collate_fn=_collate,
        worker_init_fn=_one_thread,
    )
    yield from loader


class AugmentedImages(Dataset[LabelledImage]):
    """The squares of one epoch; each is drawn from a seed of its own."""

    def __init__(self, sets: Sequence[Sequence[LabelledImage]], plan: EpochPlan) -> None:
        self._sets, self._plan = sets, plan
        sizes = np.array([len(images) for images in sets], float)
        self._shares = sizes**_SHARE_POWER / (sizes**_SHARE_POWER).sum()
        self._count = max(int(sizes.sum()) // plan.batch, 1) * plan.batch

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> LabelledImage:
        plan = self._plan
        random = np.random.default_rng((plan.seed, plan.epoch, index))
        images = self._sets[int(random.choice(len(self._sets), p=self._shares))]
        square = self._square(images, random)
        return replace(square, luminance=camera_effects(square.luminance, random))

    def _square(
        self, images: Sequence[LabelledImage], random: np.random.Generator
    ) -> LabelledImage:
        side = self._plan.side
        if random.random() < _NOTHING:
            return nothing(side, len(images[0].known), random)
        if random.random() < self._plan.mosaics:
            return mosaic([_any(images, random) for _ in range(4)], side, random)
        return place(_any(images, random), side, random)


def _any(images: Sequence[LabelledImage], random: np.random.Generator) -> LabelledImage:
    return images[int(random.integers(0, len(images)))]


def _collate(squares: Sequence[LabelledImage]) -> Batch:
    return Batch(
        torch.from_numpy(np.stack([square.luminance for square in squares]))[:, None],
        torch.from_numpy(np.stack([square.known for square in squares])),
        [torch.from_numpy(square.xyxy) for square in squares],
        [torch.from_numpy(square.labels) for square in squares],
        [torch.from_numpy(square.weights) for square in squares],
    )


def _one_thread(_: int) -> None:
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
