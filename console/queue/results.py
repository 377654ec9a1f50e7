"""Results of the Functions as values, and their refusals as errors."""

from typing import Any, NamedTuple

from console.errors import (
    BadCommand,
    ChatEnded,
    ChatFull,
    CidReused,
    Fenced,
    IdentityUsed,
    LineFull,
    NobodyThere,
    NoBreather,
    NoQueue,
    NoSlot,
    NothingToDo,
    NotThere,
    NotYours,
    ProofNeeded,
    Refused,
    SlowDown,
    TooManyChats,
    TooManyConnections,
    TooMuch,
    WrongEpoch,
)
from console.events import Status


class Gone(Refused):
    """Not live, or no longer live; the archive may have it."""

    code = "gone"
    message = "The chat is no longer live."
    status = 404


REFUSALS: dict[str, type[Refused] | type[WrongEpoch]] = {
    error.code: error
    for error in (
        BadCommand,
        ChatEnded,
        ChatFull,
        CidReused,
        Fenced,
        Gone,
        IdentityUsed,
        LineFull,
        NobodyThere,
        NoBreather,
        NoQueue,
        NoSlot,
        NothingToDo,
        NotThere,
        NotYours,
        ProofNeeded,
        SlowDown,
        TooManyChats,
        TooManyConnections,
        TooMuch,
        WrongEpoch,
    )
}


class Said(NamedTuple):
    """The result of a command: the chat, its seq there, and when (ms)."""

    chat: str
    seq: int
    at: int


class ChatSnapshot(NamedTuple):
    """A chat in the store: its fields, the agent's draft, and its last facts as JSON."""

    id: str
    fields: dict[str, str]
    draft: str
    log: list[bytes]

    def number(self, field: str) -> int:
        return int(self.fields.get(field) or 0)


class HistoryRead(NamedTuple):
    """A page of a chat's log: whose chat it is, facts as JSON, and the seq of the first (1: nothing is older)."""

    visitor: str
    agent: str
    log: list[bytes]
    first: int


class Arrived(NamedTuple):
    """A visitor's chat (None if there is none), from fact `start` + 1 on."""

    chat: ChatSnapshot | None
    start: int
    now: int


class Connected(NamedTuple):
    """An agent's new connection and the chats they hold."""

    fence: int
    status: Status
    limit: int
    chats: list[ChatSnapshot]
    n: int
    now: int


class BotConnected(NamedTuple):
    """A bot's new connection and the chats it has."""

    fence: int
    chats: list[ChatSnapshot]
    n: int
    now: int


class PutOffSnapshot(NamedTuple):
    """A chat whose wrap-up was left for later; `profile`, `tags` and `named` are JSON."""

    chat: str
    ended: int
    queue: str
    visitor: str
    profile: str
    tags: str
    named: str


class AgentSnapshot(NamedTuple):
    """An agent in the store: fields, slots, figures of the day and by number of chats, and wrap-ups left for later."""

    id: str
    fields: dict[str, str]
    held: dict[str, str]
    times: dict[str, str]
    levels: dict[str, str]
    put_off: list[PutOffSnapshot]


class QueueSnapshot(NamedTuple):
    """`spans` are (name, counts): `m29384` is a minute, `h489` an hour, counted since 1970."""

    id: str
    pace: int
    spans: list[tuple[str, dict[str, str]]]


class BotSnapshot(NamedTuple):
    """A bot in the store."""

    id: str
    fields: dict[str, str]


class Snapshot(NamedTuple):
    """The workspace at feed number `n`, whose entry is `last`. Chats are (id, fields), `lates` JSON."""

    epoch: str
    now: int
    n: int
    last: str
    left: int
    agents: list[AgentSnapshot]
    chats: list[tuple[str, dict[str, str]]]
    queues: list[QueueSnapshot]
    lates: list[bytes]
    bots: list[BotSnapshot]


def table(flat: list[bytes]) -> dict[str, str]:
    return {flat[i].decode(): flat[i + 1].decode() for i in range(0, len(flat), 2)}


def named(names: list[bytes], values: list[bytes | None]) -> dict[str, str]:
    return {name.decode(): (value or b"").decode() for name, value in zip(names, values, strict=True)}


def put_off(row: list[bytes]) -> PutOffSnapshot:
    chat, ended, *rest = (value.decode() for value in row)
    return PutOffSnapshot(chat, int(ended), *rest)


def chat_snapshot(reply: list[Any]) -> ChatSnapshot:
    chat, fields, draft, log = reply
    return ChatSnapshot(chat.decode(), table(fields), draft.decode(), log)
