"""From a fact to the event that other systems receive. Pure.

What is not named here never leaves: notes, whispers, transfer notes, who watches, and what an agent's browser measures.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from console.domain.webhooks import WebhookEvent, webhook_event
from console.events import (
    AnyFact,
    Assigned,
    BotAssigned,
    ChatFact,
    Ended,
    Handled,
    Labelled,
    LanguageSet,
    Late,
    Message,
    Opened,
    Opening,
    Profile,
    Rated,
    Redacted,
    Released,
    Renamed,
    Reopened,
    Transferred,
    Unreadable,
)

Data = dict[str, Any]


def event_of(id: str, fact: AnyFact | Unreadable) -> WebhookEvent | None:
    """Return the event under this id; None if the fact is not for other systems."""
    found = EVENTS.get(type(fact))
    if found is None:
        return None
    kind, data = found
    return webhook_event(id, kind, fact.at, {**_place(fact), **data(fact)})


def _place(fact: AnyFact | Unreadable) -> Data:
    return {"chat": fact.chat, "seq": fact.seq} if isinstance(fact, ChatFact) else {}


def _opening(fact: Opening) -> Data:
    names = ("queue", "site", "channel", "locale", "language", "page", "title", "fields", "tags")
    known = {name: msgspec.to_builtins(getattr(fact, name)) for name in ("visitor", "answers", "greeting")}
    return {**known, **{name: getattr(fact, name, "") for name in names}}


def _message(fact: Message) -> Data:
    author = {} if fact.by == "visitor" else {"author": msgspec.to_builtins(fact.author)}
    return {
        "by": fact.by,
        "cid": fact.cid,
        "text": fact.text,
        "automatic": fact.automatic or None,
        "promise": fact.promise or None,
        "file": msgspec.to_builtins(fact.file) if fact.file else None,
        **author,
    }


def _author(fact: Any) -> Data:
    return {"author": msgspec.to_builtins(fact.author)} if fact.author else {}


def _bot(fact: Transferred | Ended) -> Data:
    """Return the bot that had the chat, if any; and why it no longer has it, or whether it solved the chat alone."""
    if not fact.bot:
        return {}
    return {"bot": fact.bot, **({"solved": fact.solved} if isinstance(fact, Ended) else {"why": fact.why})}


EVENTS: dict[type[Any], tuple[str, Callable[[Any], Data]]] = {
    Opened: ("chat.opened", _opening),
    Reopened: ("chat.reopened", _opening),
    BotAssigned: ("chat.assigned", lambda fact: {"bot": {"id": fact.bot, "name": fact.name}}),
    Assigned: ("chat.assigned", lambda fact: {"agent": {"id": fact.agent, "name": fact.name}, "waited": fact.waited}),
    Released: ("chat.released", lambda fact: {"agent": {"id": fact.agent}, "reason": fact.why}),
    Transferred: ("chat.transferred", lambda fact: {"queue": fact.queue, "to": fact.to, **_bot(fact), **_author(fact)}),
    Message: ("message.created", _message),
    Redacted: ("message.redacted", lambda fact: {**_message(fact.fact), "of": fact.of}),
    Late: ("answer.late", lambda fact: {"queue": fact.queue, "agent": fact.agent, "due": fact.due}),
    Profile: (
        "visitor.changed",
        lambda fact: {
            "visitor": msgspec.to_builtins(fact.visitor),
            **{name: getattr(fact, name) for name in ("locale", "page", "title", "fields", "named")},
        },
    ),
    Renamed: ("visitor.changed", lambda fact: {"named": fact.name, **_author(fact)}),
    LanguageSet: (
        "visitor.changed",
        lambda fact: {"language": fact.language, "language_by": fact.by, **_author(fact)},
    ),
    Labelled: ("chat.labelled", lambda fact: {"reason": fact.reason, "tags": fact.tags, **_author(fact)}),
    Ended: ("chat.ended", lambda fact: {"reason": fact.why, "agent": fact.agent, **_bot(fact), **_author(fact)}),
    Rated: ("chat.rated", lambda fact: {"score": fact.score, "comment": fact.comment}),
    Handled: ("message.handled", _author),
}
