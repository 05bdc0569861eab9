"""Puts frames that come late, but not too late, where they belong."""

from typing import NamedTuple

from aegis.domain.detection import Detections
from aegis.vision.scene.scene_memory import SceneMark, SceneMemory, Step

WINDOW_S = 2.0
"""Frames up to this much older than the newest one are put in order."""

_MOST_FRAMES = 128


class _Seen(NamedTuple):
    at_s: float
    detections: Detections
    resolution_wh: tuple[int, int]


class _Mark(NamedTuple):
    at_s: float
    state: SceneMark


class Reordering:
    """Every frame is answered at once; a late one makes the scene what it would have been.

    Two marks of the scene are kept, the older one 2 to 4 s back, and the detections since.
    For a late frame the scene is wound back to the older mark and goes through them again,
    with the late one in its place. So whatever the order in which the frames of 2 s come,
    once all are there the scene is the same, to the last bit that rules read; and what is
    told of a late frame is what would have been told of it in time. What was answered before
    it came stays answered: it was true of the frames there were. Pictures are not gone
    through again. Past 128 frames the window is shorter.
    """

    def __init__(self) -> None:
        self._older: _Mark | None = None
        self._newer: _Mark | None = None
        self._seen: list[_Seen] = []

    def go_on(
        self,
        memory: SceneMemory,
        detections: Detections,
        resolution_wh: tuple[int, int],
        at_s: float,
    ) -> Step:
        """Remember the newest frame."""
        self._set_marks(memory)
        self._seen.append(_Seen(at_s, detections, resolution_wh))
        return memory.go_on(detections, resolution_wh, at_s)

    def insert(
        self,
        memory: SceneMemory,
        detections: Detections,
        resolution_wh: tuple[int, int],
        at_s: float,
    ) -> Step | None:
        """Remember a late frame; None, and nothing done, if it is too late or a repetition."""
        if not self._reaches(memory, at_s) or self._older is None:
            return None
        late = _Seen(at_s, detections, resolution_wh)
        again = sorted([*self._seen, late], key=lambda seen: seen.at_s)
        memory.wind_back(self._older.state)
        self._newer, self._seen = None, []
        step: Step | None = None
        for seen in again:
            told = self.go_on(memory, seen.detections, seen.resolution_wh, seen.at_s)
            step = told if seen is late else step
        return step

    def forget(self) -> None:
        """Nothing before now can be wound back to."""
        self._older, self._newer, self._seen = None, None, []

    def _reaches(self, memory: SceneMemory, at_s: float) -> bool:
        return (
            self._older is not None
            and self._older.at_s < at_s
            and memory.newest_s - at_s <= WINDOW_S
            and all(seen.at_s != at_s for seen in self._seen)
        )

    def _set_marks(self, memory: SceneMemory) -> None:
        """Before another frame is remembered."""
        last_s = memory.newest_s
        if self._older is None:
            self._older = _Mark(last_s, memory.mark())
            return
        if self._newer is None:
            begun_s = self._seen[0].at_s if self._seen else last_s
            if last_s - begun_s >= WINDOW_S or len(self._seen) >= _MOST_FRAMES // 2:
                self._newer = _Mark(last_s, memory.mark())
            return
        since = sum(seen.at_s > self._newer.at_s for seen in self._seen)
        if last_s - self._newer.at_s >= WINDOW_S or since >= _MOST_FRAMES // 2:
            self._older, self._newer = self._newer, _Mark(last_s, memory.mark())
            self._seen = [seen for seen in self._seen if seen.at_s > self._older.at_s]
