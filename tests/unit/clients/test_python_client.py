"""The Python client against a simulated server: what it sends again, and how it reports wrong values."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from sestetto_client import Bot, Chat, Refused
from sestetto_client.frames import Ack, BotSay, Nack
from sestetto_client.outbox import Command, Outbox, new_cid
from websockets.asyncio.server import Server, ServerConnection, serve

from tests.support.eventually import eventually

ASKED = {"kind": "message", "seq": 1, "by": "visitor", "author": {"id": "vera", "name": "Vera"}, "text": "Hello?"}
CHAT = {"id": "c1", "queue": "support", "site": "shop", "visitor": "vera", "last": 1, "facts": [ASKED]}
WELCOME = {"t": "welcome", "bot": "robin", "name": "Robin", "epoch": "e1", "now": 0, "build": "1", "limit": 20, "n": 0}

Frame = dict[str, Any]
Answer = Callable[[Frame], Frame]


def ack(frame: Frame) -> Frame:
    return {"t": "ack", "cid": frame["cid"], "seq": 2, "at": 0, "chat": "c1"}


def nack(frame: Frame, *, final: bool, retry_after: float = 0.0) -> Frame:
    told = {"t": "nack", "cid": frame["cid"], "code": "slow_down", "message": "Later.", "final": final}
    return told | {"retry_after": retry_after}


class Played:
    """A server with one chat for the bot. `answers` is what it makes of each command; `heard` are the commands."""

    def __init__(self) -> None:
        self.heard: list[Frame] = []
        self.answers: Answer = ack
        self.greets: Frame = WELCOME | {"chats": [CHAT]}
        self.connections = 0
        self.server: Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    def said(self) -> list[tuple[str, str]]:
        return [(frame["text"], frame["cid"]) for frame in self.heard if frame["t"] == "say"]

    async def talk(self, socket: ServerConnection) -> None:
        self.connections += 1
        await socket.recv()
        await socket.send(msgspec.json.encode(self.greets).decode())
        async for raw in socket:
            frame = msgspec.json.decode(raw)
            self.heard.append(frame)
            await socket.send(msgspec.json.encode(self.answers(frame)).decode())


@pytest.fixture
async def played() -> AsyncIterator[Played]:
    made = Played()
    async with serve(made.talk, "127.0.0.1", 0, subprotocols=["sestetto.v1"]) as server:  # type: ignore[list-item]
        made.server = server
        yield made


@asynccontextmanager
async def running(bot: Bot) -> AsyncIterator[None]:
    task = asyncio.create_task(bot.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_what_is_refused_for_now_is_sent_again_in_order(played: Played) -> None:
    bot, settled = Bot(played.url, "sst_1"), list[str]()
    played.answers = lambda frame: nack(frame, final=False, retry_after=0.05) if len(played.heard) < 3 else ack(frame)

    async def say(chat: Chat, text: str) -> None:
        await chat.say(text)
        settled.append(text)

    @bot.answers
    async def answer(chat: Chat) -> None:
        await asyncio.gather(say(chat, "One moment."), say(chat, "We are open till six."))

    async with running(bot):
        await eventually(lambda: settled == ["One moment.", "We are open till six."], "both to be on disk")
    texts, cids = zip(*played.said(), strict=True)
    assert texts == ("One moment.", "We are open till six.") * 2
    assert cids[:2] == cids[2:]
    assert cids[0] != cids[1]
    assert played.connections == 1


async def test_what_is_said_while_it_waits_waits_behind_it() -> None:
    sent: list[Command] = []
    outbox = Outbox(sent.append)
    first, second = (BotSay(new_cid(), "c1", text) for text in ("One moment.", "We are open till six."))
    tasks = [asyncio.create_task(outbox.done(first))]
    await eventually(lambda: sent == [first], "the first to be sent")
    outbox.settle(Nack(first.cid, "slow_down", "Later.", final=False, retry_after=60))
    tasks.append(asyncio.create_task(outbox.done(second)))
    await asyncio.sleep(0)
    assert sent == [first]
    outbox.send_all()
    assert sent == [first, first, second]
    for command in (first, second):
        outbox.settle(Ack(command.cid, 2, 0))
    assert [ack.cid for ack in await asyncio.gather(*tasks)] == [first.cid, second.cid]


async def test_a_cut_while_it_waits_sends_each_once_on_the_next_connection(played: Played) -> None:
    bot, settled = Bot(played.url, "sst_1"), list[str]()
    played.answers = lambda frame: nack(frame, final=False, retry_after=60)

    @bot.answers
    async def answer(chat: Chat) -> None:
        await chat.say("One moment.")
        settled.append("One moment.")

    async with running(bot):
        await eventually(lambda: len(played.heard) == 1, "the refusal")
        played.answers = ack
        for connection in played.server.connections:
            connection.transport.abort()
        await eventually(lambda: settled, "the word to be on disk")
    assert len(played.said()) == 2
    assert len({cid for _, cid in played.said()}) == 1


async def test_what_is_refused_for_good_is_raised_once(played: Played) -> None:
    bot, codes = Bot(played.url, "sst_1"), list[str]()
    played.answers = lambda frame: nack(frame, final=True)

    @bot.answers
    async def answer(chat: Chat) -> None:
        try:
            await chat.say("Too late.")
        except Refused as refused:
            codes.append(refused.code)

    async with running(bot):
        await eventually(lambda: codes == ["slow_down"], "the refusal to be raised")
    assert len(played.said()) == 1


async def test_a_chat_that_went_and_came_back_during_an_answer_is_answered_as_it_is_now(played: Played) -> None:
    """People had it for a moment: what was said there is in the new chat alone."""
    bot, calls, over = Bot(played.url, "sst_1"), list[tuple[Chat, str]](), asyncio.Event()

    @bot.answers
    async def answer(chat: Chat) -> None:
        calls.append((chat, chat.asked))
        if len(calls) == 1:
            await over.wait()

    async with running(bot):
        await eventually(lambda: calls, "the first answer to begin")
        (connection,) = played.server.connections
        again = CHAT | {"last": 2, "facts": [ASKED, ASKED | {"seq": 2, "text": "Still there?"}]}
        for frame in ({"t": "gone", "n": 1, "chat": "c1", "why": "handed"}, {"t": "chat", "n": 2, "chat": again}):
            await connection.send(msgspec.json.encode(frame).decode())
        await eventually(lambda: bot.chats["c1"] is not calls[0][0], "it to come back")
        over.set()
        await eventually(lambda: len(calls) > 1, "the second answer")
        assert calls[1] == (bot.chats["c1"], "Hello?\nStill there?")


async def test_a_bot_that_is_stopped_answers_nothing_more(played: Played) -> None:
    bot, asked = Bot(played.url, "sst_1"), list[str]()

    @bot.answers
    async def answer(chat: Chat) -> None:
        asked.append(chat.asked)
        await asyncio.Event().wait()

    async with running(bot):
        await eventually(lambda: asked, "the first answer to begin")
        (connection,) = played.server.connections
        more = {"t": "fact", "n": 1, "fact": ASKED | {"chat": "c1", "seq": 2, "text": "Still there?"}}
        await connection.send(msgspec.json.encode(more).decode())
        await eventually(lambda: len(bot.chats["c1"].messages) == 2, "the next message")
    await asyncio.sleep(0.05)
    assert asked == ["Hello?"]


async def test_a_text_that_no_server_takes_is_an_error_and_people_get_the_chat(played: Played) -> None:
    bot = Bot(played.url, "sst_1")
    wrong: list[str] = []

    @bot.answers
    async def answer(chat: Chat) -> None:
        try:
            await chat.say("x" * 4_001)
        except msgspec.ValidationError as error:
            wrong.append(str(error))
            raise

    async with running(bot):
        await eventually(lambda: [frame["t"] for frame in played.heard] == ["hand_over"], "people to get the chat")
    assert wrong == ["Expected `str` of length <= 4000 - at `$.text`"]


async def test_a_server_that_breaks_off_or_does_not_let_it_in_is_tried_again(
    played: Played, caplog: pytest.LogCaptureFixture
) -> None:
    async def breaks_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    caplog.set_level(logging.WARNING, logger="sestetto_client")
    async with await asyncio.start_server(breaks_off, "127.0.0.1", 0) as broken:
        port = broken.sockets[0].getsockname()[1]
        async with running(Bot(f"http://127.0.0.1:{port}", "sst_1")):
            await eventually(lambda: caplog.text.count("no connection:") >= 2, "the second try")
    played.greets = {"t": "error", "code": "full", "message": "No room for bots."}
    async with running(Bot(played.url, "sst_1")):
        await eventually(lambda: played.connections >= 2, "it to come back")
    assert "not let in: No room for bots." in caplog.text


@pytest.mark.parametrize(
    ("url", "socket"),
    [
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws/bot"),
        ("https://chat.example.com/", "wss://chat.example.com/ws/bot"),
        ("HTTPS://chat.example.com", "wss://chat.example.com/ws/bot"),
        (" https://http.example/http/\n", "wss://http.example/http/ws/bot"),
        ("wss://[::1]:8443", "wss://[::1]:8443/ws/bot"),
    ],
)
def test_an_address_leads_to_the_bots_socket(url: str, socket: str) -> None:
    assert Bot(url, "sst_1").url == socket


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000",
        "localhost:8000",
        "chat.example.com",
        "//chat.example.com",
        "",
        "https://",
        "ftp://chat.example.com",
        "https:chat.example.com",
        "https://[::1",
        "https://chat.example.com:port",
        "https://chat.example.com:99999",
        "https://chat.example.com/?a=b",
        "https://user:word@chat.example.com",
    ],
)
def test_what_is_no_address_is_said_at_once_with_how_to_write_one(url: str) -> None:
    with pytest.raises(ValueError, match="is no server's address") as problem:
        Bot(url, "sst_1")
    assert str(problem.value).startswith(f"{url!r} is no server's address. Write it in full, such as https://")


@pytest.mark.parametrize("limit", [-1, 201])
def test_a_limit_that_cannot_be_is_said_at_once(limit: int) -> None:
    with pytest.raises(ValueError, match="Choose 0 to 200"):
        Bot("https://chat.example.com", "sst_1", limit=limit)
