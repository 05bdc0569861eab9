"""Blacks out what a site keeps private, before anything looks at the picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.domain.site import Polygon

Pixels = NDArray[np.uint8]

_DIAGONAL = 1.5
_INTERPOLATED_PX = 4


def hide(picture: Pixels, polygons: tuple[Polygon, ...], block_px: int) -> Pixels:
    """The picture with these polygons black; its own memory where it can be written to.

    picture: (H, W, 3) uint8 RGB, upright. polygons: corners as fractions of width and height.
    block_px: side of the blocks in which the picture was compressed, 1 for none. What lies
    within a polygon leaves traces in every block that it touches, and the interpolation of
    colours carries them a little further, so the black reaches that far beyond the polygon:
    pictures that differ only within the polygons are the same afterwards, bit by bit.
    """
    if not polygons:
        return picture
    shown = picture if picture.flags.writeable else picture.copy()
    height, width = shown.shape[:2]
    beyond = int(np.ceil(_DIAGONAL * (block_px + _INTERPOLATED_PX if block_px > 1 else 1)))
    for polygon in polygons:
        corners = np.floor(np.array(polygon) * (width, height)).astype(np.int32)
        cv2.fillPoly(shown, [corners], (0, 0, 0))
        cv2.polylines(shown, [corners], True, (0, 0, 0), 2 * beyond + 1)  # noqa: FBT003
    return shown
