"""What the REST API takes and gives, one struct for each: its handlers and its OpenAPI document are made from them.

Times are integer ms of the server's clock; null means never, or not yet.
"""

from typing import Annotated, Literal

import msgspec

from console.events import AnyChatFact
from console.protocol.common import (
    END,
    Draft,
    Email,
    Fields,
    Id,
    LabelText,
    Locale,
    Name,
    OptionalId,
    Page,
    Seq,
    Tags,
    Text,
)

PAGE, MOST_PAGE = 50, 100  # things on a page
Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST_PAGE, description="How many at most.")]
Cursor = Annotated[str, msgspec.Meta(max_length=400, description="`next` of the page before; empty for the first.")]
Ref = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=200,
        description="Your own name for the visitor: a number, an address, an id. The same again is the same visitor.",
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
ChatPlace = Literal["waiting", "offered", "active", "wrapup", "ended"]


class Taken(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What a request brings: an unknown field is refused."""


class Given(msgspec.Struct):
    """What an answer brings; clients ignore fields that they do not know."""


# --- problems ---------------------------------------------------------------------------------------


class FieldProblem(Given):
    """What is wrong with one field; `at` is a path such as `$.text`, or the name of a parameter."""

    at: str
    detail: str


class ApiProblem(Given, omit_defaults=True):
    """RFC 9457. `type` is stable and leads to its description, `code` is its last part; `detail` says what to do."""

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
    """The visitor as they are known in this chat; `verified` only by a signed identity."""

    id: str
    name: str
    email: str
    verified: bool


class Chat(Given):
    """A chat. `due` is when the promise to answer breaks, while somebody waits for one; `agent` is who has the chat,
    or who answered last once it has ended. `why` says who or what ended it.
    """

    id: str
    place: ChatPlace
    site: str
    queue: str
    channel: str
    visitor: VisitorOfChat
    locale: str
    page: str
    title: str
    fields: dict[str, str]
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
    excerpt: str | None = None


class ChatList(Given):
    """A page of chats; `next` is the cursor of the next page, null on the last."""

    chats: list[Chat]
    next: str | None


class FactList(Given):
    """A part of a chat's log, in order. `last` is the seq up to which it was read: ask on with `after`."""

    facts: list[AnyChatFact]
    last: int
    more: bool


class Done(Given):
    """The command is on disk. The same `Idempotency-Key` again gets the same answer."""

    chat: str
    seq: int
    at: At


class OpenChatQuery(Taken):
    """Which chats: `state` is open, ended, left (messages that nobody has handled) or handled.

    `text` and `visitor` search ended ones as the page *Chats* does; `since` and `until` bound their end.
    """

    state: Literal["open", "ended", "left", "handled"] = "open"
    place: Literal["", "waiting", "offered", "active", "wrapup"] = ""
    queue: OptionalId = ""
    site: OptionalId = ""
    agent: OptionalId = ""
    channel: Annotated[str, msgspec.Meta(max_length=20)] = ""
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
    """The visitor for whom a chat is opened. What is said of them is shown as unverified."""

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
    """Say something: as the member or the integration, or with `visitor` (a `ref`) as the visitor.

    `read` is the seq of the last message of the visitor that a member's answer covers; without it, all so far.
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


class LeftMessage(Taken):
    """Leave a message of a visitor; it starts no clock."""

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
    """A page of visitors, the latest first. Each comes once a page, with what their latest chat on it says."""

    visitors: list[ApiVisitor]
    next: str | None


class VisitorQuery(Taken):
    """`text` is looked for in names, addresses and ids."""

    text: Search = ""
    site: OptionalId = ""
    limit: Limit = PAGE
    cursor: Cursor = ""
