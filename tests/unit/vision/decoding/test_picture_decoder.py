"""Encoded frames to pixels, a batch at a time."""

import io

import numpy as np
import pytest
from PIL import Image

from aegis.errors import InvalidImage
from aegis.vision.decoding.picture_decoder import PillowDecoder


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((48, 64, 3), 90, np.uint8)).save(buffer, "JPEG")
    return buffer.getvalue()


def test_a_broken_picture_spoils_no_other() -> None:
    whole = picture()
    first, broken, last = PillowDecoder(10_000).decode([whole, whole[:300], whole])
    assert isinstance(broken, InvalidImage)
    assert isinstance(first, np.ndarray)
    assert isinstance(last, np.ndarray)


@pytest.mark.parametrize("data", [b"none", picture()[:300]])
def test_what_is_wrong_with_a_picture_holds_no_frame_and_so_no_batch(data: bytes) -> None:
    (error,) = PillowDecoder(10_000).decode([data])
    assert isinstance(error, InvalidImage)
    held: BaseException | None = error
    while held is not None:
        assert held.__traceback__ is None
        held = held.__context__
