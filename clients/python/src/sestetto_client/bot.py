"""A bot: its connection, and the function that answers."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from sestetto_client.chat import Chat
from sestetto_client.frames import (
    MOST_CHATS,
    Ack,
    AgentFact,
    BotChat,
    BotChatGone,
    BotFrame,
    BotHello,
    BotReply,
    BotStream,
    BotWelcome,
    ChatForBot,
    Error,
    Nack,
)
from sestetto_client.outbox import Command, Outbox, Refused

SOON, LATEST = 0.3, 15.0  # seconds until the next try to connect, at first and at most
WELCOME_WITHIN = 10.0
SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
NO_ADDRESS = "%r is no server's address. Write it in full, such as https://chat.example.com or http://127.0.0.1:8000."
NO_LIMIT = "%r is no limit of chats at once. Choose 0 to %s."

log = logging.getLogger("sestetto_client")
decoder: msgspec.json.Decoder[BotReply] = msgspec.json.Decoder(BotReply)
Answer = Callable[[Chat], Awaitable[None]]


class NotAllowed(Exception):
    """The token is not valid, or no longer; or it lacks the scope `bot`."""


class TakenOver(Exception):
    """The same bot has connected elsewhere; a bot has one connection."""


def socket_address(url: str) -> str:
    """Return the address of the bots' socket on a server. Raises ValueError if that is no server's address.

    One without https:// or http:// is not completed: a guess could send the token unencrypted.
    """
    try:
        parts = urlsplit(url.strip())
        whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number, half an IPv6 address
        raise ValueError(NO_ADDRESS % url) from None
    scheme = SCHEMES.get(parts.scheme)
    if scheme is None or not whole or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(NO_ADDRESS % url)
    return f"{scheme}://{parts.netloc}{parts.path.rstrip('/')}/ws/bot"


class Bot:
    """`url` is the server's address with https:// or http://, `limit` how many chats the bot takes at once.

    Raises ValueError for an invalid address or limit.
    """

    def __init__(self, url: str, token: str, *, limit: int = 20) -> None:
        if not 0 <= limit <= MOST_CHATS:
            raise ValueError(NO_LIMIT % (limit, MOST_CHATS))
        self.url = socket_address(url)
        self.limit = limit
        self.chats: dict[str, Chat] = {}
        self.outbox = Outbox(self._send)
        self._token = token
        self._answer: Answer | None = None
        self._seen: dict[str, int] = {}  # chat -> its last message when the bot began to answer
        self._answering: dict[str, asyncio.Task[None]] = {}
        self._frames: asyncio.Queue[BotFrame] | None = None  # while there is a connection

    def answers(self, answer: Answer) -> Answer:
        """Mark the function to call with a chat whose visitor waits for a reply."""
        self._answer = answer
        return answer

    async def run(self) -> None:
        """Stay connected until cancelled. Raises NotAllowed, TakenOver."""
        pause = SOON
        try:
            while True:
                began = asyncio.get_running_loop().time()
                await self._connected()
                stood = asyncio.get_running_loop().time() - began
                pause = SOON if stood > LATEST else min(pause * 2, LATEST)
                await asyncio.sleep(pause * random.uniform(0.5, 1))
        finally:
            self.chats.clear()  # so that no answer follows the last one
            self._seen.clear()
            for task in self._answering.values():
                task.cancel()

    def signal(self, frame: BotStream) -> None:
        if self._frames is not None:
            self._frames.put_nowait(frame)

    def _send(self, command: Command) -> None:
        if self._frames is not None:
            self._frames.put_nowait(command)

    # --- one connection ---------------------------------------------------------------------------------

    async def _connected(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            async with connect(self.url, subprotocols=["sestetto.v1"], additional_headers=headers) as socket:  # type: ignore[list-item]
                await self._talk(socket)
        except InvalidStatus as refused:
            if refused.response.status_code in (401, 403):
                raise NotAllowed((refused.response.body or b"").decode().strip()) from None
            log.warning("the server answered %s", refused.response.status_code)
        except ConnectionClosed as end:
            code = end.rcvd.code if end.rcvd else 1006
            if code == 4401:
                raise NotAllowed("The token is not valid any more.") from None
            if code == 4409:
                raise TakenOver from None
            log.info("disconnected: %s", code)
        except (OSError, TimeoutError, InvalidHandshake) as problem:
            log.warning("no connection: %s", problem)

    async def _talk(self, socket: ClientConnection) -> None:
        await self._write(socket, BotHello(self.limit))
        async with asyncio.timeout(WELCOME_WITHIN):
            welcome = await self._read(socket)
        if not isinstance(welcome, BotWelcome):
            log.warning("not let in: %s", welcome.message if isinstance(welcome, Error) else "no welcome came")
            return
        self._frames = asyncio.Queue()
        writer = asyncio.create_task(self._write_all(socket, self._frames))
        try:
            self._welcome(welcome)
            while True:
                self._hear(await self._read(socket))
        finally:
            self._frames = None
            writer.cancel()

    async def _write_all(self, socket: ClientConnection, frames: "asyncio.Queue[BotFrame]") -> None:
        with suppress(ConnectionClosed):  # the reader notices it too
            while True:
                await self._write(socket, await frames.get())

    async def _write(self, socket: ClientConnection, frame: BotFrame) -> None:
        await socket.send(msgspec.json.encode(frame).decode())

    async def _read(self, socket: ClientConnection) -> BotReply | None:
        """Return the next frame; None for one that this version does not know."""
        raw = await socket.recv()
        try:
            return decoder.decode(raw)
        except msgspec.ValidationError:
            return None

    def _welcome(self, welcome: BotWelcome) -> None:
        for chat in self.chats.keys() - {one.id for one in welcome.chats}:
            self._lose(chat)
        for told in welcome.chats:
            self._take(told)
        self.outbox.send_all()
        log.info("connected as %s with %s chats", welcome.name, len(welcome.chats))

    def _hear(self, frame: BotReply | None) -> None:
        match frame:
            case Ack() | Nack():
                self.outbox.settle(frame)
            case BotChat():
                self._take(frame.chat)
            case BotChatGone():
                self._lose(frame.chat)
            case AgentFact():
                fact = msgspec.json.decode(frame.fact)
                if chat := self.chats.get(fact.get("chat", "")):
                    chat.hear([fact])
                    self._look(chat)

    # --- chats ------------------------------------------------------------------------------------------

    def _take(self, told: ChatForBot) -> None:
        chat = self.chats.get(told.id)
        if chat is None:
            chat = self.chats[told.id] = Chat(self, told)
        else:
            chat.learn(told)
        self._look(chat)

    def _lose(self, chat: str) -> None:
        self.chats.pop(chat, None)
        self._seen.pop(chat, None)
        if task := self._answering.get(chat):
            # Its own command may be the cause: let it get the result first.
            asyncio.get_running_loop().call_later(1, task.cancel)

    def _look(self, chat: Chat) -> None:
        """Answer new messages if the visitor waits. If an answer is in progress, do so afterwards."""
        if self._answer is None or chat.id not in self.chats or chat.id in self._answering:
            return
        if chat.asked and chat.messages[-1].seq > self._seen.get(chat.id, 0):
            task = self._answering[chat.id] = asyncio.create_task(self._answered(chat, self._answer))
            task.add_done_callback(lambda _: self._go_on(chat.id))

    def _go_on(self, id: str) -> None:
        """Continue after an answer. The chat may be gone by now, or be back as another object."""
        self._answering.pop(id, None)
        if chat := self.chats.get(id):
            self._look(chat)

    async def _answered(self, chat: Chat, answer: Answer) -> None:
        self._seen[chat.id] = chat.messages[-1].seq
        try:
            await answer(chat)
        except Refused as refused:
            log.info("chat %s: %s", chat.id, refused)
        except Exception:
            log.exception("no answer in chat %s: people get it", chat.id)
            with suppress(Refused):
                await chat.hand_over()
