"""The parts of facts: people, a turn, a promise, and the fields that every fact has."""

from typing import ClassVar, Literal

import msgspec

Role = Literal["visitor", "agent", "bot", "system"]
Status = Literal["online", "away", "offline"]
Estimate = Literal["", "right", "wrong"]


class FactPart(msgspec.Struct, omit_defaults=True, gc=False):
    """A fact, or a part of one."""

    # Facts hold no reference cycles, so the garbage collector would find nothing. Readers hold hundreds at a time, and
    # scanning them took as long as decoding them.


class Visitor(FactPart):
    """The visitor as the page describes them; `verified` only by a signed identity.

    `external` is the website's own id for them; without `verified` only a hash of it was checked.
    """

    id: str
    name: str = ""
    email: str = ""
    verified: bool = False
    external: str = ""


class Author(FactPart):
    """The author of a message or command."""

    id: str
    name: str = ""


class Stay(FactPart):
    """The part of a late answer's time until an earlier holder lost the chat: waiting before, and with that holder."""

    agent: str
    queue: int = 0
    delivery: int = 0
    noticing: int = 0


class Turn(FactPart):
    """A turn that has ended: `seq` is the visitor's first unanswered message, sent at `asked`.

    `waited` is the visitor's wait, `mine` the part for which the answering agent is responsible (from the assignment at
    the earliest), both in ms. `late` means that `waited` exceeded the promise. `first` is the time from the chat's
    opening to its first answer, 0 for later answers. A late answer's `waited` is the sum of its stages and of those of
    `earlier` holders: `queue` until the assignment, `delivery` until it was visible on screen, `noticing` until the
    first keystroke, `composing` until it was sent.
    """

    seq: int
    asked: int
    waited: int
    mine: int
    kept: bool = False  # `mine` was within the target
    late: bool = False
    first: int = 0
    queue: int = 0
    delivery: int = 0
    noticing: int = 0
    composing: int = 0
    earlier: list[Stay] = []


class Answered(FactPart):
    """An answer to what the visitor asked `waited` ms ago, with or without holding replies in between.

    `kept` means that it came in time for the visitor: all promises to be back were kept or, without any, the turn was
    not late. `own` is the same for the agent: without holding replies, it was within the agent's own time. `first` is
    as in a turn, if only automatic first words came before it.
    """

    waited: int
    kept: bool = False
    own: bool = False
    first: int = 0


class Kept(FactPart):
    """The outcome of an agent's promise to be back by `due`."""

    due: int
    kept: bool = False


class AnswerGiven(msgspec.Struct, frozen=True):
    """A visitor's answer to a question before the chat, in the site's own words."""

    key: str
    question: str
    answer: str


class Greeted(msgspec.Struct, frozen=True):
    """The greeting with which a chat began: `id` is its key and language, `name` that of the site."""

    id: str
    text: str
    name: str


class Fact(FactPart, tag_field="kind"):
    """The fields of every fact."""

    public: ClassVar[bool] = False
    at: int


class ChatFact(Fact):
    """A fact in the log of one chat."""

    chat: str
    seq: int
    prev: int
