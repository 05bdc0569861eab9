"""Whether two boxes have a part of the picture in common."""

from aegis.domain.observation import Box


def boxes_meet(one: Box, other: Box) -> bool:
    """Both of one picture; boxes that only touch do not meet."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
