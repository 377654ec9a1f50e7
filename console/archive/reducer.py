"""Turns facts into rows, without SQL: the row of a fact, and the chat that results from its facts."""

import msgspec
from sqlalchemy import RowMapping

from console.archive.search_words import fold_text
from console.domain.languages import language_of
from console.events import (
    AnyFact,
    Assigned,
    Author,
    ChatFact,
    Ended,
    Entry,
    Handled,
    Labelled,
    LanguageSet,
    Late,
    Mailed,
    Message,
    Note,
    NoteRedacted,
    Opened,
    Profile,
    Rated,
    Redacted,
    Renamed,
    Reopened,
    Tended,
    Transferred,
    Unreadable,
)

ABOUT_THE_VISITOR = ("opened", "reopened", "profile")  # facts that name their author; in SQL the author is that id


class ArchivedChat(msgspec.Struct):
    """A chat in the archive: the columns of `chats` except the workspace. Times are in ms, None for never."""

    id: str
    channel: str = "web"
    site: str = ""
    queue: str = ""
    visitor: str = ""
    name: str = ""
    email: str = ""
    verified: bool = False
    external: str = ""  # the website's own id for the visitor
    proven: list[str] = []  # what a signed identity says: name, email, field:<name>
    locale: str = ""  # the browser's
    language: str = ""  # a primary tag; empty in rows of older releases
    language_by: str = ""  # text or agent; empty: the browser's word
    page: str = ""
    title: str = ""
    fields: dict[str, str] = {}
    answers: list[dict[str, str]] = []  # to the questions before the chat: key, question, answer
    words: str = ""
    opened: int = 0
    ended: int | None = None
    last: int = 0
    why: str = ""
    reason: str = ""  # why the visitor got in touch
    tags: list[str] = []
    left_message: bool = False
    agent: str = ""
    agent_name: str = ""
    messages: int = 0
    late: int = 0
    rating: int | None = None
    comment: str = ""
    handled: int | None = None
    handled_by: str = ""
    owner: str = ""  # who takes care of a left message
    owner_name: str = ""
    state: str = ""  # of a left message: open, answered, waiting or done
    asked: int = 0  # since when its visitor waits for an answer; 0: not waiting
    imported: str = ""  # source format of an import; empty for a chat that was held here
    listed: str = ""  # ended, left, handled, or visitor for one without chats; empty while the chat is open
    place: int | None = None  # position in those lists, given by the search index

    @property
    def spoken(self) -> str:
        return self.language or language_of(self.locale)


def archived_chat(row: RowMapping) -> ArchivedChat:
    """Build a chat from a row of `chats`."""
    return ArchivedChat(**{name: row[name] for name in ArchivedChat.__struct_fields__})


def fact_row(entry: Entry, *, workspace: str, epoch: str, visitor: str) -> dict[str, object]:
    """Return the columns of `facts` for an entry; `visitor` is the chat's.

    Raises ValueError for an unknown kind of fact.
    """
    fact = entry.fact
    if isinstance(fact, Unreadable):
        raise ValueError("This release does not understand the entry.")
    in_chat = isinstance(fact, ChatFact)
    return {
        "workspace": workspace,
        "id": entry.id,
        "epoch": epoch,
        "n": entry.n,
        "at": fact.at,
        "kind": kind_of(fact),
        "chat": fact.chat if isinstance(fact, ChatFact) else None,
        "seq": fact.seq if isinstance(fact, ChatFact) else None,
        "author": author_of(fact) or (visitor if in_chat else "") or None,
        "cid": cid_of(fact) or None,
        "words": fold_text(text_of(fact)),
        "raw": entry.raw.decode(),
    }


class Whole(msgspec.Struct):
    """A fact that contains another fact: the JSON of the inner one."""

    fact: msgspec.Raw


def redacted_columns(entry: Entry, fact: Redacted | NoteRedacted) -> dict[str, object]:
    """Return the new values for the row of a redacted fact, as `entry` gives them."""
    raw = msgspec.json.decode(entry.raw, type=Whole).fact
    return {"words": fold_text(text_of(fact.fact)), "raw": bytes(raw).decode()}


def kind_of(fact: AnyFact) -> str:
    return str(fact.__struct_config__.tag)


def text_of(fact: AnyFact) -> str:
    """Return the text a person wrote in the fact."""
    match fact:
        case Message() | Note() | Mailed():
            return fact.text
        case Rated():
            return fact.comment
        case Transferred():
            return fact.note
        case _:
            return ""


def author_of(fact: AnyFact) -> str:
    """Return the id of the member who did it; empty for the visitor (facts carry no id for them) and for the system."""
    if isinstance(fact, Redacted | NoteRedacted):
        return fact.by
    author = getattr(fact, "author", None)
    return author.id if author is not None else str(getattr(fact, "agent", "") or getattr(fact, "bot", ""))


def cid_of(fact: AnyFact) -> str:
    """Return the command behind the fact. A reopening repeats the opening's data, cid included, so it counts as having
    none.
    """
    return "" if isinstance(fact, Reopened) else str(getattr(fact, "cid", ""))


def fold(chat: ArchivedChat, fact: ChatFact) -> None:
    """Advance the chat by one of its facts."""
    chat.last = max(chat.last, fact.at)
    chat.opened = chat.opened or fact.at
    match fact:
        case Opened():
            _set_opening(chat, fact, at=fact.at)
            chat.imported = fact.imported
        case Message():
            _add_message(chat, fact)
        case Assigned():
            _continue(chat)
            chat.agent, chat.agent_name = fact.agent, fact.name
        case Ended():
            chat.ended, chat.why, chat.left_message = fact.at, fact.why, fact.why == "message_left"
            if chat.left_message:
                chat.state, chat.asked = "open", fact.at
        case Reopened():
            _continue(chat)
            _set_opening(chat, fact, at=fact.opened)
        case Transferred():
            chat.queue = fact.queue
        case Renamed():
            _set_name(chat, fact.name)
        case LanguageSet():
            chat.language, chat.language_by = fact.language, fact.by
        case Labelled():
            chat.reason, chat.tags = _plain(fact.reason), [_plain(tag) for tag in fact.tags]
        case Late():
            chat.late += 1
        case Rated():
            chat.rating, chat.comment = fact.score, _plain(fact.comment)
        case Profile():
            _set_visitor(chat, fact)
            if fact.named:
                _set_name(chat, fact.named)
        case NoteRedacted(fact=Rated(comment=comment)):
            chat.comment = _plain(comment)
        case Handled():
            _set_state(chat, "done", fact.at, fact.author)
        case Mailed():
            chat.messages += 1
            if fact.by == "agent":
                chat.agent, chat.agent_name = fact.author.id, fact.author.name
                if not chat.owner:
                    chat.owner, chat.owner_name = fact.author.id, _plain(fact.author.name)
            _set_state(chat, fact.state, fact.at, fact.author)
        case Tended():
            chat.owner, chat.owner_name = fact.owner, _plain(fact.name)
            _set_state(chat, fact.state, fact.at, fact.author)
    chat.listed = _list_of(chat)


def _set_state(chat: ArchivedChat, state: str, at: int, by: Author) -> None:
    """Set the state of a left message. An open one has to be handled, and its visitor waits."""
    if state == "open":
        chat.handled, chat.handled_by, chat.asked = None, "", chat.asked or at
    elif chat.state in ("open", ""):
        chat.handled, chat.handled_by, chat.asked = at, by.name or by.id, 0
    chat.state = state


def mark_lost(chat: ArchivedChat) -> None:
    """Mark the chat as lost: the live store no longer has it, so no fact will say how it ended."""
    chat.ended, chat.why, chat.left_message = chat.last, "lost", False
    chat.listed = _list_of(chat)


def _list_of(chat: ArchivedChat) -> str:
    if chat.ended is None:
        return ""
    if not chat.left_message:
        return "visitor" if chat.imported and not chat.messages else "ended"
    return "handled" if chat.handled else "left"


def _set_opening(chat: ArchivedChat, fact: Opened | Reopened, *, at: int) -> None:
    chat.opened, chat.channel, chat.site, chat.queue = at, fact.channel, fact.site, fact.queue
    chat.language, chat.language_by = fact.language or language_of(fact.locale), fact.language_by
    _set_visitor(chat, fact)


def _continue(chat: ArchivedChat) -> None:
    chat.ended, chat.why, chat.left_message, chat.state, chat.asked = None, "", False, "", 0


def _add_message(chat: ArchivedChat, fact: Message) -> None:
    _continue(chat)  # an ended chat gets no messages: the store lost the end and continues the chat
    chat.messages += 1
    if fact.by == "agent":
        chat.agent, chat.agent_name = fact.author.id, fact.author.name


def _set_visitor(chat: ArchivedChat, fact: Opened | Reopened | Profile) -> None:
    visitor = fact.visitor
    chat.visitor, chat.verified, chat.fields = visitor.id, visitor.verified, dict(fact.fields)
    chat.external, chat.proven = _plain(visitor.external), list(fact.proven)
    chat.email, chat.locale = _plain(visitor.email), _plain(fact.locale)
    chat.page, chat.title = _plain(fact.page), _plain(fact.title)
    if not isinstance(fact, Profile):
        chat.answers = msgspec.to_builtins(fact.answers)
    _set_name(chat, visitor.name)


def _set_name(chat: ArchivedChat, name: str) -> None:
    """Set the visitor's name, and make the chat findable by it."""
    chat.name = _plain(name)
    chat.words = fold_text(f"{name}\n{chat.email}\n{chat.visitor}\n{chat.external}".rstrip())


def _plain(text: str) -> str:
    """Remove NUL, which PostgreSQL cannot store; the fact's own JSON keeps it."""
    return text.replace("\0", "")
