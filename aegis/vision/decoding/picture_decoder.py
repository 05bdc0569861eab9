"""Encoded frames to pixels, a batch at a time."""

from collections.abc import Sequence
from typing import Protocol

from aegis.errors import AegisError
from aegis.vision.decoding.image_codec import Pixels, decode_image


class PictureDecoder(Protocol):
    """Decodes; knows nothing of cameras or privacy."""

    def decode(self, encoded: Sequence[bytes]) -> list[Pixels | AegisError]:
        """(H, W, 3) uint8 RGB, upright, in the CPU's memory, or why there is none, in order."""


class PillowDecoder:
    """One picture after the other, on the CPU."""

    def __init__(self, max_pixels: int) -> None:
        self._max_pixels = max_pixels

    def decode(self, encoded: Sequence[bytes]) -> list[Pixels | AegisError]:
        """As `PictureDecoder` has it."""
        return [self.decode_one(data) for data in encoded]

    def decode_one(self, data: bytes) -> Pixels | AegisError:
        """One of them."""
        try:
            return decode_image(data, self._max_pixels)
        except AegisError as error:
            return _without_frames(error)


def _without_frames(error: AegisError) -> AegisError:
    """The frames of its traceback, and of its causes', would hold the batch and, in it, itself."""
    cause: BaseException | None = error
    while cause is not None:
        cause.with_traceback(None)
        cause = cause.__context__
    return error
