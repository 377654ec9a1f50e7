"""What an export reads: page by page, each page in its own transaction, so that nothing waits for the export."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database
from console.archive.file_records import FileRecord
from console.archive.reducer import ArchivedChat, archived_chat
from console.archive.tables import chats, facts, files, mails, mails_received
from console.archive.visitors import VisitorLine

CHATS, VISITORS, FILES, MAILS = 50, 200, 200, 50  # per page
LEFT = ("left", "handled")  # lists of left messages


class ChatWithFacts(NamedTuple):
    """A chat and its facts as JSON, in order."""

    chat: ArchivedChat
    facts: list[bytes]


class KnownMail(NamedTuple):
    """A mail that was sent or received; `raw` is the full text of one that was set aside."""

    id: str
    kind: str
    sender: str
    to: str
    subject: str
    chat: str
    at: int
    code: str
    raw: bytes


class ExportReads:
    def __init__(self, database: Database, workspace: str) -> None:
        self.database = database
        self.workspace = workspace

    async def count(self, visitor: str) -> int:
        """Return how many chats and files an export contains."""
        theirs = self._of(visitor) if visitor else and_(self._here(), chats.c.listed != "")
        async with self.database.reading() as connection:
            found = [
                (await connection.execute(select(func.count()).select_from(table).where(those))).scalar_one()
                for table, those in ((chats, theirs), (files, self._files_of(visitor)))
            ]
        return sum(found)

    async def count_open(self) -> int:
        open_ones = select(func.count()).select_from(chats).where(self._here(), chats.c.ended.is_(None))
        async with self.database.reading() as connection:
            return (await connection.execute(open_ones)).scalar_one()

    async def ended(self, lists: Sequence[str]) -> AsyncIterator[list[ChatWithFacts]]:
        """Yield the chats of these lists, by their end. A chat that ends during the export comes last."""
        place = -1
        those = self._here(), chats.c.listed.in_(lists)
        while page := await self._chats(
            select(chats).where(*those, chats.c.place > place).order_by(chats.c.place).limit(CHATS)
        ):
            yield page
            place = page[-1].chat.place or 0

    async def of_visitor(self, visitor: str) -> AsyncIterator[list[ChatWithFacts]]:
        """Yield all chats of a visitor, in every state, by their opening."""
        after: tuple[int, str] = (-1, "")
        place = tuple_(chats.c.opened, chats.c.id)
        while page := await self._chats(
            select(chats).where(self._of(visitor), place > after).order_by(chats.c.opened, chats.c.id).limit(CHATS)
        ):
            yield page
            after = page[-1].chat.opened, page[-1].chat.id

    async def visitors(self) -> AsyncIterator[list[VisitorLine]]:
        """Yield all visitors, by id."""
        after = ""
        while page := await self._visitors(after):
            yield page
            after = page[-1].latest.visitor

    async def files(self, visitor: str) -> AsyncIterator[list[FileRecord]]:
        """Yield the downloadable files by id: those of a visitor's chats, or all."""
        after = ""
        columns = [files.c[name] for name in FileRecord.__struct_fields__]
        while page := await self._rows(
            select(*columns).where(self._files_of(visitor), files.c.id > after).order_by(files.c.id).limit(FILES)
        ):
            yield [FileRecord(**row) for row in page]
            after = page[-1]["id"]

    async def mails(self, visitor: str) -> AsyncIterator[list[KnownMail]]:
        """Yield mails to and from a visitor, if a chat or a proven address ties them to the visitor."""
        theirs = select(chats.c.id).where(self._of(visitor))
        sent = select(mails).where(mails.c.workspace == self.workspace, mails.c.chat.in_(theirs))
        async for page in self._by_number(sent, mails.c.id):
            yield [
                KnownMail(f"o{row['id']}", row["kind"], "", row["to"], row["subject"], row["chat"], row["made"],
                          row["code"], b"")
                for row in page
            ]  # fmt: skip
        addresses = await self._proven_addresses(visitor)
        theirs_in = or_(mails_received.c.chat.in_(theirs), mails_received.c.sender.in_(addresses))
        came = select(mails_received).where(mails_received.c.workspace == self.workspace, theirs_in)
        async for page in self._by_number(came, mails_received.c.id):
            yield [
                KnownMail(f"i{row['id']}", "received", row["sender"], "", "", row["chat"], row["at"], row["code"],
                          row["raw"])
                for row in page
            ]  # fmt: skip

    async def _proven_addresses(self, visitor: str) -> set[str]:
        """Return the visitor's proven addresses. Anybody can type any address, so others' mails could match an unproven
        one.
        """
        rows = await self._rows(select(chats.c.email, chats.c.proven).where(self._of(visitor), chats.c.email != ""))
        return {row["email"].lower() for row in rows if "email" in row["proven"]}

    async def _by_number(self, wanted: Select[Any], number: Any) -> AsyncIterator[list[dict[str, Any]]]:
        after = -1
        while page := await self._rows(wanted.where(number > after).order_by(number).limit(MAILS)):
            yield page
            after = page[-1]["id"]

    async def facts_of(self, ids: Sequence[str]) -> dict[str, list[bytes]]:
        """Return the facts of a few chats as JSON, in order."""
        async with self.database.reading() as connection:
            return await self._facts(connection, ids)

    async def _facts(self, connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[bytes]]:
        those = facts.c.workspace == self.workspace, facts.c.chat.in_(ids)
        ordered = select(facts.c.chat, facts.c.raw).where(*those).order_by(facts.c.chat, facts.c.seq, facts.c.at)
        said: dict[str, list[bytes]] = {}
        for row in await connection.execute(ordered):
            said.setdefault(row.chat, []).append(row.raw.encode())
        return said

    async def _chats(self, wanted: Select[Any]) -> list[ChatWithFacts]:
        async with self.database.reading() as connection:
            found = [archived_chat(row) for row in (await connection.execute(wanted)).mappings()]
            said = await self._facts(connection, [chat.id for chat in found])
        return [ChatWithFacts(chat, said.get(chat.id, [])) for chat in found]

    async def _visitors(self, after: str) -> list[VisitorLine]:
        here = self._here(), chats.c.visitor > after
        sums = select(chats.c.visitor, func.min(chats.c.opened).label("first"), func.count().label("many"))
        paged = sums.where(*here).group_by(chats.c.visitor).order_by(chats.c.visitor).limit(VISITORS)
        async with self.database.reading() as connection:
            known = {row.visitor: row for row in await connection.execute(paged)}
            newest = func.row_number().over(
                partition_by=chats.c.visitor, order_by=(chats.c.opened.desc(), chats.c.id.desc())
            )
            theirs = self._here(), chats.c.visitor.in_(known)
            ranked = select(chats, newest.label("rank")).where(*theirs).subquery()
            rows = (await connection.execute(select(ranked).where(ranked.c.rank == 1))).mappings()
            latest = {row["visitor"]: archived_chat(row) for row in rows}
        return [VisitorLine(latest[id], row.first, row.many) for id, row in known.items()]

    async def _rows(self, wanted: Select[Any]) -> list[dict[str, Any]]:
        async with self.database.reading() as connection:
            return [dict(row) for row in (await connection.execute(wanted)).mappings()]

    def _here(self) -> ColumnElement[bool]:
        return chats.c.workspace == self.workspace

    def _of(self, visitor: str) -> ColumnElement[bool]:
        return and_(self._here(), chats.c.visitor == visitor)

    def _files_of(self, visitor: str) -> ColumnElement[bool]:
        """Select by the chat's visitor. The sender's id may have been a different one when the file was sent."""
        good = and_(files.c.workspace == self.workspace, files.c.state == "clean", files.c.named.is_not(None))
        theirs = select(chats.c.id).where(self._of(visitor))
        return and_(good, files.c.chat.in_(theirs)) if visitor else good
