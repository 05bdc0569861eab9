"""A simulation on the server, followed while it works."""

import json
from collections.abc import Mapping

import httpx

from aegis.client.error_answer import raise_error_of
from aegis.domain.simulation import Progress, SimulationReport
from aegis.errors import ServiceUnavailable


def follow_simulation(
    url: str, api_key: str | None, body: Mapping[str, str], progress: Progress
) -> SimulationReport:
    """`POST /api/simulate` with progress; raises what it refuses, nothing is repeated.

    One that breaks off raises ServiceUnavailable.
    """
    headers = {"Accept": "application/x-ndjson"} | ({"X-API-Key": api_key} if api_key else {})
    try:
        with (
            httpx.Client(base_url=url, headers=headers, timeout=600) as http,
            http.stream("POST", "/api/simulate", json=dict(body)) as answer,
        ):
            if not answer.is_success:
                answer.read()
                raise_error_of(answer)
            for line in answer.iter_lines():
                told = json.loads(line)
                if "report" in told:
                    return SimulationReport.model_validate_json(line[len('{"report":') : -1])
                if "error" in told:
                    reason = told["error"]["message"]
                    raise ServiceUnavailable(f"The simulation broke off: {reason}")
                progress(told["done"], told["days"])
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServiceUnavailable(f"{url} broke off: {error}") from error
    raise ServiceUnavailable(f"{url} broke off before the report")
