"""Sample facts on which every rule is tried before it may judge."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from aegis.domain.observation import Crossing, Observation, ObservedSubject, Tampering
from aegis.domain.site import Camera, OpeningHours, Site, Zone
from policies.threat.facts import gather_facts

_NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
_MIDNIGHT = datetime(2026, 3, 7, 0, 0, tzinfo=UTC)
_TAMPERING = Tampering(kind="covered", for_s=4.5, certainty=0.9)
_SITE = Site(
    hours=(OpeningHours(opens=time(8), closes=time(18)),),
    cameras={
        "CAM": Camera(
            name="Yard",
            zones=(Zone(name="yard", polygon=((0, 0), (1, 0), (1, 1)), restricted=True),),
        )
    },
)


def trial_contexts(watches: str, *, together: bool) -> Iterator[dict[str, Any]]:
    """What a rule may come to see of this label: in and out of zones, by day and night, alone."""
    for observation in _observations(watches):
        facts = gather_facts(observation, _SITE)
        group = [subject for subject in facts.subjects if subject["label"] == watches]
        if watches == "scene":
            yield facts.shared()
        elif together:
            yield facts.shared() | {"group": group}
        else:
            yield from (facts.shared() | {"subject": subject} for subject in group)


def _observations(watches: str) -> Iterator[Observation]:
    label = "person" if watches == "scene" else watches
    inside = ObservedSubject(
        label=label,
        score=0.8,
        bbox=(10, 10, 60, 160),
        track_id=7,
        zones=("yard",),
        restricted_zones=("yard",),
        dwell_s=94.5,
        zone_dwell_s={"yard": 90.5},
        speed=0.7,
        pace=0.7,
        frames=90,
        mean_score=0.7,
        is_steady=True,
        roam=2.5,
        path=7.5,
        heading_deg=90.0,
        came_by="left",
        zone_visits={"yard": 2},
        zone_halts={"yard": 1},
        zone_ago_s={"yard": 0.0},
        contact_s={"yard": 4.5},
        crossings=(
            Crossing(
                wire="gate",
                kind="door",
                direction="forward",
                counts=True,
                ago_s=1.5,
                behind_s=0.5,
            ),
        ),
        alone_s=12.5,
        owner=3,
        away_s=2.5,
    )
    bare = ObservedSubject(label=label, score=0.6, bbox=(300, 10, 350, 160), mean_score=0.6)
    person = ObservedSubject(label="person", score=0.5, bbox=(20, 10, 70, 160), mean_score=0.5)
    for moment, camera_id in ((_NOON, "CAM"), (_MIDNIGHT, "CAM"), (_NOON, None)):
        for subjects in ((inside,), (bare,), (inside, bare, person)):
            yield Observation(
                captured_at=moment,
                resolution_wh=(640, 360),
                subjects=subjects,
                camera_id=camera_id,
                visit=3,
                is_alone=camera_id is None,
                fight_score=0.5 if camera_id else None,
                fight_s=1.5 if camera_id else 0.0,
                close_s=2.5 if camera_id else 0.0,
                tampering=_TAMPERING if camera_id else None,
                line_counts={"gate": (2, 1)} if camera_id else {},
            )
