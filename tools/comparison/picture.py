"""The picture of a comparison: the servers' CPU per message as bars, a group for each rate."""

import statistics
from collections.abc import Iterator
from html import escape

from tools.comparison.report import OURS, ROWS, Report, find, values_of

WIDTH, LEFT, RIGHT = 760, 150, 70  # px; of the whole, of the names, of the figures
BAR, GAP, GROUP = 16, 6, 30  # px; height of a bar, below it, of a group's heading
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1f2933}.head{font-weight:600}.bar{fill:#9aa5b1}.ours{fill:#0b69a3}"
    "@media(prefers-color-scheme:dark){text{fill:#e4e7eb}.bar{fill:#616e7c}.ours{fill:#47a3f3}}"
)


def picture(report: Report) -> str:
    """Return an SVG. Each group has its own scale, because only the ratios within a group matter."""
    names = list(dict.fromkeys(turn.contestant for turn in report.turns))
    parts, y = [], 10
    for row in (row for row in ROWS if "server CPU, us" in row.what):
        medians = {name: statistics.median(found) for name in names if (found := values_of(find(report, name), row))}
        parts += [f'<text class="head" x="0" y="{y + 14}">{escape(row.what)}</text>']
        y += GROUP
        parts += _bars(medians, y)
        y += len(medians) * (BAR + GAP) + GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}">'
    title = f"<title>CPU of the server for one message, in microseconds</title><style>{STYLE}</style>"
    return f"{head}{title}{''.join(parts)}</svg>\n"


def _bars(medians: dict[str, float], top: int) -> Iterator[str]:
    most = max(medians.values(), default=1)
    for place, (name, value) in enumerate(medians.items()):
        y, width = top + place * (BAR + GAP), max(round((WIDTH - LEFT - RIGHT) * value / most), 1)
        yield f'<text x="0" y="{y + 13}">{escape(name)}</text>'
        kind = "bar ours" if name == OURS else "bar"
        yield f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{width}" height="{BAR}" rx="2"/>'
        yield f'<text x="{LEFT + width + 6}" y="{y + 13}">{value:,.0f}</text>'
