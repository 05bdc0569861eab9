"""How rarely a serving process looks for garbage."""

import gc

_NEW_OBJECTS = 5_000


def seek_garbage_rarely() -> None:
    """What start-up made is never looked through again; what comes later, less often.

    For a process that has started up and serves from now on. Judging a frame makes and drops
    about a thousand objects, next to none of them in rings, and reference counts free those at
    once. By the interpreter's own threshold of 700 every fourth frame would pay for a search
    that finds nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
