"""`POST /api/simulate` with progress."""

import json
from collections.abc import Iterator
from datetime import date

import pytest

from aegis.domain.simulation import Progress, SimulationReport, SimulationRequest
from aegis.errors import ServiceUnavailable, ValidationFailed
from aegis.testing.doubles import in_memory_runtime
from tests.unit.api.api_double import ApiDouble

BODY = {"policy": "rules: []", "first_day": "2026-03-04", "last_day": "2026-03-05"}
LINES = {"Accept": "application/x-ndjson"}


class TwoDays:
    """Finds nothing in two days, unless the policy says what goes wrong."""

    async def simulate(
        self, request: SimulationRequest, progress: Progress | None = None
    ) -> SimulationReport:
        if request.policy == "refused":
            raise ValidationFailed("This is no policy", {"field": "policy"})
        for done in range(3):
            if progress:
                progress(done, 2)
        if request.policy == "interrupted":
            raise ServiceUnavailable("The replay was interrupted; try again")
        span = (request.first_day, request.last_day)
        return SimulationReport.of([], [], ("a", "b"), span)


@pytest.fixture
def api() -> Iterator[ApiDouble]:
    with ApiDouble(runtime=in_memory_runtime(simulator=TwoDays())) as api:
        yield api


def test_progress_comes_as_lines_and_the_report_last(api: ApiDouble) -> None:
    answer = api.post("/api/simulate", json=BODY, headers=LINES)
    assert answer.headers["Content-Type"].startswith("application/x-ndjson")
    *told, last = map(json.loads, answer.text.splitlines())
    assert told == [{"done": done, "days": 2} for done in (0, 1, 2)]
    report = SimulationReport.model_validate(last["report"], strict=False)
    assert report.first_day == date(2026, 3, 4)


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_without_asking_for_lines_it_is_one_json(api: ApiDouble, accept: str) -> None:
    answer = api.post("/api/simulate", json=BODY, headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["policy_after"] == "b"


def test_a_refusal_is_a_refusal_however_it_is_asked(api: ApiDouble) -> None:
    answer = api.post("/api/simulate", json=BODY | {"policy": "refused"}, headers=LINES)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "day", [0, 1741046400, True, None, "", "20260304", "2026-3-4", "2026-02-30", "2026-03-04T00:00"]
)
def test_a_day_is_written_in_one_way_only(api: ApiDouble, day: object) -> None:
    answer = api.post("/api/simulate", json=BODY | {"first_day": day})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert "first_day" in answer.text


def test_what_goes_wrong_later_is_the_last_line(api: ApiDouble) -> None:
    answer = api.post("/api/simulate", json=BODY | {"policy": "interrupted"}, headers=LINES)
    last = json.loads(answer.text.splitlines()[-1])
    assert last["error"]["code"] == "SERVICE_UNAVAILABLE"
