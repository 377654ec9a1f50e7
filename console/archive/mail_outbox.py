"""Mails to send, in order within a conversation. Failed mails stay, so that admins can see and retry them."""

from collections.abc import Callable, Collection

import msgspec
from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.database import Database, now_ms
from console.archive.outbox import SqlOutbox
from console.archive.tables import mails
from console.domain.alert_delivery import Answer
from console.domain.ids import new_id
from console.domain.mail import Letter, is_address, one_line

MOST_WAITING = 10_000  # mails in all; a mail server's long outage must not fill the disk
NO_ADDRESS = "Enter the address of one mailbox."
FULL = "Too many mails are waiting to be sent."


class OutgoingMail(msgspec.Struct, frozen=True):
    """A mail to send now."""

    id: int
    letter: Letter
    made: int
    tries: int
    thread: str


class MailLine(msgspec.Struct, frozen=True):
    """A mail as the settings list it; `ended` is 0 while it waits, `code` is the last result."""

    id: int
    kind: str
    to: str
    subject: str
    chat: str
    made: int
    waits: bool
    next: int
    tries: int
    ended: int
    code: str
    detail: str
    message_id: str


class MailOutbox(SqlOutbox):
    table = mails
    order = "thread"
    give_up = 48 * 3_600_000  # ms

    def __init__(
        self, database: Database, workspace: str = "main", clock: Callable[[], int] = now_ms, *, domain: str = ""
    ) -> None:
        """The outbox of one workspace; `domain` is used in Message-IDs."""
        super().__init__(database, workspace, clock)
        self.domain = domain or "sestetto.invalid"
        self.on_posted: list[Callable[[], None]] = []  # called when there is something to send

    async def post(self, letter: Letter) -> int:
        """Put a mail into the outbox and return its id. Raises ValueError if it has no single address."""
        async with self.database.writing() as connection:
            id = await self.put(connection, letter)
        self.wake()
        return id

    def wake(self) -> None:
        """Send soon, if this process is the one that sends."""
        for listener in self.on_posted:
            listener()

    async def put(self, connection: AsyncConnection, letter: Letter) -> int:
        """The same within a transaction; call `wake` afterwards. Raises OverflowError if too many wait."""
        if not is_address(letter.to):
            raise ValueError(NO_ADDRESS)
        waiting = select(func.count()).select_from(mails).where(self.waiting())
        if (await connection.execute(waiting)).scalar_one() >= MOST_WAITING:
            raise OverflowError(FULL)
        made = await connection.execute(insert(mails).values(**self.row(letter)).returning(mails.c.id))
        return int(made.scalar_one())

    def row(self, letter: Letter) -> dict[str, object]:
        """Return the columns of a new mail. Its Message-ID stays the same across retries."""
        letter = self.named(letter)
        return {
            "thread": letter.chat or letter.message_id.partition("@")[0],
            "kind": letter.kind,
            "to": letter.to,
            "subject": one_line(letter.subject),
            "text": letter.text,
            "locale": letter.locale,
            "chat": letter.chat,
            "seq": letter.seq,
            "message_id": letter.message_id,
            "expires": letter.expires,
            **self.begun(),
        }

    def named(self, letter: Letter) -> Letter:
        """Return the mail with this Message-ID."""
        return msgspec.structs.replace(letter, message_id=letter.message_id or f"{new_id()}@{self.domain}")

    async def claim(self, sender: str, limit: int, busy: Collection[str] = ()) -> tuple[list[OutgoingMail], int]:
        """Claim up to `limit` mails to send now, as `claim_rows` does."""
        claimed, following = await self.claim_rows(sender, limit, busy)
        names = Letter.__struct_fields__
        return [
            OutgoingMail(row["id"], Letter(**{name: row[name] for name in names}), row["made"], tries, row["thread"])
            for row, tries in claimed
        ], following

    async def record(self, mail: OutgoingMail, answer: Answer) -> None:
        """Record the result of a try. A mail that was sent, or must not be sent any more, loses its text."""
        over = {"text": ""} if answer.code in ("sent", "expired", "dropped") else {}
        await self.record_try(mail.id, mail.tries, mail.made, answer, **over)

    async def hurry(self) -> None:
        """The mail server is back: mails that failed only because it was unreachable need not wait any longer."""
        held_up = self.waiting() & mails.c.code.in_(["away", "slow"]) & (mails.c.sender == "")
        async with self.database.writing() as connection:
            await connection.execute(update(mails).where(held_up).values(next=self.clock()))

    async def retry(self, id: int) -> bool:
        """Retry a mail that was given up. False if there is none."""
        now = self.clock()
        values = {"waits": True, "made": now, "next": now, "ended": 0, "tries": 0}
        async with self.database.writing() as connection:
            done = await connection.execute(update(mails).where(self._dead(), mails.c.id == id).values(**values))
        self.wake()
        return bool(done.rowcount)

    async def dead(self, limit: int = 100) -> list[MailLine]:
        """Return mails that were given up, newest first."""
        return await self._lines(self._dead(), limit)

    async def latest(self, limit: int = 20) -> list[MailLine]:
        """Return the newest mails."""
        return await self._lines(mails.c.workspace == self.workspace, limit)

    async def of_chat(self, chat: str) -> list[MailLine]:
        """Return the mails of one conversation, newest first."""
        return await self._lines((mails.c.workspace == self.workspace) & (mails.c.chat == chat), 200)

    async def line(self, id: int) -> MailLine | None:
        """Return one mail."""
        return next(iter(await self._lines((mails.c.workspace == self.workspace) & (mails.c.id == id), 1)), None)

    async def count_waiting(self) -> int:
        wanted = select(func.count()).select_from(mails).where(self.waiting())
        async with self.database.reading() as connection:
            return (await connection.execute(wanted)).scalar_one()

    def _dead(self) -> ColumnElement[bool]:
        given_up = mails.c.waits.is_(False) & mails.c.code.not_in(["sent", "dropped", "expired"])
        return (mails.c.workspace == self.workspace) & given_up & (mails.c.kind != "test")

    async def _lines(self, those: ColumnElement[bool], limit: int) -> list[MailLine]:
        columns = [mails.c[name] for name in MailLine.__struct_fields__]
        wanted = select(*columns).where(those).order_by(mails.c.id.desc()).limit(limit)
        async with self.database.reading() as connection:
            return [MailLine(**row) for row in (await connection.execute(wanted)).mappings()]
