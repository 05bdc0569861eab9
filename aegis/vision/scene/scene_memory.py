"""What detections alone tell of a scene, frame after frame in the order of their times."""

from typing import NamedTuple

from aegis.domain.detection import Detections
from aegis.domain.observation import Box, ObservedSubject
from aegis.domain.site import Camera
from aegis.vision.scene.close_pairs import ClosePairs
from aegis.vision.scene.doorways import Doorways
from aegis.vision.scene.luggage import Luggage
from aegis.vision.tracking.scene_tracks import SceneTracks, TracksMark

RESET_GAP_S = 30.0
_VISIT_GAP_S = 2.0


class Step(NamedTuple):
    """What is known with one more frame, as an Observation tells it.

    told: what its subjects let conclude: bags that were left, followers through doors.
    """

    subjects: tuple[ObservedSubject, ...]
    visit: int
    is_alone: bool
    line_counts: dict[str, tuple[int, int]]
    told: tuple[ObservedSubject, ...] = ()
    close_s: float = 0.0


class SceneMark(NamedTuple):
    """What a SceneMemory was at one moment."""

    newest_s: float
    visit: int
    presence_s: float
    tracks: TracksMark
    luggage: Luggage
    pairs: ClosePairs
    doorways: Doorways


class SceneMemory:
    """Tracks and visits of one camera, and what follows from them.

    The part of a session that can be wound back.
    """

    def __init__(self, camera: Camera, score_threshold: float) -> None:
        self._tracks = SceneTracks(camera, score_threshold)
        self._has_doors = _has_doors(camera)
        self._luggage = Luggage()
        self._pairs = ClosePairs()
        self._doorways = Doorways()
        self.newest_s = float("-inf")
        self._visit = 0
        self._presence_s = float("-inf")

    def describe(self, camera: Camera) -> None:
        """Use another description of the camera from now on; the memory stays."""
        self._tracks.describe(camera)
        self._has_doors = _has_doors(camera)

    def go_on(self, detections: Detections, resolution_wh: tuple[int, int], at_s: float) -> Step:
        """Remember one more frame; at_s: not the time of the newest one.

        More than 30 s after that, or before it, the scene begins anew.
        """
        is_alone = not 0 < at_s - self.newest_s <= RESET_GAP_S
        if is_alone:
            self._tracks.forget()
            self._presence_s = float("-inf")
        self.newest_s = at_s
        subjects = self._tracks.follow(detections, resolution_wh, at_s, is_first=is_alone)
        self._count_visit(subjects, at_s, is_alone=is_alone)
        left = self._luggage.see(subjects, at_s)
        followers: tuple[ObservedSubject, ...] = ()
        if self._has_doors:
            followers = self._doorways.see(subjects, resolution_wh, at_s)
        return Step(
            subjects,
            self._visit,
            is_alone,
            self._tracks.line_counts,
            told=(*left, *followers),
            close_s=self._pairs.see(self._tracks.close_pairs, at_s),
        )

    def glance(self, detections: Detections, resolution_wh: tuple[int, int], at_s: float) -> Step:
        """What a frame shows, told by the present tracks; nothing is remembered."""
        subjects = self._tracks.match(detections, resolution_wh, at_s)
        return Step(subjects, self._visit, is_alone=False, line_counts=self._tracks.line_counts)

    def is_luggage(self, box: Box) -> bool:
        """Whether a bag that the detector knows is there, or lately was; box in pixels."""
        return self._luggage.knows(box)

    def mark(self) -> SceneMark:
        """A copy of it, to wind back to; some KB."""
        return SceneMark(
            self.newest_s,
            self._visit,
            self._presence_s,
            self._tracks.mark(),
            self._luggage.copy(),
            self._pairs.copy(),
            self._doorways.copy(),
        )

    def wind_back(self, mark: SceneMark) -> None:
        """Be again as at that mark, which this very scene made; it can be used again."""
        self.newest_s, self._visit, self._presence_s = mark.newest_s, mark.visit, mark.presence_s
        self._tracks.wind_back(mark.tracks)
        self._luggage, self._pairs = mark.luggage.copy(), mark.pairs.copy()
        self._doorways = mark.doorways.copy()

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
        if came_s - self._presence_s >= max(_VISIT_GAP_S, 1.5 * self._tracks.interval_s):
            self._visit += 1
        self._presence_s = at_s


def _has_doors(camera: Camera) -> bool:
    return any(wire.kind == "door" for wire in camera.tripwires)
