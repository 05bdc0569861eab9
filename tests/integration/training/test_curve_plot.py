"""Curves end up in the picture, in their own colours."""

from pathlib import Path

import numpy as np
from PIL import Image

from aegis.training.curve_plot import draw_curves


def _colours(path: Path) -> set[tuple[int, ...]]:
    with Image.open(path) as picture:
        counted = picture.convert("RGB").getcolors(1 << 20) or []
    return {colour for _, colour in counted if isinstance(colour, tuple)}


def test_every_curve_is_drawn_and_the_diagonal_on_demand(tmp_path: Path) -> None:
    x = np.linspace(0, 1, 5)
    curves = {"person": (x, 1 - x), "weapon": (x, x**2)}
    draw_curves(tmp_path / "with.png", "Reliability", ("said", "true"), curves, diagonal=True)
    draw_curves(tmp_path / "without.png", "PR", ("recall", "precision"), curves, diagonal=False)
    with_it, without = _colours(tmp_path / "with.png"), _colours(tmp_path / "without.png")
    assert {(0x0B, 0x6E, 0x99), (0xC0, 0x39, 0x2B)} <= with_it & without
    assert (0x9A, 0xB7, 0xA1) in with_it - without


def test_an_empty_curve_is_no_error(tmp_path: Path) -> None:
    empty = np.zeros(0)
    draw_curves(tmp_path / "a.png", "PR", ("x", "y"), {"vehicle": (empty, empty)}, diagonal=False)
    assert (tmp_path / "a.png").stat().st_size > 0
