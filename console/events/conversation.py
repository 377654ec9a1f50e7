"""The course of a chat: opening, messages, missing answers, ending, rating, and its labels."""

from typing import ClassVar, Literal

import msgspec

from console.events.assignment import Transferred
from console.events.base import Answered, AnswerGiven, Author, ChatFact, Estimate, Greeted, Kept, Role, Turn, Visitor

LeftState = Literal["open", "answered", "waiting", "done"]
LanguageWord = Literal["", "text", "agent"]  # the source; empty: the browser
EndReason = Literal["visitor", "agent", "bot", "integration", "silent", "abandoned", "message_left"]


class Opening(ChatFact):
    """Everything known about a chat when it starts, so that no reader has to look it up."""

    public: ClassVar[bool] = True
    visitor: Visitor
    queue: str
    site: str
    due: int  # ms; when the promise to a waiting chat breaks
    rank: int = 0  # order among waiting chats: lower is sooner
    channel: str = "web"
    locale: str = ""
    language: str = ""  # that of the chat, a primary tag; empty from an older release: then it is the locale's
    language_by: LanguageWord = ""
    page: str = ""
    title: str = ""
    referrer: str = ""
    agent_string: str = ""
    zone: str = ""  # the visitor's time zone, according to the browser
    fields: dict[str, str] = {}
    proven: list[str] = []  # what a signed identity vouches for: name, email, field:<name>
    answers: list[AnswerGiven] = []  # to the site's questions before the chat
    greeting: Greeted | None = None  # what the visitor clicked to start it
    cid: str = ""


class Opened(Opening, tag="opened"):
    """A visitor opened a chat; the first message follows. `imported` is the format of the file it came from."""

    imported: str = ""


class Reopened(Opening, tag="reopened", kw_only=True):
    """The visitor wrote again soon after the end, or the chat was put back into a store that had lost it.

    `opened` is when the chat was first opened (ms), `turn` since when the visitor waits for an answer.
    """

    opened: int
    turn: int = 0


class SharedFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file sent with a message. `size` in bytes; a picture has its size in pixels. `pending`: not scanned yet."""

    id: str
    name: str
    type: str
    size: int
    width: int = 0
    height: int = 0
    pending: bool = False


class Message(ChatFact, tag="message"):
    """A public message. `due` is that of the open turn after it (0: no open turn)."""

    public: ClassVar[bool] = True
    by: Role
    author: Author
    cid: str
    text: str
    read: int = 0  # agent: the last visitor seq on screen
    turn: Turn | None = None  # the turn that this reply closed
    answer: Answered | None = None  # agent: what it answers; a holding reply answers nothing
    due: int = 0
    since: int = 0  # when that turn started
    promise: int = 0  # agent: when (ms) they promise to be back
    promised: Kept | None = None  # the earlier promise that this answer settled
    canned: str = ""  # id of the canned reply that was sent unchanged
    suggestion: str = ""  # agent: how suggested replies were used: shown, taken, edited
    drafted: str = ""  # agent: the same for the model's draft
    automatic: bool = False  # agent: a first word that was given in their name
    hidden: bool = False  # a card number was hidden, in it or in several messages that end with it
    file: SharedFile | None = None  # the text is its name


class Note(ChatFact, tag="note"):
    """An internal note. A `whisper` comes from somebody who watches: a supervisor or an invited colleague."""

    author: Author
    cid: str
    text: str
    whisper: bool = False
    hidden: bool = False  # as in a message


class NoReply(ChatFact, tag="no_reply"):
    """An agent closed a turn that needs no answer ("ok thanks").

    `due` and `since` are of the turn opened by messages the agent had not seen yet.
    """

    author: Author
    cid: str
    turn: Turn
    due: int = 0
    since: int = 0


class Late(ChatFact, tag="late"):
    """The open turn's promise broke; at most once per turn. `agent` is empty while the chat waits.

    `own` means that the agent's own time is over too, which is always so if they had the chat from the start.
    """

    queue: str
    due: int
    agent: str = ""
    own: bool = False


class Overdue(ChatFact, tag="overdue"):
    """In a chat whose promise was already broken, its new holder's own time is over too."""

    queue: str
    due: int
    agent: str


class PromiseBroken(ChatFact, tag="promise_broken"):
    """An agent did not come back within the promised time."""

    agent: str
    due: int


class Asked(ChatFact, tag="asked"):
    """The visitor was silent for the queue's idle time and was asked whether they are still there."""

    public: ClassVar[bool] = True


class Ended(ChatFact, tag="ended"):
    """The chat ended."""

    public: ClassVar[bool] = True
    why: EndReason
    agent: str = ""  # who held it
    author: Author | None = None
    cid: str = ""
    waited: int = 0  # ms of waiting, if the visitor left before anybody had the chat
    expected: int = 0  # the wait (ms) that was expected, if the chat was waiting
    estimate: Estimate = ""  # "wrong" if the visitor had waited longer than expected; otherwise unknown
    handling: int = 0  # ms that the agent had the chat
    wrapup: int = 0  # until when (ms) its slot stays reserved for reason and tags
    promised: Kept | None = None
    held: bool = False  # after holding replies, the visitor never got the answer
    asks: bool = False  # an agent had it, in a queue that asks for a reason
    bot: str = ""  # which bot had it
    solved: bool = False  # the bot said something, and no person ever had the chat


class Mailed(ChatFact, tag="mailed", kw_only=True):
    """A mail in the conversation that a left message began: an agent's answer, or the visitor's reply.

    `mail` is its Message-ID. `state` is the conversation's state from now on, `left` the change in the number of left
    messages to handle.
    """

    by: Role
    author: Author
    cid: str
    text: str
    mail: str
    state: LeftState = "open"
    left: int = 0
    hidden: bool = False  # as in a message


class Tended(ChatFact, tag="tended", kw_only=True):
    """The owner of a left message (empty: nobody), and its state from now on; `left` as in a mail."""

    author: Author
    cid: str
    owner: str = ""
    name: str = ""  # the owner's
    state: LeftState = "open"
    left: int = 0


class Rated(ChatFact, tag="rated"):
    """The visitor rated the chat."""

    public: ClassVar[bool] = True
    score: int
    cid: str
    comment: str = ""


class Profile(ChatFact, tag="profile"):
    """The data about the visitor changed. Holds the new data in full, not a difference.

    With a signed identity, `visitor` may be a different id than before: the chat belongs to them from now on.
    """

    visitor: Visitor
    locale: str = ""
    page: str = ""
    title: str = ""
    fields: dict[str, str] = {}
    proven: list[str] = []
    cid: str = ""
    named: str = ""  # the name that an agent gave the visitor, which has priority


class Renamed(ChatFact, tag="renamed", kw_only=True):
    """An agent gave the visitor a name, used from now on. A reopened chat repeats it, without author and cid."""

    author: Author | None = None
    cid: str = ""
    name: str


class LanguageSet(ChatFact, tag="language_set", kw_only=True):
    """The visitor's language, a primary tag, detected from what they wrote or set by an agent, which stays."""

    by: LanguageWord
    language: str
    author: Author | None = None
    cid: str = ""


class Labelled(ChatFact, tag="labelled"):
    """The chat's reason and tags from now on, in full.

    After the end (`ended`, ms) it has the chat's `queue`. `reasons` is the change in the number of chats with a reason
    (-1 if it was taken back). `settled` says that the chat has left its agent's list of wrap-ups left for later.
    """

    author: Author
    cid: str
    reason: str = ""
    tags: list[str] = []
    queue: str = ""
    ended: int = 0
    reasons: int = 0
    settled: bool = False


class Redacted(ChatFact, tag="redacted"):
    """A message was changed afterwards: later ones showed that it had part of a card number. `fact` is its new form."""

    public: ClassVar[bool] = True
    of: int  # its seq
    fact: Message
    by: str = ""  # author of the later ones, if different


class NoteRedacted(ChatFact, tag="note_redacted"):
    """The same for text that the visitor does not see: a note, a transfer's note, or a rating's comment."""

    of: int
    fact: Note | Transferred | Rated | Mailed
    by: str = ""


class Handled(ChatFact, tag="handled"):
    """Somebody handled a left message."""

    author: Author
    cid: str
