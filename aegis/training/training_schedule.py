"""How long to train, how hard, and how far along that is."""

import math
from dataclasses import dataclass

_WARMUP_STEPS = 200
_LEAST = 0.02
_CALM_FROM = 0.85
_MOSAICS = 0.5


@dataclass(frozen=True, slots=True)
class TrainingSchedule:
    """A plan by epochs or, if ``minutes`` is above 0, by the clock.

    epochs: passes over the pictures. minutes: wall-clock budget; how many epochs fit into it
    depends on the machine, so only a plan by epochs repeats exactly. rate: peak learning rate.
    """

    epochs: int = 25
    minutes: float = 0.0
    rate: float = 1.5e-3

    def progress(self, epochs_done: float, elapsed_s: float) -> float:
        """Return the share of the plan that is done, 0 to 1."""
        if self.minutes > 0:
            return min(elapsed_s / 60 / self.minutes, 1.0)
        return min(epochs_done / self.epochs, 1.0)

    def rate_at(self, progress: float, step: int) -> float:
        """Return the learning rate: a short ramp by steps, then a cosine by progress."""
        ramp = min(1.0, (step + 1) / _WARMUP_STEPS)
        cosine = 0.5 * (1 + math.cos(math.pi * progress))
        return self.rate * ramp * (_LEAST + (1 - _LEAST) * cosine)

    def mosaics_at(self, progress: float) -> float:
        """Return the share of mosaics: none towards the end, where pictures are whole again."""
        return _MOSAICS if progress < _CALM_FROM else 0.0
