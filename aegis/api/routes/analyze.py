"""`POST /api/analyze`: a frame in, a judgement out."""

import math
import time
from datetime import UTC, datetime, timedelta

import structlog
from fastapi import APIRouter, Request, Response

from aegis.api.bounded_json import parse_body
from aegis.api.camera_gate import CameraGate
from aegis.api.exchange import exchange_of
from aegis.api.failure_log import describe_failure
from aegis.api.idempotency import REPLAYED, Idempotency, RequestKey
from aegis.api.image_field import decode_image_field, describe_image
from aegis.api.openapi import IDEMPOTENCY_KEY, answer_of, body_of, problems
from aegis.api.requests import AnalyzeRequest, FrameMetadata
from aegis.api.schemas import AnalyzeResponse
from aegis.domain.analysis import FrameResult
from aegis.domain.frame import Frame
from aegis.errors import (
    AegisError,
    AnalysisFailed,
    InvalidImage,
    PayloadTooLarge,
    RequestTimeout,
    ServiceUnavailable,
    ValidationFailed,
)
from aegis.pipeline import analyze_frame
from aegis.ports import Runtime
from aegis.settings import Settings
from aegis.vision.decoding.image_header import check_image_header

_TOLERATED_LEAD = timedelta(minutes=5)
_AHEAD = "timestamp is more than 5 minutes ahead of the server's clock"
_log = structlog.get_logger(__name__)


def analyze_routes(
    runtime: Runtime, settings: Settings, idempotency: Idempotency, gate: CameraGate
) -> APIRouter:
    """The route with its documentation."""
    router = APIRouter(tags=["Analysis"])

    @router.post(
        "/api/analyze",
        summary="Analyze a frame",
        responses={
            **answer_of(AnalyzeResponse, "Analysis successful"),
            **problems(
                InvalidImage, RequestTimeout, PayloadTooLarge, ValidationFailed, AnalysisFailed,
                ServiceUnavailable,
            ),
        },
        openapi_extra=body_of(AnalyzeRequest) | {"parameters": [IDEMPOTENCY_KEY]},
    )  # fmt: skip
    async def analyze(request: Request) -> Response:
        """Analyze a single video frame for threats.

        The body is read as JSON whatever the Content-Type says. Without `metadata.camera_id`
        a frame is judged alone.
        """
        received_at = datetime.now(UTC)
        body = await request.body()

        async def work(key: RequestKey) -> str:
            asked = parse_body(AnalyzeRequest, body)
            await gate.admit(request.scope, asked.metadata.camera_id if asked.metadata else None)
            frame = _to_frame(asked, received_at, exchange_of(request.scope).request_id, key)
            result = await _judge(frame, runtime, settings.max_image_pixels)
            if result.is_replay:
                exchange_of(request.scope).headers[REPLAYED] = "true"
            ahead = frame.captured_at - received_at > _TOLERATED_LEAD
            took_ms = _elapsed_ms(exchange_of(request.scope).arrived)
            return AnalyzeResponse.of(
                result, frame, took_ms, (_AHEAD,) if ahead else ()
            ).model_dump_json()

        return await idempotency.answer(request, body, work)

    return router


def _to_frame(
    asked: AnalyzeRequest, received_at: datetime, request_id: str, key: RequestKey
) -> Frame:
    metadata = asked.metadata or FrameMetadata()
    return Frame(
        image=decode_image_field(asked.image),
        captured_at=asked.timestamp or received_at,
        request_id=request_id,
        idempotency_key=key.text,
        request_digest=key.digest,
        camera_id=metadata.camera_id,
        location=metadata.location,
        frame_number=asked.frame_number,
        metadata=metadata.as_dict(),
    )


async def _judge(frame: Frame, runtime: Runtime, max_pixels: int) -> FrameResult:
    """The pipeline; what nobody foresaw on the way is ANALYSIS_FAILED, never "no incident"."""
    try:
        check_image_header(frame.image, max_pixels)
        return await analyze_frame(frame, runtime)
    except InvalidImage as error:
        raise describe_image(error) from error
    except AegisError:
        raise
    except Exception as error:
        _log.error("analysis_failed", **describe_failure(error))
        raise AnalysisFailed("The analysis failed; try again or look into the log") from error


def _elapsed_ms(since: float) -> int:
    """Whole milliseconds, rounded up, so that work never took no time."""
    return math.ceil(1000 * (time.perf_counter() - since))
