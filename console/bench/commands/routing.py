"""`sestetto load routing`: the cost of an assignment as the number of waiting chats grows."""

from typing import Annotated, Literal

import typer
import uvloop

from console.bench.commands.common import YARDSTICK, Out, keep, machine, table
from console.bench.fixture import Sync
from console.bench.routing import KINDS, Routing, measure
from console.commands.common import say
from console.errors import SettingError

AIM = "aim: 25,000 a second, and within 1.5 times from the shortest to the longest line"
SYNCS: dict[str, tuple[Sync, ...]] = {"no": ("no",), "always": ("always",), "both": ("no", "always")}


def routing(
    agents: Annotated[int, typer.Option(min=200, help="Agents, half of them busy, half with free slots.")] = 10_000,
    waiting: Annotated[
        str, typer.Option(help="Numbers of waiting chats to measure, at least 50, separated by commas.")
    ] = "1000,100000,1000000",
    fsync: Annotated[Literal["no", "always", "both"], typer.Option(help="The store's appendfsync.")] = "both",
    blocks: Annotated[int, typer.Option(min=1, help="Blocks of 200 calls of each kind.")] = 10,
    out: Out = None,
) -> None:
    """Measure single store calls that assign a chat, with very many agents and a growing line."""
    figures = uvloop.run(measure(agents, _sizes(waiting), SYNCS[fsync], blocks))
    about = machine()
    _print(figures, SYNCS[fsync], about["million_additions_ms"])
    keep(out, {"machine": about, "routing": figures})
    if figures.lies:
        raise SystemExit(
            "sestetto: the loader's chats differ from chats that were opened normally:\n" + "\n".join(figures.lies)
        )


def _sizes(waiting: str) -> list[int]:
    sizes = [int(size) for size in waiting.split(",") if size.strip().isdigit()]
    if len(sizes) != waiting.count(",") + 1 or min(sizes) < 50:
        raise SettingError(f"--waiting takes numbers of chats, at least 50, separated by commas, not {waiting}.")
    return sizes


def _print(figures: Routing, syncs: tuple[Sync, ...], yardstick: float) -> None:
    headings = ("call", "fsync", "waiting", "us of the store", "us of CPU", "best tenth", "calls/s")
    table(
        headings,
        [
            (cost.what, cost.sync, f"{cost.waiting:,}", cost.server_us, cost.cpu_us, cost.best_us, cost.per_second)
            for what in KINDS
            for sync in syncs
            for cost in figures.costs
            if (cost.what, cost.sync) == (what, sync)
        ],
    )
    for what in KINDS:
        for sync in syncs:
            median, best = figures.spread(what, sync)
            growth = f"{median} times the CPU from the shortest to the longest line (best tenth: {best})"
            say(f"{what}, fsync {sync}: {growth}")
    say(f"{figures.agents:,} agents, {figures.store_mib:,} MiB in the store; {AIM}")
    say(f"{YARDSTICK}: {yardstick} ms of CPU")
