"""Reads what supervisors did in live chats and to agents' statuses, and card numbers hidden in others' messages.

The writer indexes each such fact once, in the transaction that stores it; deleting the fact deletes its row.
"""

from typing import TypeGuard

import msgspec
from sqlalchemy import and_, or_, select

from console.archive.audit import EVERYTHING, LIVE, AuditCursor, AuditFilter, older
from console.archive.database import Database
from console.archive.tables import chats, facts, interventions
from console.events import AgentChanged, AnyFact, Note, NoteRedacted, Redacted, Transferred, Unreadable, decode_fact

Acted = Transferred | Note | AgentChanged | Redacted | NoteRedacted


class SupervisorAction(msgspec.Struct, frozen=True):
    """`visitor` and `name` are those of the chat's visitor; empty if unknown, or if the fact concerns no chat."""

    place: AuditCursor
    fact: Acted
    visitor: str
    name: str


def is_supervisor_action(fact: AnyFact | Unreadable) -> TypeGuard[Acted]:
    """Whether the fact is a takeover, a move, a whisper, or a change of somebody else's status or line.

    A bot that transfers its chat, and a visitor who asks for a person, do not count.
    """
    match fact:
        case Transferred():
            return fact.author.id != fact.agent and fact.why in ("", "taken")
        case Note():
            return fact.whisper
        case AgentChanged():
            return fact.by not in ("", fact.agent)
        case Redacted() | NoteRedacted():
            return fact.by != ""
        case _:
            return False


async def read_supervisor_actions(
    database: Database,
    workspace: str,
    only: AuditFilter = EVERYTHING,
    *,
    before: AuditCursor | None = None,
    limit: int = 50,
) -> list[SupervisorAction]:
    """Return supervisors' actions, newest first; with `before`, only older ones. Raises Unknown while SQL is down.

    `only` restricts them to a member's, or to those in one chat.
    """
    at, n = interventions.c.at, interventions.c.n
    wanted = (
        select(at, n, facts.c.raw, chats.c.visitor, chats.c.name)
        .join(facts, (facts.c.workspace == interventions.c.workspace) & (facts.c.id == interventions.c.id))
        .outerjoin(chats, (chats.c.workspace == facts.c.workspace) & (chats.c.id == facts.c.chat))
        .where(interventions.c.workspace == workspace)
        .order_by(at.desc(), n.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(older(before, LIVE, at, n))
    if only.chat:
        wanted = wanted.where(facts.c.chat == only.chat)
    if only.member:
        by = facts.c.raw.contains(f'"by":"{only.member}"', autoescape=True)
        wanted = wanted.where(or_(facts.c.author == only.member, and_(facts.c.kind == "agent", by)))
    async with database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
    return [
        SupervisorAction(AuditCursor(row.at, LIVE, row.n), fact, row.visitor or "", row.name or "")
        for row in rows
        if is_supervisor_action(fact := decode_fact(row.raw))
    ]
