"""Policies that are kept as texts and judge nothing."""

import hashlib
import itertools
import re
from datetime import UTC, datetime

from aegis.api.requests import PoliciesBody
from aegis.domain.assessment import IncidentType, Severity
from aegis.domain.policy import (
    POLICY_PARTS,
    KeptPolicy,
    PolicyHistory,
    PolicyOverview,
    PolicyTexts,
    PolicyVersion,
    RuleDetail,
    RuleSummary,
    SiteSummary,
)
from aegis.errors import ConfigurationError, NotFound, ValidationFailed
from aegis.located_yaml import LocatedYaml

_NAME = re.compile(r"(?m)^ *- name: ([a-z][a-z0-9_]*)$")


class InMemoryPolicies:
    """`Policies` by shape. The body is checked, what the parts say is not; no verdict counts.

    Rules are found by their `- name: NAME` lines.
    """

    def __init__(self, rules: str = "version: 1\nrules:\n  - name: loitering\n") -> None:
        self._numbers = itertools.count(1)
        self._keys: dict[str, KeptPolicy] = {}
        texts = PolicyTexts(rules=rules, site="", playbooks="")
        self._versions = [self._make(texts, "start", None, None)]

    async def current(self) -> PolicyOverview:
        """The newest version."""
        newest = self._versions[-1]
        return PolicyOverview(
            version=newest,
            rules=tuple(_summary(name) for name in _NAME.findall(newest.texts.rules)),
            site=SiteSummary(name="site", timezone="UTC", version="", cameras=()),
            playbooks=(),
        )

    async def rule(self, name: str) -> RuleDetail:
        """Raises NotFound."""
        if name not in _NAME.findall(self._versions[-1].texts.rules):
            raise NotFound("There is no such rule")
        return RuleDetail(
            policy_version=self._versions[-1].policy_version,
            definition={"name": name},
            threshold=0,
            life_safety=False,
            lowest=40,
            highest=80,
            step=5,
            cameras=(),
        )

    async def put(self, body: bytes, author: str, key: str) -> KeptPolicy:
        """Once for each key; raises ValidationFailed."""
        if key in self._keys:
            return self._keys[key]
        asked = _read(body)
        before = self._versions[-1].texts
        restored = asked.version if "version" in asked.model_fields_set else None
        if restored is not None:
            before = (await self.version(restored)).texts
        given = {it: str(getattr(asked, it)) for it in POLICY_PARTS if it in asked.model_fields_set}
        texts = PolicyTexts.model_validate(before.model_dump() | given)
        kept = self._make(texts, author, asked.note, restored)
        self._versions.append(kept)
        self._keys[key] = kept
        return kept

    async def versions(self) -> PolicyHistory:
        """The newest first."""
        shown = (PolicyVersion(**it.model_dump(exclude={"texts"})) for it in self._versions)
        return PolicyHistory(versions=tuple(shown)[::-1])

    async def version(self, number: int) -> KeptPolicy:
        """Raises NotFound."""
        if not 1 <= number <= len(self._versions):
            raise NotFound("There is no such version")
        return self._versions[number - 1]

    def _make(
        self, texts: PolicyTexts, author: str, note: str | None, restored: int | None
    ) -> KeptPolicy:
        digest = hashlib.sha256(texts.model_dump_json().encode()).hexdigest()
        return KeptPolicy(
            number=next(self._numbers),
            accepted_at=datetime.now(UTC),
            author=author,
            source="api",
            note=note,
            policy_version=digest[:12],
            digest=digest,
            restored=restored,
            texts=texts,
        )


def _read(body: bytes) -> PoliciesBody:
    try:
        asked = LocatedYaml(body, "body").validate(PoliciesBody)
    except ConfigurationError as error:
        raise _refusal(str(error)) from error
    if ("version" in asked.model_fields_set) == bool(asked.model_fields_set & {*POLICY_PARTS}):
        raise _refusal("give `version`, or any of `rules`, `site` and `playbooks`")
    return asked


def _refusal(message: str) -> ValidationFailed:
    details = {"field": "body", "received_type": "text", "expected_format": message}
    return ValidationFailed(message, details)


def _summary(name: str) -> RuleSummary:
    return RuleSummary(
        name=name,
        description="",
        enabled=True,
        type=IncidentType.SUSPICIOUS_BEHAVIOR,
        subtype=name,
        severity=Severity.MEDIUM,
        threshold=0,
        life_safety=False,
        moved_at=(),
    )
