"""The full-text index of ended chats: FTS5 in SQLite, a tsvector in PostgreSQL, the same words in both.

The writer adds a chat in its own transaction when the chat has ended, and whenever it changes after that. Its position,
`chats.place`, grows with the time of its end, so the newest are read first, and a span of days is a span of positions.
Chats archived before the index existed are added from newest to oldest, a few at a time (`build`).
"""

import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    TextClause,
    column,
    delete,
    func,
    or_,
    select,
    table,
    text,
    union_all,
    update,
)

from console.archive.database import Database
from console.archive.reducer import ABOUT_THE_VISITOR, ArchivedChat, archived_chat
from console.archive.row_statements import RowStatement
from console.archive.search_words import Term, document, fold_text, list_facet
from console.archive.tables import chats, facts, search_backfill

PLACES = 10_000  # positions per millisecond, for chats that ended in the same one
STEP = 200  # chats added by one transaction of `build`
CHUNK = 500  # values in one IN (…)
NEAR = 2_000  # newest chats that PostgreSQL reads without the index; about 3 ms

Places = Select[Any] | CompoundSelect[Any]

chat_words = table("chat_words", column("rowid"), column("place"), column("words"))

SQLITE_WRITE = (
    RowStatement(text("DELETE FROM chat_words WHERE rowid = :place")),
    RowStatement(text("INSERT INTO chat_words (rowid, words) VALUES (:place, :words)")),
)
POSTGRESQL_WRITE = (
    RowStatement(
        text(
            "INSERT INTO chat_words (place, words) VALUES (:place, array_to_tsvector(string_to_array(:words, ' ')))"
            " ON CONFLICT (place) DO UPDATE SET words = excluded.words"
        )
    ),
)


class SearchIndex:
    def __init__(self, database: Database, workspace: str) -> None:
        self.workspace = workspace
        self._sqlite = database.is_sqlite
        self._database = database

    # --- reading -----------------------------------------------------------------------------

    def newest(self, question: Sequence[Term], *, start: int = 0, before: int = 0, limit: int) -> Places:
        """Select the newest positions that match every term, from `start` on and below `before` (0: no limit)."""
        matching = self.matching(question, start=start, before=before)
        if self._sqlite:
            return matching.order_by(self._at.desc()).limit(limit)
        # PostgreSQL cannot know how many chats contain a word with this prefix. It assumes that the word is frequent
        # and reads all chats from the newest on, which takes a second for a rare word. So only the newest are read that
        # way. If too few of them match, the word is rare, and the index finds the rest.
        scope = self._within(select(chat_words.c.place, chat_words.c.words), start, before)
        read = scope.order_by(self._at.desc()).limit(NEAR).subquery("newest")
        near = select(read.c.place).where(self._matches(question, "newest")).order_by(read.c.place.desc()).limit(limit)
        found = near.cte("near").prefix_with("MATERIALIZED")
        number = select(func.count()).select_from(found).scalar_subquery()
        every = matching.where(number < limit).cte("every").prefix_with("MATERIALIZED")
        rest = select(every.c.place).order_by(every.c.place.desc()).limit(limit).subquery()
        return union_all(select(found.c.place).where(number == limit), select(rest.c.place))

    def matching(self, question: Sequence[Term], *, start: int = 0, before: int = 0) -> Select[Any]:
        """Select all positions that match every term, in any order."""
        matching = select(self._at.label("place")).select_from(chat_words).where(self._matches(question))
        return self._within(matching, start, before)

    @property
    def _at(self) -> ColumnElement[int]:
        return chat_words.c.rowid if self._sqlite else chat_words.c.place

    def _within(self, wanted: Select[Any], start: int, before: int) -> Select[Any]:
        if start:
            wanted = wanted.where(self._at >= start)
        return wanted.where(self._at < before) if before else wanted

    def _matches(self, question: Sequence[Term], of: str = "chat_words") -> TextClause:
        if self._sqlite:
            return text("chat_words MATCH :question").bindparams(question=_fts5(question))
        return text(f"{of}.words @@ CAST(:question AS tsquery)").bindparams(question=_tsquery(question))

    # --- writing ---------------------------------------------------------------------------------

    def give_places(self, connection: Connection, changed: Iterable[ArchivedChat]) -> None:
        """Give positions to chats that have ended; take them from chats that are open again."""
        wanted: dict[int, ArchivedChat] = {}
        for chat in changed:
            if chat.ended is None:
                chat.place = None
            elif chat.place is None or chat.place // PLACES != chat.ended:
                place = chat.ended * PLACES + zlib.crc32(f"{self.workspace}\0{chat.id}".encode()) % PLACES
                wanted[_free(place, wanted)] = chat
        while wanted:
            of_those = select(chats.c.place).where(chats.c.place.in_(list(wanted)[:CHUNK]))
            taken = set(connection.execute(of_those).scalars())
            for place in list(wanted)[:CHUNK]:
                chat = wanted.pop(place)
                if place in taken:
                    wanted[_free(place + 1, wanted)] = chat
                else:
                    chat.place = place

    def refresh(
        self,
        connection: Connection,
        changed: Iterable[ArchivedChat],
        *,
        before: Mapping[str, ArchivedChat],
        written: Collection[str],
    ) -> None:
        """Index chats again if the index is out of date; `before`: as they were when they were last indexed.

        `written` are those in which something was written, or changed.
        """
        stale = [chat for chat in changed if chat.id in written or not self._shows_same(before.get(chat.id), chat)]
        self.write(connection, stale)

    def _shows_same(self, before: ArchivedChat | None, chat: ArchivedChat) -> bool:
        """Whether the same searches find the chat, apart from what was written in it."""
        if before is None or (before.place, before.visitor, before.words) != (chat.place, chat.visitor, chat.words):
            return False
        return self._facets(before, ()) == self._facets(chat, ())

    def write(self, connection: Connection, changed: Iterable[ArchivedChat]) -> None:
        """Index those of the chats that have ended, as SQL has them now.

        An open chat left the index with its position.
        """
        ended = [chat for chat in changed if chat.place is not None]
        texts, agents = self._said(connection, [chat.id for chat in ended])
        values = [
            {
                "place": chat.place,
                "words": " ".join(document(texts[chat.id], chat.words, self._facets(chat, agents[chat.id]))),
            }
            for chat in ended
        ]
        for statement in SQLITE_WRITE if self._sqlite else POSTGRESQL_WRITE:
            statement.execute(connection, values)

    def _said(self, connection: Connection, ids: Sequence[str]) -> tuple[dict[str, list[str]], dict[str, set[str]]]:
        """Return what was written in each chat, and by which agents."""
        texts, agents = defaultdict[str, list[str]](list), defaultdict[str, set[str]](set)
        visitors = defaultdict[str, set[str]](set)  # a visitor who signs in had another id before
        wanted = (
            select(facts.c.chat, facts.c.kind, facts.c.author, facts.c.words)
            .where(facts.c.workspace == self.workspace)
            .where(or_(facts.c.words != "", facts.c.kind.in_(ABOUT_THE_VISITOR)))
            .order_by(facts.c.chat, facts.c.seq)
        )
        for start in range(0, len(ids), CHUNK):
            for row in connection.execute(wanted.where(facts.c.chat.in_(ids[start : start + CHUNK]))):
                if row.words:
                    texts[row.chat].append(row.words)
                if row.kind in ABOUT_THE_VISITOR:
                    visitors[row.chat].add(row.author)
                elif row.kind == "message" and row.author:
                    agents[row.chat].add(row.author)
        for chat, theirs in visitors.items():
            agents[chat] -= theirs
        return texts, agents

    def _facets(self, chat: ArchivedChat, authors: Collection[str]) -> list[tuple[str, str]]:
        """Return what the chat can be filtered by."""
        agents = {chat.agent, *authors} - {chat.visitor, ""}
        return [
            list_facet(self.workspace, chat.listed),
            ("site", chat.site),
            ("queue", chat.queue),
            ("channel", chat.channel),
            ("language", chat.spoken),
            ("reason", fold_text(chat.reason)),
            ("rating", str(chat.rating or "")),
            ("late", "yes" if chat.late else "no"),
            *(("agent", agent) for agent in agents),
        ]

    # --- chats archived before the index existed ----------------------------------------------------

    async def built_down_to(self) -> int:
        """Return the time (ms) of the oldest end in the index; 0 if every ended chat is in it."""
        return (await self._database.read(self._below)) // PLACES

    async def build(self) -> bool:
        """Index some more old chats; return whether any may be left. If interrupted, it continues where it was."""
        return await self._database.write(self._build)

    def _build(self, connection: Connection) -> bool:
        below = self._below(connection)
        if not below:
            return False
        here = search_backfill.c.workspace == self.workspace
        of_workspace = chats.c.workspace == self.workspace, chats.c.place < below
        wanted = select(chats).where(*of_workspace).order_by(chats.c.place.desc()).limit(STEP)
        rows = connection.execute(wanted).mappings().all()
        self.write(connection, [archived_chat(row) for row in rows])
        if len(rows) < STEP:
            connection.execute(delete(search_backfill).where(here))
            return False
        connection.execute(update(search_backfill).where(here).values(below=rows[-1]["place"]))
        return True

    def _below(self, connection: Connection) -> int:
        wanted = select(func.max(search_backfill.c.below)).where(search_backfill.c.workspace == self.workspace)
        return connection.execute(wanted).scalar_one_or_none() or 0


def _free(place: int, taken: Collection[int]) -> int:
    while place in taken:
        place += 1
    return place


def _fts5(question: Sequence[Term]) -> str:
    """Write the terms in FTS5's syntax. Words contain only letters and digits, so quoting them is enough."""

    def word(wanted: str) -> str:
        return f'"{wanted.removesuffix("*")}"{"*" if wanted.endswith("*") else ""}'

    return _put_together(question, word, " AND ", " OR ")


def _tsquery(question: Sequence[Term]) -> str:
    def word(wanted: str) -> str:
        return f"'{wanted.removesuffix('*')}'{':*' if wanted.endswith('*') else ''}"

    return _put_together(question, word, " & ", " | ")


def _put_together(question: Sequence[Term], word: Callable[[str], str], both: str, either: str) -> str:
    terms = (either.join(f"({both.join(map(word, words))})" for words in alternatives) for alternatives in question)
    return both.join(f"({term})" for term in terms)
