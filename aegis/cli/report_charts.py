"""Charts as inline SVG; colours come from the page's style."""

from collections import Counter
from collections.abc import Sequence
from html import escape

SEVERITIES = ("low", "medium", "high", "critical")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Counts = Sequence[tuple[str, Counter[str]]]


def columns_chart(slots: Counts, title: str) -> str:
    """Stacked columns over time, a line for every step of the scale."""
    width, height, left, bottom = 720, 240, 34, 26
    top = _scale_top(max((counts.total() for _, counts in slots), default=0))
    room, step = height - bottom - 12, (width - left) / max(len(slots), 1)
    parts = [_open(width, height, title)]
    for mark in range(0, top + 1, max(top // 4, 1)):
        y = 12 + room * (1 - mark / top)
        parts.append(f'<line class="grid" x1="{left}" x2="{width}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(
            f'<text class="axis" x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{mark}</text>'
        )
    every = 2 if len(slots) > 12 else 1
    for index, (name, counts) in enumerate(slots):
        x, y = left + index * step, 12.0 + room
        for severity in SEVERITIES:
            if part := counts[severity]:
                tall = room * part / top
                y -= tall
                parts.append(
                    f'<rect class="{severity}" x="{x + step * 0.14:.1f}" y="{y:.1f}" '
                    f'width="{step * 0.72:.1f}" height="{tall:.1f}">'
                    f"<title>{escape(name)}: {part} {severity}</title></rect>"
                )
        if index % every == 0:
            parts.append(_text(x + step / 2, height - 8, name, "middle"))
    return "".join([*parts, "</svg>"])


def bars_chart(rows: Counts, title: str) -> str:
    """Stacked bars, the most first."""
    width, line, left = 460, 30, 150
    most = max((counts.total() for _, counts in rows), default=1)
    height = max(line * len(rows), line)
    parts = [_open(width, height, title)]
    for index, (name, counts) in enumerate(rows):
        y, x = index * line, float(left)
        shown = name if len(name) <= 20 else f"{name[:19]}…"
        parts.append(_text(left - 10, y + 20, shown, "end", "name"))
        for severity in reversed(SEVERITIES):
            if part := counts[severity]:
                wide = (width - left - 46) * part / most
                parts.append(
                    f'<rect class="{severity}" x="{x:.1f}" y="{y + 6}" width="{wide:.1f}" '
                    f'height="{line - 12}"><title>{escape(name)}: {part} {severity}</title></rect>'
                )
                x += wide
        parts.append(_text(x + 8, y + 20, str(counts.total()), "start", "value"))
    return "".join([*parts, "</svg>"])


def hours_chart(hours: Counter[tuple[int, int]], title: str) -> str:
    """A week's hours, the darker the more."""
    cell, left, top = 26, 40, 8
    width, height = left + 24 * cell + 4, top + 7 * cell + 22
    most = max(hours.values(), default=1)
    parts = [_open(width, height, title)]
    for weekday, name in enumerate(_WEEKDAYS):
        y = top + weekday * cell
        parts.append(
            f'<text class="axis" x="{left - 8}" y="{y + 17}" text-anchor="end">{name}</text>'
        )
        for hour in range(24):
            count = hours[weekday, hour]
            shade = 0.15 + 0.85 * count / most if count else 0
            parts.append(
                f'<rect class="cell" x="{left + hour * cell}" y="{y}" width="{cell - 3}" '
                f'height="{cell - 3}" rx="4"/>'
            )
            if count:
                parts.append(
                    f'<rect class="heat" x="{left + hour * cell}" y="{y}" width="{cell - 3}" '
                    f'height="{cell - 3}" rx="4" fill-opacity="{shade:.2f}">'
                    f"<title>{name} {hour:02}:00, {count}</title></rect>"
                )
    for hour in range(0, 24, 3):
        x = left + hour * cell + (cell - 3) / 2
        parts.append(
            f'<text class="axis" x="{x}" y="{height - 4}" text-anchor="middle">{hour:02}</text>'
        )
    return "".join([*parts, "</svg>"])


def _open(width: int, height: int, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}" '
        'xmlns="http://www.w3.org/2000/svg">'
    )


def _text(x: float, y: float, words: str, anchor: str, look: str = "axis") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{look}" {place}>{escape(words)}</text>'


def _scale_top(most: int) -> int:
    """The end of a scale that four steps divide evenly."""
    for top in (4, 8, 12, 16, 20, 24, 32, 40, 60, 80, 100, 120, 160, 200, 240, 320, 400):
        if most <= top:
            return top
    return -(-most // 400) * 400
