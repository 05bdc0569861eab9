"""Decodes everyday JPEGs on a card (nvJPEG), a batch at a time; everything else with Pillow.

Only for sites that ask for it: see `docs/models.md` on what they give up.
"""

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import structlog
import torch

from aegis.errors import AegisError
from aegis.vision.decoding.image_codec import Pixels, everyday_orientation, turn_upright
from aegis.vision.decoding.image_header import check_image_header
from aegis.vision.decoding.picture_decoder import PillowDecoder

OnCard = Callable[[Sequence[bytes]], list[Pixels]]
"""JPEGs to (H, W, 3) RGB in the CPU's memory, not turned; RuntimeError if any cannot be."""
_MOST_PIXELS = 4_200_000
"""Of one picture: a batch of them has to fit on a card beside the model."""
_log = structlog.get_logger(__name__)


class CardDecoder:
    """Gives a card only what passed the header checks and is built as cameras build it.

    What the card refuses goes to Pillow, with the rest of its batch, so pictures differ between
    both ways by a few grey levels at most, and what is refused is the same.
    """

    def __init__(self, max_pixels: int, on_card: OnCard) -> None:
        self._max_pixels = max_pixels
        self._pillow = PillowDecoder(max_pixels)
        self._on_card = on_card
        self._has_complained = False

    def decode(self, encoded: Sequence[bytes]) -> list[Pixels | AegisError]:
        """As `PictureDecoder` has it."""
        turns = {at: turn for at, data in enumerate(encoded) if (turn := self._admit(data))}
        pictures = dict(zip(turns, self._decode_there([encoded[at] for at in turns]), strict=False))
        return [
            turn_upright(pictures[at], turns[at])
            if at in pictures
            else self._pillow.decode_one(data)
            for at, data in enumerate(encoded)
        ]

    def _admit(self, data: bytes) -> int | None:
        """The EXIF orientation of a picture that may go to the card."""
        try:
            orientation = everyday_orientation(data, min(self._max_pixels, _MOST_PIXELS))
        except AegisError:
            # Too large for the card, or to be refused: Pillow's way says which.
            return None
        return orientation

    def _decode_there(self, encoded: Sequence[bytes]) -> list[Pixels]:
        """All of them, or none."""
        if not encoded:
            return []
        try:
            pictures = self._on_card(encoded)
            _check_sizes(encoded, pictures)
        except RuntimeError as error:
            if not self._has_complained:
                self._has_complained = True
                _log.warning("vision.card_refused_pictures", reason=str(error)[:400])
            return []
        return pictures


def card_jpegs(device: torch.device) -> OnCard:
    """The card's nvJPEG by way of torchvision; one transfer back a batch, by pinned memory."""

    def decode(encoded: Sequence[bytes]) -> list[Pixels]:
        from torchvision.io import ImageReadMode, decode_jpeg  # noqa: PLC0415 - seldom needed

        inputs = [torch.frombuffer(bytearray(data), dtype=torch.uint8) for data in encoded]
        with warnings.catch_warnings():
            # From torchvision 0.29 on it warns that another package will replace this one day.
            warnings.simplefilter("ignore")
            pictures = decode_jpeg(inputs, ImageReadMode.RGB, device)
        rows = [picture.permute(1, 2, 0) for picture in pictures]
        there = torch.cat([row.reshape(-1) for row in rows])
        here = torch.empty(there.shape, dtype=torch.uint8, pin_memory=True)
        here.copy_(there, non_blocking=True)
        torch.cuda.current_stream(device).synchronize()
        parts = torch.split(here, [row.numel() for row in rows])
        # Copies, for pinned memory is scarce and pictures are kept.
        return [
            np.array(part.numpy().reshape(tuple(row.shape)))
            for part, row in zip(parts, rows, strict=True)
        ]

    return decode


def _check_sizes(encoded: Sequence[bytes], pictures: Sequence[Pixels]) -> None:
    for data, picture in zip(encoded, pictures, strict=True):
        header = check_image_header(data, _MOST_PIXELS)
        if picture.shape != (header.height, header.width, 3):
            raise RuntimeError(f"a picture came back as {picture.shape}")
