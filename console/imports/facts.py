"""The facts of an imported chat: what this installation would have recorded if the chat had been held here."""

from collections.abc import Iterator
from typing import Any

import msgspec

from console.domain.ids import same_id
from console.domain.imports import Format, PastChat, VisitorRecord
from console.events import AnyChatFact, Author, Ended, Entry, Handled, Labelled, Message, Note, Opened, Rated, Visitor

EPOCH = "import"  # not a history of the live store


def without_messages(visitor: VisitorRecord, at: int) -> PastChat:
    """Return the chat for a visitor without chats: it has no messages and is in no list of chats."""
    return PastChat(
        id=same_id("visitor", visitor.id),
        visitor=visitor.id,
        name=visitor.name,
        email=visitor.email,
        locale=visitor.locale,
        fields=visitor.fields,
        site=visitor.site,
        queue=visitor.queue,
        opened=at,
        ended=at,
    )


def entries_of(chat: PastChat, format: Format, by: Author) -> list[Entry]:
    """Return the chat as entries of the feed, the same every time; `by` is who imports it."""
    entries: list[Entry] = []
    public = 0
    for seq, fact in enumerate(_facts(chat, format, by), 1):
        fact.seq, fact.prev, fact.chat = seq, public, chat.id
        if hasattr(fact, "cid"):
            fact.cid = f"{same_id('cid', chat.id, str(seq))}import"
        public = seq if fact.public else public
        id = f"import-{same_id('fact', chat.id, str(seq))}"
        entries.append(Entry(id, seq, fact, msgspec.json.encode(fact)))
    return entries


def _facts(chat: PastChat, format: Format, by: Author) -> Iterator[AnyChatFact]:
    place: dict[str, Any] = {"chat": "", "seq": 0, "prev": 0}
    yield Opened(
        **place,
        at=chat.opened,
        visitor=Visitor(chat.visitor, chat.name, chat.email),
        queue=chat.queue,
        site=chat.site,
        due=0,
        channel=chat.channel,
        locale=chat.locale,
        page=chat.page,
        title=chat.title,
        fields=chat.fields,
        imported=format,
    )
    agent = ""
    for line in chat.lines:
        author = Author(line.agent, line.name) if line.agent else Author(chat.visitor, chat.name)
        if line.note:
            yield Note(**place, at=line.at, author=author, cid="", text=line.text)
        else:
            yield Message(**place, at=line.at, by=line.by, author=author, cid="", text=line.text)
        agent = line.agent if line.by == "agent" and not line.note else agent
    if chat.reason or chat.tags:
        yield Labelled(**place, at=chat.ended, author=by, cid="", reason=chat.reason, tags=list(chat.tags))
    yield Ended(**place, at=chat.ended, why=chat.why, agent=agent)  # type: ignore[arg-type]  # checked when it was read
    if chat.rating:
        yield Rated(**place, at=chat.ended, score=chat.rating, cid="", comment=chat.comment)
    if chat.why == "message_left":  # it was handled there, so nobody here owes an answer
        yield Handled(**place, at=chat.ended, author=by, cid="")
