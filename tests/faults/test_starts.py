"""A start while a part is down: it waits, as a running server would, and stops when asked to."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.eventually import eventually
from tests.support.server_process import RunningServer


@contextmanager
def locked(server: RunningServer) -> Iterator[None]:
    """Lock the database inside the block. It has no tables yet, so the start must create them."""
    server.data.mkdir(mode=0o700)
    with closing(sqlite3.connect(server.data / "sestetto.db", isolation_level=None)) as rival:
        rival.execute("BEGIN EXCLUSIVE")
        yield
        rival.execute("ROLLBACK")


@pytest.mark.parametrize("command", ["demo", "serve"])
async def test_a_server_that_starts_while_sqlite_is_locked_waits(tmp_path: Path, command: str) -> None:
    server = RunningServer(tmp_path / "server", command=command)
    with locked(server):
        server.launch()
        await eventually(lambda: "start.waits" in server.log, "the server to wait for its database", within=40)
    await eventually(server.answers, "the server to answer", within=40)
    assert server.log.count("start.waits") == 1
    assert server.stop() == 0


async def test_a_server_waiting_for_its_database_can_be_stopped(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "server", command="serve")
    with locked(server):
        server.launch()
        await eventually(lambda: "start.waits" in server.log, "the server to wait for its database", within=40)
        assert server.stop(patience=20) == 0
    assert "Stopped before it had started." in server.log
    assert "Traceback" not in server.log


@pytest.mark.parametrize("how", ["stop", "interrupt"])
async def test_a_server_waiting_for_its_store_can_be_stopped(tmp_path: Path, how: str) -> None:
    server = RunningServer(tmp_path / "server", command="serve", store="redis://127.0.0.1:1")
    server.launch()
    await eventually(lambda: "store.away" in server.log, "the server to wait for its store", within=40)
    assert getattr(server, how)(patience=20) == 0
    assert "Stopped before it had started." in server.log
    assert "Traceback" not in server.log
