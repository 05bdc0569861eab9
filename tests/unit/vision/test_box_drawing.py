"""Boxes are drawn on a copy, wherever they lie."""

import numpy as np
import pytest

from aegis.domain.detection import Detections
from aegis.vision.box_drawing import draw_boxes

GREY = np.full((120, 200, 3), 90, np.uint8)


def seen(*boxes: tuple[float, float, float, float], label: str = "person") -> Detections:
    count = len(boxes)
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(xyxy, np.full(count, 0.87, np.float32), (label,) * count)


def test_nothing_seen_leaves_the_picture_as_it_is() -> None:
    drawn = draw_boxes(GREY, Detections.empty())
    assert np.array_equal(drawn, GREY)
    assert drawn is not GREY


def test_the_outline_follows_the_box_and_the_original_stays() -> None:
    drawn = draw_boxes(GREY, seen((50, 40, 120, 100)))
    changed = (drawn != GREY).any(axis=2)
    assert changed[100, 50:121].all()
    assert changed[40:101, 120].all()
    assert not changed[60:90, 60:110].any()
    assert (GREY == 90).all()


def test_labels_have_colours_of_their_own() -> None:
    inks = {
        tuple(draw_boxes(GREY, seen((50, 40, 120, 100), label=label))[100, 80].tolist())
        for label in ("person", "vehicle", "weapon", "suitcase")
    }
    assert len(inks) == 4


@pytest.mark.parametrize(
    "box", [(0, 0, 200, 120), (-30, -30, 500, 500), (190, 110, 200, 120), (5, 5, 5, 5)]
)
def test_a_box_at_the_edge_is_drawn_too(box: tuple[float, float, float, float]) -> None:
    assert (draw_boxes(GREY, seen(box)) != GREY).any()
