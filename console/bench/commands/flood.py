"""`sestetto load flood`: how one flooding socket slows everybody else, for each kind of flood."""

import statistics
from typing import Annotated

import typer
import uvloop

from console.bench.commands.common import YARDSTICK, Out, keep, machine, table
from console.bench.floods import kinds_of, measure, ratios
from console.commands.common import say

HEADINGS = ("flood", "ping p50", "longest ping", "ping, with / without", "ack, with / without", "delivery")


def flood(
    kind: Annotated[list[str] | None, typer.Option(help="Run only this kind of flood; repeat for more.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="Seconds of each window.")] = 4,
    rounds: Annotated[int, typer.Option(min=1, help="Windows without and with each flood.")] = 3,
    out: Out = None,
) -> None:
    """Measure how a flood from one socket slows other clients' pings and messages: ratios of medians."""
    kinds = kinds_of(kind or ())
    windows = uvloop.run(measure(kinds, rounds, seconds))
    rows = []
    for name in kinds:
        loud = [one for one in windows if one.kind == name]
        rows.append(
            (
                name,
                f"{statistics.median(one.ping_p50 for one in loud):.1f} ms",
                f"{max(one.ping_most for one in loud):.0f} ms",
                *(
                    f"{statistics.median(ratios(windows, name, f)):.1f}"
                    for f in ("ping_p50", "ack_p50", "delivery_p50")
                ),
            )
        )
    quiet = [one for one in windows if not one.kind]
    table(HEADINGS, rows)
    say(
        f"without a flood: ping {statistics.median(one.ping_p50 for one in quiet):.1f} ms, "
        f"longest {max(one.ping_most for one in quiet):.0f} ms"
    )
    about = machine()
    say(f"{YARDSTICK}: {about['million_additions_ms']} ms of CPU")
    keep(out, {"machine": about, "windows": windows})
