"""The frames of the supervisor's board, `/ws/board`, and those of looking on at a chat, which the console has too."""

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

# --- the supervisor speaks -----------------------------------------------------------------


class BoardHello(Inbound, tag="hello"):
    """First frame of a socket; `wall` is the board to look at from afar."""

    wall: bool = False


class TakeOver(Inbound, tag="take_over"):
    """The chat becomes one's own: the supervisor's console must be connected and have a free slot."""

    cid: Cid
    chat: Id


class Move(Inbound, tag="move"):
    """To a queue or to an agent, one of them, from wherever the chat is; the draft goes along."""

    cid: Cid
    chat: Id
    queue: OptionalId = ""
    agent: OptionalId = ""
    note: Draft = ""


class SetAgentStatus(Inbound, tag="status"):
    cid: Cid
    agent: Id
    status: Literal["online", "away", "offline"]
    reason: Annotated[str, msgspec.Meta(max_length=120)] = ""


class SetLimit(Inbound, tag="limit"):
    """How many chats the agent may hold; lowering it takes none away."""

    cid: Cid
    agent: Id
    limit: Annotated[int, msgspec.Meta(ge=1, le=6)]


BoardFrame = BoardHello | Watch | Whisper | TakeOver | Move | SetAgentStatus | SetLimit | Ping

# --- the server speaks ---------------------------------------------------------------------


class BoardWelcome(Outbound, tag="welcome"):
    """The board as it stands; `fresh` as in `html`."""

    supervisor: str
    epoch: str
    now: int
    build: str
    n: int
    fresh: int
    parts: list[str]


class BoardHtml(Outbound, tag="html"):
    """What has changed, at least once a second: each part is one element, known by its id; those in `gone` are no more.

    `fresh` is the moment (ms) until which the picture is known to be the whole truth: its age is shown.
    """

    n: int
    now: int
    fresh: int
    parts: list[str] = []
    gone: list[str] = []


BoardReply = BoardWelcome | BoardHtml | WatchDrawn | Unwatched | Typing | Ack | Nack | Pong | Error
