"""How something came into the picture."""

from aegis.domain.observation import Box, Entry

_EDGE = 0.02
_TOP = 0.33


def entry_of(box: Box, resolution_wh: tuple[int, int], *, by_entrance: bool) -> Entry:
    """By which side of the picture, judged by the first box; `inside` if by none.

    Above is an upper edge in the picture's uppermost part with feet in its upper third; a
    tall person close by also touches the upper edge, but stands further down.
    """
    if by_entrance:
        return "entrance"
    width, height = resolution_wh
    x0, _, x1, y1 = box
    reached: dict[Entry, bool] = {
        "left": x0 <= _EDGE * width,
        "right": x1 >= (1 - _EDGE) * width,
        "below": y1 >= (1 - _EDGE) * height,
        "above": y1 <= _TOP * height,
    }
    return next((side for side, touches in reached.items() if touches), "inside")
