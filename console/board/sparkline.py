"""A row of numbers as a small chart: inline SVG of fixed size, rendered by the server."""

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT = 240, 36
SVG = Markup(
    '<svg class="spark" viewBox="0 0 {w} {h}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    '<path class="area" d="M0 {h} L{line} L{w} {h} Z"/>'
    '<path class="stroke" d="M{line}" vector-effect="non-scaling-stroke"/></svg>'
)


def sparkline(values: Sequence[int]) -> Markup:
    """Render the chart; empty for fewer than two values."""
    if len(values) < 2:
        return Markup()
    step, rise = WIDTH / (len(values) - 1), (HEIGHT - 4) / max(*values, 1)
    points = (f"{round(index * step)} {round(HEIGHT - 2 - rise * value)}" for index, value in enumerate(values))
    return SVG.format(w=WIDTH, h=HEIGHT, line=" ".join(points))
