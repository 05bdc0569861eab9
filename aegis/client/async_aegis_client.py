"""Aegis over HTTP, for asynchronous programs in Python."""

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self, TypeVar

import httpx

from aegis.api.stream_schemas import StreamEvent
from aegis.client import calls
from aegis.client.async_event_stream import AsyncEventStream
from aegis.client.call import Call
from aegis.client.call_method import AsyncCallMethod
from aegis.client.retry import Attempts, Retry
from aegis.client.subscription import Subscription

Answer = TypeVar("Answer")


class AsyncAegisClient:
    """AegisClient with the same methods, to be awaited; `watch` is an asynchronous iterator.

    transport: another way to the API than the network, httpx's.
    """

    describe = AsyncCallMethod(calls.describe)
    alive = AsyncCallMethod(calls.alive)
    health = AsyncCallMethod(calls.health)
    analyze = AsyncCallMethod(calls.analyze)
    incidents = AsyncCallMethod(calls.incidents)
    incident = AsyncCallMethod(calls.incident)
    update_status = AsyncCallMethod(calls.update_status)
    execute = AsyncCallMethod(calls.execute)
    cleanup = AsyncCallMethod(calls.cleanup)
    stats = AsyncCallMethod(calls.stats)
    agent_stats = AsyncCallMethod(calls.agent_stats)
    evidence = AsyncCallMethod(calls.evidence)
    place_hold = AsyncCallMethod(calls.place_hold)
    release_hold = AsyncCallMethod(calls.release_hold)
    evidence_zip = AsyncCallMethod(calls.evidence_zip)
    proof_head = AsyncCallMethod(calls.proof_head)
    policies = AsyncCallMethod(calls.policies)
    policy_rule = AsyncCallMethod(calls.policy_rule)
    policy_versions = AsyncCallMethod(calls.policy_versions)
    policy_version = AsyncCallMethod(calls.policy_version)
    put_policies = AsyncCallMethod(calls.put_policies)
    ask_sql = AsyncCallMethod(calls.ask_sql)
    simulate = AsyncCallMethod(calls.simulate)
    export_incidents = AsyncCallMethod(calls.export_incidents)

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        api_key: str | None = None,
        *,
        timeout_s: float = 60.0,
        retry: Retry | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        headers = {"X-API-Key": api_key} if api_key else {}
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._retry = retry or Retry()
        self._http = httpx.AsyncClient(
            base_url=self._url, headers=headers, timeout=timeout_s, transport=transport
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def send(self, call: Call[Answer]) -> Answer:
        """Send any call of `aegis.client.calls`; the methods above do this."""
        attempts = Attempts(call, self._retry, self._url)
        while True:
            try:
                answer = await self._http.request(**call.request)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                await self._retry.sleep_async(attempts.wait_after_loss(error))
                continue
            if call.is_answer(answer):
                return call.read(answer.content)
            await self._retry.sleep_async(attempts.wait_after_refusal(answer))

    def watch(
        self,
        *,
        since: int | None = None,
        types: Sequence[str] = (),
        camera_id: str | Sequence[str] = (),
        severity: Sequence[str] = (),
        timeout_s: float | None = None,
    ) -> AsyncIterator[StreamEvent]:
        """Events as they come; see `AegisClient.watch`."""
        wanted = Subscription(self._url, self._api_key, types, camera_id, severity, since)
        return AsyncEventStream(wanted, self._retry).events(timeout_s)
