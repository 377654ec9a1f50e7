"""The archive's writer: each fact of the feed into SQL once, with the cursor in the same transaction.

A fact is known by the feed's own id, which a new epoch does not change: entries given again, in
any batches, by two processes, or read anew under another epoch, are one row each. An entry that
cannot be kept whatever is tried goes to `set_aside` with the error, and the others flow.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import RowMapping, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database, is_away, now_ms
from console.archive.reducer import ArchivedChat, fact_row, fold
from console.archive.supervisor_actions import is_supervisor_action
from console.archive.tables import chats, cursors, facts, interventions, set_aside
from console.errors import SestettoError, WrongEpoch
from console.events import ChatFact, Entry

CHUNK = 500  # values in one IN (…): every database takes as many
Write = Callable[[AsyncConnection, str, Sequence[Entry]], Awaitable[None]]


class Cursor(NamedTuple):
    """How far the feed is archived: `id` and `n` of the last entry, under `epoch`."""

    epoch: str
    id: str
    n: int


START = Cursor("", "0-0", 0)


class Archive:
    def __init__(self, database: Database, workspace: str = "main") -> None:
        self.database = database
        self.workspace = workspace

    async def cursor(self) -> Cursor:
        """The newest history's cursor; `("", "0-0", 0)` before the first entry."""
        async with self.database.reading() as connection:
            return await self._newest(connection) or START

    async def append(self, epoch: str, entries: Sequence[Entry]) -> None:
        """Keep the entries that are not kept yet, and move the cursor behind the last of them.

        Unknown when SQL is away: nothing was kept, or all; give them again. WrongEpoch when a newer
        history has begun since: the caller lives in the past.
        """
        if not entries:
            return
        try:
            await self._append(epoch, entries, self._write)
        except SestettoError:
            raise
        except Exception:  # something in the batch: now one by one, so that only its culprits stay out
            await self._append(epoch, entries, self._write_one_by_one)

    async def set_aside_count(self) -> int:
        """How many entries could not be kept."""
        wanted = select(func.count()).select_from(set_aside).where(set_aside.c.workspace == self.workspace)
        async with self.database.reading() as connection:
            return (await connection.execute(wanted)).scalar_one()

    # --- the transaction -----------------------------------------------------------------------

    async def _append(self, epoch: str, entries: Sequence[Entry], write: Write) -> None:
        async with self.database.writing() as connection:
            at = await self._locked_cursor(connection, epoch)
            fresh = sorted({entry.n: entry for entry in entries if entry.n > at.n}.values(), key=lambda entry: entry.n)
            if not fresh:
                return
            await self._note_gaps(connection, at, fresh)
            await write(connection, epoch, fresh)
            here = (cursors.c.workspace == self.workspace) & (cursors.c.epoch == epoch)
            await connection.execute(update(cursors).where(here).values(id=fresh[-1].id, n=fresh[-1].n))

    async def _newest(self, connection: AsyncConnection, *, lock: bool = False) -> Cursor | None:
        wanted = select(cursors).where(cursors.c.workspace == self.workspace).order_by(cursors.c.turn.desc()).limit(1)
        row = (await connection.execute(wanted.with_for_update() if lock else wanted)).first()
        return Cursor(row.epoch, row.id, row.n) if row else None

    async def _locked_cursor(self, connection: AsyncConnection, epoch: str) -> Cursor:
        """This epoch's cursor, nobody else's until the transaction ends; made when the epoch is new."""
        newest = await self._newest(connection, lock=True)
        if newest and newest.epoch == epoch:
            return newest
        of_workspace = cursors.c.workspace == self.workspace
        known = (await connection.execute(select(cursors.c.epoch).where(of_workspace))).scalars().all()
        if epoch in known:
            raise WrongEpoch
        await connection.execute(
            insert(cursors).values(workspace=self.workspace, epoch=epoch, turn=len(known) + 1, id=START.id, n=START.n)
        )
        return Cursor(epoch, START.id, START.n)

    async def _note_gaps(self, connection: AsyncConnection, at: Cursor, fresh: Sequence[Entry]) -> None:
        """A feed cut off before it was archived has lost facts: that is written down, never passed over."""
        last = at.n or fresh[0].n - 1  # a history's first entry may be any
        for entry in fresh:
            if entry.n != last + 1:
                gap = f"The feed's entries {last + 1} to {entry.n - 1} were never seen."
                await self._put_aside(connection, at.epoch, f"gap-{entry.id}", entry.n, gap, b"")
            last = entry.n

    # --- rows ----------------------------------------------------------------------------------

    async def _write(self, connection: AsyncConnection, epoch: str, entries: Sequence[Entry]) -> None:
        known = await self._among(connection, [entry.id for entry in entries])
        fresh = [entry for entry in entries if entry.id not in known]
        held = await self._load(connection, {entry.fact.chat for entry in fresh if isinstance(entry.fact, ChatFact)})
        new: dict[str, ArchivedChat] = {}
        rows: list[dict[str, Any]] = []
        listed: list[dict[str, Any]] = []
        for entry in fresh:
            visitor = ""
            if isinstance(entry.fact, ChatFact):
                chat = held.get(entry.fact.chat) or new.setdefault(entry.fact.chat, ArchivedChat(entry.fact.chat))
                fold(chat, entry.fact)
                visitor = chat.visitor
            rows.append(fact_row(entry, workspace=self.workspace, epoch=epoch, visitor=visitor))
            if is_supervisor_action(entry.fact):
                listed.append({"workspace": self.workspace, "id": entry.id, "at": entry.fact.at, "n": entry.n})
        await self._supersede(connection, epoch, rows, held)
        await self._save(connection, new.values(), held.values(), rows)
        if listed:
            await connection.execute(insert(interventions), listed)

    async def _write_one_by_one(self, connection: AsyncConnection, epoch: str, entries: Sequence[Entry]) -> None:
        for entry in entries:
            try:
                async with connection.begin_nested():
                    await self._write(connection, epoch, [entry])
            except Exception as error:
                if is_away(error):
                    raise
                await self._put_aside(connection, epoch, entry.id, entry.n, _says(error), entry.raw)

    async def _put_aside(
        self, connection: AsyncConnection, epoch: str, id: str, n: int, error: str, raw: bytes
    ) -> None:
        this = (set_aside.c.workspace == self.workspace) & (set_aside.c.id == id)
        if (await connection.execute(select(set_aside.c.id).where(this))).first() is None:
            values = {"epoch": epoch, "n": n, "at": now_ms(), "error": error, "raw": raw}
            await connection.execute(insert(set_aside).values(workspace=self.workspace, id=id, **values))

    async def _among(self, connection: AsyncConnection, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(ids), CHUNK):
            some = (facts.c.workspace == self.workspace) & facts.c.id.in_(ids[start : start + CHUNK])
            found.update((await connection.execute(select(facts.c.id).where(some))).scalars())
        return found

    async def _load(self, connection: AsyncConnection, ids: set[str]) -> dict[str, ArchivedChat]:
        wanted, found = sorted(ids), {}
        for start in range(0, len(wanted), CHUNK):
            some = (chats.c.workspace == self.workspace) & chats.c.id.in_(wanted[start : start + CHUNK])
            for row in (await connection.execute(select(chats).where(some))).mappings():
                found[row["id"]] = archived_chat(row)
        return found

    async def _supersede(
        self, connection: AsyncConnection, epoch: str, rows: Sequence[dict[str, Any]], held: dict[str, ArchivedChat]
    ) -> None:
        """A command that an older history lost and its client sent again is the same command: it is kept once."""
        commands = {(row["chat"], row["author"], row["cid"], row["kind"]) for row in rows if row["cid"]}
        cids = sorted({cid for _, _, cid, _ in commands})
        for start in range(0, len(cids), CHUNK):
            lost = select(facts).where(
                facts.c.workspace == self.workspace,
                facts.c.epoch != epoch,
                facts.c.cid.in_(cids[start : start + CHUNK]),
            )
            for row in (await connection.execute(lost)).mappings().all():
                if (row["chat"], row["author"], row["cid"], row["kind"]) not in commands:
                    continue
                this = (facts.c.workspace == self.workspace) & (facts.c.id == row["id"])
                await connection.execute(delete(facts).where(this))
                if row["kind"] == "message":
                    held[row["chat"]].messages -= 1

    async def _save(
        self,
        connection: AsyncConnection,
        new: Collection[ArchivedChat],
        changed: Collection[ArchivedChat],
        rows: Sequence[dict[str, Any]],
    ) -> None:
        if new:
            values = [{"workspace": self.workspace, **msgspec.structs.asdict(chat)} for chat in new]
            await connection.execute(insert(chats), values)
        if changed:
            this = (chats.c.workspace == self.workspace) & (chats.c.id == bindparam("this"))
            values = [{"this": chat.id, **msgspec.structs.asdict(chat)} for chat in changed]
            await connection.execute(update(chats).where(this), values)
        if rows:
            await connection.execute(insert(facts), rows)


def archived_chat(row: RowMapping) -> ArchivedChat:
    """A row of `chats` as a struct."""
    return ArchivedChat(**{name: row[name] for name in ArchivedChat.__struct_fields__})


def _says(error: Exception) -> str:
    """The error in a line, without the values that were sent along."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(cause).__name__}: {cause}".splitlines()[0].replace("\0", "")[:500]
