"""Our overlap of widened boxes is the library's."""

import numpy as np
from trackers import BIoU

from aegis.vision.tracking.box_overlap import WideOverlap


def test_it_is_the_overlap_that_the_library_gives() -> None:
    random = np.random.default_rng(3)
    corners = random.uniform(0, 500, (40, 2))
    boxes = np.concatenate([corners, corners + random.uniform(0, 90, (40, 2))], axis=1)
    boxes[0, 2:] = boxes[0, :2]
    some, others = boxes.astype(np.float32), boxes[:17] + 3

    ours = WideOverlap(0.8).compute(some, others)

    theirs = BIoU(0.8).compute(some, others)
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=0)
    assert 0 < np.count_nonzero(ours) < ours.size


def test_without_boxes_nothing_overlaps() -> None:
    assert WideOverlap(0.8).compute(np.empty((0, 4)), np.ones((3, 4))).shape == (0, 3)
