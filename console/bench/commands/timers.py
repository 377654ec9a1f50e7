"""`sestetto load timers`: how late timers fire with four processes ticking, including when the ticker is killed."""

from typing import Annotated

import typer
import uvloop

from console.bench.commands.common import YARDSTICK, Out, keep, machine, table
from console.bench.temp_store import opened, own_store
from console.bench.timers import PROCESSES, Lateness, clockwork
from console.commands.common import say

HEADINGS = ("timers", "number", "p50", "p99", "latest", "within 250 ms", "twice", "never", "tickers killed")


def timers(
    number: Annotated[int, typer.Option(min=100, help="Timers in each phase.")] = 10_000,
    seconds: Annotated[float, typer.Option(min=2, help="Seconds over which they come due.")] = 20,
    out: Out = None,
) -> None:
    """Measure how late timers fire: due evenly, many in the same instant, and while the ticker is killed."""
    phases = uvloop.run(_phases(number, seconds))
    about = machine()
    table(
        HEADINGS,
        [
            (
                p.what,
                p.timers,
                f"{p.p50} ms",
                f"{p.p99} ms",
                f"{p.most} ms",
                f"{p.within_250:.2%}",
                p.twice,
                p.never,
                p.kills,
            )
            for p in phases
        ],
    )
    say(f"{PROCESSES} processes tick; {YARDSTICK}: {about['million_additions_ms']} ms of CPU")
    keep(out, {"machine": about, "timers": phases})
    if any(phase.twice or phase.never for phase in phases):
        raise SystemExit("sestetto: a timer did not fire exactly once.")


async def _phases(number: int, seconds: float) -> list[Lateness]:
    async with own_store() as store, opened(store.url, "load") as workspace, clockwork(store.url, workspace) as works:
        return [
            await works.fire("evenly", number, seconds),
            await works.fire("at once", number // 10, 0.001),
            await works.fire("killed", number, seconds, kill_every=3),
        ]
