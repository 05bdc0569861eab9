"""Who and what is followed through one camera's scene."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aegis.domain.detection import Detections
from aegis.domain.observation import Entry, ObservedSubject
from aegis.domain.site import Camera
from aegis.vision.tracking.contact import ProtectedZones
from aegis.vision.tracking.entry import entry_of
from aegis.vision.tracking.glimpses import Glimpse, Glimpses, is_running
from aegis.vision.tracking.line_crossing import WireMap, WireTraffic, update_crossings
from aegis.vision.tracking.near_pairs import near_pairs
from aegis.vision.tracking.subject_view import memory_of, observe_subject
from aegis.vision.tracking.track_memory import Sighting, TrackMemory
from aegis.vision.tracking.tracker import UNTRACKED, Tracker
from aegis.vision.tracking.zones import ZoneMap, ground_points

_TOUCH_SPEED = 0.6


class TracksMark(NamedTuple):
    """What SceneTracks remembered at one moment; nobody else's, and not to be changed."""

    tracker: Tracker
    tracks: dict[int, TrackMemory]
    glimpses: Glimpses
    traffic: WireTraffic
    frame_count: int


class SceneTracks:
    """The tracks of one camera with all that is remembered of each.

    Weak where a crowd hides people: ids swap there. Bounded: tracks live seconds.
    """

    def __init__(self, camera: Camera, score_threshold: float) -> None:
        self.describe(camera)
        self._tracker = Tracker(score_threshold)
        self._tracks: dict[int, TrackMemory] = {}
        self._traffic = WireTraffic()
        self._glimpses = Glimpses()
        self._close_pairs: tuple[tuple[int, int], ...] = ()
        self._frame_count = 0

    def describe(self, camera: Camera) -> None:
        """Use another description of the camera from now on; the memory stays."""
        self._zones = ZoneMap(camera.zones)
        self._wires = WireMap(camera.tripwires)
        self._protected = ProtectedZones(camera.zones)
        self._entrances = frozenset(it.name for it in camera.zones if it.kind == "entrance")

    @property
    def interval_s(self) -> float:
        """Between frames, smoothed."""
        return self._tracker.interval_s

    @property
    def line_counts(self) -> dict[str, tuple[int, int]]:
        """By tripwire, crossings forward and backward."""
        return dict(self._traffic.counts)

    @property
    def close_pairs(self) -> tuple[tuple[int, int], ...]:
        """The ids of two people each who are at close quarters in the newest frame."""
        return self._close_pairs

    def forget(self) -> None:
        """Lose sight of everything; ids and counts go on."""
        self._tracker.forget()
        self._tracks.clear()
        self._glimpses = Glimpses()

    def follow(
        self,
        detections: Detections,
        resolution_wh: tuple[int, int],
        at_s: float,
        *,
        is_first: bool = False,
    ) -> tuple[ObservedSubject, ...]:
        """Remember this frame; what is seen in it and followed.

        is_first: the scene begins, so nobody knows how those in it came.
        """
        self._frame_count += 1
        ids = self._tracker.update(detections, at_s)
        self._expire(at_s)
        points, zones = self._locate(detections, ids, resolution_wh)
        self._remember(detections, ids, points, zones, resolution_wh, at_s, is_first=is_first)
        self._glimpse(detections, ids, resolution_wh[0], at_s)
        self._meet(at_s)
        self._cross(ids, points, at_s)
        self._touch(detections, ids, resolution_wh, at_s)
        return self._view(detections, ids, zones, at_s)

    def match(
        self, detections: Detections, resolution_wh: tuple[int, int], at_s: float
    ) -> tuple[ObservedSubject, ...]:
        """What a frame that came too late shows, told by the present tracks; remembers nothing."""
        ids = self._tracker.match(detections)
        _, zones = self._locate(detections, ids, resolution_wh)
        return self._view(detections, ids, zones, at_s, with_untracked=True)

    def mark(self) -> TracksMark:
        """A copy of all that is remembered, for `wind_back`."""
        tracks = {track_id: track.copy() for track_id, track in self._tracks.items()}
        glimpses, traffic = self._glimpses.copy(), self._traffic.copy()
        return TracksMark(self._tracker.copy(), tracks, glimpses, traffic, self._frame_count)

    def wind_back(self, mark: TracksMark) -> None:
        """Be again as at that mark, which these very tracks made; it can be used again."""
        self._tracker, self._traffic = mark.tracker.copy(), mark.traffic.copy()
        self._tracks = {track_id: track.copy() for track_id, track in mark.tracks.items()}
        self._glimpses, self._frame_count = mark.glimpses.copy(), mark.frame_count

    def _expire(self, at_s: float) -> None:
        memory_s = self._tracker.memory_s()
        self._tracks = {
            track_id: track
            for track_id, track in self._tracks.items()
            if at_s - track.last_seen_s <= memory_s
        }

    def _locate(
        self, detections: Detections, ids: NDArray[np.int64], resolution_wh: tuple[int, int]
    ) -> tuple[NDArray[np.float64], list[set[str]]]:
        points = ground_points(detections.xyxy, resolution_wh)
        before = [
            self._tracks[track_id].zones() if track_id in self._tracks else frozenset[str]()
            for track_id in ids.tolist()
        ]
        return points, self._zones.locate(points, before)

    def _remember(
        self,
        detections: Detections,
        ids: NDArray[np.int64],
        points: NDArray[np.float64],
        zones: list[set[str]],
        resolution_wh: tuple[int, int],
        at_s: float,
        *,
        is_first: bool,
    ) -> None:
        """Add this frame to the tracks; ids change in place where somebody else took over."""
        heights = (detections.xyxy[:, 3] - detections.xyxy[:, 1]).tolist()
        feet = (points * resolution_wh).tolist()
        for index in np.flatnonzero(ids != UNTRACKED).tolist():
            track_id = int(ids[index])
            x, y = feet[index]
            sighting = Sighting(at_s, x, y, heights[index], float(detections.scores[index]))
            track = self._tracks.get(track_id)
            if track is None:
                came_by = self._entry(detections, index, resolution_wh, zones[index])
                self._tracks[track_id] = track = TrackMemory.begin(
                    detections.labels[index],
                    self._tracker.start_score,
                    sighting,
                    self._frame_count,
                    "unknown" if is_first else came_by,
                )
            if track.add(sighting, zones[index], self._frame_count):
                ids[index] = self._renew(track_id)

    def _glimpse(
        self, detections: Detections, ids: NDArray[np.int64], width: int, at_s: float
    ) -> None:
        """Note what may have been somebody, and how runners came who are seen the second time."""
        glimpses = []
        for index, track_id in enumerate(ids.tolist()):
            track = self._tracks.get(track_id)
            if track is not None and track.frames > 2:
                continue
            x0, y0, x1, y1 = detections.xyxy[index].tolist()
            glimpse = Glimpse(detections.labels[index], (x0, y0, x1, y1), at_s, track_id)
            if track is None or track.frames == 1:
                glimpses.append(glimpse)
                continue
            first = self._glimpses.take(track_id)
            if first is not None and is_running(first, glimpse):
                track.precede(self._glimpses.way_to(first, glimpse))
                if self._glimpses.ran_through(first, glimpse, self.interval_s, width):
                    track.run_through()
        self._glimpses.see(glimpses, at_s)

    def _entry(
        self,
        detections: Detections,
        index: int,
        resolution_wh: tuple[int, int],
        zones: set[str],
    ) -> Entry:
        x0, y0, x1, y1 = detections.xyxy[index].tolist()
        by_entrance = bool(zones & self._entrances)
        return entry_of((x0, y0, x1, y1), resolution_wh, by_entrance=by_entrance)

    def _renew(self, track_id: int) -> int:
        renewed = self._tracker.renew(track_id)
        self._tracks[renewed] = self._tracks.pop(track_id)
        return renewed

    def _cross(self, ids: NDArray[np.int64], points: NDArray[np.float64], at_s: float) -> None:
        if not len(self._wires):
            return
        distances, places = self._wires.distances(points).tolist(), points.tolist()
        for index in np.flatnonzero(ids != UNTRACKED).tolist():
            track_id = int(ids[index])
            track = self._tracks[track_id]
            x, y = places[index]
            crossed, track.clear_points = update_crossings(
                self._wires, track.clear_points, (x, y), distances[index]
            )
            for wire, direction in crossed:
                track.cross(self._traffic.pass_by(track_id, wire, direction, at_s))

    def _meet(self, at_s: float) -> None:
        """Note who is in whose company, and who is at close quarters."""
        people = (
            it
            for it in self._tracks.items()
            if it[1].label == "person" and it[1].last_seen_s == at_s
        )
        pairs = list(near_pairs(people))
        for pair in pairs:
            if pair.is_company:
                pair.one.company_s = pair.other.company_s = at_s
        self._close_pairs = tuple(pair.ids for pair in pairs if pair.is_close)

    def _touch(
        self,
        detections: Detections,
        ids: NDArray[np.int64],
        resolution_wh: tuple[int, int],
        at_s: float,
    ) -> None:
        """A contact is of people who stay where they are; passing by is none."""
        if not len(self._protected):
            return
        slow = {
            index: track
            for index, track_id in enumerate(ids.tolist())
            if track_id != UNTRACKED
            and (track := self._tracks[track_id]).label == "person"
            and track.motion.speed <= _TOUCH_SPEED
        }
        touched = self._protected.touched(detections.xyxy[list(slow)], resolution_wh)
        for track, names in zip(slow.values(), touched, strict=True):
            track.contacts = track.contacts.after(names, frozenset(), at_s)

    def _view(
        self,
        detections: Detections,
        ids: NDArray[np.int64],
        zones: list[set[str]],
        at_s: float,
        *,
        with_untracked: bool = False,
    ) -> tuple[ObservedSubject, ...]:
        seen = zip(
            ids.tolist(),
            detections.labels,
            detections.scores.tolist(),
            detections.xyxy.tolist(),
            zones,
            strict=True,
        )
        return tuple(
            observe_subject(
                label,
                score,
                box,
                names,
                self._zones.restricted,
                memory_of(track_id, self._tracks.get(track_id), at_s),
            )
            for track_id, label, score, box, names in seen
            if track_id != UNTRACKED or with_untracked
        )
