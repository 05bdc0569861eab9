"""Whether a feed is live: it neither stands still nor repeats itself."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.vision.background.small_picture import SmallPicture

_COLUMNS, _ROWS = 16, 9
_STEPS = 256
_KEPT = 160
_KEPT_APART_S = 0.39
_LEARNED_CHANGES = 10
_STILL = 0.1
_MOST_CHANGES = 4.0
_FROZEN_S = 10.0
_FROZEN_FRAMES = 6
_USUAL_RUNS = 2.5
_SAME = 0.2
_LEAST_PERIOD_S = 3.0
_SAME_PERIOD = 0.04
_SAME_PERIOD_S = 0.3
_LOOPED_S = 6.0
_LOOPED_MATCHES = 8
_UNMATCHED_S = 1.6

Signature = NDArray[np.uint16]


class FeedWatch:
    """Compares each frame with the last and with those of the last minute or two.

    A live camera trembles: no two frames are the same. What it usually differs by is
    learned first, so a feed that never changed (a test picture) is not called frozen, and
    one that stands still for some seconds between key frames gets more time. 75 KB.
    """

    def __init__(self) -> None:
        self._last: Signature | None = None
        self._last_s = float("-inf")
        self._usual_change = 0.0
        self._changes = 0
        self._still_since_s: float | None = None
        self._still_frames = 0
        self._longest_still_s = 0.0
        self._kept = np.zeros((_KEPT, _COLUMNS * _ROWS), np.uint16)
        self._kept_s = np.full(_KEPT, np.inf)
        self._next = 0
        self._period_s = 0.0
        self._looping_since_s: float | None = None
        self._matched_s = float("-inf")
        self._matches = 0

    def see(self, small: SmallPicture, at_s: float) -> None:
        """Look at the next frame."""
        signature = _sign(small)
        if self._last is not None:
            self._learn(_differences(self._last, signature))
        self._find_repetition(signature, at_s, is_still=self._still_frames > 0)
        self._last, self._last_s = signature, at_s

    def frozen_s(self, at_s: float) -> float | None:
        """How long the feed has stood still, if longer than it ever does."""
        if self._still_since_s is None or self._still_frames < _FROZEN_FRAMES:
            return None
        lasted_s = at_s - self._still_since_s
        usual_s = max(_FROZEN_S, _USUAL_RUNS * self._longest_still_s)
        return lasted_s if lasted_s >= usual_s else None

    def looped_s(self, at_s: float) -> float | None:
        """How long the feed has repeated what it showed before, if for long enough."""
        if self._looping_since_s is None or self._matches < _LOOPED_MATCHES:
            return None
        lasted_s = at_s - self._looping_since_s
        return lasted_s if lasted_s >= _LOOPED_S else None

    def pause(self) -> None:
        """Frames were missing for long: what lasted until then is over."""
        self._last = None
        self._still_since_s, self._still_frames = None, 0
        self._looping_since_s, self._matches = None, 0

    def __getstate__(self) -> dict[str, Any]:
        """Without the frames of the last minute: they weigh 70 KB and fill up again."""
        empty = {"_kept": np.zeros_like(self._kept), "_kept_s": np.full_like(self._kept_s, np.inf)}
        return {**self.__dict__, **empty, "_looping_since_s": None, "_matches": 0}

    def _learn(self, differences: NDArray[np.float64]) -> None:
        """The usual change is how the quieter half of the picture trembles, and a low one.

        A lamp that goes out changes much more at once; that teaches little.
        """
        is_known = self._changes >= _LEARNED_CHANGES
        if is_known and differences.mean() <= _STILL * self._usual_change:
            self._still_frames += 1
            if self._still_since_s is None:
                self._still_since_s = self._last_s
            return
        if self._still_since_s is not None:
            lasted_s = self._last_s - self._still_since_s
            self._longest_still_s = max(0.9 * self._longest_still_s, min(lasted_s, _FROZEN_S))
        self._still_since_s, self._still_frames = None, 0
        ordered, half = np.sort(differences), len(differences) // 2
        change = float(ordered[half] + ordered[~half]) / 2
        if is_known:
            change = min(change, _MOST_CHANGES * self._usual_change)
        if change > 0:
            pace = 0.02 if is_known and change > self._usual_change else 0.3
            self._usual_change += (pace if self._changes else 1.0) * (change - self._usual_change)
            self._changes += 1

    def _find_repetition(self, signature: Signature, at_s: float, *, is_still: bool) -> None:
        if self._changes >= _LEARNED_CHANGES and not is_still:
            then_s = self._seen_before(signature, at_s)
            if at_s - self._matched_s > max(_UNMATCHED_S, 3 * (at_s - self._last_s)):
                self._looping_since_s, self._matches = None, 0
            if then_s is not None:
                self._match(at_s, at_s - then_s)
        if at_s - self._kept_s[self._next - 1] >= _KEPT_APART_S or self._is_empty():
            self._kept[self._next], self._kept_s[self._next] = signature, at_s
            self._next = (self._next + 1) % _KEPT

    def _is_empty(self) -> bool:
        return not np.isfinite(self._kept_s[self._next - 1])

    def _seen_before(self, signature: Signature, at_s: float) -> float | None:
        """When the same was shown, at least 3 s ago; the nearest to the period known."""
        is_old = at_s - self._kept_s >= _LEAST_PERIOD_S
        is_same = _apart(self._kept, signature) <= _SAME * self._usual_change
        same_s = self._kept_s[is_old & is_same]
        if not len(same_s):
            return None
        expected_s = at_s - self._period_s if self._matches else at_s
        return float(same_s[np.argmin(np.abs(same_s - expected_s))])

    def _match(self, at_s: float, period_s: float) -> None:
        """Count it if it is after the period known, until that fails; others are chance."""
        tolerance_s = max(_SAME_PERIOD_S, _SAME_PERIOD * period_s)
        if not self._matches:
            self._period_s, self._looping_since_s = period_s, at_s
        elif abs(period_s - self._period_s) > tolerance_s:
            return
        self._matches += 1
        self._matched_s = at_s


def _differences(first: Signature, second: Signature) -> NDArray[np.float64]:
    """By block, in levels of luminance."""
    return np.asarray(np.abs(first.astype(np.int32) - second) / _STEPS, np.float64)


def _apart(kept: Signature, signature: Signature) -> NDArray[np.float64]:
    """Of each kept one (N, blocks): mean difference by block, in levels of luminance."""
    steps = cv2.absdiff(kept, np.broadcast_to(signature, kept.shape))
    sums = cv2.reduce(steps, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F).ravel()
    return np.asarray(sums.astype(np.float64) / len(signature) / _STEPS, np.float64)


def _sign(small: SmallPicture) -> Signature:
    coarse = cv2.resize(small.luma, (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA)
    return np.asarray(coarse * _STEPS, np.float32).round().astype(np.uint16).ravel()
