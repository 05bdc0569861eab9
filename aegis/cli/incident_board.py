"""What a watch has seen so far, drawn while it goes on."""

from dataclasses import dataclass, replace
from datetime import datetime

from rich.markup import escape
from rich.table import Table

from aegis.api.schemas import AnalyzeResponse
from aegis.cli.terminal import style_severity
from aegis.domain.assessment import Severity


@dataclass(frozen=True, slots=True)
class IncidentSeen:
    """One incident as this watch met it; frames: of this watch."""

    id: str
    kind: str
    severity: Severity
    first_seen: datetime
    frames: int
    reasoning: str


class IncidentBoard:
    """Incidents in the order in which they were met."""

    def __init__(self) -> None:
        self._seen: dict[str, IncidentSeen] = {}

    @property
    def seen(self) -> tuple[IncidentSeen, ...]:
        """All of them."""
        return tuple(self._seen.values())

    def note(self, answer: AnalyzeResponse) -> None:
        """Count this frame to its incident, if it has one."""
        if answer.incident_id is None:
            return
        known = self._seen.get(answer.incident_id)
        if known is None:
            kind = f"{answer.type} ({answer.subtype})" if answer.subtype else str(answer.type)
            self._seen[answer.incident_id] = IncidentSeen(
                answer.incident_id,
                kind,
                answer.severity,
                answer.timestamp,
                1,
                answer.reasoning,
            )
            return
        worst = max(known.severity, answer.severity, key=lambda it: it.rank)
        self._seen[known.id] = replace(known, frames=known.frames + 1, severity=worst)

    def tabulate(self, newest: int = 15) -> Table:
        """The newest incidents, oldest first."""
        table = Table("id", "what", "severity", "first seen", "frames", "why", header_style="bold")
        for it in self.seen[-newest:]:
            first_seen = f"{it.first_seen:%H:%M:%S}"
            row = (it.id, escape(it.kind), style_severity(it.severity), first_seen)
            table.add_row(*row, str(it.frames), escape(it.reasoning))
        return table
