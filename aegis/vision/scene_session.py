"""What Aegis remembers of each camera's scene from frame to frame."""

import copy
from collections import OrderedDict
from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.observation import Observation, ObservedSubject, Tampering
from aegis.domain.site import Site
from aegis.domain.value import to_utc
from aegis.vision.scene_picture import ScenePicture
from aegis.vision.scene_tracks import SceneTracks
from aegis.vision.subject_view import observe_still

Pixels = NDArray[np.uint8]

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
    seconds, a trail has 60 points, pictures are remembered in 210 KB. It pickles, without
    the 50 KB of the follower.
    """

    def __init__(self, camera_id: str, site: Site, score_threshold: float = DEFAULT_SCORE) -> None:
        self._camera_id = camera_id
        self._location = site.camera(camera_id).location
        self._tracks = SceneTracks(site.camera(camera_id), score_threshold)
        self._camera = site.camera(camera_id)
        self._picture: ScenePicture | None = None
        self._newest_s = float("-inf")
        self._late_frames = 0
        self._visit = 0
        self._presence_s = float("-inf")

    @property
    def camera_id(self) -> str:
        """Whose scene it is."""
        return self._camera_id

    @property
    def newest_s(self) -> float:
        """Time of the newest frame, epoch seconds; minus infinity before the first."""
        return self._newest_s

    def parts(self) -> tuple[Self, ScenePicture | None]:
        """The scene without what is remembered of pictures, and that; they share no copy."""
        picture, self._picture = self._picture, None
        scene = copy.copy(self)
        self._picture = picture
        return scene, picture

    def with_picture(self, picture: ScenePicture | None) -> Self:
        """This scene, going on with what was remembered of its pictures."""
        if picture is not None:
            picture.describe(self._camera)
            self._picture = picture
        return self

    def describe(self, site: Site) -> None:
        """Use another description of the site from now on; the memory stays."""
        self._location = site.camera(self._camera_id).location
        self._tracks.describe(site.camera(self._camera_id))
        self._camera = site.camera(self._camera_id)
        if self._picture is not None:
            self._picture.describe(self._camera)

    def observe(
        self,
        frame: Frame,
        detections: Detections,
        resolution_wh: tuple[int, int],
        picture: Pixels | None = None,
    ) -> Observation:
        """The facts of this frame; remembers it if it is the newest.

        detections: best given down to half the score threshold; the weak ones keep tracks
        alive and start none. resolution_wh: of the upright picture the boxes belong to.
        picture: (H, W, 3) uint8 RGB, upright, privacy zones black; without it nothing is
        known of the camera's normal, of tampering, and of things left or taken.
        """
        at_s = to_utc(frame.captured_at).timestamp()
        is_late = at_s <= self._newest_s and not self._clock_was_set_back(at_s)
        is_alone = not is_late and self._begin_frame(at_s)
        tampering: Tampering | None = None
        things: tuple[ObservedSubject, ...] = ()
        if is_late:
            subjects = self._tracks.match(detections, resolution_wh, at_s)
        else:
            subjects = self._tracks.follow(detections, resolution_wh, at_s, is_first=is_alone)
            if picture is not None:
                self._picture = self._picture or ScenePicture(self._camera)
                tampering, things = self._picture.see(picture, subjects, resolution_wh, at_s)
            self._count_visit(subjects, at_s, is_alone=is_alone)
        return Observation(
            captured_at=frame.captured_at,
            resolution_wh=resolution_wh,
            subjects=(*subjects, *things),
            camera_id=self._camera_id,
            location=frame.location or self._location,
            frame_number=frame.frame_number,
            visit=self._visit,
            is_alone=is_alone,
            is_late=is_late,
            line_counts=self._tracks.line_counts,
            tampering=tampering,
        )

    def _clock_was_set_back(self, at_s: float) -> bool:
        """Whether late frames are so late and so many that the clock must have changed."""
        self._late_frames = self._late_frames + 1 if self._newest_s - at_s > _RESET_GAP_S else 0
        return self._late_frames >= _LATE_FRAMES_TO_RESTART

    def _begin_frame(self, at_s: float) -> bool:
        """Move on to this time; whether the frame stands alone, nothing lately before it."""
        is_alone = not 0 < at_s - self._newest_s <= _RESET_GAP_S
        if is_alone:
            self._tracks.forget()
            self._presence_s = float("-inf")
        self._newest_s, self._late_frames = at_s, 0
        return is_alone

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
        self,
        frame: Frame,
        detections: Detections,
        resolution_wh: tuple[int, int],
        picture: Pixels | None = None,
    ) -> Observation:
        """The facts of this frame, in its camera's scene if it names a camera."""
        if frame.camera_id is None:
            return observe_still(frame, detections.above(self._score_threshold), resolution_wh)
        return self._session(frame.camera_id).observe(frame, detections, resolution_wh, picture)

    def of(self, camera_id: str) -> SceneSession | None:
        """The scene of this camera, if it is here."""
        return self._sessions.get(camera_id)

    def adopt(self, session: SceneSession) -> None:
        """Go on with a scene from elsewhere, unless the one here is as new."""
        known = self._sessions.get(session.camera_id)
        if known is None or known.newest_s < session.newest_s:
            self._sessions[session.camera_id] = session
            self._make_room()

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
