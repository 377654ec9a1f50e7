"""Lists of ended chats and left messages: filtered, searched, paged and counted, newest end first."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, select

from console.archive.database import Database
from console.archive.reducer import ArchivedChat, archived_chat, text_of
from console.archive.search_index import PLACES, Places, SearchIndex
from console.archive.search_words import (
    TEXT,
    VISITOR,
    Term,
    facet_terms,
    fold_text,
    has_term,
    list_facet,
    terms,
    words_of,
)
from console.archive.tables import chats, facts
from console.events import decode_fact

ChatList = Literal["ended", "left", "handled", "visitors"]
LISTS: tuple[ChatList, ...] = ("ended", "left", "handled")
# Visitors are searched in ended chats, and among those who were imported without any chat.
PARTS: dict[ChatList, tuple[str, ...]] = {"visitors": ("ended", "visitor")}
MOST = 200  # chats on a page
MOST_COUNTED = 10_000  # the highest count; counting further would take longer than anybody waits
MOST_READ = 5_000  # facts of a page's chats that are searched for the excerpt


class ChatQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for; empty fields do not matter.

    `text` is searched in messages and notes, `visitor` in name, address and id: words by prefix, in any order, ignoring
    case, accents and strokes. `since` and `until` (ms) bound the end; `agent` answered in the chat, `rating` is 1 to 5,
    `late` is yes or no.
    """

    listed: ChatList = "ended"
    text: str = ""
    visitor: str = ""
    since: int = 0
    until: int = 0
    site: str = ""
    queue: str = ""
    agent: str = ""
    channel: str = ""
    language: str = ""
    reason: str = ""
    rating: str = ""
    late: str = ""

    def facets(self) -> list[tuple[str, str]]:
        names = ("site", "queue", "agent", "channel", "language", "rating", "late")
        given = {name: getattr(self, name) for name in names}
        given["reason"] = fold_text(self.reason)
        return [(name, value) for name, value in given.items() if value]


def _parts(listed: ChatList) -> tuple[str, ...]:
    return PARTS.get(listed, (listed,))


class FoundChat(msgspec.Struct):
    """A chat in a list: `excerpt` is its first message, or the first one that matches the searched text."""

    chat: ArchivedChat
    excerpt: str


class ChatPage(msgspec.Struct):
    """A page, newest end first; `next` is the next page's `before`, empty on the last page."""

    chats: list[FoundChat]
    next: str


class ChatSearch:
    def __init__(self, database: Database, workspace: str = "main") -> None:
        """Lists the archived chats of one workspace."""
        self.database = database
        self.workspace = workspace
        self.index = SearchIndex(database, workspace)

    async def list_chats(self, query: ChatQuery, *, before: str = "", limit: int = 50) -> ChatPage:
        """Return one page. An invalid `before` starts at the newest chat."""
        limit = max(1, min(limit, MOST))
        question = self._question(query)
        if question is None:
            return ChatPage([], "")
        places = self._newest(query, question, before=_place(before), limit=limit + 1)
        wanted = select(chats).where(chats.c.place.in_(places)).order_by(chats.c.place.desc())
        async with self.database.reading() as connection:
            rows = [archived_chat(row) for row in (await connection.execute(wanted)).mappings()]
            shown = rows[:limit]
            read = await connection.execute(self._said([row.id for row in shown], query.text))
            said = _excerpts(read.all(), terms(query.text, TEXT))
        found = [FoundChat(row, said.get(row.id, "")) for row in shown]
        return ChatPage(found, str(shown[-1].place) if len(rows) > limit else "")

    async def count(self, query: ChatQuery) -> int:
        """Count the chats, up to `MOST_COUNTED`; one more than that means "more"."""
        question = self._question(query)
        if question is None:
            return 0
        start, until = _span(query)
        found = self.index.matching(question, start=start, before=until) if question else self._plain(query, 0)
        places = found.limit(MOST_COUNTED + 1)
        async with self.database.reading() as connection:
            return (await connection.execute(select(func.count()).select_from(places.subquery()))).scalar_one()

    async def left_waiting(self) -> int:
        """Return how many left messages are not handled."""
        wanted = select(func.count()).select_from(chats).where(self._listed("left"))
        async with self.database.reading() as connection:
            return (await connection.execute(wanted)).scalar_one()

    def _question(self, query: ChatQuery) -> list[Term] | None:
        """Return the query for the index. The plain list needs none, so it is complete even while the index is being
        built.

        None if the searched text has no letter or digit.
        """
        asked = terms(query.text, TEXT), terms(query.visitor, VISITOR)
        if (query.text and not asked[0]) or (query.visitor and not asked[1]):
            return None
        facets = query.facets()
        if not (asked[0] or asked[1] or facets):
            return []
        lists = facet_terms(list_facet(self.workspace, part) for part in _parts(query.listed))
        return [*asked[0], *asked[1], tuple(one for term in lists for one in term), *facet_terms(facets)]

    def _newest(self, query: ChatQuery, question: list[Term], *, before: int, limit: int) -> Places:
        """Return the newest positions that match, below the position `before`."""
        if not question:
            return self._plain(query, before).order_by(chats.c.place.desc()).limit(limit)
        start, until = _span(query)
        before = min(before, until) if before and until else before or until
        return self.index.newest(question, start=start, before=before, limit=limit)

    def _plain(self, query: ChatQuery, before: int) -> Select[Any]:
        start, until = _span(query)
        wanted = select(chats.c.place).where(self._listed(query.listed), chats.c.place >= start)
        for bound in filter(None, (before, until)):
            wanted = wanted.where(chats.c.place < bound)
        return wanted

    def _listed(self, listed: ChatList) -> ColumnElement[bool]:
        return and_(chats.c.workspace == self.workspace, chats.c.listed.in_(_parts(listed)))

    def _said(self, ids: list[str], text: str) -> Select[Any]:
        """Select the first message of each chat; with `text`, everything written in them."""
        in_chats = facts.c.workspace == self.workspace, facts.c.chat.in_(ids)
        columns = facts.c.chat, facts.c.seq, facts.c.words, facts.c.raw
        if text:
            said = select(*columns).where(*in_chats, facts.c.words != "")
            return said.order_by(facts.c.chat, facts.c.seq).limit(MOST_READ)
        firsts = (
            select(facts.c.chat, func.min(facts.c.seq).label("seq"))
            .where(*in_chats, facts.c.kind == "message")
            .group_by(facts.c.chat)
            .subquery()
        )
        return select(*columns).where(*in_chats).join(firsts, _same(firsts))


def _span(query: ChatQuery) -> tuple[int, int]:
    """Return the first position and the one after the last at which its chats ended; 0 for no limit."""
    return query.since * PLACES, query.until * PLACES


def _same(firsts: Any) -> ColumnElement[bool]:
    return and_(facts.c.chat == firsts.c.chat, facts.c.seq == firsts.c.seq)


def _place(before: str) -> int:
    """Return the position in the list; anything else counts as none."""
    return int(before) if before.isascii() and before.isdigit() and len(before) <= 18 else 0


def _excerpts(rows: Sequence[Any], question: Sequence[Term]) -> dict[str, str]:
    """Return by chat the first text that matches most of the query; without a query, the first text."""
    best: dict[str, tuple[int, str]] = {}
    for row in rows:
        words = {TEXT + word for word in words_of(row.words)} if question else set()
        answered = sum(has_term(words, term) for term in question)
        if row.chat not in best or answered > best[row.chat][0]:
            best[row.chat] = answered, row.raw
    return {chat: _text(raw) for chat, (_, raw) in best.items()}


def _text(raw: str) -> str:
    try:
        return text_of(decode_fact(raw))
    except msgspec.MsgspecError:
        return ""
