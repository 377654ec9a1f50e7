"""Learns replies and reasons from the archive, a queue at a time, and caches them."""

import asyncio
import time
from collections.abc import Iterator, Sequence

from console.archive.exchanges import Conversation, Exchanges
from console.suggestions.given_reasons import GivenReason, WrappedChat, learn_reasons
from console.suggestions.learned_replies import Exchange, LearnedReplies, learn

FRESH = 600.0  # seconds that what was learned is used before it is read again
DAYS = 60  # days of the archive that are read
CHATS = 2_000  # chats of a queue that are read, the newest
DAY = 86_400_000  # ms


class Known(LearnedReplies):
    """What one queue has learned; `reasons` by the reason."""

    reasons: dict[str, GivenReason] = {}


class Learning:
    """What each queue has learned. Pages query it; no message ever waits for it."""

    def __init__(self, exchanges: Exchanges) -> None:
        self._exchanges = exchanges
        self._known: dict[str, tuple[float, Known]] = {}  # queue -> when it was read, monotonic
        self._going: set[asyncio.Task[Known]] = set()
        self._reading = asyncio.Lock()  # one queue at a time: this is never urgent

    async def of_queue(self, queue: str, now: int) -> Known:
        """Return what the queue has learned by `now` (ms), up to ten minutes old. Raises Unknown if SQL is down."""
        async with self._reading:
            read, known = self._known.get(queue, (-FRESH, Known()))
            if time.monotonic() - read < FRESH:
                return known
            kept = self._known  # replaced when something is erased while this is read
            chats = [one async for one in self._exchanges.newest(queue, since=now - DAYS * DAY, most=CHATS)]
            known = await asyncio.to_thread(_learn, chats)
            kept[queue] = time.monotonic(), known
            return known

    async def within(self, seconds: float, queue: str, now: int) -> Known:
        """Return what is known within that time. Reading continues for the next caller, even if this is cancelled."""
        reading = asyncio.create_task(self.of_queue(queue, now))
        self._going.add(reading)
        reading.add_done_callback(self._read)
        done, _ = await asyncio.wait((reading,), timeout=seconds)
        return reading.result() if done else self._known.get(queue, (0.0, Known()))[1]

    def _read(self, reading: asyncio.Task[Known]) -> None:
        self._going.discard(reading)
        if not reading.cancelled():
            reading.exception()  # the waiting caller gets it; without one, the next call reads again

    def forget(self) -> None:
        """Read everything again the next time, because something was erased."""
        self._known = {}


def _learn(chats: Sequence[Conversation]) -> Known:
    replies = learn(exchange for chat in chats for exchange in _exchanges(chat))
    reasons = learn_reasons(_wrapped(chat) for chat in chats)
    return Known(replies.canned, replies.sentences, replies.phrases, reasons)


def _exchanges(chat: Conversation) -> Iterator[Exchange]:
    lang = chat.locale.replace("_", "-").split("-")[0].lower()
    for turn in chat.turns:
        said = turn.answer
        yield Exchange(chat.visitor, chat.name, lang, turn.asked, said.text, said.author.id, said.at, said.canned)


def _wrapped(chat: Conversation) -> WrappedChat:
    asked, given = "\n".join(chat.asked), chat.labelled
    return (
        WrappedChat(chat.visitor, asked, given.reason, given.author.id, given.at)
        if given
        else WrappedChat(chat.visitor, asked)
    )
