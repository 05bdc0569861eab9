"""Makes room for new pictures: the oldest of closed incidents go first."""

from collections.abc import Callable

import structlog

from aegis.domain.incident import Incident
from data.evidence import EvidenceFolder
from data.incident_views import IncidentViews

_AT_ONCE = 200
_log = structlog.get_logger(__name__)


class EvidenceQuota:
    """Keeps the pictures within a number of bytes.

    evict: takes the pictures of incidents that are still closed and under no hold, says of
    how many. Open and held incidents never lose theirs: if they alone need more, the limit
    is exceeded, and the log says so.
    """

    def __init__(
        self,
        evidence: EvidenceFolder,
        views: IncidentViews,
        evict: Callable[[tuple[str, ...]], int],
        limit_bytes: int,
    ) -> None:
        self._evidence = evidence
        self._views = views
        self._evict = evict
        self._limit_bytes = limit_bytes

    def enforce(self) -> int:
        """How many incidents lost their pictures."""
        evicted = 0
        while (excess := self._evidence.used_bytes() - self._limit_bytes) > 0:
            chosen = self._choose(excess)
            done = self._evict(tuple(chosen)) if chosen else 0
            evicted += done
            if not done:
                _log.warning("evidence_over_quota", excess_bytes=excess)
                break
        if evicted:
            _log.info("evidence_evicted", incidents=evicted)
        return evicted

    def _choose(self, excess: int) -> list[str]:
        chosen = []
        for incident in self._views.evictable(_AT_ONCE):
            if excess <= 0:
                break
            chosen.append(incident.id)
            excess -= self._size_of(incident)
        return chosen

    def _size_of(self, incident: Incident) -> int:
        return sum(map(self._evidence.size_of, incident.pictures))
