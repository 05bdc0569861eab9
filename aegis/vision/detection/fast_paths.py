"""How fast a detector may try to be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FastPaths:
    """Which fast paths a detector may try.

    half: multiply in 16 bits where the device does so in hardware. graphs: on a card, record the
    work of a batch once and replay it.
    """

    half: bool = True
    graphs: bool = True
