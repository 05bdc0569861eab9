"""Short clips of rendered plays, labelled: quick motion that is no fight, and staged fights."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from math import hypot
from pathlib import Path

import numpy as np

from aegis.errors import ConfigurationError
from aegis.testing.scenes.performer import Performance
from aegis.testing.scenes.play import Play
from aegis.testing.scenes.repertoire import ALARMING, HARMLESS, stage_play
from aegis.testing.scenes.scene import Scene
from aegis.testing.scenes.view import Spot
from aegis.testing.video_file import write_mp4
from aegis.training.labelled_clips import FIGHT, NORMAL

MOST_VARIANTS = 1000
"""Plays of higher seeds are for measuring: nobody learns from them."""
CLIP_S = 4.0
_FPS = 12.0
_WH = (480, 270)
_STEP_S = 0.25
_UNFILMED = frozenset({"tamper", "frozen_feed", "passing_a_door"})
"""Nothing is to be seen in the first two; the shipped weights were made before the third."""
_UNARMED = "weapon"
_STILLS = (12, 36)
"""Frames of a clip in which no weapon is to be found: nobody in the repertoire has one."""
_CLIPS = {"fight": 6, "running": 2, "children_playing": 3, "hurry": 2, "cleaner": 2}
"""How many clips of a play; of the others one."""
_TOGETHER = {
    "crowd": 3,
    "group_chat": 3,
    "queue": 3,
    "waiting_for_a_lift": 3,
    "children_playing": 2,
}
"""How many more, spread over the play, where people stand close to each other in peace."""


def render_clips(out: Path, variants: int, tell: Callable[[int], None]) -> Path:
    """Write so many variants of every play as MP4 and their `labels.csv`; returns the CSV.

    Of each play the clips with the most motion, of a fight only the fight itself; where people
    stand together, clips from all through the play too. A clip's source is its play.
    `boxes.json` beside them names frames of the former in which a detector should find no
    weapon, and claims nothing else of them. ``tell`` hears of every play that is done.
    Raises ConfigurationError.
    """
    if not 1 <= variants <= MOST_VARIANTS:
        raise ConfigurationError(f"{variants} variants: there are 1 to {MOST_VARIANTS}")
    out.mkdir(parents=True, exist_ok=True)
    rows, busy = [], list[str]()
    for done, (kind, seed) in enumerate(list_plays(variants), 1):
        play = stage_play(kind, seed)
        busiest = _named(f"{kind}-{seed}", busiest_moments(play, _CLIPS.get(kind, 1)))
        together = _named(f"{kind}-{seed}-calm", spread_moments(play, _TOGETHER.get(kind, 0)))
        for name, begin_s in (busiest | together).items():
            _film(play.scene, begin_s, out / name)
            rows.append((name, FIGHT if kind == "fight" else NORMAL, f"{kind} {seed}"))
        busy += busiest
        tell(done)
    _write_stills(out / "boxes.json", busy)
    return _write_labels(out / "labels.csv", rows)


def list_plays(variants: int) -> list[tuple[str, int]]:
    """Kind and seed of every play that is filmed."""
    kinds = [kind for kind in (*ALARMING, *HARMLESS) if kind not in _UNFILMED]
    return [(kind, seed) for seed in range(1, variants + 1) for kind in kinds]


def busiest_moments(play: Play, count: int) -> list[float]:
    """When clips with the most motion begin, seconds; they do not overlap.

    Fewer than asked for where the play is too short, at least one.
    """
    first_s, last_s = 0.0, play.scene.duration_s - CLIP_S
    if play.kind == "fight" and play.event is not None:
        # The event is listed with the seconds in which it may still be reported.
        first_s, last_s = play.event.from_s, min(last_s, play.event.until_s - 5.0 - CLIP_S)
    begins = np.arange(first_s, max(last_s, first_s + 1e-6), _STEP_S)
    unrest = np.array([_unrest(play.scene, begin) for begin in begins])
    chosen: list[float] = []
    for index in np.argsort(-unrest, kind="stable"):
        begin = float(begins[index])
        if all(abs(begin - other) >= CLIP_S for other in chosen):
            chosen.append(begin)
        if len(chosen) == count:
            break
    return sorted(chosen)


def spread_moments(play: Play, count: int) -> list[float]:
    """When so many clips begin that are spread over the whole play, seconds."""
    last_s = max(0.0, play.scene.duration_s - CLIP_S)
    return [last_s * (number + 0.5) / count for number in range(count)]


def _named(stem: str, begins_s: Sequence[float]) -> dict[str, float]:
    return {f"{stem}-{number}.mp4": begin_s for number, begin_s in enumerate(begins_s)}


def _unrest(scene: Scene, begin_s: float) -> float:
    """Metres that people go within the picture during a clip."""
    moments = [begin_s + step * _STEP_S for step in range(round(CLIP_S / _STEP_S))]
    ways = [[_spot_of(person, moment) for moment in moments] for person in scene.people]
    return sum(_way_m(scene, way) for way in ways)


def _spot_of(person: Performance, moment_s: float) -> Spot | None:
    figure = person.figure_at(moment_s)
    return None if figure is None else figure.feet[:2]


def _way_m(scene: Scene, way: Sequence[Spot | None]) -> float:
    view = scene.views[0][1]
    shown = [spot for spot in way if spot is not None]
    if len(shown) < 2:
        return 0.0
    x = view.project(np.array([(*spot, 0.0) for spot in shown]))[:, 0]
    inside = (x >= 0) & (x <= view.resolution_wh[0])
    lengths = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(shown)]
    return float(sum(length for length, seen in zip(lengths, inside, strict=False) if seen))


def _film(scene: Scene, begin_s: float, path: Path) -> None:
    """At full pace: slower ones are taken from it."""
    quick = replace(scene.at_resolution(_WH), fps=_FPS)
    frames = quick.frames(begin_s, begin_s + CLIP_S)
    unfinished = path.with_suffix(".part.mp4")
    write_mp4(unfinished, (frame.image for frame in frames), _FPS)
    unfinished.replace(path)


def _write_stills(path: Path, clips: Sequence[str]) -> None:
    frames = [
        {"clip": clip, "frame": index, "width": _WH[0], "height": _WH[1], "boxes": []}
        for clip in clips
        for index in _STILLS
    ]
    document = {"categories": [{"id": 1, "name": _UNARMED}], "frames": frames}
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _write_labels(path: Path, rows: Sequence[tuple[str, str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("clip", "label", "split", "source"))
        writer.writerows((name, label, "train", source) for name, label, source in rows)
    return path
