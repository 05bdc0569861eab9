"""The way of a frame, on one page."""

from aegis.domain.analysis import FrameResult
from aegis.domain.event import EventType, JudgedFrame
from aegis.domain.frame import Frame
from aegis.domain.incident import Incident
from aegis.ports import Runtime


async def analyze_frame(frame: Frame, runtime: Runtime) -> FrameResult:
    """See, judge, open, plan, tell.

    Answers as soon as the incident is durable and planned. A frame without an incident
    touches only the VisionAgent. Raises what the ports raise: a failure is never "no incident".
    """
    seen = await runtime.vision.analyze(frame)
    if not seen.assessment.is_incident:
        return await _tell(FrameResult(seen.assessment), runtime)
    recorded = await runtime.store.record(
        seen.assessment, seen.evidence, frame.idempotency_key, seen.strip
    )
    incident = await _ensure_planned(recorded.incident, runtime)
    if recorded.is_new:
        await runtime.events.publish(EventType.INCIDENT_CREATED, incident.model_dump(mode="json"))
    return await _tell(FrameResult(seen.assessment, incident, recorded.is_new), runtime)


async def _ensure_planned(incident: Incident, runtime: Runtime) -> Incident:
    """Plan once an incident, also when the process that opened it died before it could."""
    if incident.response_plan is not None:
        return incident
    plan = await runtime.planner.plan(incident)
    return await runtime.store.attach_plan(incident.id, plan)


async def _tell(result: FrameResult, runtime: Runtime) -> FrameResult:
    assessment, incident = result.assessment, result.incident
    judged = JudgedFrame(
        incident=assessment.is_incident,
        type=assessment.type,
        severity=assessment.severity,
        confidence=assessment.confidence,
        timestamp=assessment.captured_at,
        incident_id=incident.id if incident else None,
        camera_id=assessment.camera_id,
    )
    await runtime.events.publish(EventType.ANALYSIS_RESULT, judged.model_dump(mode="json"))
    return result
