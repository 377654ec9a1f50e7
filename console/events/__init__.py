"""The facts of the feed: one struct for each kind.

Every fact is one JSON object with `kind` as its tag. A Function puts `chat`, `seq`, `prev`, `at` and what only the
store knows in front of a payload that Python has encoded. Times are integer ms of the store's clock. `seq` numbers the
facts of a chat from 1 without gaps (its position in `log:<chat>`). `prev` is the seq of the last *public* fact before
it. A visitor gets only public facts; with `prev` they can detect a gap, but see no trace of notes. A fact without `seq`
changes live state only and is in no chat's log. A newer release, which runs beside this one during a rolling deploy,
may write more than this one knows: readers ignore unknown fields, and keep an unknown value of an enumerated field
(`why`) as it is.
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
    """Decode a fact with a value (such as `why`) of a newer release, which stays as it is."""
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
    """Decode a chat's facts in order. Skips facts that this release does not understand: a newer process wrote them."""
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
    """A fact with its position in the feed: `id` is `<ms>-<n>`, `n` has no gaps, `raw` is the JSON."""

    id: str
    n: int
    fact: AnyFact | Unreadable
    raw: bytes
