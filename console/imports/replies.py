"""Canned replies, from each format."""

import re
from collections.abc import Callable, Mapping

from console.domain.directory import Canned, Scope
from console.domain.imports import Format, Misfit, ReplyRecord
from console.domain.validation.members import CANNED_TEXT, snippet_of, validate_canned
from console.domain.validation.problems import ID
from console.imports.fields import NO_TEXT, Fields, line, pieces, text_of
from console.imports.known import KnownHere

TITLE = ("title", "name", "shortcut", "short_code")
TEXT = ("text", "message", "content", "body", "reply")
COLUMNS = {*TITLE, *TEXT, "id", "snippet", "code", "scope", "owner", "queue", "department"}
LIQUID = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
FILLED = {"contact.name": "{visitor}", "contact.first_name": "{first_name}", "agent.name": "{agent}"}


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


LONG_REPLY = _("Enter a reply of up to %(most)s characters.")
PERSONAL = _("This is a member's personal reply. They can add it themselves.")


def reply_of(row: Fields, known: KnownHere) -> ReplyRecord:
    """Return the row's reply. An invalid snippet is left out. Raises Misfit."""
    record = READ[known.format](row, known)
    if record.scope == "member":
        raise Misfit(PERSONAL)
    wrong = validate_canned(canned_of(record), (), known.directory)
    if any(problem.field == "snippet" for problem in wrong):
        record = ReplyRecord(record.id, record.title, record.text, record.scope, record.owner)
    for problem in wrong:
        if problem.field != "snippet":
            raise Misfit(problem.says, **problem.values)
    return record


def canned_of(record: ReplyRecord) -> Canned:
    scope: Scope = "queue" if record.scope == "queue" else "shared"
    return Canned(record.id, record.title, record.text, scope, record.owner, record.snippet)


def _plain(row: Fields, known: KnownHere) -> ReplyRecord:
    title = text_of(row, *TITLE)
    there = text_of(row, "id")
    queue = text_of(row, "queue", "department", "owner")
    scope = text_of(row, "scope").casefold() or ("queue" if queue else "shared")
    return ReplyRecord(
        id=there if known.format == "json" and ID.fullmatch(there) else known.id("reply", there or title),
        title=title,
        text=_text(next((row[name] for name in TEXT if row.get(name)), "")),
        scope=scope,
        owner=known.queues.get(queue.casefold(), queue) if scope == "queue" else "",
        snippet=snippet_of(text_of(row, "snippet", "code", "short_code")),
    )


def _zendesk(row: Fields, known: KnownHere) -> ReplyRecord:
    name = text_of(row, "name")
    return ReplyRecord(
        known.id("reply", text_of(row, "id") or name), name, _text(row.get("message")), snippet=snippet_of(name)
    )


def _chatwoot(row: Fields, known: KnownHere) -> ReplyRecord:
    code = text_of(row, "short_code")
    text = LIQUID.sub(lambda found: FILLED.get(found[1], found[0]), _text(row.get("content")))
    return ReplyRecord(known.id("reply", text_of(row, "id") or code), line(code), text, snippet=snippet_of(code))


def _text(value: object) -> str:
    """Return the text in one piece. A text longer than a message cannot be a reply."""
    found = pieces(value)
    if not found:
        raise Misfit(NO_TEXT)
    if len(found) > 1:
        raise Misfit(LONG_REPLY, most=CANNED_TEXT)
    return found[0]


READ: Mapping[Format, Callable[[Fields, KnownHere], ReplyRecord]] = {
    "csv": _plain,
    "json": _plain,
    "zendesk": _zendesk,
    "chatwoot": _chatwoot,
}
