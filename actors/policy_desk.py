"""Where policies are read and put: checks them, and keeps them in the store."""

import asyncio
import re
from hashlib import sha256
from typing import Any, Protocol

from aegis.domain.policy import (
    POLICY_PARTS,
    CameraThreshold,
    KeptPolicy,
    PolicyDraft,
    PolicyHistory,
    PolicyOverview,
    PolicyPart,
    PolicyState,
    PolicyTexts,
    RuleDetail,
    RuleSummary,
    SiteSummary,
)
from aegis.errors import ConfigurationError, NotFound, ServiceUnavailable, ValidationFailed
from aegis.located_yaml import LocatedYaml
from policies.policy_request import PolicyRequest, read_request
from policies.policy_set import PolicySet, compile_policies, compile_texts
from policies.threat.rules import Rule, RuleBook

_ATTEMPTS = 5
_PROBLEM = re.compile(
    r"(?P<where>\w+):(?P<line>\d+):(?P<column>\d+): (?:(?P<field>\S+): )?(?P<what>.*)"
)


class Registry(Protocol):
    """The store's side, as `actors.policy_registry` has it."""

    async def state(self, known: str | None = None) -> PolicyState | None:
        """What judges now; None when nothing is kept, or nothing else than `known`."""

    async def accept(self, draft: PolicyDraft) -> KeptPolicy | None:
        """None when the draft does not follow the newest version."""

    async def versions(self) -> PolicyHistory:
        """Every version."""

    async def version(self, number: int) -> KeptPolicy:
        """Raises NotFound."""


class PolicyDesk:
    """`aegis.ports.Policies` over the store's registry; keeps what it compiled last."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: tuple[PolicyState, PolicySet] | None = None

    async def current(self) -> PolicyOverview:
        """What is in force."""
        state, policies = await self._in_force()
        learned = policies.learned or {}
        return PolicyOverview(
            version=state.policy,
            rules=tuple(
                _summarize(rule, learned.get(rule.name, ()))
                for rule in _book_of(state.policy.texts).rules
            ),
            site=SiteSummary(
                name=policies.site.name,
                timezone=policies.site.timezone,
                version=policies.site.version,
                cameras=tuple(policies.site.cameras),
            ),
            playbooks=tuple(playbook.name for playbook in policies.playbooks.playbooks),
        )

    async def rule(self, name: str) -> RuleDetail:
        """One rule with its thresholds and why; raises NotFound."""
        state, policies = await self._in_force()
        found = [rule for rule in _book_of(state.policy.texts).rules if rule.name == name]
        if not found:
            raise NotFound(f"There is no rule {name[:64]!r}")
        bounds = policies.site.feedback
        return RuleDetail(
            policy_version=policies.version,
            definition=found[0].model_dump(mode="json"),
            threshold=found[0].threshold,
            life_safety=found[0].life_safety,
            lowest=bounds.lowest,
            highest=bounds.highest,
            step=bounds.step,
            cameras=(policies.learned or {}).get(name, ()),
        )

    async def put(self, body: bytes, author: str, key: str) -> KeptPolicy:
        """All of it or nothing; raises ValidationFailed with the place of every mistake.

        Raises NotFound for a version that never was.
        """
        try:
            request = await asyncio.to_thread(read_request, body)
        except ConfigurationError as error:
            raise _refusal(error) from error
        for _ in range(_ATTEMPTS):
            draft = await self._draft(request, author, key, sha256(body).hexdigest())
            kept = await self._registry.accept(draft)
            if kept is not None:
                return kept
        raise ServiceUnavailable("Others change the policies at this moment; try again")

    async def versions(self) -> PolicyHistory:
        """Every version, the newest first."""
        return await self._registry.versions()

    async def version(self, number: int) -> KeptPolicy:
        """One version with its texts; raises NotFound."""
        return await self._registry.version(number)

    async def _draft(
        self, request: PolicyRequest, author: str, key: str, digest: str
    ) -> PolicyDraft:
        """The request on top of what is in force now, checked as a whole."""
        state = await self._registry.state()
        if state is None:
            raise ServiceUnavailable("The policies are not there yet; try again shortly")
        texts = state.policy.texts
        if request.version is not None:
            texts = (await self._registry.version(request.version)).texts
        texts = PolicyTexts.model_validate(texts.model_dump() | dict(request.texts))
        try:
            policies = await asyncio.to_thread(_check, request, texts)
        except ConfigurationError as error:
            raise _refusal(error) from error
        return PolicyDraft(
            follows=state.policy.number,
            texts=texts,
            author=author,
            source="api",
            note=request.note,
            policy_version=policies.version,
            restored=request.version,
            file_digests=state.file_digests,
            request_key=key,
            request_digest=digest,
        )

    async def _in_force(self) -> tuple[PolicyState, PolicySet]:
        state = await self._registry.state(self._known[0].mark if self._known else None)
        if state is not None:
            compiled = await asyncio.to_thread(compile_texts, state.policy.texts)
            self._known = state, compiled.after(state.verdicts)
        if self._known is None:
            raise ServiceUnavailable("The policies are not there yet; try again shortly")
        return self._known


def _check(request: PolicyRequest, texts: PolicyTexts) -> PolicySet:
    """First as it was sent, so that mistakes have its places; then as it is kept."""
    kept: dict[PolicyPart, LocatedYaml] = {
        part: LocatedYaml(texts.text_of(part).encode(), part) for part in POLICY_PARTS
    }
    compile_policies({**kept, **request.documents})
    return compile_policies(kept)


def _book_of(texts: PolicyTexts) -> RuleBook:
    """With the rules that are switched off, too."""
    return LocatedYaml(texts.rules.encode(), "rules").validate(RuleBook)


def _summarize(rule: Rule, learned: tuple[CameraThreshold, ...]) -> RuleSummary:
    moved = [at.camera_id for at in learned if at.threshold != rule.threshold]
    same = rule.model_dump(include=set(RuleSummary.model_fields))
    return RuleSummary(**same, moved_at=tuple(moved))


def _refusal(error: ConfigurationError) -> ValidationFailed:
    problems = [_describe(line) for line in error.message.splitlines()]
    first = {name: str(problems[0][name]) for name in ("field", "expected_format")}
    return ValidationFailed(
        error.message.splitlines()[0],
        first | {"received_type": "text", "errors": problems},
    )


def _describe(line: str) -> dict[str, Any]:
    """A located line as the envelope's fields."""
    found = _PROBLEM.fullmatch(line)
    if found is None:
        return {"field": "body", "expected_format": line}
    return {
        "field": found["field"] or found["where"],
        "document": found["where"],
        "line": int(found["line"]),
        "column": int(found["column"]),
        "expected_format": found["what"],
    }
