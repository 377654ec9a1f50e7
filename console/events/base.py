"""What facts are made of: who, a turn, a promise, and what every fact has."""

from typing import ClassVar, Literal

import msgspec

Role = Literal["visitor", "agent", "bot", "system"]
Status = Literal["online", "away", "offline"]


class Visitor(msgspec.Struct, omit_defaults=True):
    """Who is on the other side, as far as the page told us; `verified` only by a signed identity."""

    id: str
    name: str = ""
    email: str = ""
    verified: bool = False


class Author(msgspec.Struct, omit_defaults=True):
    id: str
    name: str = ""


class Turn(msgspec.Struct, omit_defaults=True):
    """A turn that has ended: the visitor's first unanswered message was `seq`, at `asked`.

    `waited` is what the visitor felt, `mine` what the answering agent had of it (from the
    assignment at the earliest), both in ms; `late` when `waited` went over the promise.
    `first` is the time from the chat's opening to its first answer, 0 for later answers. A late
    answer's `waited` is the sum of its stages: `queue` until the assignment, `delivery` until it was
    shown to eyes, `noticing` until the first keystroke, `composing` until it was sent.
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


class Kept(msgspec.Struct, omit_defaults=True):
    """A promise of a holding reply that has ended: it was for `due`, and was `kept` or not."""

    due: int
    kept: bool = False


class Fact(msgspec.Struct, tag_field="kind", omit_defaults=True):
    """What every fact has."""

    public: ClassVar[bool] = False
    at: int


class ChatFact(Fact):
    """A fact in one chat's log."""

    chat: str
    seq: int
    prev: int
