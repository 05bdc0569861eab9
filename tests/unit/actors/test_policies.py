"""Policies from the desk to the journal and back, without Ray."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from actors.incident_store import IncidentStore
from actors.policy_desk import PolicyDesk
from actors.policy_files import PolicyFiles
from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.incident import IncidentStatus, StatusUpdate
from aegis.domain.policy import KeptPolicy, RuleDetail
from aegis.errors import NotFound, ValidationFailed
from aegis.ports import Policies

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
RULE = """\
  - name: NAME
    watches: person
    when: subject.dwell_s > 1.0
    type: intrusion
    subtype: NAME
    severity: high
    reasoning: "{who}"
    behavior: there
    life_safety: SAFE
"""
RULES = "version: 1\nrules:\n" + "".join(
    RULE.replace("NAME", name).replace("SAFE", safe)
    for name, safe in (("restricted_zone", "false"), ("weapon_seen", "true"))
)
SITE = "name: Depot\ntimezone: Europe/Berlin\ncameras: {A: {}, B: {}}\n"


class Place:
    """A store on a folder, its files beside it, and the desk before it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        rules = root / "rules.yaml"
        rules.write_text(RULES)
        self.files = PolicyFiles(rules=rules)
        self.open()

    def open(self) -> None:
        self.store = IncidentStore(self.root / "var", "UTC", lambda: NOON)
        self.store.policies.seed(self.files)
        self.desk = PolicyDesk(self.store.policies)

    def reopen(self) -> None:
        self.store.close()
        self.open()

    def put(self, key: str = "k", **body: Any) -> KeptPolicy:
        return asyncio.run(self.desk.put(json.dumps(body).encode(), "key:ops", key))

    def in_force(self) -> tuple[int, str]:
        overview = asyncio.run(self.desk.current())
        return overview.version.number, overview.site.name

    def rule(self, name: str) -> RuleDetail:
        return asyncio.run(self.desk.rule(name))

    def open_incident(self, number: int, rule: str = "restricted_zone", camera: str = "A") -> str:
        seen = Assessment(
            type=IncidentType.INTRUSION,
            severity=Severity.HIGH,
            confidence=62,
            reasoning="A person",
            captured_at=NOON,
            camera_id=camera,
            rule=rule,
        )
        return asyncio.run(self.store.record(seen, None, f"{rule}-{number}")).incident.id

    def decide(self, incident_id: str, status: IncidentStatus, key: str) -> None:
        update = StatusUpdate(status=status)
        asyncio.run(self.store.update_status(incident_id, update, key))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.store.close()


def test_the_desk_has_the_shape_of_its_port(place: Place) -> None:
    port: Policies = place.desk
    assert port is place.desk


def test_the_shipped_files_are_the_first_version(place: Place) -> None:
    place.root /= "shipped"
    place.files = PolicyFiles()
    place.reopen()
    overview = asyncio.run(place.desk.current())
    assert (overview.version.number, overview.version.source) == (1, "files")
    assert {"restricted_zone", "weapon_seen"} <= {rule.name for rule in overview.rules}
    assert overview.version.policy_version.count(".") == 1
    place.reopen()
    assert place.in_force() == (1, "site")


def test_what_is_put_is_in_force_and_outlives_a_restart(place: Place) -> None:
    kept = place.put(site=SITE, note="moved")
    assert (kept.number, kept.author, kept.source, kept.note) == (2, "key:ops", "api", "moved")
    assert (kept.changed, kept.texts.site) == (("site",), SITE)
    assert place.in_force() == (2, "Depot")
    place.reopen()
    assert place.in_force() == (2, "Depot")
    assert place.store._journal.verify().is_intact


def test_the_same_request_twice_is_one_version(place: Place) -> None:
    first = place.put(site=SITE)
    assert place.put(site=SITE) == first
    place.put("other", site="name: Other\n")
    assert place.put(site=SITE) == first
    place.reopen()
    assert place.put(site=SITE) == first
    assert place.in_force() == (3, "Other")
    with pytest.raises(ValidationFailed, match="another body"):
        place.put(site="name: Third\n")


def test_a_version_is_put_again_by_its_number(place: Place) -> None:
    place.put("a", site=SITE)
    place.put("b", site="name: Other\n")
    again = place.put("c", version=2)
    assert (again.number, again.restored, again.texts.site) == (4, 2, SITE)
    history = asyncio.run(place.desk.versions()).versions
    assert [version.number for version in history] == [4, 3, 2, 1]
    assert asyncio.run(place.desk.version(2)).texts.site == SITE
    with pytest.raises(NotFound, match="no policy version 9"):
        place.put("d", version=9)
    with pytest.raises(NotFound):
        asyncio.run(place.desk.version(9))


@pytest.mark.parametrize(
    ("body", "document", "line", "says"),
    [
        ({"site": "name: x\ntimezone: Mars\n"}, "site", 2, "unknown time zone"),
        ({"site": SITE, "rules": "version: 1\nrules: [{}]\n"}, "rules", 2, "required"),
        ({"playbooks": "version: 1\nplaybooks: []\n"}, "playbooks", 2, "at least 1"),
        ({"site": {"zone": 1}}, "body", 1, "Extra inputs"),
        ({"rules": "version: 1\nrules: [\n"}, "rules", 3, "expected"),
    ],
)
def test_a_bad_one_is_refused_whole_with_its_places(
    place: Place, body: dict[str, Any], document: str, line: int, says: str
) -> None:
    with pytest.raises(ValidationFailed) as caught:
        place.put(**body)
    (problem, *_) = caught.value.details["errors"]
    assert (problem["document"], problem["line"]) == (document, line)
    assert says in problem["expected_format"]
    assert place.in_force() == (1, "site")


def test_mistakes_of_all_parts_are_told_at_once(place: Place) -> None:
    with pytest.raises(ValidationFailed) as caught:
        place.put(site="timezone: Mars\n", rules="version: 2\nrules: []\n")
    assert {it["document"] for it in caught.value.details["errors"]} == {"site", "rules"}


def test_requests_at_once_lose_nothing_of_each_other(place: Place) -> None:
    async def together() -> list[KeptPolicy]:
        rules = (await place.desk.current()).version.texts.rules
        bodies: list[dict[str, Any]] = [{"site": SITE}, {"rules": f"# changed\n{rules}"}]
        puts = (
            PolicyDesk(place.store.policies).put(json.dumps(body).encode(), "x", f"k{number}")
            for number, body in enumerate(bodies)
        )
        return await asyncio.gather(*puts)

    assert {kept.number for kept in asyncio.run(together())} == {2, 3}
    newest = asyncio.run(place.desk.current()).version
    assert newest.texts.site == SITE
    assert newest.texts.rules.startswith("# changed")


def test_a_named_file_that_changed_on_the_disk_wins_at_the_next_start(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("name: From the file\n")
    place.files = PolicyFiles(rules=place.files.rules, site=file)
    place.reopen()
    assert place.in_force() == (2, "From the file")
    place.put("a", site=SITE)
    place.reopen()
    assert place.in_force() == (3, "Depot")
    file.write_text("name: Changed by hand\n")
    place.reopen()
    assert place.in_force() == (4, "Changed by hand")
    file.write_text("name: [\n")
    place.reopen()
    assert place.in_force() == (4, "Changed by hand")
    place.put("b", rules="version: 1\nrules: []\n")
    file.unlink()
    place.reopen()
    assert place.in_force() == (5, "Changed by hand")


def test_the_store_tells_what_changed_and_only_then(place: Place) -> None:
    async def ask(known: str | None) -> Any:
        return await place.store.policies.state(known)

    first = asyncio.run(ask(None))
    assert asyncio.run(ask(first.mark)) is None
    place.put(site=SITE)
    second = asyncio.run(ask(first.mark))
    assert second.policy.texts.site == SITE
    place.decide(place.open_incident(1), IncidentStatus.FALSE_POSITIVE, "s")
    third = asyncio.run(ask(second.mark))
    assert [it.incident_id for it in third.verdicts] == ["incident_1"]


def test_verdicts_move_a_threshold_and_what_is_taken_back_moves_it_back(place: Place) -> None:
    ids = [place.open_incident(number) for number in range(3)]
    for number, incident_id in enumerate(ids):
        place.decide(incident_id, IncidentStatus.FALSE_POSITIVE, f"f{number}")
    (camera,) = place.rule("restricted_zone").cameras
    assert (camera.camera_id, camera.threshold) == ("A", 55)
    assert [move.incident_id for move in camera.moves] == ids
    place.decide(ids[0], IncidentStatus.ACTIVE, "back")
    place.decide(ids[1], IncidentStatus.ESCALATED, "confirmed")
    place.reopen()
    (camera,) = place.rule("restricted_zone").cameras
    assert camera.threshold == 0
    assert [(it.incident_id, it.verdict) for it in camera.moves] == [
        ("incident_3", "false_positive"),
        ("incident_2", "confirmed"),
    ]
    overview = asyncio.run(place.desk.current())
    assert {rule.name: rule.moved_at for rule in overview.rules}["restricted_zone"] == ()


def test_no_false_positive_moves_a_life_safety_rule(place: Place) -> None:
    for number in range(3):
        incident_id = place.open_incident(number, "weapon_seen")
        place.decide(incident_id, IncidentStatus.FALSE_POSITIVE, f"f{number}")
    detail = place.rule("weapon_seen")
    assert detail.life_safety
    assert [(it.threshold, len(it.moves)) for it in detail.cameras] == [(0, 3)]


def test_the_bounds_are_the_sites(place: Place) -> None:
    place.decide(place.open_incident(1), IncidentStatus.FALSE_POSITIVE, "f")
    place.put(site="feedback: {lowest: 50, highest: 53, step: 9}\n")
    detail = place.rule("restricted_zone")
    assert (detail.lowest, detail.highest, detail.step) == (50, 53, 9)
    assert detail.cameras[0].threshold == 53


def test_an_unknown_rule_is_not_found(place: Place) -> None:
    with pytest.raises(NotFound):
        place.rule("nothing")


def test_a_rule_that_is_switched_off_is_shown_as_such(place: Place) -> None:
    rules = yaml.safe_load(asyncio.run(place.desk.current()).version.texts.rules)
    rules["rules"][0]["enabled"] = False
    name = rules["rules"][0]["name"]
    place.put(rules=rules)
    assert not place.rule(name).definition["enabled"]
