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


def fast_type(device: torch.device) -> torch.dtype:
    """The number format in which a device multiplies fastest without losing accuracy.

    Half precision on a card; bfloat16 on a CPU that multiplies it in hardware (elsewhere it is
    slower than float32); float32 otherwise.
    """
    if device.type == "cuda":
        return torch.float16
    in_hardware = device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()  # noqa: SLF001
    return torch.bfloat16 if in_hardware else torch.float32


def use_threads(count: int | None) -> None:
    """Give this process's models so many CPU threads; None leaves it to the libraries."""
    import cv2  # noqa: PLC0415 - only here

    if count is not None:
        torch.set_num_threads(count)
        cv2.setNumThreads(count)
