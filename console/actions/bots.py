"""The actions of a bot in its chats: each verb validates, makes one call to the workspace, and returns its result."""

from collections.abc import Awaitable, Callable

import msgspec

from console.actions.hidden_cards import HiddenCards
from console.actions.idempotency import done_or_known
from console.delivery.signals import StreamSignal
from console.domain.directory import Member
from console.domain.permissions import require
from console.domain.sanitize import clean
from console.events import Author
from console.protocol import MAX_TEXT, BotEnd, BotHandOver, BotSay, BotStream
from console.queue.results import BotConnected, Said
from console.services import Services

STREAMS = 2_000  # ms between two reports to the store that the bot is writing in a chat

Command = BotSay | BotHandOver | BotEnd


class BotActions:
    """The verbs of one bot. `fence` returns the number of its connection; an older connection can change nothing."""

    def __init__(self, services: Services, by: Member, fence: Callable[[], int]) -> None:
        self.services = services
        self.workspace = services.workspace
        self.by = by
        self.author = Author(by.id, by.name)
        self.cards = HiddenCards(services, lambda: by.id)
        self._fence = fence
        self._noted: dict[str, int] = {}  # chat -> when the store was last told that the bot writes there

    async def connect(self, limit: int) -> BotConnected:
        require(self.by, "answer")
        return await self.workspace.bot_connect(self.author, limit)

    async def say(self, frame: BotSay) -> Said:
        require(self.by, "answer")
        masked = await self.cards.mask(frame.chat, clean(frame.text, limit=MAX_TEXT), frame.cid)
        say = self.workspace.bot_say
        said = say(self.author, self._fence(), frame.chat, frame.cid, masked.text, hidden=masked.hidden)
        return await self._done(frame, "message", self.cards.send(masked, said), masked.text)

    async def stream(self, frame: BotStream) -> None:
        """Show the visitor the text written so far. Ignored for chats that the bot does not have."""
        require(self.by, "answer")
        chat = self.services.picture.chats.get(frame.chat)
        if chat is None or chat.place != "bot" or chat.bot != self.by.id:
            self._noted.pop(frame.chat, None)
            return
        text = await self.cards.mask_unsent(chat.id, clean(frame.text, limit=MAX_TEXT, optional=True))
        now = self.workspace.now()
        if now - self._noted.get(chat.id, 0) >= STREAMS:
            self._noted = {one: at for one, at in self._noted.items() if now - at < STREAMS} | {chat.id: now}
            await self.workspace.bot_streams(self.by.id, self._fence(), chat.id)
        signal = StreamSignal(chat.id, "bot", self.by.name, chat.last, text)
        await self.workspace.signal(msgspec.json.encode(signal))

    async def hand_over(self, frame: BotHandOver) -> Said:
        require(self.by, "answer")
        masked = await self.cards.mask(frame.chat, _clean(frame.summary), frame.cid)
        draft = await self.cards.mask_unsent(frame.chat, _clean(frame.draft))
        handed = self.workspace.bot_hands_over(
            self.author,
            self._fence(),
            frame.chat,
            frame.cid,
            queue=frame.queue,
            summary=masked.text,
            draft=draft,
            hidden=masked.hidden,
        )
        return await self._done(frame, "transferred", self.cards.send(masked, handed))

    async def end(self, frame: BotEnd) -> Said:
        require(self.by, "answer")
        return await self._done(
            frame, "ended", self.workspace.bot_end(self.author, self._fence(), frame.chat, frame.cid)
        )

    async def _done(self, frame: Command, kind: str, work: Awaitable[Said], text: str = "") -> Said:
        self._noted.pop(frame.chat, None)
        return await done_or_known(self.services, self.by.id, frame.cid, kind, work, chat=frame.chat, text=text)


def _clean(text: str) -> str:
    return clean(text, limit=MAX_TEXT) if text.strip() else ""
