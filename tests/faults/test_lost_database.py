"""One of two processes loses PostgreSQL, the other one does not: it archives from then on."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from console.background import database_probe
from tests.faults.clients import Cast
from tests.faults.installation import Inside, installed
from tests.support.eventually import eventually
from tests.support.network import Network
from tests.support.postgresql import OWNER, PostgresServer


@pytest_asyncio.fixture
async def network(postgres: PostgresServer) -> AsyncIterator[Network]:
    """The way from the first process to PostgreSQL."""
    async with Network(str(postgres.folder / f".s.PGSQL.{postgres.port}")) as network:
        yield network


@pytest_asyncio.fixture
async def both(
    network: Network, postgres: PostgresServer, tmp_path: Path, store_url: str, workspace_name: str
) -> AsyncIterator[tuple[Inside, Inside]]:
    url = postgres.create_database()
    far = f"postgresql://{OWNER}@127.0.0.1:{network.port}/{url.partition('@/')[2].partition('?')[0]}"
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(installed(tmp_path / "1", store_url, workspace_name, database=far))
        await eventually(lambda: leads(first), "the first process to lead")
        second = await stack.enter_async_context(installed(tmp_path / "2", store_url, workspace_name, database=url))
        yield first, second


def leads(inside: Inside) -> bool:
    assert inside.app is not None
    return inside.app.state.monitored.leads().work


async def in_archive(inside: Inside, text: str) -> bool:
    found = await inside.services.history.read_chat(text)
    return found is not None


@pytest.mark.parametrize("how", ["cut", "swallow"])
async def test_the_archive_goes_on_in_the_process_that_still_has_it(
    both: tuple[Inside, Inside], network: Network, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = both
    monkeypatch.setattr(database_probe, "EVERY", 0.2)
    async with Cast(second) as cast:
        ana = await cast.agent("ana")
        getattr(network, how)()
        vera = await cast.visitor()
        chat = await vera.opened("Hello")
        await ana.holds(chat)
        await eventually(lambda: in_archive(second, chat), "the archive to have Vera's chat", within=25)
        await eventually(lambda: leads(second) and not leads(first), "the first process to give the lead away")
        network.heal()
        other = await vera.say("Still here")
        await vera.answered(other)
        await eventually(lambda: leads(second) and not leads(first), "the lead to stay where it is")
