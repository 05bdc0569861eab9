"""The agent that turns an incident into a response."""

from aegis.domain.incident import Incident
from aegis.domain.response import ResponsePlan
from aegis.log import configure_logging
from aegis.settings import Settings
from deployments.call_meter import CallMeter, Report
from deployments.policy_feed import AskState, PolicyFeed
from policies.response.plan import plan


class PlannerAgent:
    """Composes the plan that the playbooks in force lay down; keeps no other state."""

    def __init__(self, settings: Settings, report: Report, ask: AskState | None = None) -> None:
        configure_logging(settings.log_level)
        self._policies = PolicyFeed(settings, ask)
        self._meter = CallMeter("PlannerAgent", report)

    async def plan(self, incident: Incident) -> ResponsePlan:
        """The plan for this incident."""
        return await self._meter.measure(self._plan(incident))

    async def health(self) -> str:
        """`ok`: whoever answers can plan."""
        return "ok"

    async def _plan(self, incident: Incident) -> ResponsePlan:
        await self._policies.ready()
        return plan(incident, self._policies.current.playbooks)
