"""Things that somebody left or took, told from the picture alone."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.domain.observation import ObservedSubject
from aegis.vision.background.came_or_went import came
from aegis.vision.background.foreground import Hidden
from aegis.vision.background.put_down import Vehicles, is_luggage, is_portable
from aegis.vision.background.scene_normal import SceneNormal
from aegis.vision.background.settled_change import SETTLING_S, SettledChange
from aegis.vision.background.small_picture import HEIGHT, WIDTH, SmallPicture, to_small
from aegis.vision.boxes_meet import boxes_meet
from aegis.vision.tracking.track_memory import MISSED_S

ObjectKind = Literal["left_object", "taken_object"]

_LEAST_AREA = 4
_LARGEST_AREA = int(0.06 * WIDTH * HEIGHT)
_REMEMBERED_S = 25.0
_REMEMBERED = 240
_NEAR_HEIGHTS = 1.5
_TAKES_OVER_S = 2.0
_GONE_S = 2.0
_LOOKS_S = 1.0
_BESIDE_S = MISSED_S + 0.5
_STANDS = 0.35
"""Body heights a second."""
_ABSORBED_S = 600.0
_OBJECTS = 16
_AROUND = np.ones((3, 3), np.uint8)

Mask = NDArray[np.bool_]
Luma = NDArray[np.float32]


class _Passer(NamedTuple):
    at_s: float
    track_id: int
    box: tuple[float, float, float, float]


@dataclass(slots=True)
class StaticObject:
    """Something left or taken; box in pixels of the small picture.

    since_s: when it came to be so. near_s: when its owner was last near it. seen_s: when
    it was last plain to see. found_s: when it was first seen to stand still. owner_box: where
    its owner was when it came to be so. owner_height: how tall the owner was at most.
    was_luggage: whether it looked like luggage when it was first seen.
    """

    number: int
    kind: ObjectKind
    box: tuple[float, float, float, float]
    owner: int
    since_s: float
    near_s: float
    seen_s: float
    found_s: float
    owner_box: tuple[float, float, float, float]
    owner_height: float
    was_luggage: bool

    @property
    def is_luggage(self) -> bool:
        """Whether its owner can have put it down, or picked it up.

        A mark on a wall, or a large thing, is none.
        """
        if self.kind == "taken_object":
            return is_portable(self.box, self.owner_height)
        return self.was_luggage and is_luggage(self.box, self.owner_box)


class StaticObjects:
    """What differs from the camera's normal, stands still, and appeared where a person was.

    Behind people nothing is judged: what was there stays. A change of much of the picture
    is light, not an object, and what comes to stand where a vehicle is, a part of it.
    Weak for things smaller than a fiftieth of the picture's width or hardly different in
    brightness. A thing is told a second after it was found, when all of it is seen and
    whether it came or went is plainer. After ten minutes it belongs to the normal.
    """

    def __init__(self) -> None:
        self._change = SettledChange()
        self._passers: deque[_Passer] = deque(maxlen=_REMEMBERED)
        self._vehicles = Vehicles()
        self._objects: list[StaticObject] = []
        self._count = 0

    def see(
        self,
        small: SmallPicture,
        normal: SceneNormal,
        subjects: Sequence[ObservedSubject],
        hidden: Hidden,
        scale: tuple[float, float],
        at_s: float,
        gap_s: float,
    ) -> tuple[StaticObject, ...]:
        """What has been left or taken by now.

        subjects: all that the detector saw. hidden: the background that they hide.
        scale: from pixels of the frame to pixels of the small picture.
        """
        people = [it for it in subjects if it.label == "person"]
        vehicles = (it.bbox for it in subjects if it.label == "vehicle")
        self._vehicles.see((to_small(box, scale) for box in vehicles), at_s)
        self._remember(people, scale, at_s)
        changed = self._change.see(small, normal, hidden, at_s, gap_s)
        if changed is None:
            self._objects.clear()
        else:
            self._find(small, normal, changed, hidden.in_view, at_s, gap_s)
        for thing in self._objects:
            self._attend(thing, people, scale, at_s)
        return tuple(it for it in self._objects if at_s - it.found_s >= _LOOKS_S)

    def mask(self) -> Mask:
        """(72, 128): where the normal must not learn, because a thing is still noteworthy."""
        return self._change.mask

    def pause(self) -> None:
        """Frames were missing for long: nobody knows who did what meanwhile."""
        self._change.forget()
        self._passers.clear()
        self._vehicles.forget()
        self._objects.clear()

    def _remember(
        self, people: Sequence[ObservedSubject], scale: tuple[float, float], at_s: float
    ) -> None:
        while self._passers and at_s - self._passers[0].at_s > _REMEMBERED_S:
            self._passers.popleft()
        for person in people:
            if person.track_id:
                box = to_small(person.bbox, scale)
                self._passers.append(_Passer(at_s, person.track_id, box))

    def _find(
        self,
        small: SmallPicture,
        normal: SceneNormal,
        changed: Mask,
        hidden: Mask,
        at_s: float,
        gap_s: float,
    ) -> None:
        found: list[StaticObject] = []
        for box, blob in _blobs(changed):
            known = next((it for it in self._objects if boxes_meet(it.box, box)), None)
            if known is not None:
                known.box, known.seen_s = box, at_s
                if at_s - known.found_s <= _LOOKS_S:
                    known.kind = self._kind(blob, normal)
                found += [known] if known not in found else []
            elif len(self._objects) + len(found) < _OBJECTS:
                is_hidden = _is_hidden(box, hidden)
                found += self._begin(blob, box, normal, at_s, gap_s, is_hidden=is_hidden)
        behind = [
            it
            for it in self._objects
            if it not in found and (_is_hidden(it.box, hidden) or at_s - it.seen_s <= _GONE_S)
        ]
        old = [it for it in [*found, *behind] if at_s - it.since_s > _ABSORBED_S]
        for thing in old:
            self._change.forget(_area(thing.box))
            normal.absorb(small, _area(thing.box))
        self._objects = [it for it in [*found, *behind] if it not in old]

    def _begin(
        self,
        blob: Mask,
        box: tuple[float, float, float, float],
        normal: SceneNormal,
        at_s: float,
        gap_s: float,
        *,
        is_hidden: bool,
    ) -> list[StaticObject]:
        since_s = self._change.began_s(blob)
        passer = self._owner(box, since_s, max(_BESIDE_S, 2 * gap_s))
        if passer is None or self._vehicles.explain(box, since_s):
            return []
        looks_carried = is_luggage(box, passer.box)
        if is_hidden and not looks_carried:
            return []
        self._count += 1
        began_s, owner = min(since_s, at_s), passer.track_id
        owners = [it for it in self._passers if it.track_id == owner]
        near_s = max(it.at_s for it in owners if _reaches(it, box))
        return [
            StaticObject(
                number=self._count,
                kind=self._kind(blob, normal),
                box=box,
                owner=owner,
                since_s=began_s,
                near_s=near_s,
                seen_s=at_s,
                found_s=at_s,
                owner_box=passer.box,
                owner_height=max(it.box[3] - it.box[1] for it in owners),
                was_luggage=looks_carried,
            )
        ]

    def _kind(self, blob: Mask, normal: SceneNormal) -> ObjectKind:
        return "left_object" if came(blob, self._change.tones, normal.tones) else "taken_object"

    def _owner(
        self, box: tuple[float, float, float, float], since_s: float, before_s: float
    ) -> _Passer | None:
        """Who was last there when it came to be so, at most so long before."""
        return next(
            (
                passer
                for passer in reversed(self._passers)
                if -before_s <= passer.at_s - since_s <= SETTLING_S and _reaches(passer, box)
            ),
            None,
        )

    def _attend(
        self,
        thing: StaticObject,
        people: Sequence[ObservedSubject],
        scale: tuple[float, float],
        at_s: float,
    ) -> None:
        """Note whether its owner is near; a person who took over the owner's number counts.

        So does whoever stands there and hides some of it: it may be his own shadow, or feet.
        """
        near = [it.track_id for it in people if it.track_id and _is_near(thing.box, it, scale)]
        present = {person.track_id for person in people}
        if thing.owner in near or any(_stands_at(thing.box, it, scale) for it in people):
            thing.near_s = at_s
        elif near and thing.owner not in present and at_s - thing.near_s <= _TAKES_OVER_S:
            thing.owner, thing.near_s = near[0], at_s


def _blobs(changed: Mask) -> Iterator[tuple[tuple[float, float, float, float], Mask]]:
    """What hangs together and has a thing's size: its box, and where it is."""
    if not changed.any():
        return
    solid = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_CLOSE, _AROUND)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    for label in range(1, count):
        x, y, width, height, area = stats[label].tolist()
        if _LEAST_AREA <= area <= _LARGEST_AREA:
            yield (float(x), float(y), float(x + width), float(y + height)), labels == label


def _is_near(
    box: tuple[float, float, float, float], person: ObservedSubject, scale: tuple[float, float]
) -> bool:
    """In the frame's own proportions: feet within one and a half body heights of its foot."""
    x0, y0, x1, y1 = person.bbox
    right = (box[0] + box[2]) / 2 / scale[0] - (x0 + x1) / 2
    down = box[3] / scale[1] - y1
    return float(np.hypot(right, down)) <= _NEAR_HEIGHTS * max(y1 - y0, 1.0)


def _stands_at(
    box: tuple[float, float, float, float], person: ObservedSubject, scale: tuple[float, float]
) -> bool:
    return person.speed <= _STANDS and boxes_meet(box, to_small(person.bbox, scale))


def _reaches(passer: _Passer, box: tuple[float, float, float, float]) -> bool:
    x0, y0, x1, y1 = passer.box
    reach = 0.25 * (y1 - y0)
    return boxes_meet((x0 - reach, y0, x1 + reach, y1 + reach / 2), box)


def _area(box: tuple[float, float, float, float]) -> tuple[slice, slice]:
    x0, y0, x1, y1 = (round(it) for it in box)
    return slice(max(0, y0), max(0, y1)), slice(max(0, x0), max(0, x1))


def _is_hidden(box: tuple[float, float, float, float], hidden: Mask) -> bool:
    return bool(hidden[_area(box)].any())
