"""Past chats: our own JSON (a chat as the REST API gives it, with its facts), and CSV with one message a row."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Literal

from console.domain.imports import Format, Misfit, PastChat, SaidLine
from console.domain.validation.problems import ID, REASON
from console.imports import chatwoot, zendesk
from console.imports.fields import (
    Fields,
    line,
    name_of,
    object_of,
    objects_of,
    pieces,
    text_of,
    texts_of,
    time_of,
)
from console.imports.known import KnownHere
from console.imports.parts import MOST_LINES, RUNNING, dated, shelved, visitor_id
from console.imports.rows import NO_ROW, Row

By = Literal["visitor", "agent", "bot"]

CHAT = ("chat", "chat_id", "conversation", "conversation_id", "id")
AT = ("at", "time", "timestamp", "date", "created_at", "sent_at")
AUTHOR = ("by", "author", "from", "sender", "sender_type", "role")
TEXT = ("text", "message", "body", "content", "msg")
NAME = ("author_name", "sender_name", "agent")
COLUMNS = {
    *CHAT, *AT, *AUTHOR, *TEXT, *NAME, "visitor", "visitor_name", "name", "email", "visitor_email", "queue",
    "department", "channel", "locale", "page", "url", "reason", "tags", "rating", "comment",
}  # fmt: skip
SENDERS: Mapping[str, tuple[By, bool]] = {
    **dict.fromkeys(("visitor", "customer", "client", "contact", "user", "incoming", "end_user"), ("visitor", False)),
    **dict.fromkeys(("agent", "operator", "outgoing", "staff", "team"), ("agent", False)),
    **dict.fromkeys(("bot", "trigger", "system"), ("bot", False)),
    **dict.fromkeys(("note", "private"), ("agent", True)),
}


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


NO_SENDER = _("“%(name)s” is not a sender. Use visitor, agent, bot or note.")


def chat_of(row: Fields, known: KnownHere) -> PastChat:
    """Return the row's chat. Raises Misfit."""
    return shelved(READ[known.format](row, known), known)


def grouped(rows: Iterable[Row]) -> Iterator[Row]:
    """Gather the rows of one chat, which follow each other, under the number of the first."""
    for name, some in groupby(rows, lambda row: text_of(row.value, *CHAT) if isinstance(row.value, dict) else row.line):
        together = list(islice(some, MOST_LINES + 1))  # more is refused, so it need not be held
        if isinstance(name, int):
            yield from together
        else:
            yield Row(together[0].line, {"id": name, "rows": [row.value for row in together]})


def _csv(row: Fields, known: KnownHere) -> PastChat:
    rows = objects_of(row, "rows")
    every = {name: value for one in reversed(rows) for name, value in one.items() if str(value).strip()}
    there = text_of(row, "id")
    if not there:
        raise Misfit(NO_ROW)
    said = [piece for one in rows for piece in _said(one, known)]
    email = text_of(every, "visitor_email", "email")
    return PastChat(
        id=known.id("chat", there),
        visitor=visitor_id(known, text_of(every, "visitor") or email or there),
        name=name_of(text_of(every, "visitor_name", "name")),
        email=email,
        queue=text_of(every, "queue", "department"),
        channel=text_of(every, "channel").casefold() or "web",
        locale=text_of(every, "locale"),
        page=text_of(every, "page", "url"),
        reason=text_of(every, "reason")[:REASON],
        tags=texts_of(every, "tags", most=20),
        rating=_score(text_of(every, "rating")),
        comment=text_of(every, "comment"),
        lines=tuple(said),
    )


def _said(row: Fields, known: KnownHere) -> list[SaidLine]:
    sender = text_of(row, *AUTHOR).casefold() or "visitor"
    if sender not in SENDERS:
        raise Misfit(NO_SENDER, name=sender[:40])
    (by, note), name = SENDERS[sender], name_of(text_of(row, *NAME))
    agent = "" if by == "visitor" else known.agent(name or by)
    at, text = dated(row, *AT), next((row[name] for name in TEXT if row.get(name)), "")
    return [SaidLine(at, piece, agent, name if agent else "", by, note) for piece in pieces(text)]


def _own(row: Fields, known: KnownHere) -> PastChat:
    """Read a chat as the REST API gives it, with `facts`; or with `messages` of `at`, `by`, `name` and `text`."""
    if "ended" in row and row["ended"] is None:
        raise Misfit(RUNNING)
    there, visitor = text_of(row, "id"), object_of(row, "visitor")
    whom = text_of(visitor, "id") or text_of(visitor, "email") or there
    said = [piece for fact in objects_of(row, "facts") for piece in _fact(fact, known)]
    said += [piece for one in objects_of(row, "messages") for piece in _said(one, known)]
    return PastChat(
        id=there if ID.fullmatch(there) else known.id("chat", there),
        visitor=whom if ID.fullmatch(whom) else visitor_id(known, whom),
        name=name_of(text_of(visitor, "name")),
        email=text_of(visitor, "email"),
        site=text_of(row, "site"),
        queue=text_of(row, "queue"),
        channel=text_of(row, "channel").casefold() or "web",
        locale=text_of(row, "locale"),
        page=text_of(row, "page"),
        title=text_of(row, "title"),
        fields={name[:60]: line(str(value)) for name, value in object_of(row, "fields").items()},
        opened=time_of(row, "opened"),
        ended=time_of(row, "ended"),
        why="message_left" if row.get("left_message") is True else text_of(row, "why"),
        lines=tuple(said),
        reason=text_of(row, "reason")[:REASON],
        tags=texts_of(row, "tags", most=20),
        rating=_score(text_of(row, "rating")),
        comment=text_of(row, "comment"),
    )


def _fact(fact: Fields, known: KnownHere) -> Sequence[SaidLine]:
    kind, author = fact.get("kind"), object_of(fact, "author")
    if kind not in ("message", "note", "mailed"):
        return ()
    by: By = "agent" if kind == "note" else _role(text_of(fact, "by"))
    name = name_of(text_of(author, "name"))
    agent = "" if by == "visitor" else known.agent(text_of(author, "id"), name)
    at, text = dated(fact, "at"), fact.get("text")
    return [SaidLine(at, piece, agent, name if agent else "", by, kind == "note") for piece in pieces(text)]


def _role(by: str) -> By:
    return "visitor" if by == "visitor" else "agent" if by == "agent" else "bot"


def _score(written: str) -> int:
    return int(written) if written in {"1", "2", "3", "4", "5"} else 0


READ: Mapping[Format, Callable[[Fields, KnownHere], PastChat]] = {
    "csv": _csv,
    "json": _own,
    "zendesk": zendesk.chat_of,
    "chatwoot": chatwoot.chat_of,
}
