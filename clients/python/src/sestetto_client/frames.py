"""The frames of a bot's socket. Generated from the server's structs: python -m tools.protocol"""

from typing import Annotated, Any, Literal

import msgspec

MAX_FRAME = 64 * 1024  # bytes
MAX_TEXT = 4_000  # characters of a message
MAX_FACTS = 100  # facts in a welcome or a history page

END = r"$(?!\n)"  # `$` alone would allow a line break after the id, and the Functions write ids into JSON unescaped

Cid = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}" + END, description="the client's id of its own command")
]
Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}" + END)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]
Draft = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=9_007_199_254_740_991)]
Name = Annotated[str, msgspec.Meta(max_length=120)]
Email = Annotated[str, msgspec.Meta(max_length=254)]
Address = Annotated[str, msgspec.Meta(max_length=2_000)]
Zone = Annotated[str, msgspec.Meta(max_length=64, description="a time zone's name, as Europe/Rome")]
Locale = Annotated[str, msgspec.Meta(max_length=35)]
Field = Annotated[str, msgspec.Meta(max_length=500)]
FieldName = Annotated[str, msgspec.Meta(max_length=60)]
Fields = Annotated[dict[FieldName, Field], msgspec.Meta(max_length=50)]
Answers = Annotated[dict[Id, Field], msgspec.Meta(max_length=20)]
OptionalId = Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9][a-z0-9_-]{0,63})?" + END)]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}" + END, description="a language's code, as fr")]
LabelText = Annotated[str, msgspec.Meta(max_length=60)]
Tags = Annotated[list[LabelText], msgspec.Meta(max_length=20)]
Place = Literal["waiting", "active", "ended"]
Proof = Annotated[str, msgspec.Meta(max_length=120, description="the solution of a nack's puzzle")]
Ticket = Annotated[
    str, msgspec.Meta(max_length=3_000, description="of a file, as its upload was answered; then `text` may be empty")
]
Score = Annotated[int, msgspec.Meta(ge=1, le=5)]


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The page the visitor is on; the address is sent without query and fragment."""

    url: Address = ""
    title: Annotated[str, msgspec.Meta(max_length=300)] = ""
    referrer: Address = ""


class Inbound(msgspec.Struct, tag_field="t", forbid_unknown_fields=True, omit_defaults=True):
    """A frame from a client."""


class Saying(Inbound):
    """A frame with a text or a file; without either it is invalid."""

    def __post_init__(self) -> None:
        if not (getattr(self, "text", "") or getattr(self, "file", "")):
            raise ValueError("a text or a file is needed")


class Outbound(msgspec.Struct, tag_field="t", omit_defaults=True):
    """A frame to a client."""


class Ping(Inbound, tag="ping"):
    """Ask for a `pong`, to measure the round trip and the clock."""

    at: int


encoder = msgspec.json.Encoder()


def encode(frame: Outbound) -> bytes:
    """Encode a frame as UTF-8 JSON."""
    return encoder.encode(frame)


def frame_schemas(frames: Any) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a union of frames."""
    return msgspec.json.schema(frames)


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


class AgentFact(Outbound, tag="fact"):
    """A fact of a held chat, as in `console.events`."""

    n: int
    fact: msgspec.Raw


MOST_CHATS = 200  # of one bot at once


class BotHello(Inbound, tag="hello"):
    """First frame of a socket: how many chats the bot takes at once. An earlier socket of the same bot is closed."""

    limit: Annotated[int, msgspec.Meta(ge=0, le=MOST_CHATS)] = 20


class BotSay(Inbound, tag="say"):
    """Write in a chat that the bot has; then it is the visitor's turn."""

    cid: Cid
    chat: Id
    text: Text


class BotStream(Inbound, tag="stream"):
    """A signal, which may be lost: the whole text that the bot has written so far of its next message."""

    chat: Id
    text: Draft = ""


class BotHandOver(Inbound, tag="hand_over"):
    """Hand the chat over to people of its own queue or another: the clock starts now.

    Staff see the `summary`; the agent who gets the chat finds the `draft` in their composer.
    """

    cid: Cid
    chat: Id
    queue: OptionalId = ""
    summary: Draft = ""
    draft: Draft = ""


class BotEnd(Inbound, tag="end"):
    """End the chat. A chat that no person ever had counts as solved."""

    cid: Cid
    chat: Id


class ChatForBot(msgspec.Struct, omit_defaults=True):
    """A chat that the bot has. `waits`: the visitor waits for its reply. `facts` are the whole log, or its last 300."""

    id: str
    queue: str
    site: str
    visitor: str
    last: int
    name: str = ""
    email: str = ""
    verified: bool = False  # a signed identity says who the visitor is
    external: str = ""  # the website's own id for them; without `verified` only a hash of it was checked
    proven: list[str] = []  # what the identity vouches for: name, email, field:<name>; the page says the rest
    fields: dict[str, str] = {}
    locale: str = ""
    language: str = ""  # the visitor's, as `fr`
    page: str = ""
    channel: str = "web"
    waits: bool = False
    facts: list[msgspec.Raw] = []


class BotWelcome(Outbound, tag="welcome"):
    """The state after hello. `chats` are all chats the bot has; any other chat that a client holds is over."""

    bot: str
    name: str
    epoch: str
    now: int
    build: str
    limit: int
    n: int
    chats: list[ChatForBot] = []


class BotChat(Outbound, tag="chat"):
    """The bot has one more chat: a new one, or one that an agent gave it. Later facts follow as `fact`."""

    n: int
    chat: ChatForBot


class BotChatGone(Outbound, tag="gone"):
    """The bot no longer has the chat: it ended, or people have it. `asked`: the visitor wanted a person.

    `silent`: the bot did not answer in time; `gone`: it was away for too long; `taken`: a member took it.
    """

    n: int
    chat: str
    why: Literal["ended", "handed", "asked", "silent", "gone", "taken"]


BotFrame = BotHello | BotSay | BotStream | BotHandOver | BotEnd | Ping
BotReply = BotWelcome | BotChat | AgentFact | BotChatGone | Ack | Nack | Pong | Error
