"""Aegis over HTTP, for programs in Python."""

import base64
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel

from aegis.api.schemas import (
    ActionAnswer,
    AgentsAnswer,
    AnalyzeResponse,
    CleanupAnswer,
    IncidentAnswer,
    IncidentList,
    StatusAnswer,
)
from aegis.client.error_answer import raise_error_of
from aegis.client.event_stream import EventStream
from aegis.client.retry import Retry
from aegis.domain.event import Event
from aegis.domain.statistics import HealthReport, SystemStatistics
from aegis.errors import AegisError, ServiceUnavailable

Model = TypeVar("Model", bound=BaseModel)


class AegisClient:
    """A connection to a running Aegis; use it as a context manager, or `close()` it.

    Answers are typed; errors are those of `aegis.errors`, with the server's code, message
    and details. 429 and 503 are tried again after the time the server names, at most
    `retry.attempts` times; every analysis and action carries an idempotency key, so that a
    repeated one counts once. A lost connection raises ServiceUnavailable.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        api_key: str | None = None,
        *,
        timeout_s: float = 60.0,
        retry: Retry | None = None,
    ) -> None:
        headers = {"X-API-Key": api_key} if api_key else {}
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._retry = retry or Retry()
        self._http = httpx.Client(base_url=self._url, headers=headers, timeout=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def analyze(
        self,
        image: bytes,
        *,
        camera_id: str | None = None,
        frame_number: int | None = None,
        timestamp: datetime | None = None,
        location: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> AnalyzeResponse:
        """Judge one encoded picture (JPEG, PNG); frames are a sequence only with a camera_id."""
        named = {"camera_id": camera_id, "location": location}
        body: dict[str, Any] = {
            "image": base64.b64encode(image).decode(),
            "metadata": {**(metadata or {}), **_without_none(named)},
            **_without_none({"frame_number": frame_number}),
        }
        if timestamp is not None:
            body["timestamp"] = timestamp.isoformat()
        answer = self._send("POST", "/api/analyze", json=body, key=idempotency_key or _new_key())
        return AnalyzeResponse.model_validate_json(answer.content)

    def incidents(
        self,
        *,
        status: str | Sequence[str] = (),
        severity: str | Sequence[str] = (),
        type: str | Sequence[str] = (),  # noqa: A002 - the contract's name
        from_date: datetime | None = None,
        to_date: datetime | None = None,
        camera_id: str | None = None,
        q: str | None = None,
        limit: int = 100,
        offset: int = 0,
        cursor: str | None = None,
    ) -> IncidentList:
        """One page of incidents, newest first."""
        parameters = {
            "status": status or None,
            "severity": severity or None,
            "type": type or None,
            "from_date": from_date.isoformat() if from_date else None,
            "to_date": to_date.isoformat() if to_date else None,
            "camera_id": camera_id,
            "q": q,
            "limit": limit,
            "offset": offset,
            "cursor": cursor,
        }
        return self._get("/api/incidents", IncidentList, _without_none(parameters))

    def incident(self, incident_id: str) -> IncidentAnswer:
        """One incident; raises IncidentNotFound."""
        return self._get(f"/api/incidents/{incident_id}", IncidentAnswer)

    def update_status(
        self,
        incident_id: str,
        status: str,
        *,
        notes: str | None = None,
        resolved_by: str | None = None,
        idempotency_key: str | None = None,
    ) -> StatusAnswer:
        """Record an operator's decision; raises IncidentNotFound, ValidationFailed."""
        body = _without_none({"status": status, "notes": notes, "resolved_by": resolved_by})
        path = f"/api/incidents/{incident_id}/status"
        answer = self._send("POST", path, json=body, key=idempotency_key or _new_key())
        return StatusAnswer.model_validate_json(answer.content)

    def execute(
        self,
        action_type: str,
        incident_id: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> ActionAnswer:
        """Carry out an action, by its type or by the sentence that recommends it."""
        body = {
            "action_type": action_type,
            "incident_id": incident_id,
            "parameters": dict(parameters or {}),
        }
        key = idempotency_key or _new_key()
        answer = self._send("POST", "/api/actions/execute", json=body, key=key)
        return ActionAnswer.model_validate_json(answer.content)

    def cleanup(
        self, days: int = 30, *, keep_open: bool = False, dry_run: bool = False
    ) -> CleanupAnswer:
        """Delete incidents created more than `days` days ago, with their evidence."""
        parameters = {"days": days, "keep_open": keep_open, "dry_run": dry_run}
        answer = self._send("DELETE", "/api/incidents/cleanup", params=parameters)
        return CleanupAnswer.model_validate_json(answer.content)

    def stats(self) -> SystemStatistics:
        """Figures over all incidents."""
        return self._get("/api/stats", SystemStatistics)

    def agent_stats(self) -> AgentsAnswer:
        """Figures of both agents."""
        return self._get("/api/agents/stats", AgentsAnswer)

    def health(self) -> HealthReport:
        """Health of the components, when they are not well too; nothing is tried again."""
        answer = self._call("GET", "/health")
        if answer.status_code not in {200, 503} or '"components"' not in answer.text:
            raise_error_of(answer)
        return HealthReport.model_validate_json(answer.content)

    def evidence(self, evidence_path: str) -> bytes:
        """The JPEG behind an incident's `evidence_path`; raises NotFound."""
        return self._send("GET", evidence_path).content

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: object = None,
    ) -> bytes:
        """Any other request of the API, under a key of its own, with the same errors."""
        key = None if method == "GET" else _new_key()
        return self._send(method, path, params=params, json=json, key=key).content

    def watch(
        self,
        *,
        since: int | None = None,
        types: Sequence[str] = (),
        camera_id: str | None = None,
        severity: Sequence[str] = (),
        timeout_s: float | None = None,
    ) -> Iterator[Event]:
        """Events as they come, for ever; a lost connection is taken up where it broke.

        timeout_s: end the iteration when nothing came for so long; None waits for ever.
        Raises InvalidApiKey and Forbidden at once, ServiceUnavailable when it cannot reconnect.
        """
        filters = _without_none(
            {
                "types": ",".join(types) or None,
                "camera_id": camera_id,
                "severity": ",".join(severity) or None,
            }
        )
        stream = EventStream(self._url, self._api_key, filters, self._retry)
        return stream.events(since, timeout_s)

    def _get(
        self, path: str, model: type[Model], parameters: Mapping[str, Any] | None = None
    ) -> Model:
        return model.model_validate_json(self._send("GET", path, params=parameters).content)

    def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: object = None,
        key: str | None = None,
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        is_safe_twice = method == "GET" or key is not None
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = self._call(method, path, params=params, json=json, headers=headers)
            except _ConnectionLost:
                if is_safe_twice and self._retry.pause(attempt):
                    continue
                raise
            if answer.is_success:
                return answer
            if not self._retry.again(attempt, answer):
                raise_error_of(answer)

    def _call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **arguments)
        except httpx.InvalidURL as error:
            raise AegisError(f"{self._url}{path} is no address") from error
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError) as error:
            raise _ConnectionLost(f"No answer from {self._url}: {error}") from error
        except httpx.HTTPError as error:
            raise ServiceUnavailable(f"No answer from {self._url}: {error}") from error


class _ConnectionLost(ServiceUnavailable):
    """The connection broke while the server may have been at work."""


def _new_key() -> str:
    return uuid.uuid4().hex


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
