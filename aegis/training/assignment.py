"""Which cells answer for which box: task-aligned assignment (Feng et al. 2021, TOOD)."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torchvision.ops import box_iou

from aegis.vision.detection.compact_net import STRIDES, cell_centers

_CELLS_PER_BOX = 10
_IOU_POWER = 4
_NEAR = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """All cells of an input, finest first.

    centers: (A, 2) x, y in pixels; strides: (A,) pixels.
    """

    centers: Tensor
    strides: Tensor

    @classmethod
    def of_square(cls, side: int, device: torch.device) -> "Grid":
        """Return the cells of a square input of ``side`` pixels."""
        parts = [cell_centers(side // s, side // s, s, device) for s in STRIDES]
        strides = [
            torch.full((len(part),), float(s), device=device)
            for part, s in zip(parts, STRIDES, strict=True)
        ]
        return cls(torch.cat(parts), torch.cat(strides))


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """cells: (P,) that own a box; owners: (P,) index of that box; quality: (P,) 0 to 1."""

    cells: Tensor
    owners: Tensor
    quality: Tensor


@torch.no_grad()
def assign(
    scores: Tensor, predicted: Tensor, truth: Tensor, labels: Tensor, grid: Grid
) -> Assignment:
    """Choose for each box of one picture the cells that predict it best, in label and place.

    scores (A, labels) 0 to 1, predicted (A, 4), truth (N, 4), labels (N,). A cell chosen by
    several boxes goes to the one that it overlaps most. The quality of a box's best cell is
    its overlap; that of the others is lower in proportion.
    """
    overlap = box_iou(truth, predicted)
    aligned = scores[:, labels].T.clamp(min=1e-4).sqrt() * overlap.pow(_IOU_POWER)
    allowed = _allowed(truth, grid)
    metric = torch.where(allowed, aligned + 1e-9, torch.zeros_like(aligned))
    best = metric.topk(min(_CELLS_PER_BOX, metric.shape[1]), dim=1)
    chosen = torch.zeros_like(allowed).scatter_(1, best.indices, best.values > 0)
    rivals = torch.where(chosen, overlap + 1e-6, torch.zeros_like(overlap))
    strength, owner = rivals.max(0)
    cells = torch.nonzero(strength > 0).squeeze(1)
    owners = owner[cells]
    top_metric = metric.amax(1).clamp(min=1e-9)
    top_overlap = torch.where(chosen, overlap, torch.zeros_like(overlap)).amax(1)
    quality = metric[owners, cells] / top_metric[owners] * top_overlap[owners]
    return Assignment(cells, owners, quality)


def _allowed(truth: Tensor, grid: Grid) -> Tensor:
    """Return (N, A): the cell's centre is in the box, or close to the middle of a tiny one."""
    x, y = grid.centers.T
    x0, y0, x1, y1 = (side[:, None] for side in truth.unbind(1))
    inside = (x > x0) & (x < x1) & (y > y0) & (y < y1)
    off_middle = torch.maximum(((x0 + x1) / 2 - x).abs(), ((y0 + y1) / 2 - y).abs())
    return torch.logical_or(inside, off_middle < grid.strides * _NEAR)
