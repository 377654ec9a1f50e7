"""What Python passes to the Functions: JSON that they put into facts without decoding it."""

import hashlib
from typing import Any

import msgspec

from console.events import AnswerGiven, Author, Greeted, LeftState, Role, SharedFile, Visitor
from console.protocol import Page


class VisitorProfile(msgspec.Struct, omit_defaults=True):
    """What the page and the signed identity say about the visitor; the payload of `opened` and `profile` facts."""

    visitor: Visitor
    locale: str = ""
    page: str = ""
    title: str = ""
    referrer: str = ""
    agent_string: str = ""
    zone: str = ""
    fields: dict[str, str] = {}
    proven: list[str] = []
    answers: list[AnswerGiven] = []
    greeting: Greeted | None = None
    site: str = ""
    channel: str = ""
    cid: str = ""

    @classmethod
    def of(cls, visitor: Visitor, page: Page, **more: Any) -> "VisitorProfile":
        return cls(visitor, page=page.url, title=page.title, referrer=page.referrer, **more)


class MessagePayload(msgspec.Struct, omit_defaults=True):
    """The payload of `message` and `note` facts. `hidden`: a card number was hidden, here or also in an earlier one."""

    author: Author
    cid: str
    text: str
    hidden: bool = False
    file: SharedFile | None = None


def renamed(file: SharedFile | None, name: str) -> SharedFile | None:
    """The file under the name its message shows, in which card numbers may be hidden."""
    return file and msgspec.structs.replace(file, name=name)


class MailPayload(msgspec.Struct, omit_defaults=True):
    """The payload of `mailed`."""

    by: Role
    author: Author
    cid: str
    text: str
    mail: str
    state: LeftState
    hidden: bool = False


class Tending(msgspec.Struct, omit_defaults=True):
    """The payload of `tended`."""

    author: Author
    cid: str
    owner: str
    name: str
    state: LeftState


class Mark(msgspec.Struct, omit_defaults=True):
    """The payload of facts that carry only an author: `ended`, `no_reply`, `handled`, `invited`."""

    author: Author
    cid: str


class HandOver(msgspec.Struct, omit_defaults=True):
    """The payload of `transferred`; the Function adds the rest."""

    author: Author
    cid: str
    note: str = ""


class Summary(HandOver):
    """The same by a bot: the note is its summary. `hidden` as in a message."""

    hidden: bool = False


class Labels(msgspec.Struct, omit_defaults=True):
    """The payload of `labelled`."""

    author: Author
    cid: str
    reason: str = ""
    tags: list[str] = []


class Naming(msgspec.Struct):
    """The payload of `renamed`."""

    author: Author
    cid: str
    name: str


class LanguagePayload(msgspec.Struct, omit_defaults=True):
    """The payload of `language_set`."""

    language: str
    author: Author | None = None
    cid: str = ""


class Rating(msgspec.Struct, omit_defaults=True):
    """The payload of `rated`."""

    score: int
    cid: str
    comment: str = ""


encode = msgspec.json.Encoder().encode


def digest(*body: Any, hidden: bool = False) -> str:
    """Return what a resend with the same cid must match: the command's body, but not its sender or time.

    With a hidden card number any body matches: a resend may not know what was hidden the first time.
    """
    return "*" if hidden else hashlib.blake2b(encode(body), digest_size=9).hexdigest()
