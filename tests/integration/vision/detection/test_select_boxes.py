"""Of boxes of one label and one picture that overlap, the best is kept."""

import numpy as np
import torch
from torchvision.ops import batched_nms

from aegis.vision.detection.compact_net import LABELS
from aegis.vision.detection.embedded_detector import select_boxes


def test_boxes_are_selected_as_torchvision_has_it() -> None:
    random = np.random.default_rng(5)
    scores = torch.from_numpy(random.uniform(0, 1, (2, 60, len(LABELS))).astype(np.float32))
    corners = random.uniform(0, 120, (2, 60, 2))
    boxes = np.concatenate((corners, corners + random.uniform(20, 60, (2, 60, 2))), axis=2)
    xyxy = torch.from_numpy(boxes.astype(np.float32))
    for picture, (found, certain, words) in enumerate(select_boxes(scores, xyxy)):
        cells, labels = torch.nonzero(scores[picture] > 0.05, as_tuple=True)
        picked = scores[picture, cells, labels]
        kept = batched_nms(xyxy[picture, cells], picked, labels, 0.5)
        assert 20 < len(kept) < 0.8 * len(cells)
        kept = kept[:100]
        np.testing.assert_array_equal(found, xyxy[picture, cells[kept]])
        np.testing.assert_array_equal(certain, picked[kept])
        assert words == tuple(LABELS[label] for label in labels[kept].tolist())


def test_where_nothing_is_seen_nothing_is_selected() -> None:
    (selected,) = select_boxes(torch.zeros(1, 7, len(LABELS)), torch.zeros(1, 7, 4))
    assert [len(it) for it in selected] == [0, 0, 0]
