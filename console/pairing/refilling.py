"""Refills a store that has lost its chats from SQL: the configuration, open chats, left messages.

An emptied store serves nobody until that is done (`workspace.emptied`), so no client finds its chat missing.
"""

from collections.abc import Collection, Iterable, Sequence

import msgspec
import structlog

from console.archive.database import Database
from console.archive.stores import Stores
from console.archive.unended import FactRow, Unended
from console.domain.languages import language_of
from console.errors import Refused
from console.events import (
    ChatFact,
    Ended,
    Handled,
    LanguageSet,
    Message,
    Opened,
    Profile,
    Renamed,
    Reopened,
    Transferred,
    Unreadable,
    read_log,
)
from console.events.conversation import Opening
from console.pairing.configuration import publish
from console.projection.models import AgentState
from console.queue.calls.revival import LostChat, profile_json
from console.queue.payloads import VisitorProfile, encode
from console.queue.workspace import Workspace

RECENT = 86_400_000  # ms without a fact after which an open chat no longer waits for an answer

log = structlog.get_logger()

Row = tuple[FactRow, ChatFact | Unreadable]


class Numbered(msgspec.Struct):
    """The fields that every fact of a chat has, even one that only a newer release understands."""

    at: int
    seq: int = 0


async def refill(workspace: Workspace, stores: Stores, agents: Iterable[AgentState] = ()) -> None:
    """Fill an emptied store, and let it serve. Safe to repeat, and to run in two processes at once.

    `agents` is their state before, so that agents who were away do not come back online.
    """
    if workspace.installation:
        await workspace.claim_store(workspace.installation)
    await publish(workspace, stores.directory)
    revived = await revive_all(workspace, stores.database)
    await workspace.filled((one.id, one.status, one.reason) for one in agents if one.status != "online")
    if revived:
        log.warning("store.refilled", workspace=workspace.name, chats=len(revived))


async def revive_all(workspace: Workspace, database: Database) -> list[str]:
    """Put back chats without an end in SQL that the store does not have; return them."""
    unended = Unended(database, workspace.name)
    ids = await unended.ids(workspace.now() - RECENT)
    return [chat for chat in ids if await _comes_back(workspace, unended, chat)]


async def _comes_back(workspace: Workspace, unended: Unended, chat: str) -> bool:
    """Put one chat back. If that fails, the others do not wait for it; it is later listed as lost."""
    try:
        return await revive(workspace, unended, chat)
    except (msgspec.MsgspecError, Refused) as problem:
        log.error("store.not_refilled", workspace=workspace.name, chat=chat, error=repr(problem))
        return False


async def revive(workspace: Workspace, unended: Unended, chat: str) -> bool:
    """Put the chat back as far as its facts in SQL go. False if the store has it, or SQL lacks its beginning."""
    if await workspace.has_chat(chat):
        return False
    rows = last_history(await unended.facts(chat))
    if not rows or not isinstance(rows[0][1], Opened):
        return False
    return await workspace.revive(lost_chat(rows), [row.raw for row, _ in rows])


def last_history(found: Sequence[FactRow]) -> list[Row]:
    """Return the facts with seq 1, 2, 3 …. A seq that a later history reused drops the earlier facts from it on."""
    kept: list[Row] = []
    for row in found:
        known = msgspec.json.decode(row.raw, type=Numbered)
        if 0 < known.seq <= len(kept) + 1:
            fact = next(iter(read_log([row.raw])), Unreadable(known.at))
            kept[known.seq - 1 :] = [(row, fact)]
    return kept


def lost_chat(rows: Sequence[Row]) -> LostChat:
    facts = [fact for _, fact in rows if isinstance(fact, ChatFact)]
    begun = next(fact for fact in reversed(facts) if isinstance(fact, Opening))
    about = next(fact for fact in reversed(facts) if isinstance(fact, Opening | Profile))
    asked = [fact for fact in facts if isinstance(fact, Message) and fact.by == "visitor"]
    before = {fact.visitor.id for fact in facts if isinstance(fact, Opening | Profile)}
    last = next((fact for fact in reversed(facts) if isinstance(fact, Message) and fact.by != "bot"), None)
    # Facts about a left message come after its end: notes, mails, its owner.
    end = next((fact for fact in reversed(facts) if isinstance(fact, Ended | Opening | Message)), None)
    last_state = next((_state(fact) for fact in reversed(facts) if _state(fact)), "open")
    tongue, tongue_by = _language(facts)
    return LostChat(
        chat=begun.chat,
        visitor=about.visitor.id,
        queue=_queue(facts),
        site=begun.site,
        channel=begun.channel,
        tongue=tongue,
        tongue_by=tongue_by,
        profile=profile_json(_profile(about)),
        named=_named(facts),
        opened=facts[0].at,
        last=max(fact.seq for fact in facts if fact.public),
        asked_seq=asked[-1].seq if asked else 0,
        asked_at=(last.since or last.at) if last and last.by == "visitor" else 0,
        ended=end.at if isinstance(end, Ended) else 0,
        handled=isinstance(end, Ended) and last_state != "open",
        cids=_results(rows, before, about.visitor.id),
        opening=_results(rows[:2], before, about.visitor.id),
    )


def _state(fact: ChatFact) -> str:
    """Return the state of a left message according to a fact."""
    return "done" if isinstance(fact, Handled) else getattr(fact, "state", "")


def _queue(facts: Sequence[ChatFact]) -> str:
    return next(fact.queue for fact in reversed(facts) if isinstance(fact, Opening | Transferred))


def _named(facts: Sequence[ChatFact]) -> str:
    """Return the name that an agent gave the visitor, as JSON; empty if none did."""
    given = [fact.name for fact in facts if isinstance(fact, Renamed)]
    return encode(given[-1]).decode() if given else ""


def _language(facts: Sequence[ChatFact]) -> tuple[str, str]:
    """Return the visitor's language and its source."""
    fact = next(fact for fact in reversed(facts) if isinstance(fact, Opening | LanguageSet))
    if isinstance(fact, LanguageSet):
        return fact.language, fact.by
    return fact.language or language_of(fact.locale), fact.language_by


def _profile(fact: Opening | Profile) -> VisitorProfile:
    known = {name: getattr(fact, name) for name in VisitorProfile.__struct_fields__ if hasattr(fact, name)}
    return VisitorProfile(**{**known, "site": "", "channel": "", "cid": ""})


def _results(rows: Sequence[Row], before: Collection[str], visitor: str) -> list[str]:
    """Return name and value of each command's first result. A resend with any body counts as the same command.

    Commands under the ids that the visitor had `before` they were identified count as theirs.
    """
    done = [(row, fact) for row, fact in rows if row.cid and not isinstance(fact, Opened | Reopened | Unreadable)]
    return [
        word
        for row, fact in done
        for word in (
            f"{visitor if row.author in before else row.author}|{row.cid}",
            f"* {fact.seq} {fact.at} {fact.chat}",
        )
    ]
