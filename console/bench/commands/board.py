"""`sestetto load board`: what boards cost a server with many agents at work."""

from typing import Annotated

import typer
import uvloop

from console.bench.boards import extra, measure, median
from console.bench.commands.common import YARDSTICK, Out, keep, machine, table
from console.commands.common import say

NUMBERS = (0, 1, 5)  # boards open in a window
AIM = "aim: one board under 15 % of a core"
HEADINGS = ("boards", "server", "beyond none", "rounds", "drawing", "store", "frames/s", "KiB/s", "messages/s")


def board(
    agents: Annotated[int, typer.Option(min=1, max=1000, help="Agents with six chats each.")] = 200,
    each: Annotated[float, typer.Option(min=0.1, help="Messages a minute in each chat, both sides together.")] = 4,
    seconds: Annotated[float, typer.Option(min=1, help="Seconds of each window.")] = 6,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of windows with no, one and five boards.")] = 3,
    out: Out = None,
) -> None:
    """Measure the server's CPU at the same load with no, one and five boards open."""
    rate = agents * 6 * each / 60
    windows = uvloop.run(measure(agents, rate, NUMBERS, rounds, seconds))
    about = machine()
    rows = []
    for number in NUMBERS:
        beyond = sorted(extra(windows, number, "server"))
        rows.append(
            (
                number,
                f"{median(windows, number, 'server'):.1%}",
                f"{beyond[len(beyond) // 2]:.1%}",
                ", ".join(f"{share:.1%}" for share in extra(windows, number, "server")),
                f"{median(windows, number, 'drawing'):.1%}",
                f"{median(windows, number, 'store'):.1%}",
                round(median(windows, number, "frames"), 1),
                round(median(windows, number, "kib"), 1),
                round(median(windows, number, "messages"), 1),
            )
        )
    table(HEADINGS, rows)
    say(f"{agents} agents, {agents * 6:,} chats, {rate:,.0f} messages/s wanted; shares of one core; {AIM}")
    say(f"{YARDSTICK}: {about['million_additions_ms']} ms of CPU")
    keep(out, {"machine": about, "agents": agents, "rate": rate, "windows": windows})
