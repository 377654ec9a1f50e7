"""What a visitor says."""

from typing import Annotated

import msgspec

from console.protocol.common import (
    Cid,
    Draft,
    Email,
    Fields,
    Inbound,
    Locale,
    Name,
    Page,
    Ping,
    Score,
    Seq,
    Text,
)


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
