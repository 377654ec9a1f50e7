"""The shop asks before a chat: Vera answers, her order goes to Ben, and everybody who needs the answers sees them."""

from collections.abc import AsyncIterator

import httpx
import pytest

from console.domain.identity import SiteIdentity
from console.domain.ids import new_cid
from tests.support.before_the_chat import ALL, CALL, HELLO, MAIL, asks, asks_nothing, greets
from tests.support.credentials import stores_of
from tests.support.eventually import eventually
from tests.support.identities import SHARED, token_of, trusts
from tests.support.json_clients import Agent, Frame, Visitor
from tests.support.returning import is_filed
from tests.support.server_process import RunningServer

ANSWERS = [
    {"key": "about", "question": "What is it about?", "answer": "An order"},
    {"key": "order", "question": "Order number", "answer": "A-17"},
    {"key": "mail", "question": "E-mail address", "answer": "vera@example.com"},
    {"key": "terms", "question": "I agree that you store this", "answer": "yes"},
]


async def at_the_desk(server: RunningServer, name: str) -> Agent:
    agent = await Agent.comes(server, name)
    await agent.is_welcome()
    await agent.command("status", status="online")
    return agent


@pytest.fixture
async def ana(server: RunningServer) -> AsyncIterator[Agent]:
    await asks(server)
    ana = await at_the_desk(server, "ana")
    yield ana
    await ana.leave()


@pytest.fixture
async def ben(server: RunningServer, ana: Agent) -> AsyncIterator[Agent]:
    ben = await at_the_desk(server, "ben")
    yield ben
    await ben.leave()


def asked(vera: Visitor) -> list[Frame]:
    [welcome] = [frame for frame in vera.heard if frame["t"] == "welcome"]
    return list(welcome.get("questions", []))


async def test_veras_answers_choose_the_queue_and_are_told_to_everybody_who_needs_them(
    server: RunningServer, ben: Agent
) -> None:
    vera = await Visitor.comes(server)
    assert [one["key"] for one in asked(vera)] == ["about", "order", "mail", "call", "terms"]
    await vera.opens("Where is it?", name="Vera", answers=ALL)
    held = await ben.gets(vera.chat)
    assert (held["queue"], held["answers"]) == ("orders", ANSWERS)
    assert held["email"] == "vera@example.com", "an address among the answers is hers, unverified"
    assert not held.get("verified", False)
    assert "answers" not in str(vera.facts()), "she knows what she has said"
    await vera.command("set", page={"url": "https://shop.example/next"})
    async with stores_of(server) as stores:
        token = await stores.tokens.add("sam", "reader", scopes=("chats:read",))
    async with httpx.AsyncClient(base_url=server.url, headers={"authorization": f"Bearer {token}"}) as sam:
        assert (await sam.get(f"/api/v1/chats/{vera.chat}")).json()["answers"] == ANSWERS
        await ben.answers(vera.chat, "On its way.")
        await vera.command("end")
        await vera.says("And when?")
        again = await ben.hears(lambda f: f["t"] == "assigned" and f["chat"].get("until", 0) == 0, "to have it again")
        assert again["chat"]["answers"] == ANSWERS, "a chat that goes on keeps them"
        await vera.command("end")
        await ben.wraps_up(vera.chat)
        await is_filed(server, vera.chat)
        assert (await sam.get(f"/api/v1/chats/{vera.chat}")).json()["answers"] == ANSWERS
    await vera.leave()


async def test_a_widget_that_knows_other_questions_hears_of_them_and_loses_nothing(
    server: RunningServer, ana: Agent
) -> None:
    await asks_nothing(server)
    vera = await Visitor.comes(server)
    assert not asked(vera)
    await asks(server, MAIL, CALL)
    await vera.opens("Hello")
    await vera.command("end")
    await asks(server)
    refused = await vera.opens("Hello again")
    assert (refused["code"], refused["final"]) == ("bad_answers", True)
    assert await vera.hears_close() == 1012
    back = await Visitor.comes(server, knows=vera)
    assert len(asked(back)) == 5
    assert (await back.opens("Hello again", answers={"about": "Something else", "terms": "yes"}))["t"] == "ack"
    await back.leave()


async def test_what_is_signed_is_the_answer_to_begin_with_and_what_a_page_says_chooses_no_queue(
    server: RunningServer, ben: Agent
) -> None:
    await trusts(server, SiteIdentity(keys=(SHARED,)))
    claims = {"name": "Vera", "email": "vera@shop.example", "fields": {"cart": "A-99"}}
    vera = await Visitor.comes(server, identity={"jwt": token_of(**claims), "cid": new_cid()})
    values = {one["key"]: one.get("value", "") for one in asked(vera)}
    assert values == {"about": "", "order": "A-99", "mail": "vera@shop.example", "call": "", "terms": ""}
    kim = await Visitor.comes(server)
    await kim.opens("Hello", fields={"about": "An order"}, answers={"about": "Something else", "terms": "yes"})
    told = await kim.is_told("assigned")
    assert told["name"] == "Ana", "a field that is called so is no answer"
    for one in (vera, kim):
        await one.leave()


async def test_a_greeting_is_the_first_line_of_the_chat_for_both(server: RunningServer, ana: Agent) -> None:
    await asks_nothing(server)
    await greets(server, HELLO)
    vera = await Visitor.comes(server)
    await vera.opens("Yes, please", greeting="hello.it")
    held = await ana.gets(vera.chat)
    opened = held["facts"][0]
    assert opened["greeting"] == {"id": "hello.it", "text": "Possiamo aiutarla?", "name": "Lana, the wool shop"}
    first = vera.facts()[0]
    assert (first["kind"], first["by"], first["text"]) == ("opened", "site", "Possiamo aiutarla?")
    await vera.command("end")
    kim = await Visitor.comes(server)
    assert (await kim.opens("Hello", greeting="gone.en"))["t"] == "ack", "one that is no more loses no chat"
    assert "greeting" not in (await ana.gets(kim.chat))["facts"][0]
    for one in (vera, kim):
        await one.leave()


async def test_a_slot_is_free_until_the_last_one_is_taken(server: RunningServer) -> None:
    await asks_nothing(server)
    async with httpx.AsyncClient(base_url=server.url) as page:

        async def free() -> bool:
            answer = await page.get("/widget/free?site=demo")
            assert "max-age" in answer.headers["cache-control"]
            return bool(answer.json()["free"])

        assert not await free(), "nobody is there"
        ana = await at_the_desk(server, "ana")
        await eventually(free, "a free slot")
        visitors = [await Visitor.comes(server) for _ in range(6)]
        for number, vera in enumerate(visitors):
            await vera.opens(f"Hello {number}")
            await ana.gets(vera.chat)

        async def taken() -> bool:
            return not await free()

        await eventually(taken, "no slot to be free")
        await visitors[0].command("end")
        await ana.wraps_up(visitors[0].chat)
        await eventually(free, "a slot to be free again")
        for one in (ana, *visitors):
            await one.leave()
