"""The way of a frame, on one page."""

from aegis.domain.analysis import FrameResult
from aegis.domain.event import EventType, JudgedFrame
from aegis.domain.frame import Frame
from aegis.domain.incident import Incident
from aegis.ports import Runtime


async def analyze_frame(frame: Frame, runtime: Runtime) -> FrameResult:
    """See, judge, open, plan, tell.

    Answers as soon as the incident is durable and planned. A frame without an incident
    touches only the VisionAgent. An incident that a graver event takes over is planned and told
    anew. Raises what the ports raise: a failure is never "no incident".
    """
    if (replayed := await _replay(frame, runtime)) is not None:
        return replayed
    seen = await runtime.vision.analyze(frame)
    if not seen.assessment.is_incident:
        return await _tell(FrameResult(seen.assessment), runtime)
    recorded = await runtime.store.record(
        seen.assessment,
        seen.evidence,
        frame.idempotency_key,
        seen.strip,
        frame.request_digest,
    )
    incident = await _ensure_planned(recorded.incident, runtime)
    if recorded.is_new or recorded.takes_over:
        await runtime.events.publish(EventType.INCIDENT_CREATED, incident.model_dump(mode="json"))
    told = recorded.assessment or seen.assessment
    return await _tell(FrameResult(told, incident, recorded.is_new), runtime)


async def _replay(frame: Frame, runtime: Runtime) -> FrameResult | None:
    """The answer given before under the caller's own key, if the frame was an incident then.

    Asked before the VisionAgent looks, for a camera's session must not see a frame twice. A
    frame without an incident left nothing to keep, and is simply judged anew.
    """
    if frame.request_digest is None:
        return None
    recorded = await runtime.store.recall(frame.idempotency_key, frame.request_digest)
    if recorded is None or recorded.assessment is None:
        return None
    incident = await _ensure_planned(recorded.incident, runtime)
    return FrameResult(recorded.assessment, incident, recorded.is_new, is_replay=True)


async def _ensure_planned(incident: Incident, runtime: Runtime) -> Incident:
    """Plan once an event, also when the process that opened it died before it could."""
    while incident.response_plan is None:
        # Once more only if a graver event took it over meanwhile.
        plan = await runtime.planner.plan(incident)
        incident = await runtime.store.attach_plan(incident.id, plan)
    return incident


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
