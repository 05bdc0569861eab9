"""Aegis over HTTP, for programs in Python."""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self, TypeVar

import httpx

from aegis.api.stream_schemas import StreamEvent
from aegis.client import calls
from aegis.client.call import Call
from aegis.client.call_method import CallMethod
from aegis.client.event_stream import EventStream
from aegis.client.retry import Attempts, Retry
from aegis.client.subscription import Subscription

Answer = TypeVar("Answer")


class AegisClient:
    """A connection to a running Aegis; use it as a context manager, or `close()` it.

    Answers are typed; errors are those of `aegis.errors`, with the server's code, message
    and details. 429 and 503 are tried again after the time the server names, at most
    `retry.attempts` times; every analysis, decision and action carries an idempotency key, so
    that a repeated one counts once. A lost connection raises ServiceUnavailable.
    """

    describe = CallMethod(calls.describe)
    alive = CallMethod(calls.alive)
    health = CallMethod(calls.health)
    analyze = CallMethod(calls.analyze)
    incidents = CallMethod(calls.incidents)
    incident = CallMethod(calls.incident)
    update_status = CallMethod(calls.update_status)
    execute = CallMethod(calls.execute)
    cleanup = CallMethod(calls.cleanup)
    stats = CallMethod(calls.stats)
    agent_stats = CallMethod(calls.agent_stats)
    evidence = CallMethod(calls.evidence)
    place_hold = CallMethod(calls.place_hold)
    release_hold = CallMethod(calls.release_hold)
    evidence_zip = CallMethod(calls.evidence_zip)
    proof_head = CallMethod(calls.proof_head)
    policies = CallMethod(calls.policies)
    policy_rule = CallMethod(calls.policy_rule)
    policy_versions = CallMethod(calls.policy_versions)
    policy_version = CallMethod(calls.policy_version)
    put_policies = CallMethod(calls.put_policies)
    ask_sql = CallMethod(calls.ask_sql)
    simulate = CallMethod(calls.simulate)
    export_incidents = CallMethod(calls.export_incidents)

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

    def send(self, call: Call[Answer]) -> Answer:
        """Send any call of `aegis.client.calls`; the methods above do this."""
        attempts = Attempts(call, self._retry, self._url)
        while True:
            try:
                answer = self._http.request(**call.request)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                self._retry.sleep(attempts.wait_after_loss(error))
                continue
            if call.is_answer(answer):
                return call.read(answer.content)
            self._retry.sleep(attempts.wait_after_refusal(answer))

    def watch(
        self,
        *,
        since: int | None = None,
        types: Sequence[str] = (),
        camera_id: str | Sequence[str] = (),
        severity: Sequence[str] = (),
        timeout_s: float | None = None,
    ) -> Iterator[StreamEvent]:
        """Events as they come, for ever; a lost connection is taken up where it broke.

        timeout_s: end the iteration when nothing came for so long; None waits for ever.
        Raises InvalidApiKey and Forbidden at once, ServiceUnavailable when it cannot reconnect.
        """
        wanted = Subscription(self._url, self._api_key, types, camera_id, severity, since)
        return EventStream(wanted, self._retry).events(timeout_s)
