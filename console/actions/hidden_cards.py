"""Hides card numbers in what somebody writes, including numbers split over several messages of a chat."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import msgspec

from console.archive.reducer import text_of
from console.domain.card_numbers import mask_cards
from console.domain.quotes import FEWEST, Hidden, fewest_repeated, mask_quotes
from console.domain.split_cards import mask_across, may_end_a_card
from console.errors import NothingToDo
from console.events import ChatFact, Mailed, Message, Note, Rated, Transferred, read_log
from console.queue.calls.erasure import Redaction
from console.queue.results import Gone, Said
from console.services import Services

LOOK_BACK = 40  # facts of the chat
END = 1_000_000  # a seq beyond every log
FIELDS: dict[type[ChatFact], str] = {
    **dict.fromkeys((Message, Note, Mailed), "text"),
    Transferred: "note",
    Rated: "comment",
}


class Masked(NamedTuple):
    """A text that may be stored. `hidden`: it had a card number or the end of one; `redactions` hide earlier parts."""

    text: str
    hidden: bool = False
    redactions: Sequence[Redaction] = ()


class Earlier(NamedTuple):
    """An earlier text; `writer` is the author's id, for a visitor their current one."""

    fact: Message | Note | Mailed | Rated | Transferred
    raw: bytes
    writer: str


class HiddenCards:
    """Masks the texts of one author. `author` returns their id."""

    def __init__(self, services: Services, author: Callable[[], str]) -> None:
        self._services = services
        self._author = author
        self._read: tuple[str, int, list[Earlier]] = ("", 0, [])  # of a chat, up to a seq

    async def mask(self, chat: str, text: str, cid: str) -> Masked:
        """Mask the text of a command. Asks the store only if the text may be the end of a card number."""
        masked = mask_cards(text)
        hidden = masked != text
        if not chat or not may_end_a_card(masked):
            return Masked(masked, hidden)
        said = await self._earlier(chat)
        earlier = [one for one in said if one.writer == self._author()]
        if any(one.fact.cid == cid for one in earlier):  # a resend, which would be joined to itself
            return Masked(masked, hidden)
        over = mask_across([*(text_of(one.fact) for one in earlier), masked])
        changed = {earlier[at].fact.seq: now for at, now in over.items() if at < len(earlier)}
        return Masked(over.get(len(earlier), masked), hidden or bool(over), _redactions(said, changed, self._author()))

    async def mask_unsent(self, chat: str, text: str) -> str:
        """Mask text that is still being written; earlier messages stay unchanged until this one is sent."""
        masked = mask_cards(text)
        if not may_end_a_card(masked):
            return masked
        earlier = [text_of(one.fact) for one in await self._known(chat) if one.writer == self._author()]
        return mask_across([*earlier, masked]).get(len(earlier), masked)

    async def send(self, masked: Masked, work: Awaitable[Said]) -> Said:
        """Redact the earlier parts, then do the work, in one exchange with the store."""
        if not masked.redactions:
            return await work
        *_, said = await asyncio.gather(*map(self._redact, masked.redactions), work)
        assert said is not None  # the command's result, which comes last
        return said

    async def _redact(self, redaction: Redaction) -> None:
        with suppress(NothingToDo, Gone):  # already redacted; or the chat is gone, which the command will report
            await self._services.workspace.redact(redaction)

    async def _known(self, chat: str) -> list[Earlier]:
        """Return earlier texts, from the last read if nothing has changed: people type more often than they send."""
        state = self._services.picture.chats.get(chat)
        if state is None or self._read[:2] != (chat, state.seq):
            return await self._earlier(chat)
        return self._read[2]

    async def _earlier(self, chat: str) -> list[Earlier]:
        """Return the last texts written in the chat; nothing if the store no longer has it."""
        try:
            page = await self._services.workspace.history(chat, END, LOOK_BACK)
        except Gone:
            return []
        found = [one for raw in page.log for one in _texts(raw, page.visitor)]
        self._read = (chat, page.first - 1 + len(page.log), found)
        return found


def _texts(raw: bytes, visitor: str) -> list[Earlier]:
    return [
        Earlier(fact, raw, visitor if isinstance(fact, Rated) or _of_visitor(fact) else fact.author.id)
        for fact in read_log([raw])
        if isinstance(fact, Message | Note | Mailed | Rated | Transferred)
    ]


def _of_visitor(fact: ChatFact) -> bool:
    """Whether the visitor wrote it; the fact may have an earlier id of theirs, from before they were identified."""
    return isinstance(fact, Message | Mailed) and fact.by == "visitor"


def _redactions(said: Sequence[Earlier], changed: Mapping[int, str], author: str) -> list[Redaction]:
    """Redact what `changed`, by seq, and all later texts that repeat it: first words, notes, anybody's answers."""
    found: list[Redaction] = []
    hidden: list[Hidden] = []
    fewest = _fewest(said, changed, author)
    for one in said:
        was = text_of(one.fact)
        now = changed.get(one.fact.seq, was)
        for earlier in hidden:
            now = mask_quotes(now, earlier, FEWEST if one.writer == author else fewest)
        if now != was:
            found.append(_redaction(one, now, author))
        if one.fact.seq in changed:
            hidden.append(Hidden(was, now))
    return found


def _fewest(said: Sequence[Earlier], changed: Mapping[int, str], author: str) -> int:
    """Return the number of digits from which on a number is hidden in other people's texts."""
    hidden, texts = list[Hidden](), list[list[str]]()
    for place, one in enumerate(said):
        if one.fact.seq in changed:
            hidden.append(Hidden(text_of(one.fact), changed[one.fact.seq]))
            texts.append([text_of(later.fact) for later in said[place:] if later.writer != author])
    return fewest_repeated(hidden, texts)


def _redaction(earlier: Earlier, now: str, by: str) -> Redaction:
    """Redact in the log's own JSON, since a newer release may have written fields that this one does not know."""
    fact, raw, writer = earlier
    values = msgspec.json.decode(raw)
    values[FIELDS[type(fact)]] = now
    if values.get("file"):
        values["file"]["name"] = now
    kind = "redacted" if isinstance(fact, Message) else "note_redacted"
    author = writer if isinstance(fact, Rated) else fact.author.id
    return Redaction(
        fact.chat, fact.seq, raw, msgspec.json.encode(values), kind, author, fact.cid, "" if by == writer else by
    )
