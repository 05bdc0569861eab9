"""An incident and playbooks to a plan."""

from aegis.domain.incident import Incident
from aegis.domain.response import ResponsePlan, ResponseStep
from policies.response.playbooks import NEEDS_APPROVAL, Match, Playbook, Playbooks, Step


def plan(incident: Incident, playbooks: Playbooks) -> ResponsePlan:
    """The steps that the most specific matching playbook lays down; pure.

    A playbook for this camera beats one for the subtype, that one for the type, that one
    for a higher severity; of equals the first in the file. One always matches.
    """
    chosen = max(
        (playbook for playbook in playbooks.playbooks if _matches(playbook.match, incident)),
        key=lambda playbook: playbook.match.specificity,
    )
    return ResponsePlan(
        playbook=chosen.name,
        steps=_steps(chosen, incident),
        policy_version=playbooks.version,
        rule=incident.rule,
    )


def _matches(match: Match, incident: Incident) -> bool:
    return (
        match.type in (None, incident.type)
        and match.subtype in (None, incident.subtype)
        and match.camera_id in (None, incident.camera_id)
        and incident.severity.rank >= match.min_severity.rank
    )


def _steps(playbook: Playbook, incident: Incident) -> tuple[ResponseStep, ...]:
    words = _words(incident)
    return tuple(
        ResponseStep(
            step=number,
            action=step.action,
            priority=step.priority,
            parameters=dict(step.parameters),
            reasoning=step.reasoning.format_map(words),
            requires_approval=_requires_approval(step),
        )
        for number, step in enumerate(playbook.steps, start=1)
    )


def _requires_approval(step: Step) -> bool:
    if step.requires_approval is None:
        return step.action in NEEDS_APPROVAL
    return step.requires_approval


def _words(incident: Incident) -> dict[str, str]:
    return {
        "type": incident.type.replace("_", " "),
        "subtype": (incident.subtype or incident.type).replace("_", " "),
        "severity": incident.severity.value,
        "camera": incident.camera_id or "a picture without a camera",
        "place": incident.location or incident.camera_id or "an unknown place",
        "confidence": f"{incident.confidence:.0f} %",
        "reason": incident.reasoning,
    }
