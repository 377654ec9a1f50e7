"""The tables of a comparison: for each figure the median of the rounds, with minimum and maximum."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from tools.comparison.turn import Spread, Turn

BESIDE = "Socket.IO"  # whose figures are 1
FLOOR = "bare loop"
OURS = "Sestetto"


class Report(msgspec.Struct):
    machine: dict[str, Any]
    turns: list[Turn]


class Row(NamedTuple):
    what: str
    of: Callable[[Turn], float | None]


def _full(field: str) -> Callable[[Turn], float | None]:
    return lambda turn: float(getattr(turn.full, field)) if turn.full else None


def _at(rate: int, field: str) -> Callable[[Turn], float | None]:
    return lambda turn: steady_of(turn, rate, field)


ROWS = (
    Row("full load: messages/s", _full("per_second")),
    Row("full load: server CPU, us a message", _full("server_us")),
    Row("full load: store CPU", _full("store_us")),
    Row("full load: ack p50, ms", _full("ack_p50")),
    *(
        Row(f"{rate}/s: {what}", _at(rate, field))
        for rate in (20, 100, 200)
        for what, field in (
            ("server CPU, us a message", "server_us"),
            ("store CPU", "store_us"),
            ("delivery p50, ms", "delivery_p50"),
            ("delivery p99, ms", "delivery_p99"),
        )
    ),
    Row("idle: server CPU, ms a second", lambda turn: turn.idle_ms),
    Row("lost or doubled", lambda turn: turn.faults["lost"] + turn.faults["doubled"]),
    Row("disordered", lambda turn: turn.faults["disordered"]),
)


def tables(report: Report) -> str:
    """Return Markdown: a column for each contestant, and the cost of two processes of one."""
    names = list(dict.fromkeys(turn.contestant for turn in report.turns))
    turns = {name: find(report, name) for name in names}
    lines = [_line("", *names), _line("---", *("---" for _ in names))]
    for row in ROWS:
        cells = [spread_of(values_of(turns[name], row)) for name in names]
        if any(cells):
            lines.append(_line(row.what, *cells))
    return "\n".join([*lines, "", *_ratios(turns), *_two(report)]) + "\n"


def find(report: Report, contestant: str, spread: Spread = "one") -> list[Turn]:
    return [turn for turn in report.turns if (turn.contestant, turn.spread) == (contestant, spread)]


def _ratios(turns: dict[str, list[Turn]]) -> list[str]:
    """Return the servers' CPU per message relative to Socket.IO's, round by round."""
    lines = []
    for row in ROWS:
        if "server CPU, us" in row.what and BESIDE in turns:
            theirs = values_of(turns[BESIDE], row)
            for name in (name for name in turns if name != BESIDE):
                if ratios := [mine / other for mine, other in zip(values_of(turns[name], row), theirs, strict=False)]:
                    lines.append(f"- {row.what}: {name} {spread_of(ratios, 2)} times {BESIDE}")
    return lines


def _two(report: Report) -> list[str]:
    """Return what a second process costs and carries, and delivery across the two relative to the bare loop."""
    lines = []
    for name in dict.fromkeys(turn.contestant for turn in report.turns):
        one, across = find(report, name), find(report, name, "across")
        if ratios := _ratio(across, one, "server_us"):
            lines.append(
                f"- at 200/s, a message between two processes of {name} costs {spread_of(ratios, 2)} times one"
            )
        if carried := [
            2 * a.full.server_us / b.full.server_us for a, b in zip(one, across, strict=False) if a.full and b.full
        ]:
            lines.append(f"- at full load, by CPU, two processes of {name} carry {spread_of(carried, 2)} times one")
        if idle := [turn.shares[1] * 100 / turn.shares[0] for turn in find(report, name, "beside")]:
            lines.append(
                f"- at 200/s, an idle second process of {name} costs {spread_of(idle, 1)} % of the working one"
            )
    for field, what in (("delivery_p50", "p50"), ("delivery_p99", "p99")):
        if ratios := _ratio(find(report, OURS, "across"), find(report, FLOOR, "across"), field):
            lines.append(f"- delivery across two processes at 200/s, {what}: {spread_of(ratios, 2)} times the {FLOOR}")
    return lines


def _ratio(mine: Iterable[Turn], theirs: Iterable[Turn], field: str) -> list[float]:
    """Return a figure at 200/s relative to another one's, round by round."""
    pairs = ((steady_of(a, 200, field), steady_of(b, 200, field)) for a, b in zip(mine, theirs, strict=False))
    return [a / b for a, b in pairs if a and b]


def steady_of(turn: Turn, rate: int, field: str) -> float | None:
    return next((float(getattr(one, field)) for one in turn.steady if one.rate == rate), None)


def values_of(turns: Iterable[Turn], row: Row) -> list[float]:
    return [value for turn in turns if (value := row.of(turn)) is not None]


def spread_of(values: Sequence[float], digits: int | None = None) -> str:
    """Return the median with minimum and maximum: `92 (87 to 107)`; empty for no values."""
    if not values:
        return ""
    digits = digits if digits is not None else int(max(values) < 20)
    middle, least, most = (f"{value:,.{digits}f}" for value in (statistics.median(values), min(values), max(values)))
    return f"{middle} ({least} to {most})"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
