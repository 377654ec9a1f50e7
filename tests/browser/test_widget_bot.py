"""Vera and a bot in the widget: it is marked as one, its words grow, and a person is one press away."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from msgspec.structs import replace
from playwright.async_api import Browser

from tests.browser.widget_people import Ana, Vera
from tests.support.credentials import is_live, stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Robot
from tests.support.server_process import RunningServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = RunningServer(tmp_path_factory.mktemp("shop") / "data")
    server.start_and_wait()
    yield server
    server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def robin(shop: RunningServer) -> AsyncIterator[Robot]:
    """Connected, and the first to answer in Support."""
    async with stores_of(shop) as stores:
        made = await stores.integrations.add("Robin")
        bearer = await stores.tokens.add_to_integration(made.id, "live", scopes=["bot"])
        support = (await stores.directory.read()).queues["support"]
        stands = await stores.queues.put(replace(support, bot=made.id, bot_within=60_000))
        await eventually(lambda: is_live(stores.database, stands.version), "the queue to be live")
    robin = await Robot.comes(shop.socket_url, bearer)
    yield robin
    await robin.leave()


async def test_vera_sees_that_it_is_a_bot_reads_along_and_gets_a_person(
    shop: RunningServer, robin: Robot, browser: Browser
) -> None:
    ana, vera = await Ana.at_her_desk(shop), await Vera.at(shop, browser)
    await vera.starts_with("When are you open?", name="Vera")
    await vera.sees("Robin has joined the chat")
    heading = vera.widget.locator("h2")
    await eventually(lambda: _says(heading, "Robin · Bot"), "the heading to name a bot")
    chat = await eventually(lambda: next((one["id"] for one in robin.chats()), None), "Robin to have the chat")

    await robin.say_frame("stream", chat=chat, text="We are op")
    grows = vera.widget.locator(".streamed .bubble")
    await eventually(lambda: _says(grows, "We are op"), "the first words")
    await robin.command("say", chat=chat, text="We are open till six.")
    await eventually(
        lambda: _says(vera.widget.locator(".them:not(.streamed) b"), "Robin · Bot"), "its message's author"
    )
    assert await grows.count() == 0
    assert await vera.reads() == ["When are you open?", "We are open till six."]

    await vera.widget.get_by_role("button", name="Talk to a person").click()
    await vera.sees("Ana has joined the chat")
    assert await vera.widget.get_by_role("button", name="Talk to a person").count() == 0
    await eventually(lambda: _says(heading, "Ana"), "the heading to name Ana")
    await vera.leaves()
    assert vera.complaints == []
    await ana.goes()


async def _says(place: object, text: str) -> bool:
    found = await place.all_inner_texts()  # type: ignore[attr-defined]
    return found == [text]
