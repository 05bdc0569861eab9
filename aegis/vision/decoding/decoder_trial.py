"""Whether a card's decoder may be trusted: colours, turns, privacy, and bad company."""

import io
from collections.abc import Sequence

import cv2
import numpy as np
import structlog
from PIL import ExifTags, Image

from aegis.vision.decoding.card_decoder import CardDecoder, OnCard
from aegis.vision.decoding.image_codec import Pixels, decode_image
from aegis.vision.decoding.image_header import check_image_header
from aegis.vision.decoding.picture_decoder import PictureDecoder, PillowDecoder
from aegis.vision.decoding.privacy_mask import hide

_MEAN_LEVELS, _MOST_LEVELS = 3.0, 40
_WINDOW = ((0.3, 0.3), (0.62, 0.3), (0.62, 0.7), (0.3, 0.7))
_log = structlog.get_logger(__name__)


class DecoderTrialError(RuntimeError):
    """A decoder is not to be trusted."""


def keep_if_it_passes(on_card: OnCard, max_pixels: int) -> PictureDecoder:
    """A decoder that uses the card, or Pillow's and a line in the log that says why not."""
    decoder = CardDecoder(max_pixels, on_card)
    try:
        _try_alone(on_card)
        _try_privacy(on_card)
        _try_bad_company(decoder)
    except (RuntimeError, NotImplementedError, ImportError) as error:
        _log.error(
            "vision.fast_path_off",
            path="decoding on the card",
            reason=str(error)[:400],
            instead="Pillow",
        )
        return PillowDecoder(max_pixels)
    return decoder


def _try_alone(on_card: OnCard) -> None:
    """It must see what Pillow sees, within a few grey levels, in every everyday form."""
    encoded = [
        _encode(_draw(size, seed), sampling, progressive=progressive)
        for seed, (size, sampling, progressive) in enumerate(
            [
                ((432, 768), 2, False),
                ((240, 320), 0, False),
                ((201, 333), 2, True),
                ((64, 80), 1, False),
            ]
        )
    ]
    _compare(on_card(encoded), [decode_image(data) for data in encoded])


def _try_privacy(on_card: OnCard) -> None:
    """Pictures that differ only in what is hidden are the same once it is hidden."""
    first = _draw((240, 320), 7)
    second = first.copy()
    second[72:168, 96:198] = 255 - second[72:168, 96:198]
    for sampling in (0, 2):
        encoded = [_encode(picture, sampling) for picture in (first, second)]
        blocks = [check_image_header(data, first.size).block_px for data in encoded]
        hidden = [
            hide(picture, (_WINDOW,), block)
            for picture, block in zip(on_card(encoded), blocks, strict=True)
        ]
        if not np.array_equal(hidden[0], hidden[1]):
            raise DecoderTrialError("what lies in a privacy polygon shows beside it")


def _try_bad_company(decoder: CardDecoder) -> None:
    """A damaged picture and one that lies on its side must not spoil those beside them."""
    upright = _encode(_draw((120, 160), 3), 2)
    turned = _encode(_draw((120, 160), 4), 2, orientation=6)
    middle = len(upright) // 2
    damaged = upright[:middle] + bytes(60) + upright[middle + 60 :]
    answers = decoder.decode([upright, damaged, turned, upright[:middle]])
    readable = [answers[at] for at in (0, 2)]
    if not all(isinstance(it, np.ndarray) for it in readable):
        raise DecoderTrialError("a damaged picture spoils those beside it")
    _compare(
        [it for it in readable if isinstance(it, np.ndarray)],
        [decode_image(data) for data in (upright, turned)],
    )
    if isinstance(answers[3], np.ndarray):
        raise DecoderTrialError("it takes half a picture for a whole one")


def _compare(seen: Sequence[Pixels], expected: Sequence[Pixels]) -> None:
    for mine, theirs in zip(seen, expected, strict=True):
        if mine.shape != theirs.shape or mine.dtype != theirs.dtype:
            raise DecoderTrialError(f"a picture of {theirs.shape} comes as {mine.shape}")
        apart = cv2.absdiff(mine, theirs)
        if apart.mean() > _MEAN_LEVELS or np.percentile(apart, 99.5) > _MOST_LEVELS:
            raise DecoderTrialError(f"its pictures are {apart.mean():.1f} grey levels off")


def _draw(size: tuple[int, int], seed: int) -> Pixels:
    coarse = np.random.default_rng(seed).integers(0, 255, (7, 9, 3), np.uint8)
    smooth = cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(smooth, np.uint8)


def _encode(
    picture: Pixels, sampling: int, *, progressive: bool = False, orientation: int = 1
) -> bytes:
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.fromarray(picture).save(
        buffer, "JPEG", quality=90, subsampling=sampling, progressive=progressive, exif=exif
    )
    return buffer.getvalue()
