"""What Aegis remembers of each camera's scene from frame to frame."""

import copy
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.observation import Observation, ObservedSubject
from aegis.domain.site import Site
from aegis.domain.value import to_utc
from aegis.vision.track_memory import Sighting, TrackMemory
from aegis.vision.tracker import UNTRACKED, Tracker
from aegis.vision.zones import ZoneMap, ground_points

DEFAULT_SCORE = 0.35
_RESET_GAP_S = 30.0
_VISIT_GAP_S = 2.0
_LATE_FRAMES_TO_RESTART = 5


class SceneSession:
    """One camera's scene: tracks with dwell, zones, speed, and visits.

    Time is the frames' own. A late or repeated frame is judged against the present tracks
    and changes nothing. After 30 s without a frame everything starts anew; so it does when
    five frames in a row are over 30 s late, because then the camera's clock was set back.
    Weak where a crowd hides people from each other: ids swap there. Bounded: tracks live
    seconds, a trail has 60 points. It pickles, without the 50 KB of the follower.
    """

    def __init__(self, camera_id: str, site: Site, score_threshold: float = DEFAULT_SCORE) -> None:
        self._camera_id = camera_id
        self._location = site.camera(camera_id).location
        self._zones = ZoneMap(site.camera(camera_id).zones)
        self._tracker = Tracker(score_threshold)
        self._tracks: dict[int, TrackMemory] = {}
        self._frame_count = 0
        self._newest_s = float("-inf")
        self._late_frames = 0
        self._visit = 0
        self._presence_s = float("-inf")

    def describe(self, site: Site) -> None:
        """Use another description of the site from now on; the memory stays."""
        self._location = site.camera(self._camera_id).location
        self._zones = ZoneMap(site.camera(self._camera_id).zones)

    def observe(
        self, frame: Frame, detections: Detections, resolution_wh: tuple[int, int]
    ) -> Observation:
        """The facts of this frame; remembers it if it is the newest.

        detections: best given down to half the score threshold; the weak ones keep tracks
        alive and start none. resolution_wh: of the upright picture the boxes belong to.
        """
        at_s = to_utc(frame.captured_at).timestamp()
        is_late = at_s <= self._newest_s and not self._clock_was_set_back(at_s)
        is_alone = not is_late and self._begin_frame(at_s)
        ids = self._tracker.match(detections) if is_late else self._track(detections, at_s)
        subjects = self._subjects(detections, ids, resolution_wh, at_s, is_late=is_late)
        if not is_late:
            self._count_visit(subjects, at_s, is_alone=is_alone)
        return Observation(
            captured_at=frame.captured_at,
            resolution_wh=resolution_wh,
            subjects=subjects,
            camera_id=self._camera_id,
            location=frame.location or self._location,
            frame_number=frame.frame_number,
            visit=self._visit,
            is_alone=is_alone,
            is_late=is_late,
        )

    def _clock_was_set_back(self, at_s: float) -> bool:
        """Whether late frames are so late and so many that the clock must have changed."""
        self._late_frames = self._late_frames + 1 if self._newest_s - at_s > _RESET_GAP_S else 0
        return self._late_frames >= _LATE_FRAMES_TO_RESTART

    def _begin_frame(self, at_s: float) -> bool:
        """Move on to this time; whether the frame stands alone, nothing lately before it."""
        is_alone = not 0 < at_s - self._newest_s <= _RESET_GAP_S
        if is_alone:
            self._tracker.forget()
            self._tracks.clear()
            self._presence_s = float("-inf")
        self._newest_s, self._late_frames = at_s, 0
        self._frame_count += 1
        return is_alone

    def _track(self, detections: Detections, at_s: float) -> NDArray[np.int64]:
        ids = self._tracker.update(detections, at_s)
        memory_s = self._tracker.memory_s()
        self._tracks = {
            track_id: track
            for track_id, track in self._tracks.items()
            if at_s - track.last_seen_s <= memory_s
        }
        return ids

    def _subjects(
        self,
        detections: Detections,
        ids: NDArray[np.int64],
        resolution_wh: tuple[int, int],
        at_s: float,
        *,
        is_late: bool,
    ) -> tuple[ObservedSubject, ...]:
        points = ground_points(detections.xyxy, resolution_wh)
        before = [
            self._tracks[track_id].zones() if track_id in self._tracks else frozenset[str]()
            for track_id in ids.tolist()
        ]
        zones = self._zones.locate(points, before)
        if not is_late:
            self._remember(detections, ids, points * resolution_wh, zones, at_s)
        return tuple(
            observe_subject(detections, index, self._zones, names, self._memory_of(track_id, at_s))
            for index, (track_id, names) in enumerate(zip(ids.tolist(), zones, strict=True))
            if track_id != UNTRACKED or is_late
        )

    def _remember(
        self,
        detections: Detections,
        ids: NDArray[np.int64],
        feet: NDArray[np.float64],
        zones: list[set[str]],
        at_s: float,
    ) -> None:
        """Add this frame to the tracks; ids change in place where somebody else took over."""
        heights = detections.xyxy[:, 3] - detections.xyxy[:, 1]
        for index, track_id in enumerate(ids.tolist()):
            if track_id == UNTRACKED:
                continue
            x, y = feet[index].tolist()
            score = float(detections.scores[index])
            sighting = Sighting(at_s, x, y, float(heights[index]), score)
            track = self._tracks.get(track_id)
            if track is None:
                track = TrackMemory.begin(
                    detections.labels[index], self._tracker.start_score, sighting, self._frame_count
                )
                self._tracks[track_id] = track
            if track.add(sighting, zones[index], self._frame_count):
                ids[index] = self._renew(track_id)

    def _renew(self, track_id: int) -> int:
        renewed = self._tracker.renew(track_id)
        self._tracks[renewed] = self._tracks.pop(track_id)
        return renewed

    def _memory_of(self, track_id: int, at_s: float) -> dict[str, Any]:
        """What an ObservedSubject tells beyond its own frame; empty for what is not tracked."""
        track = self._tracks.get(track_id)
        if track is None:
            return {}
        return {
            "track_id": track_id,
            "dwell_s": round(max(0.0, at_s - track.first_seen_s), 3),
            "zone_dwell_s": {name: round(track.stay_s(name, at_s), 3) for name in track.zones()},
            "speed": round(track.speed, 3),
            "frames": track.frames,
            "mean_score": round(min(1.0, max(0.0, track.mean_score)), 4),
            "is_steady": track.is_steady,
            "roam": round(track.roam, 2),
        }

    def _count_visit(
        self, subjects: tuple[ObservedSubject, ...], at_s: float, *, is_alone: bool
    ) -> None:
        """A visit begins with the first person to be believed after the scene was empty."""
        people = [
            subject
            for subject in subjects
            if subject.label == "person" and (subject.is_steady or is_alone)
        ]
        if not people:
            return
        came_s = at_s - max(person.dwell_s for person in people)
        if came_s - self._presence_s >= max(_VISIT_GAP_S, 1.5 * self._tracker.interval_s):
            self._visit += 1
        self._presence_s = at_s


class SceneSessions:
    """The scenes of the cameras that come here; the one unused longest goes when room is short.

    `snapshot` and `restore` carry them to another process, or over a restart.
    """

    def __init__(
        self,
        site: Site,
        score_threshold: float = DEFAULT_SCORE,
        capacity: int = 1000,
    ) -> None:
        self._site = site
        self._score_threshold = score_threshold
        self._capacity = capacity
        self._sessions: OrderedDict[str, SceneSession] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sessions)

    def observe(
        self, frame: Frame, detections: Detections, resolution_wh: tuple[int, int]
    ) -> Observation:
        """The facts of this frame, in its camera's scene if it names a camera."""
        if frame.camera_id is None:
            return observe_still(frame, detections.above(self._score_threshold), resolution_wh)
        return self._session(frame.camera_id).observe(frame, detections, resolution_wh)

    def snapshot(self) -> dict[str, SceneSession]:
        """A copy of every scene by camera; it pickles."""
        return copy.deepcopy(dict(self._sessions))

    def restore(self, snapshot: Mapping[str, SceneSession]) -> None:
        """Take over scenes of cameras that are not known here yet."""
        for camera_id, session in snapshot.items():
            if camera_id not in self._sessions:
                self._sessions[camera_id] = copy.deepcopy(session)
                self._sessions[camera_id].describe(self._site)
        self._make_room()

    def _session(self, camera_id: str) -> SceneSession:
        if camera_id not in self._sessions:
            session = SceneSession(camera_id, self._site, self._score_threshold)
            self._sessions[camera_id] = session
        self._sessions.move_to_end(camera_id)
        self._make_room()
        return self._sessions[camera_id]

    def _make_room(self) -> None:
        while len(self._sessions) > self._capacity:
            self._sessions.popitem(last=False)


def observe_still(
    frame: Frame, detections: Detections, resolution_wh: tuple[int, int]
) -> Observation:
    """The facts of a picture that belongs to no camera: bare detections, no zones."""
    nowhere = ZoneMap(())
    return Observation(
        captured_at=frame.captured_at,
        resolution_wh=resolution_wh,
        subjects=tuple(
            observe_subject(detections, index, nowhere, set(), {})
            for index in range(len(detections))
        ),
        location=frame.location,
        frame_number=frame.frame_number,
        is_alone=True,
    )


def observe_subject(
    detections: Detections, index: int, zones: ZoneMap, names: set[str], memory: dict[str, Any]
) -> ObservedSubject:
    """One detection, with what is remembered of it if anything is."""
    x0, y0, x1, y1 = detections.xyxy[index].tolist()
    score = round(min(1.0, max(0.0, float(detections.scores[index]))), 4)
    present: dict[str, Any] = {
        "label": detections.labels[index],
        "score": score,
        "mean_score": score,
        "bbox": (round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2)),
        "zones": tuple(sorted(names)),
        "restricted_zones": tuple(sorted(names & zones.restricted)),
    }
    return ObservedSubject(**present | memory)
