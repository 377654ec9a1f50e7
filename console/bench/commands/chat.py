"""`sestetto load chat`: how much load this machine carries on real sockets, and whether every promise was kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
import uvloop

from console.bench.commands.common import YARDSTICK, Out, keep, machine, table
from console.bench.phases import Bench
from console.bench.processes import Target, own_server, people
from console.commands.common import say, settings_of_one
from console.data_folder import resolve
from console.errors import SettingError
from console.security import is_loopback

PUBLISHED = 3.0  # s until a running server has read the new directory


def chat(
    visitors: Annotated[int, typer.Option(min=1, max=6000, help="Visitors in conversation, six for each agent.")] = 96,
    agents: Annotated[int, typer.Option(min=1, max=1000, help="Agents who answer.")] = 16,
    seconds: Annotated[float, typer.Option(min=1, help="Seconds of each phase.")] = 15,
    rate: Annotated[int, typer.Option(min=2, help="Messages a second of the open loop.")] = 200,
    sockets: Annotated[int, typer.Option(min=0, help="Idle sockets whose memory is measured.")] = 500,
    url: Annotated[
        str, typer.Option(help="URL of a server on this machine that runs with these settings and SESTETTO_PACE=1000.")
    ] = "",
    out: Out = None,
) -> None:
    """Run conversations in a closed loop, then at a steady rate, then idle sockets, and check every promise."""
    figures = uvloop.run(_chat(visitors, agents, seconds, rate, sockets, url))
    _print(figures)
    keep(out, figures)
    if any(figures["checker"].values()):
        raise SystemExit("sestetto: a promise was broken; the checker's line above says which.")


async def _chat(visitors: int, agents: int, seconds: float, rate: int, sockets: int, url: str) -> dict[str, Any]:
    async with _target(url, agents) as target:
        bench = Bench(target, visitors)
        try:
            await bench.gather()
            closed = await bench.closed(seconds)
            steady = await bench.steady(rate, seconds)
            idle = await bench.waiting(sockets) if sockets and target.pid else None
            return {
                "machine": machine(),
                "people": {"visitors": visitors, "agents": agents},
                "closed_loop": closed,
                "steady": steady,
                "idle": idle,
                "checker": bench.findings(),
                "troubles": bench.memory.troubles[:10],
            }
        finally:
            bench.leave()


@asynccontextmanager
async def _target(url: str, agents: int) -> AsyncIterator[Target]:
    if not url:
        async with own_server(agents) as target:
            yield target
        return
    if not is_loopback(urlsplit(url).hostname or ""):
        raise SettingError("A load test needs a server on this machine: --url http://127.0.0.1:PORT.")
    bearers = await people(resolve(settings_of_one()).database, url.rstrip("/"), agents)
    await asyncio.sleep(PUBLISHED)
    yield Target(url.rstrip("/"), 0, bearers)


def _print(figures: dict[str, Any]) -> None:
    closed, steady, idle = figures["closed_loop"], figures["steady"], figures["idle"]
    rows: list[tuple[str, float, str]] = [
        ("closed loop: durable messages", closed.per_second, "/s"),
        ("  for a second of the server's CPU", closed.per_server_core, "messages"),
        ("  server CPU a message", closed.server_us, "us"),
        ("  store CPU a message", closed.store_us, "us"),
        ("  ack p50, p99", closed.ack_p50, f"ms, {closed.ack_p99} ms"),
        (f"open loop at {steady.rate}/s: came to", steady.per_second, "/s"),
        ("  ack p50, p99", steady.ack_p50, f"ms, {steady.ack_p99} ms"),
        ("  delivery p50, p99", steady.delivery_p50, f"ms, {steady.delivery_p99} ms"),
        ("  server, store CPU a message", steady.server_us, f"us, {steady.store_us} us"),
    ]
    if idle is not None:
        rows += [
            (f"memory of an idle socket ({idle.sockets})", idle.socket_server, "KiB of the server"),
            ("  and of its chat in line", idle.chat_server, f"KiB of the server, {idle.chat_store} KiB of the store"),
        ]
    rows += [(YARDSTICK, figures["machine"]["million_additions_ms"], "ms of CPU")]
    table(("figure", "value", "unit"), rows)
    say("checker: " + ", ".join(f"{name} {number}" for name, number in figures["checker"].items()))
