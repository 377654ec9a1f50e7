"""`sestetto load history`: how long lists and searches of a big archive take."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from console.archive.database import Database, sqlite_url
from console.bench.commands.common import YARDSTICK, Out, keep, machine, table
from console.bench.history import Timing, fill, measure
from console.commands.common import say

AIM = 100.0  # ms: the target for each query's 95th percentile
HEADINGS = ("question", "runs", "chats shown", "p50 ms", "p95 ms", "longest ms")


def history(
    chats: Annotated[int, typer.Option(min=1_000, help="Ended chats in the archive.")] = 200_000,
    runs: Annotated[int, typer.Option(min=20, help="Runs of each query.")] = 100,
    database: Annotated[
        str, typer.Option(help="URL of an empty database. Default: SQLite in a temporary folder.")
    ] = "",
    out: Out = None,
) -> None:
    """Time the lists, filters and searches of the chats page, over chats written by the archive's own writer."""
    with _address(database) as url:
        took, timings = uvloop.run(_measured(url, chats, runs))
    about = machine()
    table(HEADINGS, [(t.what, t.runs, t.found, t.p50, t.p95, t.most) for t in timings])
    say(f"{chats:,} chats, written in {took:.0f} s; {YARDSTICK}: {about['million_additions_ms']} ms of CPU")
    keep(out, {"machine": about, "chats": chats, "seconds_to_write": round(took), "questions": timings})
    if slow := [timing.what for timing in timings if timing.p95 > AIM]:
        say(f"Over {AIM:.0f} ms at the 95th percentile: {', '.join(slow)}.")


@contextmanager
def _address(database: str) -> Iterator[str]:
    if database:
        yield database
        return
    with tempfile.TemporaryDirectory(prefix="sestetto-load-") as folder:
        yield sqlite_url(Path(folder))


async def _measured(url: str, chats: int, runs: int) -> tuple[float, list[Timing]]:
    opened = Database(url)
    try:
        await opened.migrate()
        began = time.monotonic()
        await fill(opened, chats, lambda done: say(f"{done:,} chats") if done % 20_000 == 0 else None)
        return time.monotonic() - began, await measure(opened, chats, runs)
    finally:
        await opened.close()
