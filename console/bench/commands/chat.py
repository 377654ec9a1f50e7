"""`sestetto load chat`: how much load this machine carries on real sockets, and whether every promise was kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import typer
import uvloop

from console.bench.commands.common import YARDSTICK, Out, keep, machine, table
from console.bench.phases import Bench
from console.bench.processes import Target, own_server, people
from console.commands.common import say, settings_of_one
from console.data_folder import resolve
from console.errors import SettingError
from console.security import is_loopback, parse_origin

NOT_HERE = "A load test needs a server on this machine, by http and without a path: --url http://127.0.0.1:PORT."
OWN_ADDRESS = "With several workspaces, give the origin of the one that the load is for, as its section says."
SAME_SETTINGS = (
    "Run the command with the server's settings (SESTETTO_DATA, SESTETTO_DATABASE). The server needs "
    "SESTETTO_PACE=1000 and, for many visitors, higher SESTETTO_ADDRESS_SOCKETS and SESTETTO_ADDRESS_OPENINGS."
)
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
        except OSError as problem:
            if not url:
                raise
            raise SettingError(f"The load failed at {target.url}: {problem}. {SAME_SETTINGS}") from problem
        finally:
            if url:
                await bench.end_chats()
            bench.leave()


@asynccontextmanager
async def _target(url: str, agents: int) -> AsyncIterator[Target]:
    if not url:
        async with own_server(agents) as target:
            yield target
        return
    url = url.rstrip("/")
    if not _on_this_machine(url):
        raise SettingError(NOT_HERE)
    await _serves(url)
    bearers = await people(resolve(settings_of_one()).database, url, agents)
    await asyncio.sleep(PUBLISHED)
    yield Target(url, 0, bearers)


def _on_this_machine(url: str) -> bool:
    parts = parse_origin(url)
    return parts is not None and parts[0] == "http" and is_loopback(parts[1])


async def _serves(url: str) -> None:
    """Raises SettingError unless a server answers, before anybody is added to a database."""
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            status = (await client.get(f"{url}/widget.js")).status_code
    except httpx.HTTPError as problem:
        raise SettingError(f"No server answers at {url}: {problem}") from problem
    if status != 200:
        raise SettingError(f"The server at {url} answers {status}. {OWN_ADDRESS}")


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
