"""Only everyday JPEGs go to a card, whatever it refuses goes to Pillow, and a bad card nowhere."""

import io
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PIL import ExifTags, Image
from structlog.testing import capture_logs

from aegis.errors import ConfigurationError, InvalidImage
from aegis.vision.decoding.card_decoder import CardDecoder
from aegis.vision.decoding.decoder_choice import choose_decoder
from aegis.vision.decoding.decoder_trial import keep_if_it_passes
from aegis.vision.decoding.image_codec import Pixels, decode_image
from aegis.vision.decoding.picture_decoder import PillowDecoder

LIMIT = 1_000_000


def _encode(mode: str = "RGB", form: str = "JPEG", **options: object) -> bytes:
    ramp = np.linspace(0, 255, 64 * 48).reshape(48, 64).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(ramp).convert(mode).save(buffer, form, **options)
    return buffer.getvalue()


def _turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return _encode(exif=exif)


class Card:
    """Decodes as a card does: no EXIF; and remembers what it was given."""

    def __init__(self, alter: Callable[[Pixels], Pixels] = lambda it: it) -> None:
        self.given: list[bytes] = []
        self._alter = alter

    def __call__(self, encoded: Sequence[bytes]) -> list[Pixels]:
        self.given += encoded
        return [self._alter(np.array(Image.open(io.BytesIO(it)).convert("RGB"))) for it in encoded]


def _refuse(_: Sequence[bytes]) -> list[Pixels]:
    raise RuntimeError("nvJPEG says no")


EVERYDAY = {
    "4:2:0": _encode(),
    "4:4:4": _encode(subsampling=0),
    "4:2:2": _encode(subsampling=1),
    "progressive": _encode(progressive=True),
    "on its side": _turned(6),
}
OTHERS = {
    "PNG": _encode(form="PNG"),
    "grey": _encode("L"),
    "CMYK": _encode("CMYK"),
    "RGB inside": _encode(keep_rgb=True),
    "half": _encode()[:700],
    "bytes behind its end": _encode() + b"\0",
    "height after its pixels": _encode()[:-2] + b"\xff\xdc\x00\x04\x00\x30\xff\xd9",
    "arithmetic": _encode().replace(b"\xff\xc0\x00\x11", b"\xff\xc9\x00\x11"),
    "nothing": b"",
    "text": b"\xff\xd8 no picture",
}


@pytest.mark.parametrize("data", EVERYDAY.values(), ids=EVERYDAY)
def test_everyday_jpegs_go_to_the_card_and_come_back_upright(data: bytes) -> None:
    card = Card()
    (picture,) = CardDecoder(LIMIT, card).decode([data])
    assert card.given == [data]
    assert isinstance(picture, np.ndarray)
    np.testing.assert_array_equal(picture, decode_image(data))


@pytest.mark.parametrize("data", OTHERS.values(), ids=OTHERS)
def test_all_others_go_to_pillow_alone(data: bytes) -> None:
    card = Card()
    (mine,) = CardDecoder(LIMIT, card).decode([data])
    (theirs,) = PillowDecoder(LIMIT).decode([data])
    assert card.given == []
    assert type(mine) is type(theirs)
    if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
        np.testing.assert_array_equal(mine, theirs)


def test_a_picture_over_the_limit_is_refused_as_ever() -> None:
    card = Card()
    (answer,) = CardDecoder(1000, card).decode([EVERYDAY["4:2:0"]])
    assert card.given == []
    assert isinstance(answer, InvalidImage)
    assert "1000" in str(answer)


def test_answers_keep_the_order_of_a_mixed_batch() -> None:
    mixed = [EVERYDAY["4:2:0"], OTHERS["PNG"], OTHERS["half"], EVERYDAY["on its side"]]
    answers = CardDecoder(LIMIT, Card()).decode(mixed)
    shapes = [it.shape if isinstance(it, np.ndarray) else None for it in answers]
    assert shapes == [(48, 64, 3), (48, 64, 3), None, (64, 48, 3)]


@pytest.mark.parametrize("card", [_refuse, Card(lambda it: it[:8])], ids=["refuses", "cuts"])
def test_what_the_card_cannot_do_pillow_does_and_it_is_told_once(
    card: Callable[[Sequence[bytes]], list[Pixels]],
) -> None:
    decoder = CardDecoder(LIMIT, card)
    with capture_logs() as logs:
        for _ in range(3):
            (picture,) = decoder.decode([EVERYDAY["4:2:0"]])
            assert isinstance(picture, np.ndarray)
            assert picture.shape == (48, 64, 3)
    assert [line["event"] for line in logs] == ["vision.card_refused_pictures"]


def test_a_card_that_sees_what_pillow_sees_is_kept() -> None:
    with capture_logs() as logs:
        kept = keep_if_it_passes(Card(lambda it: it + (it < 250)), LIMIT)
    assert isinstance(kept, CardDecoder)
    assert [line for line in logs if line["log_level"] == "error"] == []


def _smear(picture: Pixels) -> Pixels:
    """As if colours were carried far beyond their place."""
    return np.asarray((picture + picture.mean()) / 2, np.uint8)


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        (_refuse, "nvJPEG says no"),
        (Card(lambda it: np.ascontiguousarray(it[:, :, ::-1])), "grey levels off"),
        (Card(lambda it: np.ascontiguousarray(it[:-1])), "comes as"),
        (Card(_smear), "grey levels off"),
    ],
    ids=["refuses", "swaps colours", "cuts", "smears"],
)
def test_a_card_that_fails_its_trial_is_left_and_named(
    card: Callable[[Sequence[bytes]], list[Pixels]], reason: str
) -> None:
    with capture_logs() as logs:
        kept = keep_if_it_passes(card, LIMIT)
    assert isinstance(kept, PillowDecoder)
    line = logs[-1]
    assert line["event"] == "vision.fast_path_off"
    assert line["instead"] == "Pillow"
    assert reason in line["reason"]


def test_a_card_that_shows_what_is_private_is_left() -> None:
    def leak(picture: Pixels) -> Pixels:
        shown = picture.copy()
        if shown.shape[0] == 240:
            shown[0, 0] = np.uint8(int(shown.sum()) % 7) + 100
        return shown

    with capture_logs() as logs:
        kept = keep_if_it_passes(Card(leak), LIMIT)
    assert isinstance(kept, PillowDecoder)
    assert "privacy" in logs[-1]["reason"]


def test_without_a_card_or_a_wish_pillow_decodes() -> None:
    assert isinstance(choose_decoder(LIMIT, "cpu", on_card=True), PillowDecoder)
    assert isinstance(choose_decoder(LIMIT, "auto", on_card=False), PillowDecoder)
    with pytest.raises(ConfigurationError, match="AEGIS_VISION_DEVICE"):
        choose_decoder(LIMIT, "abacus", on_card=True)
