"""How rarely a serving process looks for garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 5_000


@contextmanager
def quick_start() -> Iterator[None]:
    """While a process starts up, nothing looks for garbage; from then on it is sought rarely.

    Imports make hundreds of thousands of objects that stay: to look through them again and
    again takes a third of the time of importing torch.
    """
    gc.disable()
    try:
        yield
    finally:
        seek_garbage_rarely()
        gc.enable()


def seek_garbage_rarely() -> None:
    """What start-up made is never looked through again; what comes later, less often.

    For a process that has started up and serves from now on. Judging a frame makes and drops
    about a thousand objects, next to none of them in rings, and reference counts free those at
    once. By the interpreter's own threshold of 700 every fourth frame would pay for a search
    that finds nothing. The rings that start-up left, some thousand small objects, stay.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
