"""The agent that turns an incident into a response."""

from policies.response.plan import plan
from policies.response.playbooks import load_playbooks

from aegis.domain.incident import Incident
from aegis.domain.response import ResponsePlan
from aegis.settings import Settings
from deployments.call_meter import CallMeter, Report


class PlannerAgent:
    """Composes the plan that the site's playbooks lay down; keeps no state."""

    def __init__(self, settings: Settings, report: Report) -> None:
        self._playbooks = load_playbooks(settings.playbooks_file)
        self._meter = CallMeter("PlannerAgent", report)

    async def plan(self, incident: Incident) -> ResponsePlan:
        """The plan for this incident."""
        return await self._meter.measure(self._plan(incident))

    async def health(self) -> str:
        """`ok`: whoever answers can plan."""
        return "ok"

    async def _plan(self, incident: Incident) -> ResponsePlan:
        return plan(incident, self._playbooks)
