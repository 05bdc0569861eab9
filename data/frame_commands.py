"""What an analysed frame changes: it opens an incident, or extends one."""

from dataclasses import dataclass
from datetime import datetime

from aegis.domain.analysis import StripFrame
from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident, Recorded
from aegis.errors import IncidentNotFound
from data.batch import Batch, Outcome
from data.change import IncidentExtended, IncidentOpened
from data.evidence import Picture
from data.grouping import extension, is_old_news
from data.strip import Strip, make_strip, prolong_strip


@dataclass(frozen=True, slots=True)
class RecordFrame:
    """Open an incident for a frame, or extend the one it belongs to.

    A key seen before gives the same incident and the same `is_new`, and counts nothing; the
    incident is as it stands now, so that the caller sees a plan attached since. What has
    been judged for long and has not moved is noted twice in a quiet gap, not with each frame.
    strip: small pictures of the moments up to the frame, the last of the frame itself.
    request_digest: of the body that came under the caller's own key; None: it gave none.
    """

    assessment: Assessment
    evidence: bytes | None
    key: str
    strip: tuple[StripFrame, ...] = ()
    request_digest: str | None = None

    def decide(self, batch: Batch) -> Recorded:
        """Look the key up, then group; raises ValidationFailed for the key of another body."""
        key = _frame_key(self.key)
        kept = batch.kept_under(key, self.request_digest)
        if kept is None:
            incident = batch.group_of(self.assessment)
            if incident is None:
                self._open(batch, key)
            elif is_old_news(incident, self.assessment):
                return Recorded(incident=incident, is_new=False)
            else:
                self._extend(batch, incident, key)
            kept = batch.outcome_of(key)
        if kept is None:
            raise IncidentNotFound
        return _recorded(kept, batch)

    def _open(self, batch: Batch, key: str) -> None:
        seen, incident_id = self.assessment, batch.next_id()
        picture = self._picture(incident_id, seen.captured_at)
        strip = make_strip(incident_id, seen.captured_at, self.strip)
        change = IncidentOpened(
            assessment=seen,
            evidence_path=picture and picture.path,
            evidence_sha256=picture and picture.sha256,
            evidence_strip=strip.frames,
            thumbnail_path=strip.thumbnail_path,
        )
        batch.open(incident_id, change, key, self.request_digest)
        _show(batch, picture, strip)

    def _extend(self, batch: Batch, incident: Incident, key: str) -> None:
        change = extension(incident, self.assessment)
        is_better = change.account is not None
        is_wanted = is_better or incident.evidence_path is None
        picture = self._picture(incident.id, incident.timestamp) if is_wanted else None
        strip = (
            make_strip(incident.id, incident.timestamp, self.strip)
            if picture
            else prolong_strip(incident, self.strip)
        )
        is_asked_again = self.request_digest is not None and not is_better
        shown = {
            "told": _without_facts(self.assessment) if is_asked_again else None,
            "evidence_path": picture and picture.path,
            "evidence_sha256": picture and picture.sha256,
            "evidence_strip": strip.frames if strip else None,
            "thumbnail_path": strip.thumbnail_path if strip and picture else None,
        }
        batch.add(incident.id, change.model_copy(update=shown), key, self.request_digest)
        _show(batch, picture, strip)
        batch.hide(incident.pictures)

    def _picture(self, incident_id: str, timestamp: datetime) -> Picture | None:
        return None if self.evidence is None else Picture.of(incident_id, timestamp, self.evidence)


@dataclass(frozen=True, slots=True)
class RecallFrame:
    """What was recorded for a frame under its caller's key before, if anything."""

    key: str
    request_digest: str

    def decide(self, batch: Batch) -> Recorded | None:
        """Adds nothing; raises ValidationFailed for the key of another body."""
        kept = batch.kept_under(_frame_key(self.key), self.request_digest)
        return _recorded(kept, batch) if kept else None


def _show(batch: Batch, picture: Picture | None, strip: Strip | None) -> None:
    for shown in (*([picture] if picture else []), *(strip.pictures if strip else ())):
        batch.show(shown)


def _frame_key(key: str) -> str:
    return f"record:{key}"


def _recorded(kept: Outcome, batch: Batch) -> Recorded:
    """The incident as it stands, or as it stood when it is gone; the judgement as it was told."""
    incident = batch.get(kept.incident_id) or kept.incident
    if incident is None:
        raise IncidentNotFound
    change, told = kept.change, None
    if isinstance(change, IncidentOpened):
        told = change.assessment
    elif isinstance(change, IncidentExtended):
        told = change.account or change.told
    return Recorded(
        incident=incident,
        is_new=isinstance(change, IncidentOpened),
        takes_over=isinstance(change, IncidentExtended) and change.takes_over,
        assessment=told,
    )


def _without_facts(seen: Assessment) -> Assessment:
    return seen.model_copy(update={"facts": {}})
