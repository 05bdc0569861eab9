"""Gives things seen in frame after frame one number each."""

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from aegis.domain.detection import Detections
from aegis.domain.observation import Box
from aegis.vision.tracking.last_seen import LastSeen

if TYPE_CHECKING:
    from trackers import ByteTrackTracker

UNTRACKED = 0
"""The id of a detection that is too weak to be followed."""

START_MARGIN = 0.1
"""How far above the detector's threshold a score must be to start a track (as ByteTrack has it)."""

_REFERENCE_HZ = 5.0
_BUFFER_RATIO = 0.8
_MIN_OVERLAP = 0.1
_COAST_S = 3.0
_SAME_PLACE_S = 5.0


@dataclass(slots=True)
class _Seen:
    """What a follower reads and gives back of supervision.Detections, without its checks."""

    xyxy: NDArray[np.float32]
    confidence: NDArray[np.float32]
    rows: NDArray[np.intp]
    tracker_id: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: NDArray[np.intp]) -> "_Seen":
        return _Seen(self.xyxy[index], self.confidence[index], self.rows[index])


class Tracker:
    """ByteTrack for one camera, one follower a label, so that a weapon never takes a person's id.

    Made for 0.2 to 30 frames a second in the time of the frames, and for weak detectors:
    boxes are compared with a wide margin (BIoU), because a walker at 2 frames a second no
    longer overlaps his own last box. What the follower loses gets its old id back where it
    vanished: for 5 s in the same place, for 2.5 s within three quarters of its height, and
    longer where frames are further apart; and where it had to be by now if it went on as it
    did, however faint. Two people who swap places while unseen swap ids.

    start_score: least score that starts a track. interval_s: between frames, smoothed.

    Source: ByteTrack, https://arxiv.org/abs/2110.06864; BIoU, https://arxiv.org/abs/2211.14317.
    """

    def __init__(self, score_threshold: float) -> None:
        self.interval_s = 0.0
        self.start_score = min(score_threshold + START_MARGIN, 0.9)
        self._threshold = score_threshold
        self._followers: dict[str, ByteTrackTracker] = {}
        self._ids: dict[tuple[str, int], int] = {}
        self._last_seen: dict[int, LastSeen] = {}
        self._next_id = 1
        self._now_s: float | None = None

    def update(self, detections: Detections, at_s: float) -> NDArray[np.int64]:
        """Ids (N,) of these detections, UNTRACKED for the weak ones.

        at_s: the frame's time, seconds, later than that of every frame before.
        """
        self._advance(at_s)
        ids = np.full(len(detections), UNTRACKED, np.int64)
        followed = self._follow(detections, at_s)
        for index, key in followed.items():
            ids[index] = self._ids.get(key, UNTRACKED)
        for index in self._nameless(detections, ids, followed):
            ids[index] = self._recall(detections, index, set(ids.tolist())) or self._start(
                float(detections.scores[index])
            )
        for index in np.flatnonzero(ids == UNTRACKED).tolist():
            ids[index] = self._await(detections, index, set(ids.tolist()))
        self._remember(detections, ids, followed, at_s)
        return ids

    def match(self, detections: Detections) -> NDArray[np.int64]:
        """Ids (N,) that these detections would have now; nothing is remembered."""
        ids = np.full(len(detections), UNTRACKED, np.int64)
        for index in range(len(detections)):
            ids[index] = self._recall(detections, index, set(ids.tolist())) or UNTRACKED
        return ids

    def renew(self, track_id: int) -> int:
        """Give what is followed under this id a new one, because it is something else."""
        renewed, self._next_id = self._next_id, self._next_id + 1
        self._last_seen[renewed] = self._last_seen.pop(track_id)
        for key, known in self._ids.items():
            if known == track_id:
                self._ids[key] = renewed
        return renewed

    def forget(self) -> None:
        """Lose sight of everything; ids go on counting."""
        self._followers.clear()
        self._ids.clear()
        self._last_seen.clear()
        self._now_s = None
        self.interval_s = 0.0

    def memory_s(self) -> float:
        """So long a lost thing keeps its id."""
        return max(_SAME_PLACE_S, 2.5 * self.interval_s)

    def copy(self) -> Self:
        """One that goes on by itself, the followers too."""
        copied: Self = _twin(self)
        copied.__dict__ |= {
            "_followers": {
                label: _copy_of(follower) for label, follower in self._followers.items()
            },
            "_ids": self._ids.copy(),
            "_last_seen": self._last_seen.copy(),
        }
        return copied

    def __getstate__(self) -> dict[str, Any]:
        """Without the followers: they are the library's, and recall bridges their loss."""
        return {**self.__dict__, "_followers": {}, "_ids": {}}

    def _advance(self, at_s: float) -> None:
        if self._now_s is not None:
            gap = at_s - self._now_s
            self.interval_s = gap if not self.interval_s else 0.7 * self.interval_s + 0.3 * gap
        self._now_s = at_s
        expired = [
            track_id
            for track_id, seen in self._last_seen.items()
            if at_s - seen.at_s > self.memory_s()
        ]
        for track_id in expired:
            del self._last_seen[track_id]

    def _follow(self, detections: Detections, at_s: float) -> dict[int, tuple[str, int]]:
        """The followers' own numbers by index of the detection."""
        followed: dict[int, tuple[str, int]] = {}
        rows: dict[str, list[int]] = {label: [] for label in self._followers}
        for row, label in enumerate(detections.labels):
            rows.setdefault(label, []).append(row)
        for label, of_label in rows.items():
            numbers = self._update_follower(label, detections, np.array(of_label, np.intp), at_s)
            followed |= {row: (label, number) for row, number in numbers.items()}
        return followed

    def _update_follower(
        self, label: str, detections: Detections, rows: NDArray[np.intp], at_s: float
    ) -> dict[int, int]:
        follower = self._followers.get(label)
        if follower is None:
            follower = self._followers[label] = _new_follower(self._threshold, self.start_score)
        seen: Any = _Seen(detections.xyxy[rows], detections.scores[rows], rows)
        out: Any = follower.update(seen, timestamp=at_s)
        if not len(out):
            return {}
        pairs = zip(out.rows.tolist(), out.tracker_id.tolist(), strict=True)
        return {row: number for row, number in pairs if number >= 0}

    def _nameless(
        self, detections: Detections, ids: NDArray[np.int64], followed: Container[int]
    ) -> list[int]:
        """What is clear enough, or was followed here, and has no id yet."""
        return [
            index
            for index in range(len(detections))
            if ids[index] == UNTRACKED
            and (index in followed or detections.scores[index] >= self._threshold)
        ]

    def _recall(self, detections: Detections, index: int, taken: set[int]) -> int | None:
        """The id lost nearest to this detection and free in this frame."""
        now = self._now_s or 0.0
        label, box = detections.labels[index], _box(detections, index)
        closeness = {
            track_id: seen.closeness(box, now - seen.at_s, self.interval_s)
            for track_id, seen in self._last_seen.items()
            if seen.label == label and track_id not in taken
        }
        best = max(closeness, key=lambda track_id: closeness[track_id], default=None)
        return best if best is not None and closeness[best] > 0 else None

    def _await(self, detections: Detections, index: int, taken: set[int]) -> int:
        """The id, free in this frame, of what had to be here by now, however faint it is."""
        now = self._now_s or 0.0
        label, box = detections.labels[index], _box(detections, index)
        awaited = (
            track_id
            for track_id, seen in self._last_seen.items()
            if track_id not in taken
            and seen.label == label
            and seen.is_awaited(box, now - seen.at_s)
        )
        return next(awaited, UNTRACKED)

    def _start(self, score: float) -> int:
        if score < self.start_score:
            return UNTRACKED
        self._next_id += 1
        return self._next_id - 1

    def _remember(
        self,
        detections: Detections,
        ids: NDArray[np.int64],
        followed: dict[int, tuple[str, int]],
        at_s: float,
    ) -> None:
        known, boxes = ids.tolist(), detections.xyxy.tolist()
        for track_id, label, (x0, y0, x1, y1) in zip(known, detections.labels, boxes, strict=True):
            if track_id != UNTRACKED:
                before = self._last_seen.get(track_id)
                box = (x0, y0, x1, y1)
                self._last_seen[track_id] = (
                    LastSeen(label, box, at_s) if before is None else before.gone_on(box, at_s)
                )
        renamed = {key: known[index] for index, key in followed.items() if known[index]}
        current = set(renamed.values())
        kept = {
            key: track_id
            for key, track_id in self._ids.items()
            if track_id in self._last_seen and track_id not in current
        }
        self._ids = kept | renamed


def _new_follower(score_threshold: float, start_score: float) -> "ByteTrackTracker":
    # Two seconds of imports, only where something is tracked.
    from trackers import ByteTrackTracker  # noqa: PLC0415

    from aegis.vision.tracking.box_filter import BoxFilter  # noqa: PLC0415
    from aegis.vision.tracking.box_overlap import WideOverlap  # noqa: PLC0415

    return ByteTrackTracker(
        lost_track_buffer=round(_COAST_S * 30),
        frame_rate=_REFERENCE_HZ,
        track_activation_threshold=start_score,
        high_conf_det_threshold=score_threshold,
        minimum_consecutive_frames=1,
        minimum_iou_threshold=_MIN_OVERLAP,
        state_estimator_class=BoxFilter,
        iou=WideOverlap(_BUFFER_RATIO),
    )


def _copy_of(follower: "ByteTrackTracker") -> "ByteTrackTracker":
    """All that it changes in place are its tracks and their filters."""
    copied: ByteTrackTracker = _twin(follower)
    copied.tracks = [_twin(track) for track in follower.tracks]
    for track in copied.tracks:
        track.state_estimator = _twin(track.state_estimator)
    return copied


def _twin(original: Any) -> Any:
    """As copy.copy has it for a plain object, in a tenth of the time."""
    twin = object.__new__(type(original))
    twin.__dict__ |= original.__dict__
    return twin


def _box(detections: Detections, index: int) -> Box:
    x0, y0, x1, y1 = detections.xyxy[index].tolist()
    return x0, y0, x1, y1
