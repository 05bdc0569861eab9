"""What an agent judges by: the newest policies, followed while it works."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from aegis.domain.policy import PolicyState
from aegis.errors import ServiceUnavailable
from aegis.settings import Settings
from aegis.site_file import load_site
from policies.policy_set import PolicySet, compile_texts
from policies.response.playbooks import load_playbooks
from policies.threat.rules import load_rules

AskState = Callable[[str | None], Awaitable[PolicyState | None]]
"""What judges now, unless it is what the caller knows already."""

_PERIOD_S = 1.0
_FIRST_S = 5.0
_log = structlog.get_logger(__name__)


class PolicyFeed:
    """Asks every second whether anything changed; a replica that starts asks before it judges.

    ask: None follows nothing: the files that the settings name stay in force. Raises
    ConfigurationError when those are wrong.
    """

    def __init__(
        self, settings: Settings, ask: AskState | None, period_s: float = _PERIOD_S
    ) -> None:
        self._policies = PolicySet(
            site=load_site(settings.site_file),
            rules=load_rules(settings.rules_file),
            playbooks=load_playbooks(settings.playbooks_file),
        )
        self._ask = ask
        self._period_s = period_s
        self._mark: str | None = None
        self._is_failing = False
        self._first = asyncio.Event()
        self._follower: asyncio.Task[None] | None = None

    @property
    def current(self) -> PolicySet:
        """In force now; safe from any thread."""
        return self._policies

    async def ready(self) -> None:
        """Follow from now on; returns once the newest is in force.

        Raises ServiceUnavailable when nobody answers within 5 s: by what the files say, which
        may be older, something private could be kept.
        """
        if self._ask is None or self._first.is_set():
            return
        if self._follower is None:
            self._follower = asyncio.create_task(self._follow(self._ask))
        try:
            async with asyncio.timeout(_FIRST_S):
                await self._first.wait()
        except TimeoutError as error:
            raise ServiceUnavailable("The policies are not there yet; try again") from error

    async def refresh(self, ask: AskState) -> None:
        """Take over what changed; raises what `ask` and the compiler raise."""
        state = await ask(self._mark)
        if state is None:
            return
        compiled = await asyncio.to_thread(compile_texts, state.policy.texts)
        self._policies = compiled.after(state.verdicts)
        self._mark = state.mark
        _log.info("policies_in_force", number=state.policy.number, version=compiled.version)

    async def _follow(self, ask: AskState) -> None:
        while True:
            try:
                await self.refresh(ask)
            except Exception as error:  # noqa: BLE001 - what is in force stays, the next try may do
                if not self._is_failing:
                    _log.warning("policies_not_followed", reason=str(error))
                self._is_failing = True
            else:
                self._is_failing = False
                self._first.set()
            await asyncio.sleep(self._period_s)
