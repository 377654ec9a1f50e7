"""The inputs and outputs of the REST API, one struct each; the handlers and the OpenAPI document are built from them.

Times are integer ms of the server's clock; null means never, or not yet.
"""

from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from console.domain import directory
from console.domain.languages import LanguageSource
from console.events import AnyChatFact
from console.protocol.common import (
    END,
    Draft,
    Email,
    Fields,
    Id,
    LabelText,
    Language,
    Locale,
    Name,
    OptionalId,
    Page,
    Seq,
    Tags,
    Text,
)

PAGE, MOST_PAGE = 50, 100  # things on a page
Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST_PAGE, description="Number of results at most.")]
Cursor = Annotated[str, msgspec.Meta(max_length=400, description="`next` of the previous page; empty for the first.")]
Ref = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=200,
        description="Your own name for the visitor: a number, an address, an id. The same name means the same visitor.",
    ),
]
Channel = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z][a-z0-9_-]{0,19}" + END, description="How the visitor writes: api, sms, email, whatsapp, ..."
    ),
]
Search = Annotated[str, msgspec.Meta(max_length=200)]
At = Annotated[int, msgspec.Meta(ge=0, le=9_007_199_254_740_991, description="A time in ms.")]
ChatPlace = Literal["bot", "waiting", "offered", "active", "wrapup", "ended"]


class Taken(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Data of a request; unknown fields are refused."""


class Given(msgspec.Struct):
    """Data of a response; clients ignore fields that they do not know."""


# --- problems ---------------------------------------------------------------------------------------


class FieldProblem(Given):
    """What is wrong with one field; `at` is a path such as `$.text`, or the name of a parameter."""

    at: str
    detail: str


class ApiProblem(Given, omit_defaults=True):
    """RFC 9457. `type` is stable and links to its description; `code` is its last part; `detail` says what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str = ""
    retry_after: float = 0
    errors: list[FieldProblem] = []


# --- who asks ---------------------------------------------------------------------------------------


class Me(Given):
    """Whose token it is and what it is for. `role` is null for an integration."""

    id: str
    name: str
    kind: Literal["member", "integration"]
    role: str | None
    token: str
    scopes: list[str]
    now: At


# --- chats ------------------------------------------------------------------------------------------


class VisitorOfChat(Given):
    """The visitor as known in this chat; `verified` only by a signed identity."""

    id: str
    name: str
    email: str
    verified: bool


class ChatAnswer(Given):
    """The visitor's answer to a question of the site before the chat; `key` is the question's."""

    key: str
    question: str
    answer: str


class Chat(Given):
    """A chat.

    `locale` is the browser's, `language` is the one that counts, and `language_by` is its source. `due` is when the
    promise to answer breaks, while the visitor waits for an answer. `agent` is the holder, or after the end the one who
    answered last. `bot` is the id of the bot that has the chat. `why` says who or what ended it.
    """

    id: str
    place: ChatPlace
    site: str
    queue: str
    channel: str
    visitor: VisitorOfChat
    locale: str
    language: str
    language_by: LanguageSource
    page: str
    title: str
    fields: dict[str, str]
    answers: list[ChatAnswer]
    opened: At
    ended: At | None
    agent: str | None
    due: At | None
    late: bool
    reason: str
    tags: list[str]
    why: str | None
    rating: int | None
    comment: str
    left_message: bool
    bot: str | None = None
    excerpt: str | None = None


class ChatList(Given):
    """A page of chats; `next` is the cursor of the next page, null on the last."""

    chats: list[Chat]
    next: str | None


class FactList(Given):
    """A part of a chat's log, in order. `last` is the seq up to which it was read: continue with `after`."""

    facts: list[AnyChatFact]
    last: int
    more: bool


class Done(Given):
    """The command is on disk. A retry with the same `Idempotency-Key` gets the same response."""

    chat: str
    seq: int
    at: At


class OpenChatQuery(Taken):
    """Selects chats: `state` is open, ended, left (messages that nobody has handled) or handled.

    `text` and `visitor` search ended ones as the page *Chats* does; `since` and `until` bound their end.
    """

    state: Literal["open", "ended", "left", "handled"] = "open"
    place: Literal["", "bot", "waiting", "offered", "active", "wrapup"] = ""
    queue: OptionalId = ""
    site: OptionalId = ""
    agent: OptionalId = ""
    channel: Annotated[str, msgspec.Meta(max_length=20)] = ""
    language: Annotated[str, msgspec.Meta(max_length=8)] = ""
    reason: LabelText = ""
    text: Search = ""
    visitor: Search = ""
    since: At = 0
    until: At = 0
    rating: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0
    late: Literal["", "yes", "no"] = ""
    limit: Limit = PAGE
    cursor: Cursor = ""


class FactQuery(Taken):
    """Facts with a seq above `after`; with `public` only those that the visitor may see."""

    after: Seq = 0
    public: bool = False
    limit: Limit = MOST_PAGE


class VisitorToBe(Taken):
    """The visitor for whom a chat is opened. Their data is shown as unverified."""

    ref: Ref
    name: Name = ""
    email: Email = ""
    fields: Fields = {}


class OpenChat(Taken):
    """Open a chat with its first message. Without a `queue` it goes where the site's chats go."""

    site: Id
    visitor: VisitorToBe
    text: Text
    queue: OptionalId = ""
    channel: Channel = "api"
    locale: Locale = ""
    page: Page = Page()


class NewMessage(Taken):
    """Send a message: as the member or the integration, or with `visitor` (a `ref`) as the visitor.

    `read` is the seq of the visitor's last message that a member's answer covers; without it, all so far.
    """

    text: Text
    visitor: Annotated[str, msgspec.Meta(max_length=200)] = ""
    read: Seq | None = None


class NewNote(Taken):
    """A note; only staff see it."""

    text: Text


class TransferTo(Taken):
    """Transfer to a queue or to a member; exactly one of them."""

    queue: OptionalId = ""
    agent: OptionalId = ""
    note: Draft = ""


class EndChat(Taken):
    """End the chat: with `visitor` (a `ref`) as the visitor."""

    visitor: Annotated[str, msgspec.Meta(max_length=200)] = ""


class SetLabels(Taken):
    """The chat's reason and tags, in full."""

    reason: LabelText = ""
    tags: Tags = []


class SpokenLanguage(Taken):
    """The visitor's language, a code such as fr."""

    language: Language


class LeftMessage(Taken):
    """A message to leave for a visitor; it starts no clock."""

    site: Id
    visitor: VisitorToBe
    text: Text
    channel: Channel = "api"
    locale: Locale = ""
    page: Page = Page()


# --- visitors ---------------------------------------------------------------------------------------


class ApiVisitor(Given):
    """A visitor as of their latest chat. `first` and `last` are when their first and latest chat opened."""

    id: str
    name: str
    email: str
    verified: bool
    locale: str
    fields: dict[str, str]
    last_chat: str
    last: At
    first: At | None = None
    chats: int | None = None


class VisitorList(Given):
    """A page of visitors, the latest first. Each appears once per page, with the data of their latest chat on it."""

    visitors: list[ApiVisitor]
    next: str | None


class VisitorQuery(Taken):
    """Selects visitors; `text` is searched for in names, addresses and ids."""

    text: Search = ""
    site: OptionalId = ""
    limit: Limit = PAGE
    cursor: Cursor = ""


# --- members ----------------------------------------------------------------------------------------


class ApiMember(Given):
    """A member. `limit` is how many chats they get at once, `own_limit` a lower limit that they chose (0: none).
    `channel_slots` are additional slots for chats of other channels (null: these count in `limit`). `chats` are those
    that they hold now. `status` is the one they have with a console; `connected` says whether one is open.
    """

    id: str
    name: str
    email: str
    role: str
    queues: list[str]
    languages: list[str]
    limit: int
    own_limit: int
    channel_slots: int | None
    status: Literal["online", "away", "offline"]
    reason: str
    connected: bool
    chats: list[str]


class MemberList(Given):
    """All active members by name."""

    members: list[ApiMember]


Role = Literal["agent", "supervisor", "admin"]
Slots = Annotated[int, msgspec.Meta(ge=1, le=6)]
ChannelSlots = Annotated[int, msgspec.Meta(ge=0, le=5)]
Ids = Annotated[list[Id], msgspec.Meta(max_length=200)]
Languages = Annotated[list[Annotated[str, msgspec.Meta(max_length=35)]], msgspec.Meta(max_length=20)]


class NewMember(Taken):
    """A new member. Nobody can sign in as them until an admin sets a password in the console."""

    email: Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    role: Role = "agent"
    queues: Ids = []
    languages: Languages = []
    limit: Slots = 3
    channel_slots: ChannelSlots | None = None


class MemberChange(Taken):
    """The fields to change; omitted fields stay as they are."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)] | None = None
    role: Role | None = None
    queues: Ids | None = None
    languages: Languages | None = None
    limit: Slots | None = None
    channel_slots: ChannelSlots | msgspec.UnsetType | None = msgspec.UNSET


class StatusChange(Taken):
    """A member's status, with a reason for being away."""

    status: Literal["online", "away", "offline"]
    reason: Annotated[str, msgspec.Meta(max_length=120)] = ""


# --- queues, sites, canned replies ------------------------------------------------------------------


class HoursGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Opening hours, as in a queue: `week` has (weekday, from, to), Monday is 0, times are minutes since midnight."""

    zone: Annotated[str, msgspec.Meta(max_length=64)] = "UTC"
    week: Annotated[list[tuple[int, int, int]], msgspec.Meta(max_length=100)] = []
    holidays: Annotated[list[Annotated[str, msgspec.Meta(max_length=40)]], msgspec.Meta(max_length=200)] = []


class ChannelGiven(Taken):
    """A queue's settings for a channel: the target in ms (0: the default), and whether its chats are assigned."""

    channel: Literal["email", "sms", "whatsapp", "phone", "other"]
    target: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] = 0
    push: bool = False


class PhrasesGiven(Taken):
    """Phrases for first words in one language; `-` stands for all others."""

    language: Annotated[str, msgspec.Meta(max_length=35)]
    texts: Annotated[list[Annotated[str, msgspec.Meta(max_length=1_000)]], msgspec.Meta(max_length=20)]


def _given(name: str, kind: Any) -> Any:
    """Return the body's type for a field of a queue or a site, bounded and strict; None if it is not in the body.

    Structs are only in the console unless listed here, since they may hold secrets.
    """
    special: dict[str, Any] = {"hours": HoursGiven, "phrases": list[PhrasesGiven], "channels": list[ChannelGiven]}
    if name in special:
        return special[name]
    if kind is str:
        return Annotated[str, msgspec.Meta(max_length=2_000)]
    if kind is int:
        return Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
    if get_origin(kind) is tuple:
        return list[Annotated[str, msgspec.Meta(max_length=2_000)]] if get_args(kind) == (str, ...) else None
    return kind if kind is bool or get_origin(kind) is Literal else None


def _fields_of(struct: type[msgspec.Struct], but: str) -> list[Any]:
    """Return the fields of a struct as fields of a body, with their defaults, except `but`, which is in the path."""
    found: list[Any] = []
    for field in msgspec.structs.fields(struct):
        kind = _given(field.name, get_type_hints(struct)[field.name])
        if field.name == but or kind is None:
            continue
        if field.default is msgspec.NODEFAULT:
            found.append((field.name, kind))
            continue
        default = msgspec.to_builtins(field.default)
        default = HoursGiven() if field.name == "hours" else default
        found.append((field.name, kind, default))
    return found


# Built from the settings themselves, so that a new one is in the API at once.
QueueBody: Any = msgspec.defstruct(
    "QueueBody",
    [*_fields_of(directory.Queue, "id"), ("members", Ids | None, None)],
    bases=(Taken,),
    module=__name__,
    namespace={
        "__doc__": "A queue's settings, in full; durations are in ms. Without `members`, its members stay as they are."
    },
)
SiteBody: Any = msgspec.defstruct(
    "SiteBody",
    _fields_of(directory.Site, "key"),
    bases=(Taken,),
    module=__name__,
    namespace={"__doc__": "A site's settings, in full. Those that only the console has stay, such as identity keys."},
)
ApiQueue: Any = msgspec.defstruct(
    "ApiQueue",
    [("id", str), *((name, kind) for name, kind, *_ in _fields_of(directory.Queue, "id")), ("members", list[str])],
    bases=(Given,),
    module=__name__,
    namespace={"__doc__": "A queue with its settings; durations are in ms. `members` serve it."},
)
ApiSite: Any = msgspec.defstruct(
    "ApiSite",
    [("key", str), *((name, kind) for name, kind, *_ in _fields_of(directory.Site, "key"))],
    bases=(Given,),
    module=__name__,
    namespace={"__doc__": "A site with its settings."},
)


class QueueList(Given):
    """All queues by name."""

    queues: list[ApiQueue]


class SiteList(Given):
    """All sites by name."""

    sites: list[ApiSite]


class CannedReply(Given):
    """A canned reply. `owner` is the queue for `scope` queue, or the member who owns it."""

    id: str
    title: str
    text: str
    scope: Literal["shared", "queue", "member"]
    owner: str
    snippet: str


class CannedReplyList(Given):
    """Canned replies: those that the member can insert; for integrations, all except members' own."""

    replies: list[CannedReply]


class CannedReplyBody(Taken):
    """A canned reply, in full. `owner` is the queue's id for `scope` queue, and empty otherwise."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]
    scope: Literal["shared", "queue", "member"] = "shared"
    owner: OptionalId = ""
    snippet: Annotated[str, msgspec.Meta(max_length=20)] = ""


# --- figures ----------------------------------------------------------------------------------------


class CountOf(Given):
    """A count out of `all`."""

    count: int
    all: int


class ApiChannelFigures(Given):
    """A channel of a queue; `live` stands for all channels whose visitors wait in front of the chat.

    `open` counts chats that have not ended, `waiting` those without an agent, the first since `oldest`.
    """

    channel: str
    open: int
    waiting: int
    oldest: At | None
    first_words: CountOf
    answers: CountOf
    first: int


class ApiQueueFigures(Given):
    """A queue now and in the span. `first_words` and `answers` are those in time, of all that came due.

    `median` and `p95` are of first words, as visitors waited for them; `wait`, `handling` and `first` are medians. All
    are in ms, and 0 if nothing was measured. `oldest` is since when the next chat in line has waited. `solved_by_bot`
    are chats that no person ever had, of all that a bot began; they are in none of the times. `channels` is empty if
    all chats are live.
    """

    queue: str
    waiting: int
    oldest: At | None
    agents: int
    free: int
    opened: int
    abandoned: int
    left_messages: int
    first_words: CountOf
    answers: CountOf
    median: int
    p95: int
    first: int
    wait: int
    handling: int
    solved_by_bot: CountOf
    channels: list[ApiChannelFigures]


class QueueFiguresList(Given):
    """Figures of all queues, at `now`. The span is the last `minutes`, or the day in the queue's time zone."""

    now: At
    minutes: int | None
    queues: list[ApiQueueFigures]


class FiguresQuery(Taken):
    """The last `minutes`; 0: the day so far."""

    minutes: Annotated[int, msgspec.Meta(ge=0, le=90)] = 0


class ApiMemberFigures(Given):
    """A member now and today. `first_word` and `answered` are shares in time (0 to 1), null if nothing came due."""

    member: str
    name: str
    status: Literal["online", "away", "offline"]
    connected: bool
    chats: int
    limit: int
    answers: int
    median: int
    first_word: float | None
    answered: float | None


class MemberFiguresList(Given):
    """Figures of all members, at `now`."""

    now: At
    members: list[ApiMemberFigures]
