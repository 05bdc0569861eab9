"""Which decoder pictures go through: Pillow, or a card where a site asks for it."""

from aegis.vision.decoding.card_decoder import card_jpegs
from aegis.vision.decoding.decoder_trial import keep_if_it_passes
from aegis.vision.decoding.picture_decoder import PictureDecoder, PillowDecoder
from aegis.vision.detection.compute_device import choose_device


def choose_decoder(max_pixels: int, device: str, *, on_card: bool) -> PictureDecoder:
    """Pillow, or a card's decoder where it is asked for, there is one, and it passes a trial.

    Raises ConfigurationError for a device that cannot be had.
    """
    chosen = choose_device(device)
    if not on_card or chosen.type != "cuda":
        return PillowDecoder(max_pixels)
    return keep_if_it_passes(card_jpegs(chosen), max_pixels)
