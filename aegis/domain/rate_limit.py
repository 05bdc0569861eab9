"""A share of a caller's allowance, handed to one ingress replica."""

from aegis.domain.value import Value


class Lease(Value):
    """`granted` requests may pass without asking again, until the window ends.

    limit: of the whole window; remaining: left for everybody after this lease.
    resets_at: end of the window, epoch seconds.
    """

    granted: int
    limit: int
    remaining: int
    resets_at: float
