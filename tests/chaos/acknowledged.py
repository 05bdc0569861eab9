"""What a store acknowledged before it was killed, held against what is there afterwards."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from actors.incident_store import IncidentStore
from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.incident import IncidentQuery
from aegis.errors import AegisError
from data.change import IncidentOpened
from data.journal import Journal

_UNSEEN = Assessment(
    type=IncidentType.VIOLENCE,
    severity=Severity.LOW,
    confidence=1,
    reasoning="Another judgement of a frame that was kept already",
    captured_at=datetime(2026, 3, 4, tzinfo=UTC),
)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The answer a writer got."""

    key: str
    incident_id: str
    is_new: bool
    sha256: str

    @classmethod
    def read_all(cls, told: Path) -> "list[Acknowledgement]":
        """Every whole line of the notes; the last may be torn by the kill."""
        if not told.exists():
            return []
        lines = [line.split() for line in told.read_text("ascii").split("\n")[:-1]]
        return [cls(key, incident, new == "1", sha256) for key, incident, new, sha256 in lines]


@dataclass
class Findings:
    """What is wrong; nothing, if all is well."""

    checked: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    without_evidence: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def are_none(self) -> bool:
        """Whether every acknowledgement held."""
        return not (self.lost or self.duplicated or self.without_evidence or self.wrong)


def check(folder: Path, acknowledged: Iterable[Acknowledgement]) -> Findings:
    """Open the store, which recovers by itself, and look every acknowledgement up."""
    findings, answers = Findings(), list(acknowledged)
    _check_journal(folder, answers, findings)
    store = IncidentStore(folder)
    try:
        asyncio.run(_check_store(store, answers, findings))
    finally:
        store.close()
    staged = [file.name for file in (folder / "evidence" / ".staged").iterdir()]
    findings.wrong += [f"{name} is left over" for name in staged]
    return findings


def _check_journal(folder: Path, answers: list[Acknowledgement], findings: Findings) -> None:
    journal = Journal(folder / "journal.sqlite")
    verdict = journal.verify()
    if not verdict.is_intact:
        findings.wrong.append(f"record {verdict.broken_at}: {verdict.reason}")
    opened, keys = Counter[str](), Counter[str]()
    after = 0
    while rows := journal.read(after):
        opened.update(row.incident_id for row in rows if row.kind == IncidentOpened.kind)
        keys.update(row.idempotency_key for row in rows if row.idempotency_key)
        after = rows[-1].seq
    journal.close()
    findings.duplicated += [name for name, count in (opened + keys).items() if count > 1]
    findings.lost += [it.key for it in answers if f"record:{it.key}" not in keys]


async def _check_store(
    store: IncidentStore, answers: list[Acknowledgement], findings: Findings
) -> None:
    before = (await store.find(IncidentQuery(limit=1))).total
    for start in range(0, len(answers), 200):
        some = answers[start : start + 200]
        await asyncio.gather(*(_check_one(store, it, findings) for it in some))
    after = (await store.find(IncidentQuery(limit=1))).total
    if before != after:
        findings.duplicated.append(f"{after - before} incidents by asking again")


async def _check_one(store: IncidentStore, told: Acknowledgement, findings: Findings) -> None:
    findings.checked += 1
    try:
        again = await store.record(_UNSEEN, None, told.key)
        kept = await store.get(told.incident_id)
    except AegisError as error:
        findings.lost.append(f"{told.key}: {error}")
        return
    if (again.incident.id, again.is_new) != (told.incident_id, told.is_new):
        findings.wrong.append(f"{told.key}: told {told.incident_id}, now {again.incident.id}")
    try:
        jpeg = await store.read_evidence(kept.evidence_path or "")
    except AegisError:
        findings.without_evidence.append(told.incident_id)
        return
    shown = hashlib.sha256(jpeg).hexdigest()
    if shown != kept.evidence_sha256 or (told.is_new and shown != told.sha256):
        findings.wrong.append(f"{told.incident_id}: another picture")
