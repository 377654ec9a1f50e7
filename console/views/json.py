"""Facts as JSON frames.

A visitor's frame is built field by field, so a new field never reaches visitors by accident.
"""

from collections.abc import Mapping

import msgspec

from console.domain.directory import Member, Site
from console.domain.identity import SignedPerson
from console.domain.questions import LONGEST_ANSWER
from console.domain.shared_files import accepted
from console.events import (
    Asked,
    Assigned,
    BotAssigned,
    ChatFact,
    Ended,
    Entry,
    Message,
    Opened,
    Rated,
    Redacted,
    Released,
    Reopened,
    Transferred,
    read_log,
)
from console.projection.picture import BotState
from console.protocol import AgentFact, ChatForVisitor, FilesAllowed, Place, QuestionAsked, VisitorFact, encode
from console.queue.results import ChatSnapshot

REOPEN = 600_000  # ms; the same as in functions/base.lua
VISITOR_PLACES: dict[str, Place] = {
    "bot": "active",
    "waiting": "waiting",
    "offered": "waiting",
    "active": "active",
    "wrapup": "ended",
    "ended": "ended",
}


def visitor_fact(fact: ChatFact) -> VisitorFact | None:
    """Return the fact as the visitor may see it; None for staff-only facts."""
    match fact:
        case Message():
            return _message(fact)
        case Redacted():
            frame = _of(fact, "redacted")
            frame.of, frame.text = fact.of, fact.fact.text
            return frame
        case Assigned():
            frame = _of(fact, "assigned")
            frame.name = fact.name
            return frame
        case BotAssigned():
            frame = _of(fact, "assigned")
            frame.name, frame.bot = fact.name, True
            return frame
        case Ended():
            frame = _of(fact, "ended")
            frame.why = fact.why
            frame.cid = fact.cid if fact.why in ("visitor", "message_left") else ""
            return frame
        case Rated():
            frame = _of(fact, "rated")
            frame.score, frame.cid = fact.score, fact.cid
            return frame
        case Opened():
            frame = _of(fact, "opened")
            if fact.greeting is not None:
                frame.by, frame.name, frame.text = "site", fact.greeting.name, fact.greeting.text
            return frame
        case Released():
            return _of(fact, "released")
        case Transferred():
            return _of(fact, "transferred")
        case Asked():
            return _of(fact, "asked")
        case Reopened():
            return _of(fact, "reopened")
    return None


def visitor_frame(fact: ChatFact) -> str | None:
    frame = visitor_fact(fact)
    return encode(frame).decode() if frame is not None else None


def visitor_facts(log: list[bytes]) -> list[VisitorFact]:
    """Return the public facts of a log, oldest first."""
    return [frame for fact in read_log(log) if (frame := visitor_fact(fact)) is not None]


def files_allowed(site: Site) -> FilesAllowed | None:
    """Return the files that the site's visitors may send; None: no files."""
    if not site.files:
        return None
    return FilesAllowed(site.file_size * 1_000_000, ",".join(accepted(site.files)))


def questions_asked(site: Site, locale: str, person: SignedPerson | None) -> list[QuestionAsked]:
    """Return the questions before a chat, in the visitor's language. A signed identity's values are filled in as
    answers.
    """
    signed = {**person.fields, "name": person.name, "email": person.email} if person is not None else {}
    found = []
    for one in site.questions.asked:
        text, *labels = one.words_in(locale)
        shown = QuestionAsked(
            key=one.key,
            text=text,
            kind=one.kind,
            required=one.required,
            choices=one.choices,
            labels=tuple(labels) if tuple(labels) != one.choices else (),
            when=one.when,
            equals=one.equals,
            prefill=one.prefill,
            value=signed.get(one.prefill, "")[:LONGEST_ANSWER],
        )
        found.append(shown)
    return found


def raw(frame: VisitorFact) -> msgspec.Raw:
    return msgspec.Raw(encode(frame))


def visitor_chat(chat: ChatSnapshot, members: Mapping[str, Member], bots: Mapping[str, BotState]) -> ChatForVisitor:
    """Visitor-safe view of a chat; hides offers and wrap-up."""
    bot = chat.fields.get("bot", "")
    held: Place = "active" if chat.fields.get("agent") else "waiting"  # in a state that only a newer release knows
    place = VISITOR_PLACES.get(chat.fields["place"], held)
    agent = bots.get(bot) if bot else members.get(chat.fields.get("agent", "")) if place != "waiting" else None
    left = chat.fields.get("left_message") == "1"
    return ChatForVisitor(
        id=chat.id,
        place=place,
        last=chat.number("last"),
        agent=agent.name if agent else "",
        bot=bool(bot),
        seen=min(chat.number("seen_agent"), chat.number("last")),
        promise=chat.number("promise"),
        can_reopen_until=chat.number("ended") + REOPEN if place == "ended" and not left else 0,
        rated=chat.fields.get("rated") == "1",
    )


def agent_frame(entry: Entry) -> str:
    """Return the fact unchanged, for an agent on the JSON socket."""
    return encode(AgentFact(entry.n, msgspec.Raw(entry.raw))).decode()


def _message(fact: Message) -> VisitorFact:
    mine, promised = fact.by == "visitor", fact.promised
    return VisitorFact(
        fact.chat,
        fact.seq,
        fact.prev,
        fact.at,
        "message",
        by=fact.by,
        name="" if mine else fact.author.name,
        cid=fact.cid if mine else "",
        text=fact.text,
        hidden=fact.hidden,
        promise=fact.promise,
        promised="" if promised is None else "kept" if promised.kept else "broken",
        file=fact.file,
    )


def _of(fact: ChatFact, kind: str) -> VisitorFact:
    return VisitorFact(fact.chat, fact.seq, fact.prev, fact.at, kind)  # type: ignore[arg-type]
