"""Every frame on the wire, one struct a kind; `docs/protocol.md` is generated from these.

Text frames of JSON with `t` as the tag. Inbound structs refuse unknown fields; clients must
ignore unknown kinds and fields outbound. Times are integer ms of the server's clock.
"""

from typing import Annotated, Any, Literal

import msgspec

from console.events import Status

MAX_FRAME = 64 * 1024  # bytes
MAX_TEXT = 4_000  # characters of a message
MAX_FACTS = 100  # facts in a welcome or a history page

Cid = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}$", description="the client's id of its own command")]
Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]
Draft = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=9_007_199_254_740_991)]
Name = Annotated[str, msgspec.Meta(max_length=120)]
Email = Annotated[str, msgspec.Meta(max_length=254)]
Address = Annotated[str, msgspec.Meta(max_length=2_000)]
Locale = Annotated[str, msgspec.Meta(max_length=35)]
Field = Annotated[str, msgspec.Meta(max_length=500)]
FieldName = Annotated[str, msgspec.Meta(max_length=60)]
Fields = Annotated[dict[FieldName, Field], msgspec.Meta(max_length=20)]
OptionalId = Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9][a-z0-9_-]{0,63})?$")]
LabelText = Annotated[str, msgspec.Meta(max_length=60)]
Tags = Annotated[list[LabelText], msgspec.Meta(max_length=20)]
Place = Literal["waiting", "active", "ended"]
Score = Annotated[int, msgspec.Meta(ge=1, le=5)]


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the visitor is; the address travels without query and fragment."""

    url: Address = ""
    title: Annotated[str, msgspec.Meta(max_length=300)] = ""
    referrer: Address = ""


class Inbound(msgspec.Struct, tag_field="t", forbid_unknown_fields=True, omit_defaults=True):
    """A frame from a client."""


class Outbound(msgspec.Struct, tag_field="t", omit_defaults=True):
    """A frame to a client."""


# --- the visitor speaks --------------------------------------------------------------------


class VisitorHello(Inbound, tag="hello"):
    """First frame of a socket. `after` is the last seq the client holds of `chat`."""

    token: Annotated[str, msgspec.Meta(max_length=500)] = ""
    chat: Annotated[str, msgspec.Meta(max_length=64)] = ""
    epoch: Annotated[str, msgspec.Meta(max_length=64)] = ""
    after: Seq = 0
    page: Page = Page()
    locale: Locale = ""


class Identify(Inbound, tag="identify"):
    jwt: Annotated[str, msgspec.Meta(max_length=8_000)]


class Open(Inbound, tag="open"):
    cid: Cid
    text: Text
    queue: Annotated[str, msgspec.Meta(max_length=64)] = ""
    name: Name = ""
    email: Email = ""
    fields: Fields = {}
    page: Page = Page()


class VisitorSay(Inbound, tag="say"):
    cid: Cid
    text: Text


class VisitorTyping(Inbound, tag="typing"):
    text: Draft = ""


class VisitorSeen(Inbound, tag="seen"):
    seq: Seq


class SetProfile(Inbound, tag="set"):
    cid: Cid
    name: Name = ""
    email: Email = ""
    fields: Fields = {}
    page: Page = Page()
    locale: Locale = ""


class VisitorEnd(Inbound, tag="end"):
    cid: Cid


class Rate(Inbound, tag="rate"):
    cid: Cid
    score: Score
    comment: Draft = ""


class LeaveMessage(Inbound, tag="leave_message"):
    cid: Cid
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
    text: Text
    name: Name = ""
    page: Page = Page()


class VisitorHistory(Inbound, tag="history"):
    before: Seq


class Ping(Inbound, tag="ping"):
    at: int


VisitorFrame = (
    VisitorHello
    | Identify
    | Open
    | VisitorSay
    | VisitorTyping
    | VisitorSeen
    | SetProfile
    | VisitorEnd
    | Rate
    | LeaveMessage
    | VisitorHistory
    | Ping
)

# --- the agent speaks ----------------------------------------------------------------------


class AgentHello(Inbound, tag="hello"):
    """`have` names the chats on the screen with the last seq of each; `take` moves the console here.

    Who comes `quiet` is away, and gets no new chats.
    """

    tab: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    epoch: Annotated[str, msgspec.Meta(max_length=64)] = ""
    take: bool = False
    quiet: bool = False
    have: Annotated[dict[str, Seq], msgspec.Meta(max_length=50)] = {}


class SetStatus(Inbound, tag="status"):
    cid: Cid
    status: Literal["online", "away", "offline"]
    reason: Annotated[str, msgspec.Meta(max_length=120)] = ""


class AgentSay(Inbound, tag="say"):
    """`read` is the last visitor seq on the screen when Enter was pressed: what is answered.

    `began` is when (ms, server's clock) the first key of the answer was pressed. With `promise` (ms) it is a holding
    reply: the agent is to be back within that time. `canned` names the canned reply that was sent as it stands.
    """

    cid: Cid
    chat: Id
    text: Text
    read: Seq
    began: Moment = 0
    promise: Literal[0, 30_000, 120_000, 300_000] = 0
    canned: Annotated[str, msgspec.Meta(max_length=64)] = ""


class AddNote(Inbound, tag="note"):
    cid: Cid
    chat: Id
    text: Text


class AgentEnd(Inbound, tag="end"):
    cid: Cid
    chat: Id


class SkipReply(Inbound, tag="no_reply"):
    cid: Cid
    chat: Id


class Take(Inbound, tag="take"):
    """A chat out of the line; the most urgent one of one's lines when none is named."""

    cid: Cid
    chat: OptionalId = ""


class Accept(Inbound, tag="accept"):
    cid: Cid
    chat: Id


class Decline(Inbound, tag="decline"):
    cid: Cid
    chat: Id


class Transfer(Inbound, tag="transfer"):
    """To a queue or to an agent, one of them; the draft goes along."""

    cid: Cid
    chat: Id
    queue: OptionalId = ""
    agent: OptionalId = ""
    note: Draft = ""


class Invite(Inbound, tag="invite"):
    """A colleague may look on and whisper."""

    cid: Cid
    chat: Id
    agent: Id


class Label(Inbound, tag="label"):
    """The reason for contact and the tags, whole; `done` ends the wrap-up."""

    cid: Cid
    chat: Id
    reason: LabelText = ""
    tags: Tags = []
    done: bool = False


class Watch(Inbound, tag="watch"):
    """Look on; `on: false` ends it. For supervisors, and for colleagues who were invited."""

    chat: Id
    on: bool = True


class Whisper(Inbound, tag="whisper"):
    """A note from somebody who looks on."""

    cid: Cid
    chat: Id
    text: Text


class SaveDraft(Inbound, tag="draft"):
    chat: Id
    text: Draft


class Shown(Inbound, tag="shown"):
    """The chat is drawn. `hidden` while the page is not visible: received, but not seen by eyes."""

    chat: Id
    seq: Seq
    hidden: bool = False


class AgentTyping(Inbound, tag="typing"):
    chat: Id


class AgentHistory(Inbound, tag="history"):
    chat: Id
    before: Seq


AgentFrame = (
    AgentHello
    | SetStatus
    | AgentSay
    | AddNote
    | AgentEnd
    | SkipReply
    | SaveDraft
    | Shown
    | AgentTyping
    | AgentHistory
    | Take
    | Accept
    | Decline
    | Transfer
    | Invite
    | Label
    | Watch
    | Whisper
    | Ping
)

# --- the server speaks ---------------------------------------------------------------------


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


class Team(msgspec.Struct, omit_defaults=True):
    """Whether anybody is there, as the widget says it."""

    online: bool
    back_at: int = 0


class VisitorChat(msgspec.Struct, omit_defaults=True):
    """The visitor's chat as it stands. `last` is the seq of its last public fact."""

    id: str
    place: Place
    last: int
    agent: str = ""  # the name of who answers
    seen: int = 0  # the last seq an agent has seen
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
    chat: VisitorChat | None = None
    facts: list[msgspec.Raw] = []


class VisitorFact(Outbound, tag="fact"):
    """A public fact. `prev` is the seq of the public fact before it: a gap is seen."""

    chat: str
    seq: int
    prev: int
    at: int
    kind: Literal["opened", "message", "assigned", "released", "asked", "ended", "reopened", "rated"]
    by: str = ""  # message: visitor | agent | bot
    name: str = ""  # message by an agent, assigned: the agent's name
    cid: str = ""
    text: str = ""
    why: str = ""  # ended: visitor | agent | silent | abandoned | message_left
    score: int = 0


class Line(Outbound, tag="line"):
    """Place in line, 1 is next; `wait` is the expected wait in seconds, -1 when nothing is known."""

    position: int
    wait: int


class TeamChanged(Outbound, tag="team"):
    online: bool


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


class AgentChat(msgspec.Struct, omit_defaults=True):
    """A held chat: `last` is the seq of its last fact, `due` of its open turn (0: none)."""

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


class AgentWelcome(Outbound, tag="welcome"):
    """`chats` are all the agent holds; `recovered` as for the visitor, chat by chat from `have`."""

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
    chats: list[AgentChat] = []


class AgentFact(Outbound, tag="fact"):
    """A fact of a held chat, as in `console.events`."""

    n: int
    fact: msgspec.Raw


class ChatTaken(Outbound, tag="assigned"):
    """A chat has come: answer with `shown`, or it goes back."""

    n: int
    chat: AgentChat


class ChatGone(Outbound, tag="released"):
    """The chat is no longer yours; `why` as in the `released` and `ended` facts."""

    n: int
    chat: str
    why: str


class Html(Outbound, tag="html"):
    """Fragments for htmx. `due` maps chats to the end of their open turn, 0 when none runs."""

    n: int
    content: str
    due: dict[str, int] = {}


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


VisitorReply = (
    VisitorWelcome | Ack | Nack | VisitorFact | Line | TeamChanged | Typing | Seen | HistoryPage | Pong | Error
)
AgentReply = AgentWelcome | Ack | Nack | AgentFact | ChatTaken | ChatGone | Typing | Seen | HistoryPage | Pong | Error
ConsoleReply = HtmlWelcome | Html | Ack | Nack | Typing | Seen | Pong | Error

encoder = msgspec.json.Encoder()


def encode(frame: Outbound) -> bytes:
    """The frame as UTF-8 JSON."""
    return encoder.encode(frame)


def frame_schemas(frames: Any) -> dict[str, Any]:
    """JSON Schema (2020-12) of a union of frames."""
    return msgspec.json.schema(frames)
