"""Deletes chats from the archive ahead of data retention, with everything else SQL has about them."""

import json
from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import ColumnElement, Text, and_, cast, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.audit import Change, Somebody, line_of, note
from console.archive.audit_removal import ERASED, erase_values
from console.archive.database import Database, now_ms
from console.archive.erasure_notes import ErasureNote
from console.archive.export_jobs import ExportJobs
from console.archive.reducer import ABOUT_THE_VISITOR, ArchivedChat, archived_chat
from console.archive.tables import (
    alert_messages,
    chats,
    facts,
    files,
    import_rows,
    imports,
    mails,
    mails_received,
    set_aside,
)
from console.archive.webhook_outbox import WebhookOutbox
from console.events import Profile, Renamed, read_log
from console.events.conversation import Opening

BATCH = 500  # targets searched for at once
LINGER = 86_400_000  # ms after the last fact during which an alert may still name the visitor


class KnownAs(msgspec.Struct, frozen=True):
    """The ids and names that a chat's visitor had over time: from the page, proven, or given by agents."""

    ids: set[str]
    names: set[str]


class Doomed(msgspec.Struct, frozen=True):
    """A chat to erase, and its visitor's names as alerts write them."""

    chat: ArchivedChat
    alerted: Collection[str] = ()


def _ids(kind: str, targets: Collection[str]) -> list[str]:
    return [target.removeprefix(kind) for target in targets if target.startswith(kind)]


def _again(visitor: str, theirs: list[ArchivedChat], erased: Mapping[str, int]) -> list[tuple[str, list[ArchivedChat]]]:
    """Return those of a visitor's chats that had been erased before, as a whole visitor or chat by chat."""
    until = erased.get(f"visitor:{visitor}", -1)
    old = [chat for chat in theirs if chat.opened <= until or f"chat:{chat.id}" in erased]
    if until >= 0 and len(old) == len(theirs):
        return [(f"visitor:{visitor}", theirs)]
    return [(f"chat:{chat.id}", [chat]) for chat in old]


class Erasure:
    def __init__(self, database: Database, workspace: str, webhooks: WebhookOutbox, exports: ExportJobs) -> None:
        self.database = database
        self.workspace = workspace
        self.webhooks = webhooks
        self.exports = exports

    async def chat(self, id: str) -> list[ArchivedChat]:
        """Return one chat, or none if the archive does not have it."""
        return await self._chats(chats.c.id == id)

    async def chats_of(self, visitor: str) -> list[ArchivedChat]:
        """Return all chats of the visitor, oldest first."""
        return await self._chats(chats.c.visitor == visitor)

    async def known_as(self, found: Sequence[ArchivedChat]) -> dict[str, KnownAs]:
        """Return the names and ids of these chats' visitors, by chat."""
        known = {chat.id: KnownAs({chat.visitor}, {chat.name}) for chat in found}
        about_them = facts.c.chat.in_(known), facts.c.kind.in_((*ABOUT_THE_VISITOR, "renamed"))
        wanted = select(facts.c.raw).where(facts.c.workspace == self.workspace, *about_them)
        async with self.database.reading() as connection:
            raws = (await connection.execute(wanted)).scalars().all()
        for fact in read_log([raw.encode() for raw in raws]):
            if isinstance(fact, Opening | Profile):
                known[fact.chat].ids.add(fact.visitor.id)
                known[fact.chat].names.add(fact.visitor.name)
            elif isinstance(fact, Renamed):
                known[fact.chat].names.add(fact.name)
        return known

    async def brought_back(self, notes: Sequence[ErasureNote]) -> list[tuple[str, list[ArchivedChat]]]:
        """Return what was erased and is back, by target: a visitor's chats, or single chats of a visitor who has
        written again since.
        """
        erased = {note.target: note.at for note in sorted(notes, key=lambda note: note.at)}
        found: list[tuple[str, list[ArchivedChat]]] = []
        for first in range(0, len(erased), BATCH):
            targets = list(erased)[first : first + BATCH]
            ids, visitors = _ids("chat:", targets), _ids("visitor:", targets)
            here = await self._chats(or_(chats.c.id.in_(ids), chats.c.visitor.in_(visitors)))
            for visitor in dict.fromkeys(chat.visitor for chat in here):
                found += _again(visitor, [chat for chat in here if chat.visitor == visitor], erased)
        return found

    async def erase(self, doomed: Sequence[Doomed], *, by: Somebody, target: str, blocks: Collection[str] = ()) -> None:
        """Delete chats with their facts, search words and entries set aside, alerts that name the visitor, exports that
        may contain them, and rows of imports.

        The audit log keeps a line without any of their text; lines about `blocks`, by key, lose their values.
        """
        ids = [one.chat.id for one in doomed]
        visitor = target.removeprefix("visitor:") if target.startswith("visitor:") else ""
        async with self.database.writing() as connection:
            await connection.execute(delete(chats).where(self._here(), chats.c.id.in_(ids)))
            await connection.execute(delete(mails).where(mails.c.workspace == self.workspace, mails.c.chat.in_(ids)))
            await self._erase_received(connection, [one.chat for one in doomed])
            await self._let_files_go(connection, ids, visitor)
            await connection.run_sync(self.webhooks.put_erased, ids)
            named = [self._alerted(one.chat, name) for one in doomed for name in one.alerted]
            if named:
                ours = alert_messages.c.workspace == self.workspace
                await connection.execute(delete(alert_messages).where(ours, or_(*named)))
            await self._erase_set_aside(connection, ids)
            await self.exports.forget(connection, visitor)
            if visitor:
                await self._erase_imports(connection, visitor, [one.chat for one in doomed])
            if blocks:
                lines = [f"block:{key}" for key in blocks]
                await erase_values(connection, lines, line_of(by, now_ms(), Change(ERASED, target)))
            await note(connection, by, now_ms(), "Chats erased", target, None, {"chats": len(ids)})

    async def known(self, ids: Collection[str]) -> set[str]:
        """Return those of the chats that the archive has."""
        wanted = select(chats.c.id).where(self._here(), chats.c.id.in_(ids))
        async with self.database.reading() as connection:
            return set((await connection.execute(wanted)).scalars())

    def _here(self) -> ColumnElement[bool]:
        return chats.c.workspace == self.workspace

    async def _chats(self, those: ColumnElement[bool]) -> list[ArchivedChat]:
        wanted = select(chats).where(self._here(), those).order_by(chats.c.opened)
        async with self.database.reading() as connection:
            return [archived_chat(row) for row in (await connection.execute(wanted)).mappings()]

    def _alerted(self, chat: ArchivedChat, name: str) -> ColumnElement[bool]:
        made = alert_messages.c.made.between(chat.opened - LINGER, chat.last + LINGER)
        return and_(made, alert_messages.c.text.contains(name, autoescape=True))

    async def _let_files_go(self, connection: AsyncConnection, ids: Collection[str], visitor: str) -> None:
        """Mark the files as gone, so that nobody can download them. The next sweep deletes their bytes."""
        theirs: ColumnElement[bool] = files.c.chat.in_(ids)
        if visitor:
            theirs = or_(theirs, files.c.visitor == visitor)
        these = files.c.workspace == self.workspace, theirs
        await connection.execute(update(files).where(*these).values(state="gone", name="", address=""))

    async def _erase_received(self, connection: AsyncConnection, doomed: Sequence[ArchivedChat]) -> None:
        """Delete mails received for the chats, and all other mails from their visitors' addresses."""
        senders = {chat.email.lower() for chat in doomed if chat.email}
        theirs = or_(mails_received.c.chat.in_([chat.id for chat in doomed]), mails_received.c.sender.in_(senders))
        await connection.execute(delete(mails_received).where(mails_received.c.workspace == self.workspace, theirs))

    async def _erase_imports(self, connection: AsyncConnection, visitor: str, theirs: Sequence[ArchivedChat]) -> None:
        """Delete rows of imports that are about the visitor or, if they did not fit, contain the visitor's details."""
        known = {word for chat in theirs for word in (visitor, chat.name, chat.email) if word}
        ours = import_rows.c.import_id.in_(select(imports.c.id).where(imports.c.workspace == self.workspace))
        details = [cast(import_rows.c.details, Text).contains(json.dumps(word), autoescape=True) for word in known]
        mark = import_rows.c.record.contains(json.dumps(visitor), autoescape=True)
        await connection.execute(delete(import_rows).where(ours, or_(mark, *details)))

    async def _erase_set_aside(self, connection: AsyncConnection, ids: Collection[str]) -> None:
        """Entries set aside are rare and few, so their bytes are searched directly."""
        ours = set_aside.c.workspace == self.workspace
        marks = [f'"{id}"'.encode() for id in ids]
        rows = (
            await connection.execute(select(set_aside.c.consumer, set_aside.c.id, set_aside.c.raw).where(ours))
        ).all()
        for row in rows:
            if any(mark in row.raw for mark in marks):
                this = and_(ours, set_aside.c.consumer == row.consumer, set_aside.c.id == row.id)
                await connection.execute(delete(set_aside).where(this))
