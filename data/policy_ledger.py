"""Every policy that was ever in force, as the journal has them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from aegis.domain.policy import KeptPolicy, PolicyDraft, PolicyPart, PolicyTexts, PolicyVersion
from aegis.errors import ValidationFailed
from data.batch import Batch
from data.journal import Journal
from data.mark import KeptMark, Mark


class PolicyAccepted(Mark):
    """A set of texts is in force from now on; its subject is `policy_NUMBER`."""

    kind: ClassVar[str] = "policy_accepted"

    number: int
    author: str
    source: Literal["files", "api"]
    note: str | None = None
    policy_version: str
    digest: str
    changed: tuple[PolicyPart, ...] = ()
    restored: int | None = None
    texts: PolicyTexts
    file_digests: dict[PolicyPart, str] = {}
    request_key: str
    request_digest: str = ""


@dataclass(frozen=True, slots=True)
class AcceptPolicy:
    """Keep a policy as the successor of the one it was made from."""

    accepted: PolicyAccepted

    def decide(self, batch: Batch) -> PolicyAccepted | None:
        """What is kept under the number; None when another request took it."""
        subject = _subject(self.accepted.number)
        key = f"mark:{subject}"
        kept = batch.marked_under(key)
        if kept is None:
            batch.mark(subject, self.accepted, key)
            return self.accepted
        there = PolicyAccepted.model_validate_json(kept[2])
        return there if there.request_key == self.accepted.request_key else None


class PolicyLedger:
    """Reads the versions once and keeps their descriptions; the texts of old ones stay on disk."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._versions: list[PolicyVersion] = []
        self._requests: dict[str, tuple[int, str]] = {}
        self._newest: KeptMark[PolicyAccepted] | None = None

    @property
    def newest(self) -> KeptMark[PolicyAccepted] | None:
        """The version in force; None before the first."""
        self._catch_up()
        return self._newest

    def versions(self) -> tuple[PolicyVersion, ...]:
        """Every version, the newest first."""
        self._catch_up()
        return tuple(reversed(self._versions))

    def get(self, number: int) -> KeptPolicy | None:
        """One version with its texts; None when there is none."""
        kept = self._journal.marks(PolicyAccepted, _subject(number))
        return describe_policy(kept[0].mark, kept[0].recorded_at) if kept else None

    def kept_for(self, draft: PolicyDraft) -> KeptPolicy | None:
        """The version that the same request made before; ValidationFailed for another one."""
        self._catch_up()
        number, digest = self._requests.get(draft.request_key, (0, ""))
        if not number:
            return None
        if digest != draft.request_digest:
            raise ValidationFailed("This Idempotency-Key was used with another body")
        return self.get(number)

    def make(self, draft: PolicyDraft, digest: str) -> PolicyAccepted:
        """The draft as the next version of the one it follows."""
        before = self.get(draft.follows)
        texts = before.texts if before else PolicyTexts(rules="", site="", playbooks="")
        parts: tuple[PolicyPart, ...] = ("rules", "site", "playbooks")
        given = draft.model_dump(exclude={"follows", "texts"})
        return PolicyAccepted(
            **given,
            texts=draft.texts,
            number=draft.follows + 1,
            digest=digest,
            changed=tuple(it for it in parts if texts.text_of(it) != draft.texts.text_of(it)),
        )

    def _catch_up(self) -> None:
        """One look by the key of what would be next; all of them at the first."""
        if not self._versions:
            for kept in self._journal.marks(PolicyAccepted):
                self._learn(kept)
        while found := self._journal.marks(PolicyAccepted, _subject(len(self._versions) + 1)):
            self._learn(found[0])

    def _learn(self, kept: KeptMark[PolicyAccepted]) -> None:
        policy = describe_policy(kept.mark, kept.recorded_at)
        self._versions.append(PolicyVersion(**policy.model_dump(exclude={"texts"})))
        made = kept.mark.number, kept.mark.request_digest
        self._requests[kept.mark.request_key] = made
        self._newest = kept


def describe_policy(mark: PolicyAccepted, accepted_at: datetime) -> KeptPolicy:
    """The version as people see it."""
    shown = mark.model_dump(exclude={"file_digests", "request_key", "request_digest", "texts"})
    return KeptPolicy(**shown, texts=mark.texts, accepted_at=accepted_at)


def _subject(number: int) -> str:
    return f"policy_{number}"
