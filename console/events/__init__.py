"""The facts of the feed, one struct a kind.

A Function splices `chat`, `seq`, `prev`, `at` and what only it knows in front of a payload
that Python finished, so every fact is one JSON object with `kind` as its tag. Times are
integer milliseconds of the store's clock. `seq` counts every fact of a chat from 1 without
gaps (its place in `log:<chat>`); `prev` is the seq of the last *public* fact before it, so a
visitor, who gets only public facts, sees a gap where there is one and no trace of notes.
A fact without `seq` changes live state only and stands in no chat's log. Readers ignore fields they do not
know: a newer release may write more than this one reads.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from console.events.assignment import (
    AnyLanguage,
    Assigned,
    AssignReason,
    Invited,
    Offered,
    Overflowed,
    Released,
    ReleaseReason,
    Transferred,
    WaitReason,
    Withdrawn,
    WithdrawReason,
    Wrapped,
    WrapReason,
)
from console.events.base import Author, ChatFact, Fact, Kept, Role, Status, Turn, Visitor
from console.events.conversation import (
    Asked,
    Ended,
    EndReason,
    Handled,
    Labelled,
    Late,
    Message,
    NoReply,
    Note,
    Opened,
    Opening,
    Profile,
    PromiseBroken,
    Rated,
    Reopened,
)
from console.events.workspace import AgentChanged, Configured, Presence, Relined, Revoked, Stalled, Watched

__all__ = [
    "AgentChanged",
    "AnyChatFact",
    "AnyFact",
    "AnyLanguage",
    "Asked",
    "AssignReason",
    "Assigned",
    "Author",
    "ChatFact",
    "Configured",
    "EndReason",
    "Ended",
    "Entry",
    "Fact",
    "Handled",
    "Invited",
    "Kept",
    "Labelled",
    "Late",
    "Message",
    "NoReply",
    "Note",
    "Offered",
    "Opened",
    "Opening",
    "Overflowed",
    "Presence",
    "Profile",
    "PromiseBroken",
    "Rated",
    "ReleaseReason",
    "Released",
    "Relined",
    "Reopened",
    "Revoked",
    "Role",
    "Stalled",
    "Status",
    "Transferred",
    "Turn",
    "Unreadable",
    "Visitor",
    "WaitReason",
    "Watched",
    "WithdrawReason",
    "Withdrawn",
    "WrapReason",
    "Wrapped",
    "decode_fact",
    "decoder",
    "read_log",
]

AnyChatFact = (
    Opened
    | Message
    | Note
    | Assigned
    | Released
    | NoReply
    | Late
    | Asked
    | Ended
    | Reopened
    | Rated
    | Profile
    | Handled
    | Offered
    | Withdrawn
    | Overflowed
    | AnyLanguage
    | Transferred
    | Invited
    | Labelled
    | Wrapped
    | PromiseBroken
)
AnyFact = AnyChatFact | Presence | Relined | Watched | AgentChanged | Revoked | Configured | Stalled

decoder: msgspec.json.Decoder[AnyFact] = msgspec.json.Decoder(AnyFact)


def decode_fact(raw: bytes | str) -> AnyFact:
    """One fact from its JSON; `msgspec.ValidationError` when it is none."""
    return decoder.decode(raw)


def read_log(log: Iterable[bytes]) -> list[ChatFact]:
    """A chat's facts in order, without those that this release does not understand: a newer process wrote them."""
    found: list[ChatFact] = []
    for raw in log:
        try:
            fact = decoder.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if isinstance(fact, ChatFact):
            found.append(fact)
    return found


class Unreadable(Fact, tag="?"):
    """What stands for an entry this release does not understand: a newer process may have written it."""


class Entry(NamedTuple):
    """A fact with its place in the feed: `id` is `<ms>-<n>`, `n` is dense, `raw` is its JSON."""

    id: str
    n: int
    fact: AnyFact | Unreadable
    raw: bytes
