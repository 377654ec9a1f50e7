"""The log as an operator's tools read it: one JSON object a line, from every source, and outages reported once."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import delete, select, text
from structlog.testing import capture_logs

from console.archive.database import Database, sqlite_url
from console.archive.tables import directory
from console.errors import Unknown
from console.logs import Outage
from console.proving.network import BadNetwork
from console.queue.store import Store
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.postgresql import OWNER
from tests.support.server_process import RunningServer

OTHERS = """
import asyncio, logging, threading, warnings
import structlog
from console.logs import configure_logs

configure_logs("info")

def fails():
    raise ValueError("two\\nlines")

async def lose_a_failure():
    task = asyncio.create_task(asyncio.sleep(0))
    task.add_done_callback(lambda _: fails())
    await task
    await asyncio.sleep(0)

asyncio.run(lose_a_failure())
try:
    fails()
except ValueError:
    logging.getLogger("uvicorn.error").exception("a library's trace")
    structlog.get_logger().exception("our.trace")
warnings.warn("old")
thread = threading.Thread(target=fails)
thread.start()
thread.join()
fails()
"""


def test_each_line_is_json_also_traces_warnings_and_the_end_of_the_process() -> None:
    ended = subprocess.run([sys.executable, "-c", OTHERS], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    traces = [line for line in lines if "ValueError: two\nlines" in line.get("exception", "")]
    assert traces[0]["event"].startswith("Exception in callback")
    events = [line["event"] for line in traces[1:]]
    assert events == ["a library's trace", "our.trace", "process.failed", "process.failed"]
    assert len(lines) == len(traces) + 1
    assert all(line["level"] and line["timestamp"] for line in lines)


def test_an_outage_is_logged_once_however_often_it_is_noticed() -> None:
    outage = Outage("store", store="redis://there")
    with capture_logs() as lines:
        outage.ends()
        for error in ("refused", "refused", "timed out"):
            outage.begins(error)
        assert outage.lasts > 0
        outage.ends()
        outage.ends()
        assert outage.lasts == 0
    assert [line["event"] for line in lines] == ["store.away", "store.back"]
    assert [line["store"] for line in lines] == ["redis://there"] * 2
    assert (lines[0]["error"], lines[1]["after"]) == ("refused", 0.0)


async def test_a_store_that_breaks_off_is_named_once(store_url: str) -> None:
    async with BadNetwork(store_url.removeprefix("unix://")) as network:
        with structlog.contextvars.bound_contextvars(workspace="acme"):  # one of several
            store = Store(f"redis://127.0.0.1:{network.port}/0")
        assert await store.command("PING") == b"PONG"
        with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
            network.cut()
            with structlog.contextvars.bound_contextvars(cid="whose command it happened to be"):
                for _ in range(3):
                    with pytest.raises(Unknown):
                        await store.command("PING")
            network.heal()
            assert await store.command("PING") == b"PONG"
    await store.close()
    assert [line["event"] for line in lines] == ["store.away", "store.back"]
    assert all(line["store"].startswith("redis://127.0.0.1") and "cid" not in line for line in lines)
    assert [line.get("workspace") for line in lines] == ["acme"] * 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_database_that_can_only_be_read_is_away_until_it_is_written_again(database_url: str) -> None:
    """A standby after a failover: pages read it all the time, which must not look like its return."""
    database = Database(database_url)
    with capture_logs() as lines:
        for _ in range(2):
            with pytest.raises(Unknown):
                await write(database, "READ ONLY")
            async with database.reading() as connection:
                await connection.execute(select(directory))
        assert [line["event"] for line in lines] == ["database.away"]
        await write(database, "READ WRITE")
    await database.close()
    assert [line["event"] for line in lines] == ["database.away", "database.back"]
    assert "read-only" in lines[0]["error"]
    assert OWNER in lines[0]["database"]


async def write(database: Database, mode: str) -> None:
    async with database.writing() as connection:
        await connection.execute(text(f"SET TRANSACTION {mode}"))
        await connection.execute(delete(directory))


async def test_a_database_that_could_not_be_read_is_back_with_the_next_read(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "later"))
    with capture_logs() as lines:
        for _ in range(2):
            with pytest.raises(Unknown):
                async with database.reading():
                    pass
        (tmp_path / "later").mkdir()
        async with database.reading():
            pass
    await database.close()
    assert [line["event"] for line in lines] == ["database.away", "database.back"]


def entries(server: RunningServer) -> list[Any]:
    return [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]


async def test_lines_name_the_command_and_its_chat(start_server: Callable[..., RunningServer]) -> None:
    server = start_server(log="debug")
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Hello")
    cid = (await vera.says("Is anybody there?"))["cid"]
    said = await eventually(lambda: [line for line in entries(server) if line.get("cid") == cid], "the command's line")
    assert [(line["event"], line["command"], line["chat"]) for line in said] == [("socket.command", "say", vera.chat)]
    assert said[0]["request"]
    await ana.leave()
    await vera.leave()
