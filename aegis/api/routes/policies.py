"""`/api/policies`: what judges, why its thresholds are where they are, and what shall judge."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from aegis.api.exchange import exchange_of
from aegis.api.idempotency import Idempotency, RequestKey
from aegis.api.openapi import IDEMPOTENCY_KEY, answer_of, body_of, problems
from aegis.api.requests import PoliciesBody
from aegis.domain.policy import KeptPolicy, PolicyHistory, PolicyOverview, RuleDetail
from aegis.errors import NotFound, ServiceUnavailable, ValidationFailed
from aegis.ports import Runtime

RuleName = Annotated[str, Path(description="A rule's name", examples=["restricted_zone"])]
Number = Annotated[str, Path(description="A version's number", examples=["3"])]
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def policy_routes(runtime: Runtime, idempotency: Idempotency) -> APIRouter:
    """The routes; `versions` comes before `{rule}`."""
    router = APIRouter(prefix="/api/policies", tags=["Policies"])
    _add_current(router, runtime)
    _add_put(router, runtime, idempotency)
    _add_versions(router, runtime)
    _add_rule(router, runtime)
    return router


def _add_current(router: APIRouter, runtime: Runtime) -> None:
    @router.get(
        "",
        summary="Read what is in force",
        responses={**answer_of(PolicyOverview), **problems(ServiceUnavailable)},
    )
    async def read_policies() -> Response:
        """Rules, site and playbooks in force, with their texts, and who put them there."""
        return _json(await runtime.policies.current())


def _add_put(router: APIRouter, runtime: Runtime, idempotency: Idempotency) -> None:
    @router.put(
        "",
        summary="Put policies into force",
        responses={
            **answer_of(KeptPolicy, "In force; every replica judges by it within 2 s"),
            **problems(NotFound, ValidationFailed, ServiceUnavailable),
        },
        openapi_extra=body_of(PoliciesBody) | {"parameters": [IDEMPOTENCY_KEY]},
    )
    async def put_policies(request: Request) -> Response:
        """Rules, site and playbooks, any of them, as YAML or JSON; or an old version again.

        All of it or nothing: a mistake anywhere is 422 with line and column of every one.
        Nothing restarts; the version is durable before the answer.
        """
        body = await request.body()
        caller = exchange_of(request.scope).caller

        async def work(key: RequestKey) -> str:
            author = caller.name if caller else "anonymous"
            return (await runtime.policies.put(body, author, key.text)).model_dump_json()

        return await idempotency.answer(request, body, work)


def _add_versions(router: APIRouter, runtime: Runtime) -> None:
    @router.get(
        "/versions",
        summary="List the versions",
        responses={**answer_of(PolicyHistory), **problems(ServiceUnavailable)},
    )
    async def list_versions() -> Response:
        """Every version that was ever in force, the newest first: who, when, from where."""
        return _json(await runtime.policies.versions())

    @router.get(
        "/versions/{number}",
        summary="Read a version",
        responses={
            **answer_of(KeptPolicy),
            **problems(NotFound, ServiceUnavailable),
        },
    )
    async def read_version(number: Number) -> Response:
        """One version with its texts; to put it again: `PUT {"version": NUMBER}`."""
        if not _NUMBER.fullmatch(number):
            raise NotFound("There is no such version", {"field": "number"})
        return _json(await runtime.policies.version(int(number)))


def _add_rule(router: APIRouter, runtime: Runtime) -> None:
    @router.get(
        "/{rule}",
        summary="Read a rule and its thresholds",
        responses={**answer_of(RuleDetail), **problems(NotFound, ServiceUnavailable)},
    )
    async def read_rule(rule: RuleName) -> Response:
        """The rule, and by camera where its threshold is and which verdicts moved it."""
        return _json(await runtime.policies.rule(rule))


def _json(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")
