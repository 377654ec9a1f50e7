"""Imports the rows of an import, some at a time, on behalf of the admin who started it.

A process may be killed at any moment, and two may do the same work, so each row's result is written in the transaction
that marks it as done.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from contextlib import suppress

import msgspec
import structlog
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from console.actions import canned_replies, invitations
from console.archive.credentials import fold_email
from console.archive.database import is_away
from console.archive.directory_store import Step
from console.archive.entries_aside import Batch
from console.archive.imports import DoneElsewhere, MisfitRow, Progress, StagedRow
from console.domain.directory import Member, MemberRole
from console.domain.imports import Import, MemberRecord, PastChat, ReplyRecord, VisitorRecord
from console.domain.permissions import may
from console.errors import BadSettings, SestettoError, SlowDown
from console.events import Author
from console.imports.facts import EPOCH, entries_of, without_messages
from console.imports.replies import canned_of
from console.services import Services

log = structlog.get_logger()

BATCH = 25  # rows per step, so that nobody waits for SQL much longer than for a message


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


OUR_FAULT = _("The server failed to import this row. Its log says why.")
NO_ADMIN = _("The person who started it is no longer an admin.")


async def do_some(services: Services, at: Import) -> None:
    """Import the next rows of an import in progress; it ends when there are none left."""
    by = await _beginner(services, at)
    if by is None:
        await services.imports.end(at, "failed", NO_ADMIN)
        return
    rows = await services.imports.staged(at, BATCH)
    if not rows:
        await services.imports.end(at, "done")
        return
    with suppress(DoneElsewhere):
        if at.kind in ("chats", "visitors"):
            await services.database.write(lambda connection: _chats(connection, services, at, rows))
        else:
            await _one_by_one(services, at, by, rows)


async def _beginner(services: Services, at: Import) -> Member | None:
    if not at.by:  # by the command line
        return Member("", at.by_name, "", role="admin")
    found = (await services.stores.directory.read()).members.get(at.by)
    return found if found is not None and may(found, "administer") else None


# --- chats ----------------------------------------------------------------------------------------


def _chats(connection: Connection, services: Services, at: Import, rows: list[StagedRow]) -> None:
    def some(rows: list[StagedRow]) -> Progress:
        chats = [_chat(at, row) for row in rows]
        if at.kind == "visitors":  # visitors with chats are known from those
            known = services.archive.among_visitors(connection, [chat.visitor for chat in chats])
            new = [chat for chat in chats if chat.visitor not in known]
        else:
            known = services.archive.among_chats(connection, [chat.id for chat in chats])
            new = [chat for chat in chats if chat.id not in known]
        by = Author(at.by, at.by_name)
        entries = [entry for chat in new for entry in entries_of(chat, at.format, by)]
        services.archive.write(connection, Batch(EPOCH, entries))
        return Progress(added=len(new), known=len(chats) - len(new))

    def all_that_fit(rows: list[StagedRow]) -> Progress:
        try:
            # A savepoint, so that only the writes of the failed row are undone.
            with connection.begin_nested():
                return some(rows)
        except Exception as error:
            if is_away(error):
                raise
            if len(rows) == 1:
                return _failed(at, rows[0], error)
        progress = Progress()
        for row in rows:
            one = all_that_fit([row])
            progress.added += one.added
            progress.known += one.known
            progress.wrong += one.wrong
        return progress

    services.imports.advance(connection, at, rows[-1].line, lambda: all_that_fit(rows))


def _failed(at: Import, row: StagedRow, error: Exception) -> Progress:
    """Skip a failed row; the fault is ours, so the reason goes to the log."""
    log.error("import.row", id=at.id, line=row.line, error=repr(error), exc_info=error)
    return Progress(wrong=[MisfitRow(row.line, OUR_FAULT, {})])


def _chat(at: Import, row: StagedRow) -> PastChat:
    if isinstance(row.record, VisitorRecord):
        return without_messages(row.record, at.made - row.line)  # the search index has few entries for the same moment
    assert isinstance(row.record, PastChat)
    return row.record


# --- members and replies --------------------------------------------------------------------------


async def _one_by_one(services: Services, at: Import, by: Member, rows: list[StagedRow]) -> None:
    """Import each row in its own transaction, which also marks it as done."""
    for row in rows:
        try:
            new = await _one(services, at, by, row)
            done = Progress(known=1)
        except BadSettings as refused:
            wrong, new = refused.wrong[0], False
            done = Progress(wrong=[MisfitRow(row.line, wrong.says, dict(wrong.values))])
        except (SestettoError, DoneElsewhere):
            raise
        except Exception as error:
            if is_away(error):
                raise
            done, new = _failed(at, row, error), False
        if not new:
            await services.database.write(_noting(services, at, row, done))
        at = msgspec.structs.replace(at, line=row.line)


async def _one(services: Services, at: Import, by: Member, row: StagedRow) -> bool:
    """Import one row; return whether it was new. Raises BadSettings."""

    async def note(connection: AsyncConnection) -> None:
        await connection.run_sync(_noting(services, at, row, Progress(added=1)))

    if isinstance(row.record, MemberRecord):
        return await _invite(services, at, by, row.record, note)
    assert isinstance(row.record, ReplyRecord)
    if await services.stores.canned.find(row.record.id) is not None:
        return False
    await canned_replies.add(services, by, canned_of(row.record), also=note)
    return True


def _noting(services: Services, at: Import, row: StagedRow, done: Progress) -> Callable[[Connection], None]:
    return lambda connection: services.imports.advance(connection, at, row.line, lambda: done)


async def _invite(services: Services, at: Import, by: Member, record: MemberRecord, also: Step) -> bool:
    """Invite a person, unless they are or were a member or are already invited."""
    email = fold_email(record.email)
    everyone = await services.stores.members.everyone()
    if email in await services.stores.invitations.digests() or any(one.member.email == email for one in everyone):
        return False
    role: MemberRole = record.role  # type: ignore[assignment]  # checked when it was read
    wanted = Member("", "", record.email, role, record.queues, record.limit, languages=record.languages)
    try:
        await invitations.invite(services, by, wanted, at.origin, token=token_of(services, at, email), also=also)
    except OverflowError as full:  # the mail queue is full: continue when some mails were sent
        raise SlowDown from full
    return True


def token_of(services: Services, at: Import, email: str) -> str:
    """Return the token with which the import invites somebody. Nobody else can create it, and it need not be stored."""
    said = f"sestetto.import\0{at.id}\0{fold_email(email)}".encode()
    signed = hmac.new(services.settings.secret.encode(), said, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()
