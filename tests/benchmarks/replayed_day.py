"""A day on many cameras: how many incidents people get to see for each thing that happened.

`python -m tests.benchmarks.replayed_day [--events 200] [--harmless 20000]`. Each camera has
its own place and the play that is given there several times, an hour or more apart; half the
cameras see events, half only what looks like them. Detections are the truth with the noise of
real eyes; it and the noise of the pictures are drawn anew each time, because the very same
pictures again would rightly be called a looped feed. Everything goes the product's way: one
`SceneSessions`, the shipped rules, one incident store; only nobody looks for fights. Wanted:
1.0 alerts for each event, none missed. An alert is an incident, whatever its severity.
"""

import argparse
import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count, cycle
from pathlib import Path

from rich.console import Console
from rich.table import Table

from actors.incident_store import IncidentStore
from aegis.domain.frame import Frame
from aegis.domain.incident import Incident
from aegis.domain.site import Site
from aegis.testing.scenes.given_eyes import GivenEyes
from aegis.testing.scenes.play import Play
from aegis.testing.scenes.repertoire import ALARMING, HARMLESS, stage_play
from aegis.testing.scenes.scene import SceneFrame
from aegis.vision.scene_session import DEFAULT_SCORE, SceneSessions
from policies.threat.assess import assess
from policies.threat.rules import ThreatRules, load_rules
from tests.benchmarks.sight import GIVEN_WH
from tests.benchmarks.watched_play import DELAY_S

FIRST_SEED = 5001
_SHOWINGS = 4
_APART = timedelta(hours=1, minutes=20)
_MOST_FPS = 3.0
_WEAK = 0.5


@dataclass(frozen=True, slots=True)
class Post:
    """A camera and the play that is given before it, so many times."""

    camera_id: str
    play: Play
    showings: int


@dataclass
class Day:
    """What a day brought, by kind of play: events, those found, alerts, frames."""

    events: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)
    frames: Counter[str] = field(default_factory=Counter)

    @property
    def alerts_per_event(self) -> float:
        """Wanted: 1."""
        return sum(self.alerts.values()) / max(1, sum(self.events.values()))


def plan_day(events: int, harmless_frames: int) -> list[Post]:
    """As many cameras as it takes."""
    posts = list(_post_events(events))
    left, kinds = harmless_frames, cycle(HARMLESS)
    for number in count():
        if left <= 0:
            break
        play = _stage(next(kinds), FIRST_SEED + number)
        length = frames_of(play)
        showings = min(_SHOWINGS, -(-left // length))
        posts.append(Post(f"QUIET_{number + 1}", play, showings))
        left -= showings * length
    return posts


def frames_of(play: Play) -> int:
    """How many frames one showing has."""
    return round(play.scene.duration_s * play.scene.fps)


async def watch_day(posts: list[Post], store: IncidentStore) -> Day:
    """Judge every frame of the day."""
    rules, day = load_rules(None), Day()
    site = Site(cameras={post.camera_id: post.play.camera for post in posts})
    sessions = SceneSessions(site, DEFAULT_SCORE, capacity=len(posts))
    for post in posts:
        await _watch_post(post, day, sessions, (site, rules), store)
    return day


def _post_events(events: int) -> Iterator[Post]:
    left, kinds = events, cycle(ALARMING)
    for number in count():
        if left <= 0:
            return
        play = _stage(next(kinds), FIRST_SEED + number)
        yield Post(f"CAM_{number + 1}", play, min(_SHOWINGS, left))
        left -= _SHOWINGS


def _stage(kind: str, seed: int) -> Play:
    play = stage_play(kind, seed)
    return replace(play, scene=replace(play.scene, fps=min(_MOST_FPS, play.scene.fps)))


async def _watch_post(
    post: Post,
    day: Day,
    sessions: SceneSessions,
    policy: tuple[Site, ThreatRules],
    store: IncidentStore,
) -> None:
    scene, kind, known = post.play.scene.at_resolution(GIVEN_WH), post.play.kind, set[str]()
    for showing in range(post.showings):
        incidents: dict[str, Incident] = {}
        eyes, later = GivenEyes(1000 * post.play.seed + showing), showing * _APART
        for shot in replace(scene, take=showing).frames():
            moved = replace(shot, captured_at=shot.captured_at + later)
            incident = await _judge(moved, eyes, post.camera_id, sessions, policy, store)
            if incident is not None:
                incidents[incident.id] = incident
        day.frames[kind] += frames_of(post.play)
        day.alerts[kind] += len(incidents.keys() - known)
        known |= incidents.keys()
        if post.play.event is not None:
            begins = post.play.scene.start + later
            day.events[kind] += 1
            day.found[kind] += any(_names(post.play, begins, it) for it in incidents.values())


async def _judge(
    shot: SceneFrame,
    eyes: GivenEyes,
    camera_id: str,
    sessions: SceneSessions,
    policy: tuple[Site, ThreatRules],
    store: IncidentStore,
) -> Incident | None:
    key = f"{camera_id}-{shot.captured_at.isoformat()}"
    height, width = shot.image.shape[:2]
    frame = Frame(b"", shot.captured_at, key, key, camera_id, frame_number=shot.frame_number)
    detections = eyes.see(shot).above(_WEAK * DEFAULT_SCORE)
    observation = sessions.observe(frame, detections, (width, height), shot.image)
    assessment = assess(observation, *policy)
    if not assessment.is_incident:
        return None
    return (await store.record(assessment, None, key)).incident


def _names(play: Play, begins: datetime, incident: Incident) -> bool:
    """Whether an incident tells of the event of this very showing."""
    event = play.event
    since_s = (incident.first_seen - begins).total_seconds()
    return (
        event is not None
        and incident.type in event.types
        and incident.subtype in event.subtypes
        and event.from_s <= since_s <= event.until_s + DELAY_S
    )


def tabulate(day: Day) -> Table:
    """By kind of play."""
    table = Table("play", "frames", "events", "found", "alerts")
    for kind in (*ALARMING, *HARMLESS):
        if day.frames[kind]:
            columns = (day.frames, day.events, day.found, day.alerts)
            table.add_row(kind, *(f"{column[kind]:,}" for column in columns))
    table.add_section()
    sums = (sum(it.values()) for it in (day.frames, day.events, day.found, day.alerts))
    table.add_row("[bold]all[/bold]", *(f"{it:,}" for it in sums))
    return table


def main() -> None:
    """Print the table."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--events", type=int, default=200)
    ask.add_argument("--harmless", type=int, default=20_000, help="frames")
    args = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = IncidentStore(Path(folder))
        try:
            day = asyncio.run(watch_day(plan_day(args.events, args.harmless), store))
        finally:
            store.close()
    console, events = Console(), sum(day.events.values())
    console.print(tabulate(day))
    missed = events - sum(day.found.values())
    console.print(f"Alerts for each event {day.alerts_per_event:.2f} (wanted 1.00)")
    console.print(f"Missed {missed} of {events} (wanted 0)")


if __name__ == "__main__":
    main()
