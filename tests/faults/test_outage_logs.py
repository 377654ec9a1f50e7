"""What operators read in the log during an outage: which part failed, once, and when it is back."""

import asyncio
import json
import os
import signal
import sqlite3
from contextlib import closing
from typing import Any

from console.proving.stage import store_pid
from tests.faults.installation import stage_of
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer


def events(server: RunningServer) -> list[Any]:
    return [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]


def told(server: RunningServer, event: str) -> list[Any]:
    return [line for line in events(server) if line["event"] == event]


async def test_a_killed_store_is_two_lines_at_most_and_a_pair_for_each_reader_of_the_feed(
    server: RunningServer,
) -> None:
    """It may be back before anybody calls it or reads from it again, and then it was not away for them.

    On a busy machine it may be silent for some seconds once more, and then that is a pair too.
    """
    os.kill(await store_pid(stage_of(server)), signal.SIGKILL)
    await eventually(lambda: told(server, "store_restarted"), "the store to run again")
    await asyncio.sleep(2)  # whoever was in the middle of something has noticed by now
    await eventually(lambda: len(told(server, "feed.back")) == len(told(server, "feed.away")), "the readers")
    await eventually(lambda: len(told(server, "store.back")) == len(told(server, "store.away")), "the calls")
    away, back = told(server, "store.away"), told(server, "store.back")
    assert (len(away), len(back)) in ((0, 0), (1, 1))
    assert [line["store"] for line in away] == [line["store"] for line in back]
    lines = [line for line in events(server) if line["event"] in ("feed.away", "feed.back")]
    for reader in {line["reader"] for line in lines}:
        said = [line["event"] for line in lines if line["reader"] == reader]
        assert said in (["feed.away", "feed.back"], ["feed.away", "feed.back"] * 2)
    assert not told(server, "worker.waits")


async def test_a_locked_database_is_two_lines_however_many_jobs_wait(server: RunningServer) -> None:
    with closing(sqlite3.connect(server.data / "sestetto.db", isolation_level=None)) as rival:
        rival.execute("BEGIN EXCLUSIVE")
        await eventually(lambda: told(server, "database.locked"), "the database to be missed", within=40)
        rival.execute("ROLLBACK")
    await eventually(lambda: told(server, "database.writable"), "the database to be back", within=40)
    assert (len(told(server, "database.locked")), len(told(server, "database.writable"))) == (1, 1)
    assert not told(server, "database.away")
    assert not told(server, "worker.waits")
