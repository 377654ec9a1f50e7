"""Finds where chats went that an agent's screen still shows but the agent no longer holds."""

import asyncio
from collections.abc import Iterable, Mapping

from console.domain.directory import SLOTS, Member
from console.errors import SestettoError
from console.events import (
    Assigned,
    BotAssigned,
    ChatFact,
    Ended,
    Offered,
    Released,
    Reopened,
    Transferred,
    Withdrawn,
    read_log,
)
from console.projection.picture import chat_state
from console.protocol import Went
from console.queue.results import ChatSnapshot
from console.queue.workspace import Workspace

MOVES = (Assigned, BotAssigned, Offered, Withdrawn, Released, Transferred, Reopened, Ended)


async def where_chats_went(
    workspace: Workspace, agent: str, chats: Iterable[str], team: Mapping[str, Member]
) -> list[Went]:
    """Return where each chat that this agent held is now, since when and with whom; skips chats the store no longer
    has.
    """
    found = await asyncio.gather(*(_read(workspace, chat) for chat in [*chats][:SLOTS]))
    return [went for live in found if live is not None and (went := moved_chat(live, agent, team)) is not None]


def moved_chat(live: ChatSnapshot, agent: str, team: Mapping[str, Member]) -> Went | None:
    """Return where a chat went; None if its log does not show that this agent ever held it."""
    facts = read_log(live.log)
    if not any(_concerns(fact, agent) for fact in facts):
        return None
    state = chat_state(live.id, live.fields)
    at = max((fact.at for fact in facts if isinstance(fact, MOVES)), default=0)
    ended = state.place in ("wrapup", "ended")
    name = team[state.agent].name if state.agent in team and not ended else ""
    return Went(live.id, state.name, "ended" if ended else state.place, at, name, state.visitor)  # type: ignore[arg-type]


def _concerns(fact: ChatFact, agent: str) -> bool:
    return isinstance(fact, Assigned | Offered | Released | Transferred | Ended) and fact.agent == agent


async def _read(workspace: Workspace, chat: str) -> ChatSnapshot | None:
    try:
        return (await workspace.read_chat(chat))[0]
    except SestettoError:  # deleted, or not available now: the others need not wait
        return None
