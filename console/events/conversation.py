"""What happens in a chat: how it begins, what is said and not said in time, how it ends, and what is kept of it."""

from typing import ClassVar, Literal

from console.events.base import Author, ChatFact, Kept, Role, Turn, Visitor

EndReason = Literal["visitor", "agent", "silent", "abandoned", "message_left"]


class Opening(ChatFact):
    """All that is known of a chat as it begins, so that no picture has to look it up."""

    public: ClassVar[bool] = True
    visitor: Visitor
    queue: str
    site: str
    due: int  # ms: when the promise to a chat in line breaks
    rank: int = 0  # its place among others in line: the lower the sooner
    channel: str = "web"
    locale: str = ""
    page: str = ""
    title: str = ""
    referrer: str = ""
    agent_string: str = ""
    fields: dict[str, str] = {}
    cid: str = ""


class Opened(Opening, tag="opened"):
    """A visitor began a chat; the first message follows."""


class Reopened(Opening, tag="reopened", kw_only=True):
    """The visitor wrote again soon after the end; `opened` is when the chat first began (ms)."""

    opened: int


class Message(ChatFact, tag="message"):
    """Something said in public. `due` is the open turn's after it (0: no turn is open)."""

    public: ClassVar[bool] = True
    by: Role
    author: Author
    cid: str
    text: str
    read: int = 0  # an agent's: the last visitor seq on that screen
    turn: Turn | None = None  # the turn this answer closed
    due: int = 0
    since: int = 0  # when that turn began
    promise: int = 0  # an agent's holding reply: when (ms) they are to be back
    promised: Kept | None = None  # the earlier promise that this answer ended
    canned: str = ""  # the id of the canned reply that was sent as it stands


class Note(ChatFact, tag="note"):
    """Among staff. A `whisper` is from somebody who looks on: a supervisor, an invited colleague."""

    author: Author
    cid: str
    text: str
    whisper: bool = False


class NoReply(ChatFact, tag="no_reply"):
    """An agent closed a turn that asks for no answer ("ok thanks"); what came unseen since opened the next."""

    author: Author
    cid: str
    turn: Turn
    due: int = 0
    since: int = 0


class Late(ChatFact, tag="late"):
    """The open turn's promise broke; once a turn. `agent` is empty while in line."""

    queue: str
    due: int
    agent: str = ""


class PromiseBroken(ChatFact, tag="promise_broken"):
    """A holding reply's promise has passed."""

    agent: str
    due: int


class Asked(ChatFact, tag="asked"):
    """The visitor was silent for the queue's idle time and is asked whether they are there."""

    public: ClassVar[bool] = True


class Ended(ChatFact, tag="ended"):
    public: ClassVar[bool] = True
    why: EndReason
    agent: str = ""  # who held it
    author: Author | None = None
    cid: str = ""
    waited: int = 0  # ms in line, of one whose visitor left before anybody had it
    handling: int = 0  # ms that the agent had it
    wrapup: int = 0  # until when (ms) its slot is kept for reason and tags
    promised: Kept | None = None


class Rated(ChatFact, tag="rated"):
    public: ClassVar[bool] = True
    score: int
    cid: str
    comment: str = ""


class Profile(ChatFact, tag="profile"):
    """What the page says of the visitor changed; the whole picture, not the difference."""

    visitor: Visitor
    locale: str = ""
    page: str = ""
    title: str = ""
    fields: dict[str, str] = {}
    cid: str = ""


class Labelled(ChatFact, tag="labelled"):
    """The chat's reason for contact and tags, whole, as they are from now on."""

    author: Author
    cid: str
    reason: str = ""
    tags: list[str] = []


class Handled(ChatFact, tag="handled"):
    """Somebody took care of a left message."""

    author: Author
    cid: str
