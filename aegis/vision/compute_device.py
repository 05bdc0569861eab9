"""Where a model runs."""

import torch

from aegis.errors import ConfigurationError


def choose_device(wish: str) -> torch.device:
    """`auto` is a CUDA card if there is one; raises ConfigurationError for what cannot be had."""
    if wish == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wish)
    except RuntimeError as error:
        raise ConfigurationError(
            f"Unknown device {wish!r}: AEGIS_VISION_DEVICE is auto, cpu, cuda or cuda:N"
        ) from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ConfigurationError(
            f"Device {wish!r} was asked for, but torch sees no CUDA card: "
            "set AEGIS_VISION_DEVICE=auto, or install the card's driver"
        )
    return device
