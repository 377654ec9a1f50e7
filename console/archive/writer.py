"""The archive's writer: stores each fact of the feed as a row, and each chat's state, computed from its facts.

A fact is identified by the feed's own id, which stays the same under a new epoch. Entries passed again, in other
batches, by two processes, or under another epoch make one row each. `feed_cursor` keeps the position and what could not
be stored.
"""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from functools import partial
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from console.archive.chat_rows import CHUNK, ChatRows
from console.archive.database import Database
from console.archive.entries_aside import Batch
from console.archive.feed_cursor import FeedCursor, FeedPosition
from console.archive.file_records import name_files
from console.archive.mail_outbox import MailOutbox
from console.archive.reducer import (
    ArchivedChat,
    cid_of,
    fact_row,
    fold,
    mark_lost,
    redacted_columns,
    text_of,
)
from console.archive.row_statements import RowStatement
from console.archive.search_index import SearchIndex
from console.archive.supervisor_actions import is_supervisor_action
from console.archive.tables import chats, cursors, facts, interventions, mails
from console.domain.mail import Letter, is_address
from console.events import ChatFact, Entry, Mailed, NoteRedacted, Redacted, Unreadable, read_log

NAME = "archive"  # of this consumer
FACTS = RowStatement(insert(facts))


class Archive:
    """The archive of one workspace. A consumer of the feed calls `write` in its transaction."""

    def __init__(self, database: Database, workspace: str = "main") -> None:
        self.database = database
        self.workspace = workspace
        self._cursor = FeedCursor(database, workspace, NAME)
        self._index = SearchIndex(database, workspace)
        self._outbox = MailOutbox(database, workspace)
        self._chats = ChatRows(workspace)

    async def cursor(self) -> FeedPosition:
        """Return how far the feed is archived."""
        return await self._cursor.position()

    async def append(self, epoch: str, entries: Sequence[Entry]) -> None:
        """Store the entries that are not stored yet; another leader may have stored some. See `FeedCursor.append`."""
        await self._cursor.append(Batch(epoch, entries), self.write)

    async def set_aside_count(self) -> int:
        """Return how many entries could not be stored."""
        return await self._cursor.set_aside_count()

    def write(self, connection: Connection, batch: Batch) -> None:
        """Store the batch as rows; rows that exist stay as they are."""
        epoch, entries = batch
        # The cursor already skips known numbers. Ids also catch entries that a new epoch delivers under new numbers.
        known = self._among(connection, [entry.id for entry in entries])
        fresh = [entry for entry in entries if entry.id not in known]
        held = self._chats.load(connection, {entry.fact.chat for entry in fresh if isinstance(entry.fact, ChatFact)})
        before = {id: copy(chat) for id, chat in held.items()}
        new: dict[str, ArchivedChat] = {}
        rows: list[dict[str, Any]] = []
        listed: list[dict[str, Any]] = []
        for entry in fresh:
            visitor = ""
            # Chats are folded in memory, fact by fact, and saved once, so a long batch updates each row only once.
            if isinstance(entry.fact, ChatFact):
                chat = held.get(entry.fact.chat) or new.setdefault(entry.fact.chat, ArchivedChat(entry.fact.chat))
                fold(chat, entry.fact)
                visitor = chat.visitor
            rows.append(fact_row(entry, workspace=self.workspace, epoch=epoch, visitor=visitor))
            if is_supervisor_action(entry.fact):
                listed.append({"workspace": self.workspace, "id": entry.id, "at": entry.fact.at, "n": entry.n})
        self._redact(connection, fresh, rows)
        # In this order: the unique key on commands would reject the new row while the lost one is still there.
        self._supersede(connection, epoch, rows, held)
        changed = [*new.values(), *held.values()]
        self._index.give_places(connection, changed)
        self._chats.add(connection, new.values())
        self._chats.save(connection, held.values(), before)
        FACTS.execute(connection, rows)
        name_files(connection, self.workspace, fresh)
        self._index.refresh(connection, changed, before=before, written=_written(fresh))
        self._send_answers(connection, fresh, {**held, **new})
        if listed:
            connection.execute(insert(interventions), listed)

    def _send_answers(self, connection: Connection, entries: Sequence[Entry], held: Mapping[str, ArchivedChat]) -> None:
        """Put each answer to a left message into the outbox in the fact's own transaction, so that it is sent once and
        never lost.
        """
        for entry in entries:
            fact = entry.fact
            if not isinstance(fact, Mailed) or fact.by != "agent" or not is_address(held[fact.chat].email):
                continue
            chat = held[fact.chat]
            letter = Letter(
                to=chat.email, kind="answer", locale=chat.locale, chat=chat.id, seq=fact.seq, message_id=fact.mail
            )
            known = select(mails.c.id).where(mails.c.workspace == self.workspace, mails.c.message_id == fact.mail)
            if connection.execute(known).first() is None:
                connection.execute(insert(mails).values(**self._outbox.row(letter)))

    def write_late(self, connection: Connection, batch: Batch) -> None:
        """Store entries whose successors are stored already, and recompute their chats in the facts' order."""
        entries = self._not_sent_again(connection, batch)
        self.write(connection, Batch(batch.epoch, entries))
        ids = {entry.fact.chat for entry in entries if isinstance(entry.fact, ChatFact)}
        changed = [self._folded_anew(connection, chat) for chat in self._chats.load(connection, ids).values()]
        self._index.give_places(connection, changed)
        self._chats.save(connection, changed, {})
        self._index.write(connection, changed)

    async def end_lost(self, live: Collection[str], before: int) -> int:
        """Mark as lost the chats that have no end, are not live, and have been quiet since `before` (ms); return how
        many.
        """
        here = chats.c.workspace == self.workspace, chats.c.ended.is_(None), chats.c.last < before
        wanted = select(chats.c.id).where(*here)
        open_still = await self.database.read(lambda connection: set(connection.execute(wanted).scalars()))
        lost = sorted(open_still - set(live))
        for start in range(0, len(lost), CHUNK):
            await self.database.write(partial(self._end, {*lost[start : start + CHUNK]}, before))
        return len(lost)

    def _end(self, ids: set[str], before: int, connection: Connection) -> None:
        quiet = self._chats.load(connection, ids).values()
        gone = [chat for chat in quiet if chat.ended is None and chat.last < before]
        for chat in gone:
            mark_lost(chat)
        self._index.give_places(connection, gone)
        self._chats.save(connection, gone, {})
        self._index.write(connection, gone)

    def _among(self, connection: Connection, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(ids), CHUNK):
            some = (facts.c.workspace == self.workspace) & facts.c.id.in_(ids[start : start + CHUNK])
            found.update(connection.execute(select(facts.c.id).where(some)).scalars())
        return found

    def among_chats(self, connection: Connection, ids: Sequence[str]) -> set[str]:
        """Return those of the chats that the archive has."""
        return set(self._chats.load(connection, set(ids)))

    def among_visitors(self, connection: Connection, ids: Sequence[str]) -> set[str]:
        """Return those of the visitors who have a chat in the archive."""
        theirs = chats.c.workspace == self.workspace, chats.c.visitor.in_(ids)
        return set(connection.execute(select(chats.c.visitor).where(*theirs)).scalars())

    def _supersede(
        self, connection: Connection, epoch: str, rows: Sequence[dict[str, Any]], held: dict[str, ArchivedChat]
    ) -> None:
        """Delete facts of commands that an older history lost and a client sent again, so that each is stored once."""
        others = cursors.c.workspace == self.workspace, cursors.c.consumer == NAME, cursors.c.epoch != epoch
        if connection.execute(select(cursors.c.epoch).where(*others).limit(1)).first() is None:
            return  # there is no other history
        commands = {(row["chat"], row["author"], row["cid"], row["kind"]) for row in rows if row["cid"]}
        cids = sorted({cid for _, _, cid, _ in commands})
        for start in range(0, len(cids), CHUNK):
            lost = select(facts).where(
                facts.c.workspace == self.workspace,
                facts.c.epoch != epoch,
                facts.c.cid.in_(cids[start : start + CHUNK]),
            )
            for row in connection.execute(lost).mappings().all():
                if (row["chat"], row["author"], row["cid"], row["kind"]) not in commands:
                    continue
                this = (facts.c.workspace == self.workspace) & (facts.c.id == row["id"])
                connection.execute(delete(facts).where(this))
                if row["kind"] == "message":
                    # The new fact has counted the message a second time.
                    held[row["chat"]].messages -= 1

    def _not_sent_again(self, connection: Connection, batch: Batch) -> list[Entry]:
        """Skip commands that a client sent again in a later history: that later result is the one everybody knows."""
        fresh = []
        for entry in batch.entries:
            cid = "" if isinstance(entry.fact, Unreadable) else cid_of(entry.fact)
            wanted = select(facts.c.chat, facts.c.kind).where(
                facts.c.workspace == self.workspace, facts.c.cid == cid, facts.c.epoch != batch.epoch
            )
            again = {tuple(row) for row in connection.execute(wanted)} if cid else set()
            if (getattr(entry.fact, "chat", None), str(entry.fact.__struct_config__.tag)) not in again:
                fresh.append(entry)
        return fresh

    def _folded_anew(self, connection: Connection, chat: ArchivedChat) -> ArchivedChat:
        ours = (facts.c.workspace == self.workspace) & (facts.c.chat == chat.id)
        wanted = select(facts.c.raw).where(ours).order_by(facts.c.at, facts.c.n)
        raws = [raw.encode() for raw in connection.execute(wanted).scalars()]
        anew = ArchivedChat(chat.id, place=chat.place)
        for raw in raws:
            for fact in read_log([raw]):
                fold(anew, fact)
                if isinstance(fact, Redacted | NoteRedacted):  # the late fact may have been redacted since
                    self._redact(connection, [Entry("", 0, fact, raw)], ())
        if chat.why == "lost" and anew.ended is None:
            mark_lost(anew)
        return anew

    def _redact(self, connection: Connection, entries: Sequence[Entry], rows: Sequence[dict[str, Any]]) -> None:
        """Give redacted facts their new text: those of this batch, and those that are stored already."""
        for entry in entries:
            if not isinstance(entry.fact, Redacted | NoteRedacted):
                continue
            values, old = redacted_columns(entry, entry.fact), entry.fact.fact
            for row in rows:
                if (row["chat"], row["seq"], row["at"]) == (old.chat, old.seq, old.at):
                    row.update(values)
            this = facts.c.workspace == self.workspace, facts.c.chat == old.chat, facts.c.seq == old.seq
            connection.execute(update(facts).where(*this, facts.c.at == old.at).values(**values))


def _written(entries: Sequence[Entry]) -> set[str]:
    """Return the chats in which something was written or a written text was changed."""
    facts_of_chats = [entry.fact for entry in entries if isinstance(entry.fact, ChatFact)]
    return {fact.chat for fact in facts_of_chats if isinstance(fact, Redacted | NoteRedacted) or text_of(fact)}
