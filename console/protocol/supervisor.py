"""Frames of the supervisor's board, `/ws/board`. Those for watching a chat also exist in the console."""

from typing import Annotated, Literal

import msgspec

from console.protocol import (
    Ack,
    Cid,
    Draft,
    Error,
    Id,
    Inbound,
    Nack,
    OptionalId,
    Outbound,
    Ping,
    Pong,
    Typing,
    Unwatched,
    Watch,
    WatchDrawn,
    Whisper,
)

# --- from the supervisor --------------------------------------------------------------------


class BoardHello(Inbound, tag="hello"):
    """First frame of a socket; `wall` asks for the wall display."""

    wall: bool = False


class TakeOver(Inbound, tag="take_over"):
    """Make the chat one's own. The supervisor's console must be connected and have a free slot."""

    cid: Cid
    chat: Id


class Move(Inbound, tag="move"):
    """Transfer to a queue or to an agent (exactly one of them), from wherever the chat is. The draft goes along."""

    cid: Cid
    chat: Id
    queue: OptionalId = ""
    agent: OptionalId = ""
    note: Draft = ""


class SetAgentStatus(Inbound, tag="status"):
    """Set an agent's status."""

    cid: Cid
    agent: Id
    status: Literal["online", "away", "offline"]
    reason: Annotated[str, msgspec.Meta(max_length=120)] = ""


class SetLimit(Inbound, tag="limit"):
    """Set how many chats the agent may hold. A lower limit takes no chat away."""

    cid: Cid
    agent: Id
    limit: Annotated[int, msgspec.Meta(ge=1, le=6)]


BoardFrame = BoardHello | Watch | Whisper | TakeOver | Move | SetAgentStatus | SetLimit | Ping

# --- from the server ------------------------------------------------------------------------


class BoardWelcome(Outbound, tag="welcome"):
    """The board's full state; `fresh` as in `html`."""

    supervisor: str
    epoch: str
    now: int
    build: str
    n: int
    fresh: int
    parts: list[str]


class BoardHtml(Outbound, tag="html"):
    """What changed, at least once a second. Each part is one element with an id; ids in `gone` no longer exist.

    `fresh` is the time (ms) up to which the state is known to be complete; the board shows its age.
    """

    n: int
    now: int
    fresh: int
    parts: list[str] = []
    gone: list[str] = []


BoardReply = BoardWelcome | BoardHtml | WatchDrawn | Unwatched | Typing | Ack | Nack | Pong | Error
