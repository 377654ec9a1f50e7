"""What can be imported: kinds, formats, and the records that all formats are converted to. Plain values."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec

Kind = Literal["members", "replies", "visitors", "chats"]
Format = Literal["csv", "json", "zendesk", "chatwoot"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FORMATS: tuple[Format, ...] = get_args(Format)
State = Literal["reading", "ready", "running", "done", "cancelled", "failed"]
MOST_BYTES = 100_000_000  # of a file
MOST_ROWS = 500_000


class MemberRecord(msgspec.Struct, frozen=True):
    """Somebody to invite."""

    email: str
    role: str = "agent"
    queues: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    limit: int = 3


class ReplyRecord(msgspec.Struct, frozen=True):
    """A canned reply, like `Canned`."""

    id: str
    title: str
    text: str
    scope: str = "shared"
    owner: str = ""
    snippet: str = ""


class SaidLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message in a chat, at a time in ms; `agent` is an id, or empty for the visitor."""

    at: int
    text: str
    agent: str = ""
    name: str = ""
    by: Literal["visitor", "agent", "bot"] = "visitor"
    note: bool = False


class PastChat(msgspec.Struct, frozen=True, omit_defaults=True):
    """A chat that has ended. Times in ms; `lines` are in order."""

    id: str
    visitor: str
    name: str = ""
    email: str = ""
    site: str = ""
    queue: str = ""
    channel: str = "web"
    locale: str = ""
    page: str = ""
    title: str = ""
    fields: dict[str, str] = {}
    opened: int = 0
    ended: int = 0
    why: str = "visitor"
    lines: tuple[SaidLine, ...] = ()
    reason: str = ""
    tags: tuple[str, ...] = ()
    rating: int = 0
    comment: str = ""


class VisitorRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A visitor without chats."""

    id: str
    name: str = ""
    email: str = ""
    locale: str = ""
    fields: dict[str, str] = {}
    site: str = ""
    queue: str = ""


Record = MemberRecord | ReplyRecord | VisitorRecord | PastChat
RECORDS: Mapping[str, type[Record]] = {
    "members": MemberRecord,
    "replies": ReplyRecord,
    "visitors": VisitorRecord,
    "chats": PastChat,
}


class ImportWanted(msgspec.Struct, frozen=True):
    """What a file contains, and for visitors and chats the site to which they are added."""

    kind: Kind
    format: Format
    name: str
    site: str = ""
    origin: str = ""  # the prefix of links to this installation


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is being imported. `rows` is how many it has, `line` the last one done; times in ms.

    `left_out` are unknown columns, `says` is why it failed.
    """

    id: str
    kind: Kind
    format: Format
    name: str
    site: str = ""
    origin: str = ""
    by: str = ""  # a member's id; empty: by the command line
    by_name: str = ""
    made: int
    state: State
    rows: int = 0
    line: int = 0
    done: int = 0
    added: int = 0
    known: int = 0
    wrong: int = 0
    left_out: list[str] = []
    ended: int = 0
    says: str = ""


class Misfit(Exception):
    """A row that cannot be imported; `says` is a text with placeholders."""

    def __init__(self, says: str, **values: str | int) -> None:
        super().__init__(says % values if values else says)
        self.says = says
        self.values: dict[str, Any] = values
