"""What the server says: to a visitor, to an agent, to a console."""

from typing import Literal

import msgspec

from console.events import Status
from console.protocol.common import Outbound, Place


class Ack(Outbound, tag="ack"):
    """The command is on disk. A resend of the same cid gets the same answer."""

    cid: str
    seq: int
    at: int
    chat: str = ""


class Nack(Outbound, tag="nack"):
    """Refused. `final` leaves the client's outbox; otherwise resend after `retry_after` seconds."""

    cid: str
    code: str
    message: str
    final: bool
    retry_after: float = 0


class Pong(Outbound, tag="pong"):
    at: int
    now: int


class Error(Outbound, tag="error"):
    """A frame that could not be understood; constant per code, and never a trace."""

    code: str
    message: str


class Team(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether new chats are taken now; outside the business hours, when (ms) they next are."""

    online: bool
    back_at: int = 0


class ChatForVisitor(msgspec.Struct, omit_defaults=True):
    """The visitor's chat as it stands. `last` is the seq of its last public fact."""

    id: str
    place: Place
    last: int
    agent: str = ""  # the name of who answers
    seen: int = 0  # the last seq an agent has seen
    promise: int = 0  # when the agent promised to be back, 0 when nothing is promised
    can_reopen_until: int = 0
    rated: bool = False


class VisitorWelcome(Outbound, tag="welcome"):
    """`recovered`: `facts` continue exactly where the client's `after` stopped."""

    token: str
    epoch: str
    now: int
    build: str
    features: list[str]
    recovered: bool
    team: Team
    typing_preview: bool = False
    privacy_url: str = ""
    chat: ChatForVisitor | None = None
    facts: list[msgspec.Raw] = []


class VisitorFact(Outbound, tag="fact"):
    """A public fact. `prev` is the seq of the public fact before it: a gap is seen."""

    chat: str
    seq: int
    prev: int
    at: int
    kind: Literal["opened", "message", "assigned", "transferred", "released", "asked", "ended", "reopened", "rated"]
    by: str = ""  # message: visitor | agent | bot
    name: str = ""  # message by an agent, assigned: the agent's name
    cid: str = ""
    text: str = ""
    why: str = ""  # ended: visitor | agent | silent | abandoned | message_left
    promise: int = 0  # message: by when (ms) its agent is to be back
    promised: Literal["", "kept", "broken"] = ""  # message: what became of the promise it ends
    score: int = 0


class Line(Outbound, tag="line"):
    """Place in line, 1 is next; `wait` is the expected wait in seconds, -1 when nothing is known."""

    position: int
    wait: int


class TeamChanged(Outbound, tag="team"):
    online: bool
    back_at: int = 0


class Typing(Outbound, tag="typing"):
    """`after` is the last seq the typist had: older than the screen, drop it."""

    who: str
    after: int
    chat: str = ""
    text: str = ""


class Seen(Outbound, tag="seen"):
    seq: int
    chat: str = ""


class HistoryPage(Outbound, tag="history"):
    facts: list[msgspec.Raw]
    chat: str = ""
    more: bool = False


class ChatForAgent(msgspec.Struct, omit_defaults=True):
    """A chat in one of the agent's slots: `last` is the seq of its last fact, `due` of its open turn (0: none).

    `until` is when the offer, or the wrap-up, is over; `promise` when the agent promised to be back.
    """

    id: str
    slot: int
    queue: str
    visitor: str
    name: str
    last: int
    due: int = 0
    email: str = ""
    locale: str = ""
    page: str = ""
    channel: str = "web"
    here: bool = True
    seen: int = 0  # the last seq the visitor has seen
    draft: str = ""
    facts: list[msgspec.Raw] = []
    place: Literal["offered", "active", "wrapup"] = "active"
    until: int = 0
    promise: int = 0
    reason: str = ""
    tags: list[str] = []


class InvitedTo(msgspec.Struct, omit_defaults=True):
    """A chat that a colleague (`by`) asks the agent to look on at; `name` is the visitor's."""

    chat: str
    name: str
    queue: str
    by: str


class Went(msgspec.Struct, omit_defaults=True):
    """Where a chat is that the client holds no more: `agent` names who has it, since `at`."""

    chat: str
    name: str
    place: Literal["waiting", "offered", "active", "ended"]
    at: int
    agent: str = ""


class AgentWelcome(Outbound, tag="welcome"):
    """`chats` are all the agent holds; `recovered` as for the visitor, chat by chat from `have`.

    `went` tells of those in `have` that are held no longer, `invited` of those the agent may look on at.
    """

    agent: str
    name: str
    epoch: str
    fence: int
    now: int
    build: str
    features: list[str]
    status: Status
    limit: int
    recovered: bool
    n: int
    chats: list[ChatForAgent] = []
    went: list[Went] = []
    invited: list[InvitedTo] = []


class AgentFact(Outbound, tag="fact"):
    """A fact of a held chat, as in `console.events`."""

    n: int
    fact: msgspec.Raw


class StandingChanged(Outbound, tag="status"):
    """How the agent stands now. `by` is the id of the supervisor who set it; a limit is the directory's."""

    n: int
    status: Status
    limit: int
    reason: str = ""
    by: str = ""


class ChatTaken(Outbound, tag="assigned"):
    """A chat has come: answer with `shown`, or it goes back."""

    n: int
    chat: ChatForAgent


class ChatOffered(Outbound, tag="offered"):
    """A chat is offered: answer with `accept` or `decline` before `chat.until`, or it moves on."""

    n: int
    chat: ChatForAgent


class ChatGone(Outbound, tag="released"):
    """The chat's slot is free. `why` as in the `released`, `withdrawn`, `ended` and `wrapped` facts, or `transferred`.

    A chat that is wrapped up goes when that is over, not at its end.
    """

    n: int
    chat: str
    why: str


class Invitation(Outbound, tag="invited"):
    """One more chat to look on at (`watch`, `whisper`)."""

    n: int
    chat: InvitedTo


class QueueThere(msgspec.Struct, omit_defaults=True):
    """A queue a chat can be handed to: chats in its line, agents online, how many of them have a free slot."""

    id: str
    name: str
    waiting: int = 0
    online: int = 0
    free: int = 0


class ColleagueThere(msgspec.Struct, omit_defaults=True):
    """Somebody a chat can be handed to: `online` when connected and taking chats, `free` slots."""

    id: str
    name: str
    status: Status = "offline"
    reason: str = ""
    free: int = 0
    queues: list[str] = []


class Colleagues(Outbound, tag="colleagues"):
    queues: list[QueueThere]
    agents: list[ColleagueThere]


class WatchDrawn(Outbound, tag="watched"):
    """A chat that is looked on at: `whole` as it stands, else what happened since."""

    chat: str
    n: int
    content: str
    whole: bool = False


class Unwatched(Outbound, tag="unwatched"):
    """Nothing more comes of that chat: it has ended, or one may not look any more."""

    chat: str
    why: Literal["ended", "off"]


class Html(Outbound, tag="html"):
    """Fragments for htmx. `due` maps chats to the end of their open turn, 0 when none runs; `drafts` to unsent text."""

    n: int
    content: str
    due: dict[str, int] = {}
    drafts: dict[str, str] = {}


class HtmlWelcome(Outbound, tag="welcome"):
    """The console as it stands: `held` maps chats to slots, `content` redraws the six panes and the strip."""

    agent: str
    epoch: str
    now: int
    build: str
    status: Status
    limit: int
    recovered: bool
    n: int
    content: str
    held: dict[str, int]
    due: dict[str, int]
    drafts: dict[str, str] = {}
    went: list[Went] = []


VisitorReply = (
    VisitorWelcome | Ack | Nack | VisitorFact | Line | TeamChanged | Typing | Seen | HistoryPage | Pong | Error
)
AgentReply = (
    AgentWelcome
    | Ack
    | Nack
    | AgentFact
    | ChatTaken
    | ChatOffered
    | ChatGone
    | Invitation
    | StandingChanged
    | Colleagues
    | WatchDrawn
    | Unwatched
    | Typing
    | Seen
    | HistoryPage
    | Pong
    | Error
)
ConsoleReply = (
    HtmlWelcome | Html | Ack | Nack | Invitation | Colleagues | WatchDrawn | Unwatched | Typing | Seen | Pong | Error
)
