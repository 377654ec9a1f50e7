"""Robin, a bot, answers before people do: it streams its text, transfers the chat, and reconnects after a drop."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from console.actions import tokens
from console.demo.socket_client import SocketClient, SocketClosed
from console.domain.ids import new_cid
from console.queue.embedded import EmbeddedStore
from tests.faults.installation import Inside, installed
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Robot, Visitor


class Shop:
    """The demo's installation, with Robin as the first to answer in Support."""

    def __init__(self, inside: Inside, people: AsyncExitStack) -> None:
        self.inside = inside
        self.people = people
        self.bearer = self.token = self.bot = ""

    async def begin(self, scopes: tuple[str, ...] = ("bot",)) -> None:
        services, ada = self.inside.services, self.inside.services.directory.members["ada"]
        made = await tokens.add_integration(services, ada, "Robin")
        self.bearer = await tokens.add_to_integration(services, ada, made.id, "live", scopes)
        self.bot = made.id
        self.token = (await services.stores.tokens.of_integrations())[made.id][0].id
        support = replace(services.directory.queues["support"], bot=made.id, bot_within=60_000)
        await services.go_live(await services.stores.queues.put(support))

    async def revoke(self) -> None:
        services = self.inside.services
        await tokens.revoke(services, services.directory.members["ada"], self.token)

    async def came(self, one: Any) -> Any:
        self.people.push_async_callback(one.leave)
        return one

    async def vera(self) -> Visitor:
        return await self.came(await Visitor.comes(self.inside))  # type: ignore[arg-type]

    async def ana(self) -> Agent:
        services = self.inside.services
        bearer = await tokens.add_own(services, services.directory.members["ana"], "test", ["socket"])
        socket = await SocketClient.open(f"{self.inside.socket_url}/ws/agent", subprotocol="sestetto.v1", bearer=bearer)
        agent = Agent(socket)
        await agent.say_frame("hello", tab="one")
        await agent.is_welcome()
        return await self.came(agent)

    async def robin(self, **how: Any) -> Robot:
        return await self.came(await Robot.comes(self.inside.socket_url, self.bearer, **how))


@asynccontextmanager
async def at_the_shop(inside: Inside) -> AsyncIterator[Shop]:
    async with AsyncExitStack() as people:
        made = Shop(inside, people)
        await made.begin()
        yield made
    await eventually(lambda: not inside.services.hub.everyone(), "everybody to be gone")


@pytest_asyncio.fixture
async def shop(tmp_path: Path, store: EmbeddedStore, workspace_name: str) -> AsyncIterator[Shop]:
    async with installed(tmp_path, store.url, workspace_name) as inside, at_the_shop(inside) as made:
        yield made


@asynccontextmanager
async def refused(shop: Shop, bearer: str) -> AsyncIterator[SocketClosed]:
    with pytest.raises(SocketClosed) as closed:
        await SocketClient.open(f"{shop.inside.socket_url}/ws/bot", subprotocol="sestetto.v1", bearer=bearer)
    yield closed.value


async def test_robin_streams_an_answer_and_vera_needs_nobody_else(shop: Shop) -> None:
    robin, vera = await shop.robin(), await shop.vera()
    assert (await vera.hears("welcome"))["team"]["online"], "nobody else is there, and the bot is enough"
    await vera.opens("When are you open?")
    joined = await vera.is_told("assigned")
    assert (joined["name"], joined["bot"]) == ("Robin", True)
    chat = await robin.has(vera.chat)
    assert (chat["waits"], chat["queue"]) == (True, "support")
    await robin.say_frame("stream", chat=vera.chat, text="We are open")
    assert (await vera.hears("stream"))["text"] == "We are open"
    cid = new_cid()
    first = await robin.command("say", cid=cid, chat=vera.chat, text="We are open till six.")
    assert await robin.command("say", cid=cid, chat=vera.chat, text="We are open till six.") == first
    said = await vera.reads("We are open till six.")
    assert (said["by"], said["name"]) == ("bot", "Robin")
    assert vera.texts().count("We are open till six.") == 1
    await robin.command("end", chat=vera.chat)
    await vera.is_told("ended")
    assert await robin.loses(vera.chat) == "ended"
    figures = shop.inside.services.picture.queue("support").figures.over(shop.inside.services.workspace.now(), 90)
    assert (figures.count("bot"), figures.count("bot_solved"), figures.came_due()) == (1, 1, 0)


async def test_ana_finds_summary_and_draft_and_gives_the_chat_back(shop: Shop) -> None:
    robin, ana, vera = await shop.robin(), await shop.ana(), await shop.vera()
    await vera.opens("My parcel is broken")
    await robin.has(vera.chat)
    await robin.command("hand_over", chat=vera.chat, summary="A broken parcel.", draft="I am sorry to hear that")
    held = await ana.gets(vera.chat)
    assert held["draft"] == "I am sorry to hear that"
    handed = await ana.is_told("transferred")
    assert (handed["note"], handed["why"], handed["author"]["name"]) == ("A broken parcel.", "handed", "Robin")
    assert held["due"] - handed["since"] == 6_000, "the six seconds begin at the hand-over"
    assert await robin.loses(vera.chat) == "handed"
    assert (await robin.command("say", chat=vera.chat, text="And?"))["code"] == "not_found"
    await ana.answers(vera.chat, "I am sorry to hear that. A new one is on its way.")
    await ana.say_frame("colleagues")
    there = await ana.hears("colleagues")
    assert [one["id"] for one in there["agents"] if one.get("bot")] == [shop.bot]
    await ana.command("transfer", chat=vera.chat, agent=shop.bot, note="Tell her when.")
    again = await eventually(lambda: len([one for one in robin.chats() if one["id"] == vera.chat]) == 2, "it again")
    assert again
    await robin.command("say", chat=vera.chat, text="It arrives on Friday.")
    await vera.reads("It arrives on Friday.")


async def test_vera_asks_for_a_person_and_robin_hears_of_it(shop: Shop) -> None:
    robin, ana, vera = await shop.robin(), await shop.ana(), await shop.vera()
    await vera.opens("Hello")
    await robin.has(vera.chat)
    assert (await vera.command("person"))["t"] == "ack"
    assert await robin.loses(vera.chat) == "asked"
    await ana.gets(vera.chat)
    assert (await vera.command("person"))["code"] == "nothing_to_do"


async def test_robin_comes_back_to_its_chats_and_hears_what_was_said_meanwhile(shop: Shop) -> None:
    robin, vera = await shop.robin(), await shop.vera()
    await vera.opens("Hello")
    await robin.has(vera.chat)
    await robin.command("say", chat=vera.chat, text="Hello!")
    await robin.leave()
    await vera.says("Are you there?")
    back = await shop.robin()
    chat = await back.has(vera.chat)
    assert chat["waits"]
    assert [fact["text"] for fact in chat["facts"] if fact["kind"] == "message"] == [
        "Hello",
        "Hello!",
        "Are you there?",
    ]
    other = await shop.robin()
    assert await back.hears_close() == 4409, "a bot has one connection"
    await other.has(vera.chat)


async def test_only_an_integration_that_may_is_a_bot_and_only_for_as_long(shop: Shop) -> None:
    services, ada = shop.inside.services, shop.inside.services.directory.members["ada"]
    crm = await tokens.add_to_integration(services, ada, shop.bot, "crm", ["chats:read", "chats:write"])
    own = await tokens.add_own(services, ada, "mine", ["chats:read"])
    for bearer in ("", "wrong", crm, own):
        async with refused(shop, bearer) as problem:
            assert problem.code == 403
    robin = await shop.robin()
    await shop.revoke()
    assert await robin.hears_close() == 4401
