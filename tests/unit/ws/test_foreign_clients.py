"""What a client written only from docs/protocol.md relies on: pages, resumes, refusals, and closes with reasons."""

import asyncio
import json
from typing import Any

import httpx
import pytest
import websockets

from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer

STRANGER = "x" * 22


async def talk(server: RunningServer, text: str = "Hello") -> tuple[Agent, Visitor]:
    """Ana holds a chat with Vera."""
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens(text)
    await ana.gets(vera.chat)
    return ana, vera


async def page(vera: Visitor, before: int) -> dict[str, Any]:
    start = len(vera.heard)
    await vera.say_frame("history", before=before)
    return await vera.hears(lambda frame: frame["t"] == "history", "a page of history", start)


async def test_a_hundred_notes_hide_no_message_from_the_visitors_history(server: RunningServer) -> None:
    ana, vera = await talk(server, "The very first")
    for number in range(130):
        await ana.command("note", chat=vera.chat, text=f"note {number}")
    last = await vera.says("The last")
    found = await page(vera, last["seq"])
    assert [fact.get("text") for fact in found["facts"] if fact["kind"] == "message"] == ["The very first"]
    assert found.get("more", False) is False
    assert found["before"] == last["seq"]


async def test_a_page_before_what_lies_beyond_the_end_is_the_last_one(server: RunningServer) -> None:
    ana, vera = await talk(server)
    found = await page(vera, 1_000_000)
    assert found["facts"][-1]["seq"] == vera.last
    await ana.say_frame("history", chat=vera.chat, before=1_000_000)
    theirs = await ana.hears("history")
    assert theirs["facts"][0]["seq"] == 1
    assert theirs["before"] == 1_000_000


async def test_a_malformed_command_with_a_cid_is_refused_for_good_and_names_the_field(server: RunningServer) -> None:
    ana, vera = await talk(server)
    answer = await ana.command("say", chat=vera.chat, text="x" * 4_001, read=1)
    assert (answer["t"], answer["code"], answer["final"]) == ("nack", "bad_frame", True)
    assert "text" in answer["message"]
    assert (await vera.command("say", text="y" * 4_001))["final"] is True
    await vera.say_frame("say", text="Hello?")
    assert "`cid`" in (await vera.hears("error"))["message"]
    before = len(vera.heard)
    await vera.say_frame("say", cid="1", text="Hello?")
    assert "cid: " in (await vera.hears("error", start=before))["message"]


async def test_an_agents_resume_says_for_each_chat_where_its_facts_go_on(server: RunningServer) -> None:
    ana, vera = await talk(server)
    nora = await Visitor.comes(server)
    await nora.opens("Me too")
    held = await ana.gets(nora.chat)
    epoch = (await ana.is_welcome())["epoch"]
    await ana.leave()
    again = await Agent.comes(server, "ana", tab="one", have={vera.chat: 1_000, nora.chat: held["last"]}, epoch=epoch)
    welcome = await again.is_welcome()
    after = {
        chat["id"]: (chat.get("after", 0), [fact["seq"] for fact in chat.get("facts", [])]) for chat in welcome["chats"]
    }
    assert after[vera.chat][0] == 0, "more than there is counts as nothing"
    assert after[vera.chat][1][0] == 1
    assert after[nora.chat][0] == held["last"]
    assert held["last"] not in after[nora.chat][1]
    assert welcome["recovered"] is False


async def test_a_visitor_who_holds_no_public_fact_of_that_seq_starts_over(server: RunningServer) -> None:
    ana, vera = await talk(server)
    noted = await ana.command("note", chat=vera.chat, text="Only for us")
    await ana.answers(vera.chat, "Hi")
    await vera.reads("Hi")
    await vera.leave()
    again = await Visitor.comes(server, knows=vera, after=noted["seq"])
    assert (await again.hears("welcome"))["recovered"] is False


async def test_whoever_watches_by_json_gets_facts_and_no_html(server: RunningServer) -> None:
    ana, vera = await talk(server)
    sam = await Agent.comes(server, "sam")
    await sam.is_welcome()
    await sam.say_frame("watch", chat=vera.chat, on=True)
    began = await sam.hears("watching")
    assert [fact["text"] for fact in began["chat"]["facts"] if fact["kind"] == "message"] == ["Hello"]
    await ana.answers(vera.chat, "Hi")
    told = await sam.hears(lambda frame: frame["t"] == "fact" and frame["fact"].get("text") == "Hi", "the answer")
    assert told["n"] > began["n"]
    assert "<" not in json.dumps(sam.heard)


async def test_a_transfer_to_an_unknown_queue_says_so(server: RunningServer) -> None:
    ana, vera = await talk(server)
    assert (await ana.command("transfer", chat=vera.chat, queue="nowhere"))["code"] == "no_queue"


@pytest.mark.parametrize(
    ("first", "code", "says"),
    [
        ('{"t":"say","cid":"' + STRANGER + '","text":"x"}', 1008, "hello"),
        (b"bytes", 1003, "text"),
    ],
)
async def test_a_socket_that_is_refused_hears_why(
    server: RunningServer, first: str | bytes, code: int, says: str
) -> None:
    address = f"{server.socket_url}/ws/visitor?site=demo"
    tongue, origin = websockets.Subprotocol("sestetto.v1"), websockets.Origin(server.url)
    async with websockets.connect(address, subprotocols=[tongue], origin=origin) as socket:
        await socket.send(first)
        await asyncio.wait_for(socket.wait_closed(), 10)
        assert socket.close_code == code
        assert says in (socket.close_reason or "")


@pytest.mark.parametrize(
    ("path", "origin", "tongue", "says"),
    [
        ("visitor?site=other", "", "sestetto.v1", "no site with this key"),
        ("visitor", "", "sestetto.v1", "no site with this key"),
        ("visitor?site=demo", "none", "sestetto.v1", "Origin header is missing"),
        ("visitor?site=demo", "https://evil.example", "sestetto.v1", "does not allow this origin"),
        ("visitor?site=demo", "", "sestetto.v9", "Offer the subprotocol sestetto.v1."),
        ("agent", "", "sestetto.v9", "Offer the subprotocol sestetto.v1 or sestetto.v1.html."),
        ("board", "", "sestetto.v1", "Offer the subprotocol sestetto.v1.html."),
    ],
)
async def test_a_403_says_what_is_missing(
    server: RunningServer, path: str, origin: str, tongue: str, says: str
) -> None:
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol": tongue,
        **({} if origin == "none" else {"Origin": origin or server.url}),
    }  # fmt: skip
    async with httpx.AsyncClient(base_url=server.url) as client:
        answer = await client.get(f"/ws/{path}", headers=headers)
    assert (answer.status_code, says in answer.text) == (403, True), answer.text


async def hello(server: RunningServer, **words: Any) -> dict[str, Any]:
    """Return the welcome to a visitor's hello with these words."""
    async with websockets.connect(
        f"{server.socket_url}/ws/visitor?site=demo",
        subprotocols=[websockets.Subprotocol("sestetto.v1")],
        origin=websockets.Origin(server.url),
    ) as socket:
        await socket.send(json.dumps({"t": "hello", "after": 0} | words))
        while (frame := json.loads(await socket.recv()))["t"] != "welcome":
            pass
        return dict(frame)


async def test_a_token_that_is_not_valid_is_called_so(server: RunningServer) -> None:
    first = await hello(server)
    assert "stranger" not in first
    assert "stranger" not in await hello(server, token=first["token"])
    refused = await hello(server, token=first["token"][:-4] + "abcd")
    assert refused["stranger"] is True
    assert refused["token"].partition(".")[0] != first["token"].partition(".")[0]
