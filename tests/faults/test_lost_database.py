"""One of two processes loses PostgreSQL. The other one archives from then on, until it loses it too."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from console.background import database_probe
from console.proving.clients import Cast
from console.proving.network import BadNetwork
from tests.faults.installation import Inside, installed
from tests.support.eventually import eventually
from tests.support.postgresql import PostgresServer, at_port


@pytest_asyncio.fixture
async def network(postgres: PostgresServer) -> AsyncIterator[BadNetwork]:
    """Yield the network between the first process and PostgreSQL."""
    async with BadNetwork(postgres.socket) as network:
        yield network


@pytest_asyncio.fixture
async def second_network(postgres: PostgresServer) -> AsyncIterator[BadNetwork]:
    """Yield the network between the second process and PostgreSQL."""
    async with BadNetwork(postgres.socket) as network:
        yield network


@pytest_asyncio.fixture
async def both(
    network: BadNetwork,
    second_network: BadNetwork,
    postgres: PostgresServer,
    tmp_path: Path,
    store_url: str,
    workspace_name: str,
) -> AsyncIterator[tuple[Inside, Inside]]:
    database = postgres.create_database()
    urls = [at_port(database, way.port) for way in (network, second_network)]
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(installed(tmp_path / "1", store_url, workspace_name, database=urls[0]))
        await eventually(lambda: leads(first), "the first process to lead")
        second = await stack.enter_async_context(installed(tmp_path / "2", store_url, workspace_name, database=urls[1]))
        yield first, second


def leads(inside: Inside) -> bool:
    assert inside.app is not None
    return inside.app.state.monitored.leads().work


async def in_archive(inside: Inside, text: str) -> bool:
    found = await inside.services.history.read_chat(text)
    return found is not None


@pytest.mark.parametrize("how", ["cut", "swallow"])
async def test_the_archive_goes_on_in_the_process_that_still_has_it(
    both: tuple[Inside, Inside], network: BadNetwork, how: str, monkeypatch: pytest.MonkeyPatch
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


async def test_a_process_that_gave_the_lead_away_gets_it_back_when_the_other_one_loses_sql(
    both: tuple[Inside, Inside], network: BadNetwork, second_network: BadNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = both
    monkeypatch.setattr(database_probe, "EVERY", 0.2)
    network.cut()
    await eventually(lambda: leads(second) and not leads(first), "the first process to give the lead away", within=25)
    network.heal()
    second_network.cut()
    await eventually(lambda: leads(first) and not leads(second), "the first process to lead again", within=25)
