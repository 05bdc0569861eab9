"""Says how much the newest two seconds before a camera look like people who fight."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from aegis.errors import ConfigurationError
from aegis.vision.detection.compact_net import CompactNet, ConvUnit
from aegis.vision.detection.compute_device import choose_device
from aegis.vision.detection.model_file import ModelFile, read_model, write_model
from aegis.vision.fights.fight_motion import MEASURES, MotionMeter, on_canvas
from aegis.vision.fights.fight_window import FightWindow, Sight

SHIPPED_FIGHT_WEIGHTS = Path(str(files("aegis.vision"))) / "weights" / "aegis-fight.safetensors"
_FAST_S, _SLOW_S = 0.15, 0.22
"""Below the one only the first head speaks, above the other only the second."""
_LIMIT = 4.0
_HEAD = ("mean", "deviation", "hidden_weight", "hidden_bias", "weight", "bias")


class FightFacts(ModelFile):
    """What lies beside the weights as JSON.

    width: of the encoder, channels at stride 8. calibration: of each head, slope and offset
    that turn its logit into one whose sigmoid is the share of fights (Platt 1999).
    """

    width: int
    calibration: tuple[tuple[float, float], tuple[float, float]] = ((1.0, 0.0), (1.0, 0.0))


class FightEncoder(nn.Module):
    """The detector's first stages, as they were when the classifier was trained."""

    def __init__(self, net: CompactNet) -> None:
        super().__init__()
        self.stem, self.stage8, self.stage16 = net.stem, net.stage8, net.stage16

    def forward(self, luminance: Tensor) -> Tensor:
        """(B, 1, 96, 160) in 0 to 1 -> (B, 2 * width, 6, 10)."""
        encoded: Tensor = self.stage16(self.stage8(self.stem(luminance * 4 - 2)))
        return encoded

    def kept_state(self) -> dict[str, Tensor]:
        """What a weights file holds of it; to be taken before `fold`."""
        state = self.state_dict()
        return {key: it for key, it in state.items() if not key.endswith("num_batches_tracked")}

    def fold(self) -> None:
        """Merge every batch norm into its convolution, for inference."""
        for module in self.modules():
            if isinstance(module, ConvUnit):
                module.fold()


class FightClassifier:
    """Small nets over motion statistics and changes in a small encoder's features.

    Two heads: one for frames that come at 5 a second or faster, one for slower ones. What
    they read are means, deviations and maxima over time of optical flow around people, and
    first and second differences of the encoder's channels. `docs/models.md` has the
    figures. Not safe for several threads at once.
    """

    def __init__(self, weights: Path | None = None, device: str = "auto") -> None:
        path = weights or SHIPPED_FIGHT_WEIGHTS
        facts, tensors = read_model(path, FightFacts)
        self._device = choose_device(device)
        encoder = build_encoder(path, facts.width, _encoder_part(tensors))
        encoder.fold()
        self._heads = _heads(path, tensors, measure_count(facts.width))
        self._calibration = np.array(facts.calibration)
        self._observer = FightObserver(encoder, self._device)

    def classify(self, windows: Sequence[FightWindow]) -> list[float | None]:
        """Look at the pending frame of each camera, in one batch, and score its window.

        The score is calibrated, 0 to 1; None where fewer than three steps or 0.6 s were seen.
        A window without a pending frame keeps its score. No window may be given twice.
        """
        fresh = [window for window in windows if window.pending is not None]
        self._observer.look(fresh)
        for window in fresh:
            seen = window.steps()
            window.score = None if seen is None else self._score(*seen)
        return [window.score for window in windows]

    def _score(self, rows: NDArray[np.float32], step_s: float) -> float:
        slow = float(np.clip((step_s - _FAST_S) / (_SLOW_S - _FAST_S), 0, 1))
        measures = pool_steps(rows).astype(np.float32)
        heads = self._heads
        scaled = np.clip((measures - heads["mean"]) / heads["deviation"], -_LIMIT, _LIMIT)
        hidden = (heads["hidden_weight"] @ scaled[:, :, None])[..., 0] + heads["hidden_bias"]
        logits = (np.maximum(hidden, 0) * heads["weight"]).sum(1) + heads["bias"][:, 0]
        logits = logits * self._calibration[:, 0] + self._calibration[:, 1]
        logit = (1 - slow) * logits[0] + slow * logits[1]
        return float(1 / (1 + np.exp(-logit)))


class FightObserver:
    """Turns pending frames into steps of motion; training and service share it."""

    def __init__(self, encoder: FightEncoder, device: torch.device) -> None:
        self._encoder = encoder.eval().to(device).to(memory_format=torch.channels_last)
        self._device = device
        self._meter = MotionMeter()

    def look(self, windows: Sequence[FightWindow]) -> None:
        """Settle the pending frame of every window."""
        pending = [(window, window.pending) for window in windows]
        sights = [(window, sight) for window, sight in pending if sight is not None]
        if not sights:
            return
        encodings = self._encode([sight for _, sight in sights])
        for (window, sight), encoding in zip(sights, encodings, strict=True):
            self._settle(window, sight, encoding)

    @torch.inference_mode()
    def _encode(self, sights: Sequence[Sight]) -> NDArray[np.float16]:
        pixels = np.stack([on_canvas(sight.picture) for sight in sights])[:, None]
        inputs = torch.from_numpy(pixels).to(self._device).float() / 255
        encoded = self._encoder(inputs.contiguous(memory_format=torch.channels_last))
        return np.asarray(encoded.half().cpu().contiguous().numpy(), np.float16)

    def _settle(self, window: FightWindow, sight: Sight, encoding: NDArray[np.float16]) -> None:
        last = window.last
        if last is None:
            window.settle(None, None, encoding)
            return
        before = None if window.flow is None else window.flow.astype(np.float32)
        elapsed_s = sight.at_s - last.at_s
        moved, flow = self._meter.measure(
            last.picture, sight.picture, elapsed_s, before, sight.people, sight.trust
        )
        changes = _changes([it.astype(np.float32) for it in (*window.encodings, encoding)])
        window.settle(np.concatenate((moved, changes)), flow, encoding)


def measure_count(width: int) -> int:
    """How many numbers describe a window for an encoder of this width."""
    return 3 * MEASURES + 4 * 2 * width


def pool_steps(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Steps (T, M), T at least 2, to the numbers (N,) that describe the window."""
    moved, changes = rows[:, :MEASURES].astype(np.float64), rows[:, MEASURES:].astype(np.float64)
    moved = np.sign(moved) * np.log1p(10 * np.abs(moved))
    known = np.isfinite(changes)
    # The first step of a window has no change before it to differ from.
    mean = np.where(known, np.log1p(np.maximum(changes, 0)), 0).sum(0) / np.maximum(known.sum(0), 1)
    return np.concatenate((moved.mean(0), moved.std(0), moved.max(0), mean))


def save_fight_weights(
    encoder: Mapping[str, Tensor], heads: Mapping[str, Tensor], path: Path, facts: FightFacts
) -> FightFacts:
    """Write an encoder's kept state, the heads and their JSON; returns the facts as written."""
    kept = {f"encoder.{key}": value for key, value in encoder.items()}
    return write_model(path, kept | {f"head.{name}": heads[name] for name in _HEAD}, facts)


def _changes(encodings: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Mean and largest first and second differences of every channel over two or three frames."""
    step = encodings[-1] - encodings[-2]
    first = np.abs(step)
    if len(encodings) > 2:
        second = np.abs(step - (encodings[-2] - encodings[-3]))
    else:
        second = np.full_like(first, np.nan)
    return np.concatenate([pool((1, 2)) for it in (first, second) for pool in (it.mean, it.max)])


def _encoder_part(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    prefix = "encoder."
    return {key.removeprefix(prefix): it for key, it in tensors.items() if key.startswith(prefix)}


def build_encoder(path: Path, width: int, tensors: Mapping[str, Tensor]) -> FightEncoder:
    """Return an encoder with these weights; others among them are passed over.

    path: named in the ConfigurationError that is raised if some are missing or misshapen.
    """
    encoder = FightEncoder(CompactNet(width=width))
    wanted = encoder.state_dict()
    mine = {key: value for key, value in tensors.items() if key in wanted}
    try:
        rest = encoder.load_state_dict(mine, strict=False)
    except RuntimeError as error:
        raise ConfigurationError(f"Weights {path} do not fit the model: {error}") from error
    missing = [key for key in rest.missing_keys if not key.endswith("num_batches_tracked")]
    if missing:
        raise ConfigurationError(f"Weights {path} do not fit the model: {len(missing)} are missing")
    return encoder.eval()


def _heads(path: Path, tensors: Mapping[str, Tensor], size: int) -> dict[str, NDArray[np.float32]]:
    """The tensors (2, ...) of both heads over so many numbers; checked."""
    hidden = tensors.get("head.hidden_bias", torch.empty(2, 0)).numel() // 2
    shapes = {
        "mean": (2, size),
        "deviation": (2, size),
        "hidden_weight": (2, hidden, size),
        "hidden_bias": (2, hidden),
        "weight": (2, hidden),
        "bias": (2, 1),
    }
    return {name: _head(path, name, tensors, shapes[name]) for name in _HEAD}


def _head(
    path: Path, name: str, tensors: Mapping[str, Tensor], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    value = tensors.get(f"head.{name}")
    if value is None or tuple(value.shape) != shape or not bool(torch.isfinite(value).all()):
        raise ConfigurationError(
            f"Weights {path} do not fit the model: head.{name} is missing or not {shape} numbers"
        )
    return np.asarray(value.numpy(), np.float32)
