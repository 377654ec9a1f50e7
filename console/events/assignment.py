"""Whose a chat is: assigned, offered, handed over, given back; and who else may look on."""

from typing import ClassVar, Literal

from console.events.base import Author, ChatFact

AssignReason = Literal["least_pressure", "last_agent", "next_in_line", "accepted", "taken", "transferred", "took_over"]
ReleaseReason = Literal["gone", "unseen"]
WithdrawReason = Literal["declined", "missed", "gone"]
WaitReason = Literal["", "nobody_there", "all_busy", "language", "offered", "pull"]
WrapReason = Literal["done", "time", "gone", "reopened"]


class Assigned(ChatFact, tag="assigned"):
    """Somebody has the chat; the whole trace of why this one, and of why the visitor waited."""

    public: ClassVar[bool] = True
    agent: str
    name: str
    slot: int  # 1..6, stable while the agent holds the chat
    why: AssignReason
    candidates: int  # members with a free slot in that line at that moment, this one included
    clocks: int  # this one's running clocks at that moment
    waited: int  # ms in line
    due: int = 0
    chats: int = 0  # this one's slots in use at that moment
    line: str = ""  # the queue in whose line it was found, if overflow had brought it there
    stuck: WaitReason = ""  # why nobody got it at once
    expected: int = 0  # the wait (ms) that was expected when it came into the line
    pace: int = 0  # ms between two assignments of this queue while somebody waits, as known from now on


class Offered(ChatFact, tag="offered"):
    """An agent is asked whether they take it; a slot is kept for the answer."""

    agent: str
    name: str
    slot: int
    until: int  # ms
    candidates: int
    clocks: int


class Withdrawn(ChatFact, tag="withdrawn"):
    """The offer is over without an answer of yes: the chat is back in its place in line."""

    agent: str
    why: WithdrawReason


class Released(ChatFact, tag="released"):
    """The chat went back to the front of its line."""

    public: ClassVar[bool] = True
    agent: str
    why: ReleaseReason
    due: int = 0
    rank: int = 0


class Overflowed(ChatFact, tag="overflowed"):
    """It has waited long enough to stand in this queue's line too."""

    queue: str


class AnyLanguage(ChatFact, tag="any_language"):
    """It has waited long enough for somebody who speaks its language: anybody may have it now."""


class Transferred(ChatFact, tag="transferred"):
    """Handed over, to a queue or to one agent (`to`); whoever held it (`agent`, empty in line) has it no more.

    The note is for staff. The clock goes on; `due` is the open turn's, or the new line's promise.
    """

    public: ClassVar[bool] = True
    author: Author
    cid: str
    agent: str
    queue: str
    due: int
    rank: int = 0
    to: str = ""
    note: str = ""


class Invited(ChatFact, tag="invited"):
    """A colleague may look on and whisper."""

    author: Author
    cid: str
    agent: str
    name: str


class Wrapped(ChatFact, tag="wrapped"):
    """The wrap-up is over and its slot free; it took `took` ms."""

    agent: str
    why: WrapReason
    took: int
