"""The facts of the feed, one struct per kind.

A Function puts `chat`, `seq`, `prev`, `at` and what only the store knows in front of a payload that Python has encoded,
so every fact is one JSON object with `kind` as its tag. Times are integer ms of the store's clock. `seq` numbers every
fact of a chat from 1 without gaps (its position in `log:<chat>`). `prev` is the seq of the last *public* fact before
it: a visitor gets only public facts, so they can detect a gap, and see no trace of notes. A fact without `seq` changes
live state only and is in no chat's log. A newer release, which runs beside this one for a while, may write more than
this one knows: readers ignore unknown fields, and keep an unknown value of a field with a list of values (`why`) as it
is.
"""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple, get_args, get_origin

import msgspec
from msgspec.structs import fields

from console.events.assignment import (
    AnyLanguage,
    Assigned,
    AssignReason,
    BotAssigned,
    Invited,
    LeaveReason,
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
from console.events.base import (
    Answered,
    AnswerGiven,
    Author,
    ChatFact,
    Estimate,
    Fact,
    Greeted,
    Kept,
    Role,
    Status,
    Stay,
    Turn,
    Visitor,
)
from console.events.conversation import (
    Asked,
    Ended,
    EndReason,
    Handled,
    Labelled,
    LanguageSet,
    LanguageWord,
    Late,
    LeftState,
    Mailed,
    Message,
    NoReply,
    Note,
    NoteRedacted,
    Opened,
    Opening,
    Overdue,
    Profile,
    PromiseBroken,
    Rated,
    Redacted,
    Renamed,
    Reopened,
    SharedFile,
    Tended,
)
from console.events.workspace import (
    AgentChanged,
    BotChanged,
    Configured,
    Erased,
    Presence,
    Relined,
    Revoked,
    Stalled,
    Watched,
)

__all__ = [
    "AgentChanged",
    "AnswerGiven",
    "Answered",
    "AnyChatFact",
    "AnyFact",
    "AnyLanguage",
    "Asked",
    "AssignReason",
    "Assigned",
    "Author",
    "BotAssigned",
    "BotChanged",
    "ChatFact",
    "Configured",
    "EndReason",
    "Ended",
    "Entry",
    "Erased",
    "Estimate",
    "Fact",
    "Greeted",
    "Handled",
    "Invited",
    "Kept",
    "Labelled",
    "LanguageSet",
    "LanguageWord",
    "Late",
    "LeaveReason",
    "LeftState",
    "Mailed",
    "Message",
    "NoReply",
    "Note",
    "NoteRedacted",
    "Offered",
    "Opened",
    "Opening",
    "Overdue",
    "Overflowed",
    "Presence",
    "Profile",
    "PromiseBroken",
    "Rated",
    "Redacted",
    "ReleaseReason",
    "Released",
    "Relined",
    "Renamed",
    "Reopened",
    "Revoked",
    "Role",
    "SharedFile",
    "Stalled",
    "Status",
    "Stay",
    "Tended",
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
    | Overdue
    | Asked
    | Ended
    | Reopened
    | Rated
    | Profile
    | Handled
    | Mailed
    | Tended
    | Offered
    | Withdrawn
    | Overflowed
    | AnyLanguage
    | Transferred
    | BotAssigned
    | Invited
    | Labelled
    | Renamed
    | LanguageSet
    | Wrapped
    | PromiseBroken
    | Redacted
    | NoteRedacted
)
AnyFact = (
    AnyChatFact | Presence | Relined | Watched | AgentChanged | BotChanged | Revoked | Configured | Erased | Stalled
)

decoder: msgspec.json.Decoder[AnyFact] = msgspec.json.Decoder(AnyFact)
CHOICES = {
    str(kind.__struct_config__.tag): {
        field.encode_name: get_args(field.type) for field in fields(kind) if get_origin(field.type) is Literal
    }
    for kind in get_args(AnyFact)
}


def decode_fact(raw: bytes | str) -> AnyFact:
    """Decode one fact from its JSON. Raises `msgspec.ValidationError` if it is not a fact."""
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError:
        return _with_unknown_values(raw)


def _with_unknown_values(raw: bytes | str) -> AnyFact:
    """Decode a fact whose `why` or similar is of a newer release; that stays as it is."""
    values = msgspec.json.decode(raw, type=dict[str, Any])
    choices = CHOICES.get(str(values.get("kind")), {})
    unknown = {
        name: values[name]
        for name, listed in choices.items()
        if isinstance(values.get(name), str) and values[name] not in listed
    }
    known: dict[str, Any] = {name: choices[name][0] for name in unknown}
    fact: AnyFact = msgspec.convert({**values, **known}, AnyFact)
    for name, value in unknown.items():
        setattr(fact, name, value)
    return fact


def read_log(log: Iterable[bytes]) -> list[ChatFact]:
    """Decode a chat's facts in order. Skips what this release does not understand: a newer process wrote it."""
    found: list[ChatFact] = []
    for raw in log:
        try:
            fact = decode_fact(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if isinstance(fact, ChatFact):
            found.append(fact)
    return found


class Unreadable(Fact, tag="?"):
    """Stands for an entry that this release does not understand; a newer process may have written it."""


class Entry(NamedTuple):
    """A fact with its place in the feed: `id` is `<ms>-<n>`, `n` has no gaps, `raw` is the JSON."""

    id: str
    n: int
    fact: AnyFact | Unreadable
    raw: bytes
