"""A call of `aegis.client.calls` as a method of a client, with the call's own signature."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

from aegis.client.call import Call

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


class Sender(Protocol):
    """Sends calls and waits."""

    def send(self, call: Call[Answer]) -> Answer:
        """The answer; raises AegisError."""


class AsyncSender(Protocol):
    """Sends calls without blocking."""

    async def send(self, call: Call[Answer]) -> Answer:
        """The answer; raises AegisError."""


class CallMethod(Generic[Arguments, Answer]):
    """Build the call, send it, give the answer."""

    def __init__(self, build: Callable[Arguments, Call[Answer]]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    def __get__(self, client: Sender, owner: type | None = None) -> Callable[Arguments, Answer]:
        @wraps(self._build)
        def send(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            return client.send(self._build(*args, **kwargs))

        return send


class AsyncCallMethod(Generic[Arguments, Answer]):
    """The same, to be awaited."""

    def __init__(self, build: Callable[Arguments, Call[Answer]]) -> None:
        self._build = build
        self.__doc__ = build.__doc__

    def __get__(
        self, client: AsyncSender, owner: type | None = None
    ) -> Callable[Arguments, Coroutine[Any, Any, Answer]]:
        @wraps(self._build)
        async def send(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            return await client.send(self._build(*args, **kwargs))

        return send
