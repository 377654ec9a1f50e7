"""Frames that the server sends: to visitors, agents and consoles."""

from typing import Literal

import msgspec

from console.events import AnswerGiven, LanguageWord, SharedFile, Status
from console.protocol.common import Outbound, Place


class Ack(Outbound, tag="ack"):
    """The command is on disk. Resending the same cid gets the same answer."""

    cid: str
    seq: int
    at: int
    chat: str = ""


class Nack(Outbound, tag="nack"):
    """The command was refused. If `final`, drop it from the outbox; otherwise resend it after `retry_after` seconds."""

    cid: str
    code: str
    message: str
    final: bool
    retry_after: float = 0
    puzzle: str = ""


class Pong(Outbound, tag="pong"):
    """The answer to a ping: its `at`, and the server's clock."""

    at: int
    now: int


class Error(Outbound, tag="error"):
    """A frame could not be understood, or the socket was refused. The text is fixed per code, never a stack trace."""

    code: str
    message: str
    retry_after: float = 0


class Team(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether the queue takes new chats now. Outside opening hours, `back_at` is when (ms) it opens next."""

    online: bool
    back_at: int = 0


class ChatForVisitor(msgspec.Struct, omit_defaults=True):
    """The visitor's current chat. `last` is the seq of its last public fact."""

    id: str
    place: Place
    last: int
    agent: str = ""  # the agent's name, or the bot's
    bot: bool = False  # a bot has it
    seen: int = 0  # the last seq an agent has seen
    promise: int = 0  # when (ms) the agent promised to be back, 0 for no promise
    can_reopen_until: int = 0
    rated: bool = False


class FilesAllowed(msgspec.Struct, frozen=True):
    """Files may be sent: up to `size` bytes, and of the types in `accept`, in the format of file inputs."""

    size: int
    accept: str


class QuestionAsked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question to ask before the chat, in the visitor's language.

    With `when` it is asked only if that earlier question is answered with `equals`. A choice is answered with one of
    `choices`; `labels` are their names, if different. A consent is answered with `yes`. `value` prefills the answer,
    from a signed identity; otherwise the page's field `prefill` does.
    """

    key: str
    text: str
    kind: Literal["text", "choice", "email", "phone", "consent"]
    required: bool = False
    choices: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    when: str = ""
    equals: str = ""
    prefill: str = ""
    value: str = ""


class Identified(Outbound, tag="identified"):
    """The result of checking an identity. Comes before the welcome and is not shown to the visitor.

    `ok`: the visitor is the person with the website's id `user`. `reason` and `message` are for the page's developer.
    The reason `again` means that an earlier identity has expired and must be given again. `changed` says who the client
    was until now, if what it shows no longer belongs to its visitor: it must forget that, and for a `person` also
    unsent text.
    """

    ok: bool
    user: str = ""
    token: str = ""
    reason: str = ""
    message: str = ""
    changed: Literal["", "visitor", "person"] = ""


class VisitorWelcome(Outbound, tag="welcome"):
    """The state after hello. With `recovered`, `facts` continue exactly after the client's `after`.

    `features`: what the site offers in messages, "formatting" and "emoji", and "transcript" if visitors may have it by
    mail. `files` is missing unless the site allows them. The `open` of the next chat must answer `questions`.
    `stranger`: the given token is not of this site or has expired; `token` is that of a new visitor.
    """

    token: str
    epoch: str
    now: int
    build: str
    features: list[str]
    recovered: bool
    team: Team
    typing_preview: bool = False
    privacy_url: str = ""
    files: FilesAllowed | None = None
    questions: list[QuestionAsked] = []
    stranger: bool = False
    chat: ChatForVisitor | None = None
    facts: list[msgspec.Raw] = []


class VisitorFact(Outbound, tag="fact"):
    """A public fact. `prev` is the seq of the public fact before it, so clients can detect gaps."""

    chat: str
    seq: int
    prev: int
    at: int
    kind: Literal[
        "opened", "message", "assigned", "transferred", "released", "asked", "ended", "reopened", "rated", "redacted"
    ]
    by: str = ""  # message: visitor | agent | bot; opened: site if it began with a greeting
    name: str = ""  # message by an agent or bot, assigned: the agent's name; opened: the site's, with a greeting
    bot: bool = False  # assigned: a bot has the chat
    cid: str = ""
    text: str = ""  # opened: the greeting; redacted: of the earlier message, as it is now
    of: int = 0  # redacted: the seq of that message
    hidden: bool = False  # message: a card number was hidden, in it or in several messages that end with it
    why: str = ""  # ended: visitor | agent | bot | integration | silent | abandoned | message_left
    promise: int = 0  # message: when (ms) the agent promises to be back
    promised: Literal["", "kept", "broken"] = ""  # message: the outcome of the promise that it settles
    score: int = 0
    file: SharedFile | None = None  # message: its file; `text` is the file's name


class Line(Outbound, tag="line"):
    """Queue position, 1 is next; `wait` is the expected wait in seconds, -1 if unknown.

    `can_leave`: the visitor may leave a message instead, with `leave_message`.
    """

    position: int
    wait: int
    can_leave: bool = False


class TeamChanged(Outbound, tag="team"):
    """Whether anybody is online for the visitor changed."""

    online: bool
    back_at: int = 0


class Typing(Outbound, tag="typing"):
    """Somebody is typing. `after` is the last seq the writer had; drop the frame if the screen has a later one."""

    who: str
    after: int
    chat: str = ""
    text: str = ""


class Streaming(Outbound, tag="stream"):
    """The whole text that a bot has written so far of its next message; an empty text ends it.

    `after` is as in `typing`. The message itself follows as a fact.
    """

    who: str
    after: int
    text: str = ""


class Drafted(Outbound, tag="drafted"):
    """A model's draft of the answer to the visitor's messages up to seq `after`; drop it if the screen has later ones.

    The client fills in its placeholders ({first_name}).
    """

    chat: str
    after: int
    text: str


class Seen(Outbound, tag="seen"):
    """The other side has seen everything up to `seq`."""

    seq: int
    chat: str = ""


class HistoryPage(Outbound, tag="history"):
    """The facts older than the requested `before`, oldest first. `more`: there are even older ones."""

    facts: list[msgspec.Raw]
    chat: str = ""
    more: bool = False
    before: int = 0


class PastPage(Outbound, tag="past"):
    """Facts of the visitor's earlier chats on this site, oldest first; `more`: there are even older ones.

    `chat` and `before` are as requested, empty after the welcome. `name` and `email` are the last that the visitor
    gave. `agent` is the person they last spoke with, at `at` (ms).
    """

    facts: list[msgspec.Raw]
    more: bool = False
    chat: str = ""
    before: int = 0
    name: str = ""
    email: str = ""
    agent: str = ""
    at: int = 0


class ChatForAgent(msgspec.Struct, omit_defaults=True):
    """A chat in one of the agent's slots. `last` is its last fact's seq, `due` when its open turn is due (0: none).

    `until` is when the offer or wrap-up ends, `promise` when the agent promised to be back.
    """

    id: str
    slot: int
    queue: str
    visitor: str
    name: str
    last: int
    due: int = 0
    email: str = ""
    verified: bool = False  # a signed identity says who the visitor is
    external: str = ""  # the website's own id for them; without `verified` only a hash of it was checked
    proven: list[str] = []  # what the identity vouches for: name, email, field:<name>; the page says the rest
    fields: dict[str, str] = {}
    answers: list[AnswerGiven] = []  # to the site's questions before the chat
    locale: str = ""  # the browser's
    language: str = ""  # the visitor's, as `fr`
    language_by: LanguageWord = ""
    page: str = ""
    channel: str = "web"
    here: bool = True
    seen: int = 0  # the last seq the visitor has seen
    draft: str = ""
    after: int = 0  # the facts continue after this seq; 0: they are the whole log, or its last 300
    facts: list[msgspec.Raw] = []
    place: Literal["offered", "active", "wrapup"] = "active"
    until: int = 0
    promise: int = 0
    reason: str = ""
    tags: list[str] = []


class InvitedTo(msgspec.Struct, omit_defaults=True):
    """A chat that a colleague (`by`) invites the agent to watch; `name` is the name of its `visitor`, if known."""

    chat: str
    name: str
    queue: str
    by: str
    visitor: str = ""


class ToWrapUp(msgspec.Struct, omit_defaults=True):
    """An ended chat whose wrap-up was left for later; `label` takes it off the list. `name` is its `visitor`'s, if
    known.
    """

    chat: str
    name: str
    queue: str
    ended: int
    tags: list[str] = []
    visitor: str = ""


class Went(msgspec.Struct, omit_defaults=True):
    """Where a chat is that the client no longer holds: `agent` names its holder since `at`; `name` is its `visitor`'s,
    if known.
    """

    chat: str
    name: str
    place: Literal["bot", "waiting", "offered", "active", "ended"]
    at: int
    agent: str = ""
    visitor: str = ""


class Moved(msgspec.Struct, omit_defaults=True):
    """Where this agent's chat was transferred: the name of an agent or queue. `by` is empty if the agent did it."""

    chat: str
    by: str = ""
    agent: str = ""
    queue: str = ""


class AgentWelcome(Outbound, tag="welcome"):
    """The state after hello. `chats` are all that the agent holds; `recovered` as for visitors, per chat in `have`.

    `went` lists the chats in `have` that the agent no longer holds, `invited` the chats they may watch, `to_wrap_up`
    ended chats that lack a reason. `breather` and `most` as in `status`.
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
    breather: int = 0
    to_wrap_up: list[ToWrapUp] = []
    most: int = 0


class AgentFact(Outbound, tag="fact"):
    """A fact of a held chat, as in `console.events`."""

    n: int
    fact: msgspec.Raw


class StandingChanged(Outbound, tag="status"):
    """The agent's own status and limit.

    `by` is the id of the supervisor who changed it. `limit` is the limit in the settings, or a lower one that the agent
    chose; then `most` is the one in the settings, else 0. No new chats come until `breather` (ms); 0 for no breather.
    """

    n: int
    status: Status
    limit: int
    reason: str = ""
    by: str = ""
    breather: int = 0
    most: int = 0


class ChatTaken(Outbound, tag="assigned"):
    """A chat was assigned. Reply with `shown`, or it goes back to the queue."""

    n: int
    chat: ChatForAgent


class ChatOffered(Outbound, tag="offered"):
    """A chat is offered. Reply with `accept` or `decline` before `chat.until`, or it moves on."""

    n: int
    chat: ChatForAgent


class ChatGone(Outbound, tag="released"):
    """The chat's slot is free. `why` as in the `released`, `withdrawn`, `ended` and `wrapped` facts, or `transferred`.

    A chat with wrap-up leaves its slot after wrap-up, not at its end. If `why` is "later", "time" or "gone", it has no
    reason yet, which may still be given.
    """

    n: int
    chat: str
    why: str


class Invitation(Outbound, tag="invited"):
    """One more chat that the agent may watch (`watch`, `whisper`)."""

    n: int
    chat: InvitedTo


class QueueThere(msgspec.Struct, omit_defaults=True):
    """A queue that a chat can be transferred to. `free` counts the agents online in it with a free slot."""

    id: str
    name: str
    waiting: int = 0
    online: int = 0
    free: int = 0


class ColleagueThere(msgspec.Struct, omit_defaults=True):
    """An agent that a chat can be transferred to; `free` is the number of free slots.

    `free_aside` is the number for chats of other channels, if these have their own slots.

    `breather`: they are online but get no new chats for the moment. A `bot` takes only chats of its `queues`.
    """

    id: str
    name: str
    status: Status = "offline"
    reason: str = ""
    free: int = 0
    queues: list[str] = []
    breather: bool = False
    bot: bool = False
    languages: list[str] = []  # languages they speak; none: all
    free_aside: int | None = None


class Colleagues(Outbound, tag="colleagues"):
    """The queues and agents a chat can be transferred to."""

    queues: list[QueueThere]
    agents: list[ColleagueThere]


class WatchDrawn(Outbound, tag="watched"):
    """A watched chat: its full state with `whole`, otherwise what has happened since."""

    chat: str
    n: int
    content: str
    whole: bool = False


class WatchStarted(Outbound, tag="watching"):
    """For JSON clients: a watched chat as of `n`. Its facts follow as `fact`."""

    n: int
    chat: ChatForAgent


class Unwatched(Outbound, tag="unwatched"):
    """The chat is no longer watched: it ended, or watching is over."""

    chat: str
    why: Literal["ended", "off"]


class Html(Outbound, tag="html"):
    """Fragments for htmx.

    `due` maps chats to the due time of their open turn, 0 for none; `drafts` maps chats to unsent text. `moved` says
    where the chats went that this frame removes from their panes.
    """

    n: int
    content: str
    due: dict[str, int] = {}
    drafts: dict[str, str] = {}
    moved: list[Moved] = []


class HtmlWelcome(Outbound, tag="welcome"):
    """The state after hello. `held` maps chats to slots; `content` redraws the six panes and the strip."""

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
    VisitorWelcome
    | Ack
    | Nack
    | VisitorFact
    | Line
    | TeamChanged
    | Typing
    | Streaming
    | Seen
    | HistoryPage
    | PastPage
    | Identified
    | Pong
    | Error
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
    | Drafted
    | WatchStarted
    | Unwatched
    | Typing
    | Seen
    | HistoryPage
    | Pong
    | Error
)
ConsoleReply = (
    HtmlWelcome
    | Html
    | Ack
    | Nack
    | Invitation
    | Colleagues
    | Drafted
    | WatchDrawn
    | Unwatched
    | Typing
    | Seen
    | Pong
    | Error
)
