"""What Aegis remembers of each camera's scene from frame to frame."""

import copy
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.observation import Observation, ObservedSubject, Tampering
from aegis.domain.site import Site
from aegis.domain.value import to_utc
from aegis.vision.background.scene_picture import ScenePicture
from aegis.vision.scene.reordering import Reordering
from aegis.vision.scene.scene_memory import RESET_GAP_S, SceneMemory, Step
from aegis.vision.tracking.subject_view import observe_still

Pixels = NDArray[np.uint8]

DEFAULT_SCORE = 0.35
_LATE_FRAMES_TO_RESTART = 5


class SceneSession:
    """One camera's scene: tracks with dwell, zones, speed, visits; its pictures' normal.

    Time is the frames' own. A frame up to 2 s late is put where it belongs; a repeated or a
    later one is judged against the present tracks and changes nothing. After 30 s without a
    frame everything starts anew; so it does when five frames in a row are over 30 s late,
    because then the camera's clock was set back. Weak where a crowd hides people from each
    other: ids swap there. Bounded: tracks live seconds, a trail has 60 points, pictures are
    remembered in 300 KB. It pickles, without the tracker's followers.
    """

    def __init__(self, camera_id: str, site: Site, score_threshold: float = DEFAULT_SCORE) -> None:
        self._camera_id = camera_id
        self._camera = site.camera(camera_id)
        self._memory = SceneMemory(self._camera, score_threshold)
        self._reordering = Reordering()
        self._picture: ScenePicture | None = None
        self._late_frames = 0

    def __getstate__(self) -> dict[str, Any]:
        """Without the last seconds' frames: elsewhere, later ones can do without them."""
        return {**self.__dict__, "_reordering": Reordering()}

    @property
    def camera_id(self) -> str:
        """Whose scene it is."""
        return self._camera_id

    @property
    def newest_s(self) -> float:
        """Time of the newest frame, epoch seconds; minus infinity before the first."""
        return self._memory.newest_s

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
        self._camera = site.camera(self._camera_id)
        self._memory.describe(self._camera)
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
        if at_s <= self.newest_s and not self._clock_was_set_back(at_s):
            return self._observe_late(frame, detections, resolution_wh, at_s)
        if at_s <= self.newest_s:
            self._reordering.forget()
        self._late_frames = 0
        step = self._reordering.go_on(self._memory, detections, resolution_wh, at_s)
        if picture is None:
            return self._tell(frame, resolution_wh, step)
        self._picture = self._picture or ScenePicture(self._camera)
        tampering, seen = self._picture.see(picture, step.subjects, resolution_wh, at_s)
        things = tuple(it for it in seen if not self._is_known_bag(it))
        return self._tell(frame, resolution_wh, step, tampering=tampering, things=things)

    def _is_known_bag(self, thing: ObservedSubject) -> bool:
        """Whether the picture shows as left what the detector's bags tell already."""
        return thing.label == "left_object" and self._memory.is_luggage(thing.bbox)

    def _observe_late(
        self,
        frame: Frame,
        detections: Detections,
        resolution_wh: tuple[int, int],
        at_s: float,
    ) -> Observation:
        step = self._reordering.insert(self._memory, detections, resolution_wh, at_s)
        if step is None:
            step = self._memory.glance(detections, resolution_wh, at_s)
        return self._tell(frame, resolution_wh, step, is_late=True)

    def _tell(
        self,
        frame: Frame,
        resolution_wh: tuple[int, int],
        step: Step,
        *,
        is_late: bool = False,
        tampering: Tampering | None = None,
        things: tuple[ObservedSubject, ...] = (),
    ) -> Observation:
        return Observation(
            captured_at=frame.captured_at,
            resolution_wh=resolution_wh,
            subjects=(*step.subjects, *step.told, *things),
            camera_id=self._camera_id,
            location=frame.location or self._camera.location,
            frame_number=frame.frame_number,
            visit=step.visit,
            is_alone=step.is_alone,
            is_late=is_late,
            line_counts=step.line_counts,
            close_s=round(step.close_s, 3),
            tampering=tampering,
        )

    def _clock_was_set_back(self, at_s: float) -> bool:
        """Whether late frames are so late and so many that the clock must have changed."""
        self._late_frames = self._late_frames + 1 if self.newest_s - at_s > RESET_GAP_S else 0
        return self._late_frames >= _LATE_FRAMES_TO_RESTART


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

    def describe(self, site: Site) -> None:
        """Use another description of the site from now on; every scene's memory stays."""
        self._site = site
        for session in self._sessions.values():
            session.describe(site)

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
