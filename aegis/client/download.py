"""Large answers in pieces, as they come."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from aegis.client.error_answer import raise_error_of
from aegis.errors import ServiceUnavailable


def download(
    url: str, api_key: str | None, path: str, params: Mapping[str, object]
) -> Iterator[bytes]:
    """The body of a GET; one that breaks off raises ServiceUnavailable, nothing is repeated."""
    headers = {"X-API-Key": api_key} if api_key else {}
    given: dict[str, Any] = dict(params)
    try:
        with (
            httpx.Client(base_url=url, headers=headers, timeout=120) as http,
            http.stream("GET", path, params=given) as answer,
        ):
            if not answer.is_success:
                answer.read()
                raise_error_of(answer)
            yield from answer.iter_bytes()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServiceUnavailable(f"{url} broke off: {error}") from error
