"""Credentials of every kind: who holds them, and how they end.

Only digests of secrets are stored. Each lookup joins the member, so a deactivated member is signed out immediately,
whatever credentials they hold.
"""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Delete, RowMapping, Select, Table, Update, delete, select, update

from console.archive.database import Database
from console.archive.tables import invitations, members, sessions, sign_in_steps, tokens
from console.domain.directory import Member

SEEN_EVERY = 60_000  # ms between two notes of "seen", so that not every page writes
KEEP_ENDED = 30 * 24 * 3_600_000  # ms that ended credentials are kept, for investigating a break-in
TOKEN_SESSION = "token:"


class SignedIn(msgspec.Struct, frozen=True):
    """A signed-in member. `session` is the session's id, or `token:<id>`; every form carries `csrf`.

    `provider` vouched for them at sign-in; empty: they used a password.
    """

    member: Member
    session: str
    csrf: str
    provider: str = ""


async def holder(database: Database, wanted: Select[Any]) -> RowMapping | None:
    async with database.reading() as connection:
        row: RowMapping | None = (await connection.execute(wanted)).mappings().first()
        return row


def holders() -> Select[Any]:
    """Select sessions with the active members who hold them."""
    held = select(members, sessions.c.id.label("credential"), sessions.c.created, sessions.c.seen)
    return held.join(sessions, sessions.c.member == members.c.id).where(is_active())


def is_active() -> ColumnElement[bool]:
    return members.c.disabled.is_(None)


def revoke(credentials: Table, which: ColumnElement[bool], now: int) -> Update:
    return update(credentials).where(which, credentials.c.revoked.is_(None)).values(revoked=now)


def revoke_all(member_id: str, now: int) -> list[Update | Delete]:
    """Return the statements that revoke all credentials a member holds, and end what they have begun."""
    return [*(revoke(table, table.c.member == member_id, now) for table in (sessions, tokens)), end_steps(member_id)]


def end_steps(member_id: str) -> Delete:
    """End unfinished sign-ins that began with a former password, and links for a new password."""
    return delete(sign_in_steps).where(sign_in_steps.c.member == member_id)


def end_invitations(member_id: str, now: int) -> Update:
    """End the invitations a member made: a member who may no longer invite must not bring anybody in."""
    theirs = invitations.c.inviter == member_id, invitations.c.ended.is_(None)
    return update(invitations).where(*theirs).values(ended=now)


def fold_email(email: str) -> str:
    """Normalize an address, so that there is one account per address."""
    return email.strip().casefold()[:254]
