"""The facts of the feed, one struct a kind.

A Function splices `chat`, `seq`, `prev`, `at` and what only it knows in front of a payload
that Python finished, so every fact is one JSON object with `kind` as its tag. Times are
integer milliseconds of the store's clock. `seq` counts every fact of a chat from 1 without
gaps (its place in `log:<chat>`); `prev` is the seq of the last *public* fact before it, so a
visitor, who gets only public facts, sees a gap where there is one and no trace of notes.
A fact without `seq` changes live state only and stands in no chat's log.
"""

from typing import ClassVar, Literal, NamedTuple

import msgspec

Role = Literal["visitor", "agent", "bot", "system"]
Status = Literal["online", "away", "offline"]
EndReason = Literal["visitor", "agent", "silent", "abandoned", "message_left"]
ReleaseReason = Literal["gone", "unseen", "declined"]
AssignReason = Literal["least_pressure", "last_agent", "next_in_line"]


class Visitor(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Who is on the other side, as far as the page told us; `verified` only by a signed identity."""

    id: str
    name: str = ""
    email: str = ""
    verified: bool = False


class Author(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    id: str
    name: str = ""


class Turn(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A turn that has ended: the visitor's first unanswered message was `seq`, at `asked`.

    `waited` is what the visitor felt, `mine` what the answering agent had of it (from the
    assignment at the earliest), both in ms; `late` when `waited` went over the target.
    """

    seq: int
    asked: int
    waited: int
    mine: int
    kept: bool = False  # `mine` was within the target
    late: bool = False


class Fact(msgspec.Struct, tag_field="kind", forbid_unknown_fields=True, omit_defaults=True):
    """What every fact has."""

    public: ClassVar[bool] = False
    at: int


class ChatFact(Fact):
    """A fact in one chat's log."""

    chat: str
    seq: int
    prev: int


class Opening(ChatFact):
    """All that is known of a chat as it begins, so that no picture has to look it up."""

    public: ClassVar[bool] = True
    visitor: Visitor
    queue: str
    site: str
    due: int  # ms: when the promise to a chat in line breaks
    channel: str = "web"
    locale: str = ""
    page: str = ""
    title: str = ""
    referrer: str = ""
    agent_string: str = ""
    fields: dict[str, str] = {}
    cid: str = ""


class Opened(Opening, tag="opened"):
    """A visitor began a chat; the first message follows."""


class Message(ChatFact, tag="message"):
    """Something said in public. `due` is the open turn's after it (0: no turn is open)."""

    public: ClassVar[bool] = True
    by: Role
    author: Author
    cid: str
    text: str
    read: int = 0  # an agent's: the last visitor seq on that screen
    turn: Turn | None = None  # the turn this answer closed
    due: int = 0
    since: int = 0  # when that turn began


class Note(ChatFact, tag="note"):
    author: Author
    cid: str
    text: str


class Assigned(ChatFact, tag="assigned"):
    public: ClassVar[bool] = True
    agent: str
    name: str
    slot: int  # 1..6, stable while the agent holds the chat
    why: AssignReason
    candidates: int  # members with a free slot at that moment, this one included
    clocks: int  # this one's running clocks at that moment
    waited: int  # ms in line
    due: int = 0


class Released(ChatFact, tag="released"):
    """The chat went back to the front of its line."""

    public: ClassVar[bool] = True
    agent: str
    why: ReleaseReason
    due: int = 0


class NoReply(ChatFact, tag="no_reply"):
    """An agent closed a turn that asks for no answer ("ok thanks"); what came unseen since opened the next."""

    author: Author
    cid: str
    turn: Turn
    due: int = 0
    since: int = 0


class Late(ChatFact, tag="late"):
    """The open turn's promise broke; once a turn. `agent` is empty while in line."""

    queue: str
    due: int
    agent: str = ""


class Asked(ChatFact, tag="asked"):
    """The visitor was silent for the queue's idle time and is asked whether they are there."""

    public: ClassVar[bool] = True


class Ended(ChatFact, tag="ended"):
    public: ClassVar[bool] = True
    why: EndReason
    agent: str = ""  # who held it
    author: Author | None = None
    cid: str = ""


class Reopened(Opening, tag="reopened", kw_only=True):
    """The visitor wrote again soon after the end; `opened` is when the chat first began (ms)."""

    opened: int


class Rated(ChatFact, tag="rated"):
    public: ClassVar[bool] = True
    score: int
    cid: str
    comment: str = ""


class Profile(ChatFact, tag="profile"):
    """What the page says of the visitor changed; the whole picture, not the difference."""

    visitor: Visitor
    locale: str = ""
    page: str = ""
    title: str = ""
    fields: dict[str, str] = {}
    cid: str = ""


class Handled(ChatFact, tag="handled"):
    """Somebody took care of a left message."""

    author: Author
    cid: str


class Presence(Fact, tag="presence"):
    """The visitor's last tab closed, or the first came back."""

    chat: str
    here: bool


class AgentChanged(Fact, tag="agent"):
    """An agent's status, limit, connection or fencing number changed."""

    agent: str
    name: str
    status: Status
    connected: bool
    limit: int
    fence: int
    queues: list[str] = []
    reason: str = ""
    removed: bool = False


class Revoked(Fact, tag="revoked"):
    """Credentials ended: every socket of the agent (or of the one session) falls silent."""

    agent: str
    session: str = ""


class Configured(Fact, tag="configured"):
    version: int


class Stalled(Fact, tag="stalled"):
    """Nobody's clock ran for `ms`; leases and graces restarted from now."""

    ms: int


AnyFact = (
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
    | Presence
    | AgentChanged
    | Revoked
    | Configured
    | Stalled
)
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
)

decoder: msgspec.json.Decoder[AnyFact] = msgspec.json.Decoder(AnyFact)


def decode_fact(raw: bytes | str) -> AnyFact:
    """One fact from its JSON; `msgspec.ValidationError` when it is none."""
    return decoder.decode(raw)


class Unreadable(Fact, tag="?"):
    """What stands for an entry this release does not understand: a newer process may have written it."""


class Entry(NamedTuple):
    """A fact with its place in the feed: `id` is `<ms>-<n>`, `n` is dense, `raw` is its JSON."""

    id: str
    n: int
    fact: AnyFact | Unreadable
    raw: bytes
