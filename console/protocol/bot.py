"""Frames of a bot: an integration that has chats before people do, and hands them over."""

from typing import Annotated, Literal

import msgspec

from console.protocol.common import Cid, Draft, Id, Inbound, OptionalId, Outbound, Ping, Text
from console.protocol.outbound import Ack, AgentFact, Error, Nack, Pong

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
