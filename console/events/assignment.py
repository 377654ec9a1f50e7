"""Who holds a chat (assigned, offered, transferred, released), and who may watch it."""

from typing import ClassVar, Literal

from console.events.base import Author, ChatFact, Estimate, Kept

AssignReason = Literal["least_pressure", "last_agent", "next_in_line", "accepted", "taken", "transferred", "took_over"]
ReleaseReason = Literal["gone", "unseen"]
WithdrawReason = Literal["declined", "missed", "gone"]
WaitReason = Literal["", "nobody_there", "all_busy", "language", "offered", "pull"]
LeaveReason = Literal["", "handed", "asked", "silent", "gone", "taken"]
WrapReason = Literal["done", "time", "gone", "reopened", "later"]


class Assigned(ChatFact, tag="assigned"):
    """An agent has the chat. Says why this agent, and why the visitor waited."""

    public: ClassVar[bool] = True
    agent: str
    name: str
    slot: int  # 1..6, fixed while the agent holds the chat
    why: AssignReason
    candidates: int  # members of that queue with a free slot at that moment, including this one
    clocks: int  # this agent's open turns at that moment
    waited: int  # ms of waiting
    due: int = 0
    chats: int = 0  # this agent's used slots at that moment
    aside: bool = False  # in a slot for chats of other channels, if the agent has any
    line: str = ""  # the queue that gave it, if the chat had overflowed there
    stuck: WaitReason = ""  # why nobody got it at once
    expected: int = 0  # the wait (ms) that was expected when the chat started to wait
    estimate: Estimate = ""  # whether it was as expected
    pace: int = 0  # ms that chats of this queue wait for each place, as measured from now on


class Offered(ChatFact, tag="offered"):
    """The chat is offered to an agent; a slot is reserved until the reply."""

    agent: str
    name: str
    slot: int
    until: int  # ms
    candidates: int
    clocks: int


class Withdrawn(ChatFact, tag="withdrawn"):
    """The offer ended without being accepted. The chat keeps its position among those that wait."""

    agent: str
    why: WithdrawReason


class Released(ChatFact, tag="released"):
    """The chat went back to the front of its queue."""

    public: ClassVar[bool] = True
    agent: str
    why: ReleaseReason
    due: int = 0
    rank: int = 0


class Overflowed(ChatFact, tag="overflowed"):
    """The chat has waited long enough to be offered to this queue's members too."""

    queue: str


class AnyLanguage(ChatFact, tag="any_language"):
    """The chat has waited long enough for a member who speaks its language: any member may have it now."""


class Transferred(ChatFact, tag="transferred"):
    """Transferred to a queue or to one agent (`to`); `agent` held it before (empty if it was waiting).

    The note is for staff. The clock keeps running; `due` is that of the open turn, or of the new queue's promise. From
    a `bot` the chat goes to people because the bot hands it over (the note is its summary), the visitor asks for a
    person, the bot is silent or gone, or a member has taken it. The visitor's turn then starts, at `since`.
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
    bot: str = ""
    why: LeaveReason = ""
    since: int = 0
    promised: Kept | None = None  # an agent's promise to be back, which ends when a bot gets the chat (`to`)
    hidden: bool = False  # as in a message


class BotAssigned(ChatFact, tag="bot_assigned"):
    """A bot has the chat: as the first, or because an agent transferred it there. No clock runs."""

    public: ClassVar[bool] = True
    bot: str
    name: str
    why: Literal["first", "given"] = "first"


class Invited(ChatFact, tag="invited"):
    """A colleague may watch and whisper."""

    author: Author
    cid: str
    agent: str
    name: str


class Wrapped(ChatFact, tag="wrapped"):
    """Wrap-up is over and the slot is free; it took `took` ms.

    `later`: it ended without a reason, which the agent may still give, since the chat is on their list. `dropped` is
    the chat that left the list to make room.
    """

    agent: str
    why: WrapReason
    took: int
    later: bool = False
    dropped: str = ""
