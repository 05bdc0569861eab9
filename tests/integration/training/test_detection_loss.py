"""Which cells are held responsible, and what costs nothing."""

import pytest
import torch
from torch import Tensor

from aegis.training.assignment import Assignment, Grid, assign
from aegis.training.detection_loss import detection_loss
from aegis.training.training_batches import Batch

SIDE = 64
GRID = Grid.of_square(SIDE, torch.device("cpu"))
CELLS = len(GRID.centers)
BOX = [8.0, 8.0, 40.0, 40.0]


def _assign(*boxes: list[float]) -> Assignment:
    truth = torch.tensor(boxes).reshape(-1, 4)
    scores = torch.full((CELLS, 3), 0.1)
    predicted = truth[:1].expand(CELLS, 4)
    return assign(scores, predicted, truth, torch.zeros(len(truth), dtype=torch.int64), GRID)


def _batch(
    boxes: list[list[float]], weight: float = 1.0, known: tuple[int, ...] = (1, 1, 1)
) -> Batch:
    count = len(boxes)
    return Batch(
        torch.zeros(1, 1, SIDE, SIDE, dtype=torch.uint8),
        torch.tensor([known], dtype=torch.bool),
        [torch.tensor(boxes).reshape(-1, 4)],
        [torch.zeros(count, dtype=torch.int64)],
        [torch.full((count,), weight)],
    )


def _gradient(batch: Batch) -> Tensor:
    logits = torch.zeros(1, CELLS, 3, requires_grad=True)
    predicted = torch.tensor(BOX).expand(1, CELLS, 4)
    label_loss, _ = detection_loss(logits, predicted, batch, GRID)
    (gradient,) = torch.autograd.grad(label_loss, logits)
    return gradient[0]


def test_cells_inside_the_box_answer_for_it_with_their_overlap() -> None:
    goal = _assign(BOX)
    x, y = GRID.centers[goal.cells].T
    assert len(goal.cells) == 10
    assert bool(((x > 8) & (x < 40) & (y > 8) & (y < 40)).all())
    assert torch.allclose(goal.quality, torch.ones(10), atol=1e-4)


def test_a_tiny_box_between_the_centres_is_not_forgotten() -> None:
    assert len(_assign([15.0, 15.0, 17.0, 17.0]).cells) > 0


def test_a_cell_answers_for_one_box_only() -> None:
    goal = _assign(BOX, [12.0, 12.0, 44.0, 44.0])
    assert len(set(goal.cells.tolist())) == len(goal.cells)


def test_a_label_that_was_not_looked_for_costs_nothing() -> None:
    gradient = _gradient(_batch([BOX], known=(1, 0, 1)))
    assert gradient[:, 1].abs().sum() == 0
    assert gradient[:, 2].abs().sum() > 0


def test_owners_are_pushed_up_and_everything_else_down() -> None:
    gradient = _gradient(_batch([BOX]))
    assert int((gradient[:, 0] < 0).sum()) == 10
    assert bool((gradient[:, 1:] > 0).all())


def test_a_box_of_low_trust_pulls_less_than_its_neighbours() -> None:
    weak, strong = _batch([BOX], 0.2), _batch([BOX], 1.0)
    pulls = [float(_gradient(batch)[:, 0].clamp(max=0).sum()) for batch in (weak, strong)]
    pushes = [float(_gradient(batch)[:, 1].sum()) for batch in (weak, strong)]
    assert pulls[0] / pushes[0] == pytest.approx(0.2 * pulls[1] / pushes[1], rel=1e-3)


def test_a_picture_without_boxes_has_no_box_loss() -> None:
    logits, predicted = torch.zeros(1, CELLS, 3), torch.zeros(1, CELLS, 4)
    label_loss, box_loss = detection_loss(logits, predicted, _batch([]), GRID)
    assert float(box_loss) == 0
    assert float(label_loss) > 0
