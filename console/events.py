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
ReleaseReason = Literal["gone", "unseen"]
WithdrawReason = Literal["declined", "missed", "gone"]
AssignReason = Literal["least_pressure", "last_agent", "next_in_line", "accepted", "taken", "transferred", "took_over"]
WaitReason = Literal["", "nobody_there", "all_busy", "language", "offered", "pull"]
WrapReason = Literal["done", "time", "gone", "reopened"]


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
    assignment at the earliest), both in ms; `late` when `waited` went over the promise.
    `first` is the time from the chat's opening to its first answer, 0 for later answers. A late
    answer's `waited` is the sum of its stages: `queue` until the assignment, `delivery` until it was
    shown to eyes, `noticing` until the first keystroke, `composing` until it was sent.
    """

    seq: int
    asked: int
    waited: int
    mine: int
    kept: bool = False  # `mine` was within the target
    late: bool = False
    first: int = 0
    queue: int = 0
    delivery: int = 0
    noticing: int = 0
    composing: int = 0


class Kept(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A promise of a holding reply that has ended: it was for `due`, and was `kept` or not."""

    due: int
    kept: bool = False


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
    rank: int = 0  # its place among others in line: the lower the sooner
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
    promise: int = 0  # an agent's holding reply: when (ms) they are to be back
    promised: Kept | None = None  # the earlier promise that this answer ended
    canned: str = ""  # the id of the canned reply that was sent as it stands


class Note(ChatFact, tag="note"):
    """Among staff. A `whisper` is from somebody who looks on: a supervisor, an invited colleague."""

    author: Author
    cid: str
    text: str
    whisper: bool = False


class Assigned(ChatFact, tag="assigned"):
    """Somebody has the chat; the whole trace of why this one, and of why the visitor waited."""

    public: ClassVar[bool] = True
    agent: str
    name: str
    slot: int  # 1..6, stable while the agent holds the chat
    why: AssignReason
    candidates: int  # members with a free slot in that line at that moment, this one included
    clocks: int  # this one's running clocks at that moment
    waited: int  # ms in line
    due: int = 0
    chats: int = 0  # this one's slots in use at that moment
    line: str = ""  # the queue in whose line it was found, if overflow had brought it there
    stuck: WaitReason = ""  # why nobody got it at once
    expected: int = 0  # the wait (ms) that was expected when it came into the line
    pace: int = 0  # ms between two assignments of this queue while somebody waits, as known from now on


class Offered(ChatFact, tag="offered"):
    """An agent is asked whether they take it; a slot is kept for the answer."""

    agent: str
    name: str
    slot: int
    until: int  # ms
    candidates: int
    clocks: int


class Withdrawn(ChatFact, tag="withdrawn"):
    """The offer is over without an answer of yes: the chat is back in its place in line."""

    agent: str
    why: WithdrawReason


class Overflowed(ChatFact, tag="overflowed"):
    """It has waited long enough to stand in this queue's line too."""

    queue: str


class Transferred(ChatFact, tag="transferred"):
    """Handed over, to a queue or to one agent (`to`); whoever held it (`agent`, empty in line) has it no more.

    The note is for staff. The clock goes on; `due` is the open turn's, or the new line's promise.
    """

    public: ClassVar[bool] = True
    author: Author
    cid: str
    agent: str
    queue: str
    due: int
    rank: int = 0
    to: str = ""
    note: str = ""


class Invited(ChatFact, tag="invited"):
    """A colleague may look on and whisper."""

    author: Author
    cid: str
    agent: str
    name: str


class Labelled(ChatFact, tag="labelled"):
    """The chat's reason for contact and tags, whole, as they are from now on."""

    author: Author
    cid: str
    reason: str = ""
    tags: list[str] = []


class Wrapped(ChatFact, tag="wrapped"):
    """The wrap-up is over and its slot free; it took `took` ms."""

    agent: str
    why: WrapReason
    took: int


class PromiseBroken(ChatFact, tag="promise_broken"):
    """A holding reply's promise has passed."""

    agent: str
    due: int


class Released(ChatFact, tag="released"):
    """The chat went back to the front of its line."""

    public: ClassVar[bool] = True
    agent: str
    why: ReleaseReason
    due: int = 0
    rank: int = 0


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
    waited: int = 0  # ms in line, of one whose visitor left before anybody had it
    handling: int = 0  # ms that the agent had it
    wrapup: int = 0  # until when (ms) its slot is kept for reason and tags
    promised: Kept | None = None


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


class Watched(Fact, tag="watched"):
    """Somebody began or ended to look on."""

    chat: str
    agent: str
    name: str
    on: bool


class AgentChanged(Fact, tag="agent"):
    """An agent's status, limit, connection or fencing number changed; `since` when the status did (ms)."""

    agent: str
    name: str
    status: Status
    connected: bool
    limit: int
    fence: int
    queues: list[str] = []
    reason: str = ""
    since: int = 0
    by: str = ""  # a supervisor's id, if it was not the agent's own doing
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
    | Offered
    | Withdrawn
    | Overflowed
    | Transferred
    | Invited
    | Labelled
    | Wrapped
    | PromiseBroken
    | Presence
    | Watched
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
    | Offered
    | Withdrawn
    | Overflowed
    | Transferred
    | Invited
    | Labelled
    | Wrapped
    | PromiseBroken
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
