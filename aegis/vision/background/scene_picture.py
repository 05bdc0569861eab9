"""What one camera's pictures tell beside the detections."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aegis.domain.observation import ObservedSubject, Tampering
from aegis.domain.site import Camera
from aegis.vision.background.camera_tamper import CameraTamper
from aegis.vision.background.foreground import Foreground
from aegis.vision.background.scene_normal import SceneNormal
from aegis.vision.background.small_picture import HEIGHT, WIDTH, shrink
from aegis.vision.background.static_objects import StaticObject, StaticObjects
from aegis.vision.tracking.zones import ZoneMap, ground_points

_LONGEST_GAP_S = 30.0
_TOUCH_LASTS_S = 60.0
_LEAST_TOUCH_S = 1.0
_CERTAINTY = 0.7


class ScenePicture:
    """A camera's normal, what is done to the camera, and what was left or taken before it.

    Some 280 KB a camera, whatever the size of its pictures.
    """

    def __init__(self, camera: Camera) -> None:
        self._normal = SceneNormal()
        self._tamper = CameraTamper()
        self._objects = StaticObjects()
        self._foreground = Foreground()
        self._newest_s: float | None = None
        self._touches: dict[str, tuple[int, float, float]] = {}
        self.describe(camera)

    def describe(self, camera: Camera) -> None:
        """Use another description of the camera from now on; the memory stays."""
        self._zones = ZoneMap(camera.zones)
        self._protected = frozenset(it.name for it in camera.zones if it.kind == "protected")

    def see(
        self,
        picture: NDArray[np.uint8],
        subjects: Sequence[ObservedSubject],
        resolution_wh: tuple[int, int],
        at_s: float,
    ) -> tuple[Tampering | None, tuple[ObservedSubject, ...]]:
        """What is done to the camera, and the objects and zones that do not look as before.

        picture: (H, W, 3) uint8 RGB, upright, privacy zones black. at_s: later than before.
        """
        gap_s = self._pass_time(at_s)
        small = shrink(picture)
        scale = (WIDTH / resolution_wh[0], HEIGHT / resolution_wh[1])
        tampering = self._tamper.see(small, self._normal, at_s)
        hidden = self._foreground.see(subjects, scale, at_s)
        things: tuple[StaticObject, ...] = ()
        if self._normal.is_known and not self._tamper.is_suspected:
            people = [it for it in subjects if it.label == "person"]
            self._note_touches(people, at_s)
            things = self._objects.see(small, self._normal, subjects, hidden, scale, at_s, gap_s)
        if not self._tamper.is_suspected:
            covered = hidden.in_view | hidden.lost | self._objects.mask()
            self._normal.learn(small, gap_s, covered)
        shown = (self._show(thing, scale, resolution_wh, at_s) for thing in things)
        return tampering, tuple(it for it in shown if it is not None)

    def _pass_time(self, at_s: float) -> float:
        gap_s = 0.0 if self._newest_s is None else at_s - self._newest_s
        if not 0 <= gap_s <= _LONGEST_GAP_S:
            self._tamper.pause()
            self._objects.pause()
            self._foreground.forget()
        self._newest_s = at_s
        return min(max(gap_s, 0.0), _LONGEST_GAP_S)

    def _note_touches(self, people: Sequence[ObservedSubject], at_s: float) -> None:
        """By protected zone, who touched it last, for how long and when."""
        for person in people:
            for zone, lasted_s in person.contact_s.items():
                if lasted_s >= _LEAST_TOUCH_S and person.track_id:
                    self._touches[zone] = (person.track_id, lasted_s, at_s)

    def _show(
        self,
        thing: StaticObject,
        scale: tuple[float, float],
        resolution_wh: tuple[int, int],
        at_s: float,
    ) -> ObservedSubject | None:
        """None of what is left and neither luggage nor a change of a protected place."""
        x0, y0, x1, y1 = thing.box
        box = (x0 / scale[0], y0 / scale[1], x1 / scale[0], y1 / scale[1])
        zones = self._zones_of(box, resolution_wh)
        touched = next((zone for zone in sorted(zones & self._protected)), None)
        owner, touch_s, _ = self._touches.get(touched or "", (thing.owner, 0.0, 0.0))
        is_changed = touched is not None and thing.kind == "left_object"
        if thing.kind == "left_object" and not (is_changed or thing.is_luggage):
            return None
        return ObservedSubject(
            label="changed_zone" if is_changed else thing.kind,
            score=_CERTAINTY,
            mean_score=_CERTAINTY,
            bbox=(round(box[0], 2), round(box[1], 2), round(box[2], 2), round(box[3], 2)),
            track_id=thing.number,
            zones=tuple(sorted(zones)),
            restricted_zones=tuple(sorted(zones & self._zones.restricted)),
            dwell_s=round(max(0.0, at_s - thing.since_s), 3),
            is_steady=True,
            contact_s={touched: touch_s} if touched and touch_s else {},
            owner=owner if touched else thing.owner,
            away_s=round(max(0.0, at_s - thing.near_s), 3),
            put_down=thing.is_luggage,
        )

    def _zones_of(
        self, box: tuple[float, float, float, float], resolution_wh: tuple[int, int]
    ) -> set[str]:
        """The zones around its foot, and those around its middle: a thing may hang on a wall.

        Its place is known to a pixel of the small picture, so whatever is that near counts.
        """
        x0, y0, x1, y1 = box
        middle = np.array([[x0, y0, x1, (y0 + y1) / 2], [x0, y0, x1, y1]], np.float32)
        points = ground_points(middle, resolution_wh)
        return set[str]().union(*self._zones.locate(points, [self._zones.names] * 2))
