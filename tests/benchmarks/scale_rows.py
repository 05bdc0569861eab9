"""A million incidents for the scale benchmark: the same rows for the store and its peer."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aegis.domain.assessment import Assessment, IncidentType, Severity, Subject
from aegis.domain.incident import Incident, IncidentStatus, StatusUpdate
from data.change import IncidentOpened, StatusChanged
from data.entry import Entry
from data.fold import fold_all
from data.incident_id import make_incident_id
from data.incident_views import IncidentViews
from data.journal import Journal
from tests.benchmarks.plain_sqlite import PlainSqlite

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
CHUNK = 5_000
_FOLDED_AFTER = 100_000
_SPACING_S = 25
_COLORS = ("red", "blue", "grey", "black", "green", "orange", "white", "brown")
_PLACES = ("the gate", "the yard", "the loading bay", "the car park", "a stairwell", "the fence")
_DOINGS = ("lingers", "climbs", "runs", "hides a bag", "tries a door", "waves a bar")
_TYPES = [IncidentType.INTRUSION] * 6 + [IncidentType.SUSPICIOUS_BEHAVIOR] * 9
_TYPES += [IncidentType.VANDALISM] * 3 + [IncidentType.VIOLENCE] * 2
_SEVERITIES = [Severity.LOW] * 10 + [Severity.MEDIUM] * 6 + [Severity.HIGH] * 3
_SEVERITIES += [Severity.CRITICAL]
_OUTCOMES = [None] * 2 + [IncidentStatus.RESOLVED] * 2 + [IncidentStatus.FALSE_POSITIVE]


def assessment(number: int) -> Assessment:
    """What the frame that opens this incident shows; 25 seconds after the one before."""
    dice = random.Random(number)
    color, place, doing = dice.choice(_COLORS), dice.choice(_PLACES), dice.choice(_DOINGS)
    x, y = dice.randrange(1200), dice.randrange(600)
    return Assessment(
        type=dice.choice(_TYPES),
        severity=dice.choice(_SEVERITIES),
        confidence=round(dice.uniform(40, 99), 1),
        reasoning=f"A person in {color} {doing} near {place} for {dice.randrange(5, 300)} s",
        captured_at=BEGIN + timedelta(seconds=number * _SPACING_S),
        subjects=(
            Subject(
                description=f"Person in {color}",
                behavior=doing,
                location=place,
                bbox=(x, y, x + 80, y + 200),
                track_id=number % 500,
            ),
        ),
        camera_id=f"CAM_{dice.randrange(50):02}",
        rule=doing.replace(" ", "_"),
        policy_version="scale",
        facts={"dwell_s": dice.randrange(300), "zone": place, "ticket": f"t{number:07}"},
    )


def entries(number: int) -> list[Entry]:
    """Everything that happened to one incident: opened, and most of them decided."""
    incident_id, seen = make_incident_id(number), assessment(number)
    opened = IncidentOpened(assessment=seen)
    story = [Entry.of(incident_id, seen.captured_at, opened, f"record:scale-{number}")]
    outcome = random.Random(-number).choice(_OUTCOMES)
    if outcome:
        update = StatusUpdate(status=outcome, notes=f"Checked by patrol {number % 17}")
        later = seen.captured_at + timedelta(minutes=9)
        story.append(Entry.of(incident_id, later, StatusChanged(update=update)))
    return story


def fill(folder: Path, peer: PlainSqlite, size: int) -> None:
    """Append until there are `size` incidents, with a valid chain, and fold them."""
    journal = Journal(folder / "journal.sqlite")
    views = IncidentViews(folder / "views.duckdb", journal)
    known = int((journal.last_opened() or "incident_0").removeprefix("incident_"))
    for numbers in _chunks(known + 1, size):
        stories = [entries(number) for number in numbers]
        journal.append([entry for story in stories for entry in story])
        peer.insert([made(story) for story in stories])
        if numbers.stop % _FOLDED_AFTER < CHUNK:
            views.catch_up()
    views.catch_up()
    views.close()
    journal.close()


def made(story: list[Entry]) -> Incident:
    """What a story makes."""
    incident = fold_all(story)
    if incident is None:
        raise ValueError("A story opens its incident")
    return incident


def _chunks(first: int, last: int) -> Iterator[range]:
    for begin in range(first, last + 1, CHUNK):
        yield range(begin, min(begin + CHUNK, last + 1))
