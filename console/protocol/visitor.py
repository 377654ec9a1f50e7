"""Frames that a visitor sends."""

from typing import Annotated

import msgspec

from console.protocol.common import (
    Answers,
    Cid,
    Draft,
    Email,
    Fields,
    Inbound,
    Locale,
    Name,
    Page,
    Ping,
    Proof,
    Saying,
    Score,
    Seq,
    Ticket,
    Zone,
)


class SignedIdentity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who the visitor is, signed by the website: a `jwt`, or `user` with `user_hash`.

    `cid` stays the same while a client retries, since a token is valid once. `began`: the chat of the hello began in
    this browser session, so it is theirs. A `jwt` of "?" says that the page wants to identify somebody but could not.
    """

    jwt: Annotated[str, msgspec.Meta(max_length=8_000)] = ""
    user: Annotated[str, msgspec.Meta(max_length=200)] = ""
    user_hash: Annotated[str, msgspec.Meta(max_length=64)] = ""
    cid: Annotated[str, msgspec.Meta(max_length=64)] = ""
    began: bool = False


class VisitorHello(Inbound, tag="hello"):
    """First frame of a socket. `after` is the last seq of `chat` that the client has.

    With an `identity`, `identified` comes first in the answer; `token` says who the client was until now.
    """

    token: Annotated[str, msgspec.Meta(max_length=12_000)] = ""
    chat: Annotated[str, msgspec.Meta(max_length=64)] = ""
    epoch: Annotated[str, msgspec.Meta(max_length=64)] = ""
    after: Seq = 0
    page: Page = Page()
    locale: Locale = ""
    zone: Zone = ""
    identity: SignedIdentity | None = None


class Identify(Inbound, tag="identify"):
    """Prove one's identity after the hello. `identified` contains a token; reconnect with it."""

    jwt: Annotated[str, msgspec.Meta(max_length=8_000)]
    cid: Annotated[str, msgspec.Meta(max_length=64)] = ""
    began: bool = False


class Open(Saying, tag="open"):
    """Open a chat with its first message: a text, or a file.

    `answers` answer the questions of the welcome, by key. `greeting` is the id of the greeting that was clicked.
    """

    cid: Cid
    text: Draft
    queue: Annotated[str, msgspec.Meta(max_length=64)] = ""
    name: Name = ""
    email: Email = ""
    fields: Fields = {}
    page: Page = Page()
    proof: Proof = ""
    file: Ticket = ""
    answers: Answers = {}
    greeting: Annotated[str, msgspec.Meta(max_length=80)] = ""


class VisitorSay(Saying, tag="say"):
    """A message: a text, or a file."""

    cid: Cid
    text: Draft
    file: Ticket = ""


class VisitorTyping(Inbound, tag="typing"):
    """The visitor is typing; `text` if the site shows a typing preview."""

    text: Draft = ""


class VisitorSeen(Inbound, tag="seen"):
    """The visitor has seen everything up to `seq`."""

    seq: Seq


class SetProfile(Inbound, tag="set"):
    """Set name, e-mail address, fields, page or language."""

    cid: Cid
    name: Name = ""
    email: Email = ""
    fields: Fields = {}
    page: Page = Page()
    locale: Locale = ""


class VisitorEnd(Inbound, tag="end"):
    """End the chat."""

    cid: Cid


class AskPerson(Inbound, tag="person"):
    """Ask for a person while a bot has the chat."""

    cid: Cid


class Rate(Inbound, tag="rate"):
    """Rate the chat; the survey."""

    cid: Cid
    score: Score
    comment: Draft = ""


class MailTranscript(Inbound, tag="transcript"):
    """Ask for the transcript of the chat by mail, to one address; a few times a day, once an agent has answered."""

    cid: Cid
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=254)]


class LeaveMessage(Inbound, tag="leave_message"):
    """Leave a message while nobody is online, or instead of waiting. For a waiting chat, `text` may be empty."""

    cid: Cid
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
    text: Draft = ""
    name: Name = ""
    page: Page = Page()
    proof: Proof = ""


class VisitorHistory(Inbound, tag="history"):
    """Ask for older facts, before a seq: of the current chat, or with `chat` of one from `past`."""

    before: Seq
    chat: Annotated[str, msgspec.Meta(max_length=64)] = ""


VisitorFrame = (
    VisitorHello
    | Identify
    | Open
    | VisitorSay
    | VisitorTyping
    | VisitorSeen
    | SetProfile
    | VisitorEnd
    | AskPerson
    | Rate
    | MailTranscript
    | LeaveMessage
    | VisitorHistory
    | Ping
)
