"""The loss of the detector: labels against assigned quality, boxes by overlap."""

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.ops import generalized_box_iou_loss

from aegis.training.assignment import Grid, assign
from aegis.training.training_batches import Batch

_NEGATIVE_POWER = 2
_NEGATIVE_GAIN = 0.75


def detection_loss(
    logits: Tensor, predicted: Tensor, batch: Batch, grid: Grid
) -> tuple[Tensor, Tensor]:
    """Return label loss and box loss, each divided by the quality assigned in the batch.

    logits (B, A, labels), predicted (B, A, 4) xyxy pixels, both float32. A label that was not
    looked for in a picture costs nothing there. Negatives weigh by the square of their score
    (Zhang et al. 2021, VarifocalNet); boxes are compared by generalised IoU (Rezatofighi et
    al. 2019).
    """
    scores = logits.detach().sigmoid()
    target = torch.zeros_like(logits)
    care = batch.known[:, None, :].expand_as(logits).to(logits.dtype)
    box_loss, total = predicted.sum() * 0, logits.new_zeros(())
    for row, truth in enumerate(batch.xyxy):
        if not len(truth):
            continue
        labels = batch.labels[row]
        goal = assign(scores[row], predicted[row].detach(), truth, labels, grid)
        kind, weight = labels[goal.owners], batch.weights[row][goal.owners]
        target[row, goal.cells, kind] = goal.quality
        care[row, goal.cells, kind] *= weight
        apart = generalized_box_iou_loss(predicted[row, goal.cells], truth[goal.owners])
        box_loss = box_loss + (apart * goal.quality * weight).sum()
        total = total + (goal.quality * weight).sum()
    raw = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    negative = scores.pow(_NEGATIVE_POWER) * _NEGATIVE_GAIN
    focus = torch.where(target > 0, torch.ones_like(scores), negative)
    total = total.clamp(min=1.0)
    return (raw * care * focus).sum() / total, box_loss / total
