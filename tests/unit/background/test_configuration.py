"""The configuration is checked every two seconds: cheaply while nothing changes, and published when it does."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import event

from console.archive.database import Database
from console.archive.stores import Stores
from console.background.configuration import Publisher
from console.domain.directory import Directory, Queue
from console.services import Services
from tests.support.archive_feed import fresh_database
from tests.support.queue_shift import opened


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


@pytest.fixture
async def services(database: Database, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    async with opened(store_url, workspace_name) as workspace:
        await workspace.ensure_epoch()
        stores = Stores(database)
        await stores.queues.put(Queue("sales", "Sales"))
        parts = SimpleNamespace(workspace=workspace, stores=stores, directory=Directory(0))
        yield cast(Services, parts)


async def test_a_look_at_what_has_not_changed_is_one_statement_and_one_command(
    services: Services, database: Database
) -> None:
    publisher, statements = Publisher(services), list[str]()
    await publisher._publish()

    def seen(*arguments: Any) -> None:
        if arguments[2] != "BEGIN":
            statements.append(arguments[2])

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", seen)
    calls = services.workspace.store.calls
    await publisher._publish()
    assert (len(statements), services.workspace.store.calls - calls) == (1, 1), statements


async def test_a_change_in_sql_goes_live_with_the_next_look(services: Services) -> None:
    publisher = Publisher(services)
    await publisher._publish()
    await services.stores.queues.put(Queue("support", "Support"))
    await publisher._publish()
    assert set(services.directory.queues) == {"sales", "support"}
    assert (await services.workspace.live_configuration()).version == services.directory.version


async def test_a_store_that_has_lost_the_configuration_gets_it_again(services: Services) -> None:
    publisher = Publisher(services)
    await publisher._publish()
    live = await services.workspace.live_configuration()
    await services.workspace.store.command("DEL", services.workspace.keys.prefix + "config")
    await publisher._publish()
    assert await services.workspace.live_configuration() == live
