"""A process that does not lead makes hardly any SQL queries, and starts working as soon as it leads."""

from collections.abc import AsyncIterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from console.background import configuration, database_probe
from console.delivery.fanout import Fanout
from console.services import Services
from console.timing.beat import beat
from console.workers import Workers
from tests.support.eventually import eventually
from tests.support.page_client import an_installation

QUICK = 0.05  # seconds
IDLE = ("SELECT 1", "SELECT directory.version")  # whether SQL is there, and whether it has another configuration


@pytest.fixture
async def services(tmp_path: Path, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        yield services


class Second:
    """A process beside one that leads: all jobs but the ticker's."""

    def __init__(self, services: Services) -> None:
        self.fanout = Fanout(services.workspace, services.hub, services.views, services.current)
        self.workers = Workers(services, self.fanout)
        self.workers._jobs = tuple(job for job in self.workers._jobs if job != self.workers.tick)


@contextmanager
def asked(services: Services) -> Any:
    """Every statement that SQL gets meanwhile."""
    statements: list[str] = []

    def seen(*arguments: Any) -> None:
        if not arguments[2].startswith(("BEGIN", "PRAGMA")):
            statements.append(" ".join(arguments[2].split()))

    for engine in services.database.engines:
        event.listen(engine, "before_cursor_execute", seen)
    yield statements
    for engine in services.database.engines:
        event.remove(engine, "before_cursor_execute", seen)


async def test_only_the_leading_process_looks_for_work(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_probe, "EVERY", QUICK)
    monkeypatch.setattr(configuration, "SELDOM", QUICK)
    second = Second(services)
    second.workers.start()
    try:
        await second.fanout.ready.wait()
        await beat(1.0)
        with asked(services) as statements:
            await beat(1.0)
            await beat(1.0)
            assert {"SELECT 1"} <= {*statements}
            assert [one for one in statements if not one.startswith(IDLE)] == []
            second.workers.ticker.leads.turn(True)
            for table in ("imports", "exports", "push_devices", "webhook", "alert", "cursors"):
                await eventually(lambda table=table: any(table in one for one in statements), table)
    finally:
        await second.workers.stop()
