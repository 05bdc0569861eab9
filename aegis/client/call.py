"""One request of the API, ready to be sent, and how its answer is read."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter

Answer = TypeVar("Answer")
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """read: from the body of a good answer; idempotency_key: makes a repetition safe.

    is_answer: whether a response is what was asked for, rather than a refusal.
    is_patient: whether a refusal that names a time is tried again.
    """

    method: str
    path: str
    read: Callable[[bytes], Answer]
    params: Mapping[str, Any] | None = None
    json: object = None
    idempotency_key: str | None = None
    is_answer: Callable[[httpx.Response], bool] = lambda response: response.is_success
    is_patient: bool = True

    @property
    def is_safe_twice(self) -> bool:
        """Whether it may be sent again when nobody knows if it arrived."""
        return self.is_patient and (self.method == "GET" or self.idempotency_key is not None)

    @property
    def request(self) -> dict[str, Any]:
        """Arguments of httpx's `request`."""
        headers = {"Idempotency-Key": self.idempotency_key} if self.idempotency_key else {}
        return {
            "method": self.method,
            "url": self.path,
            "params": self.params,
            "json": self.json,
            "headers": headers,
        }


def reads(model: type[Model]) -> Callable[[bytes], Model]:
    """Read the body as this model; what a newer server adds to it is passed over."""
    adapter = TypeAdapter(model)
    return lambda body: adapter.validate_json(body, extra="ignore")


def new_key() -> str:
    """A key that nobody has used."""
    return uuid.uuid4().hex


def without_none(**values: object) -> dict[str, Any]:
    """Only what was given."""
    return {name: value for name, value in values.items() if value is not None}
