"""Exports: a transcript as text or JSON, and a list as CSV that no spreadsheet executes."""

import csv
import io
from collections.abc import AsyncIterator, Iterable

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from console.actions import archived_chats
from console.archive.credentials import SignedIn
from console.archive.export_reads import CHATS
from console.archive.history import ChatRecord
from console.archive.reducer import ArchivedChat
from console.archive.search import ChatPage, FoundChat
from console.authentication import services_of
from console.domain.directory import Queue
from console.domain.spreadsheet_cells import harmless
from console.events import Mailed, Message, Note, Opened
from console.pages.chat_filters import ChatFilters
from console.pages.guard import for_members
from console.services import Services
from console.views.plain_lines import line_of, visitor_name
from console.views.records import exported_chat
from console.views.templating import instant

COLUMNS = (
    "chat", "opened", "ended", "name", "email", "queue", "agent", "reason", "tags", "rating", "comment", "late",
    "messages", "why", "handled_by", "channel", "site", "page", "first_message",
)  # fmt: skip
VISITOR = "Visitor"
INTERNAL = ("words", "place", "listed")  # columns that only the archive needs


@for_members
async def list_as_csv(request: Request, me: SignedIn) -> Response:
    """Export what the page's filters show, newest end first, at most 10,000 chats."""
    services, filters = services_of(request), ChatFilters.of(request.query_params)
    pages = await archived_chats.export_list(services, me.member, filters.query(), format="CSV")

    async def lines() -> AsyncIterator[str]:
        yield "\ufeff" + csv_lines([COLUMNS])  # this mark tells spreadsheets that the file is UTF-8
        async for page in pages:
            yield csv_lines(_row(found, services.directory.queues) for found in page.chats)

    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=_saved_as("chats.csv"))


@for_members
async def list_as_json(request: Request, me: SignedIn) -> Response:
    """Export the same chats as a JSON array, each with all its facts."""
    services, filters = services_of(request), ChatFilters.of(request.query_params)
    pages = await archived_chats.export_list(services, me.member, filters.query(), format="JSON")
    return StreamingResponse(_array(services, pages), media_type="application/json", headers=_saved_as("chats.json"))


async def _array(services: Services, pages: AsyncIterator[ChatPage]) -> AsyncIterator[bytes]:
    start = b"[\n"
    async for page in pages:
        for first in range(0, len(page.chats), CHATS):
            found = [one.chat for one in page.chats[first : first + CHATS]]
            facts = await services.exports.reads.facts_of([chat.id for chat in found])
            lines = [msgspec.json.encode(exported_chat(chat, facts.get(chat.id, []))) for chat in found]
            yield start + b",\n".join(lines)
            start = b",\n"
    yield b"\n]\n" if start == b",\n" else b"[]\n"


@for_members
async def transcript_as_text(request: Request, me: SignedIn) -> Response:
    """Export what visitor and agents wrote; with `notes=1` also internal notes."""
    notes = request.query_params.get("notes") == "1"
    record = await _record(request, me, "text", notes=notes)
    text = transcript(record, notes=notes)
    return Response(text, media_type="text/plain; charset=utf-8", headers=_saved_as(f"chat-{record.chat.id}.txt"))


@for_members
async def transcript_as_json(request: Request, me: SignedIn) -> Response:
    """Export the chat with all its facts, staff-only ones included."""
    record = await _record(request, me, "JSON", notes=True)
    chat = {name: value for name, value in msgspec.structs.asdict(record.chat).items() if name not in INTERNAL}
    body = msgspec.json.format(msgspec.json.encode({"chat": chat, "facts": record.facts}))
    return Response(body, media_type="application/json", headers=_saved_as(f"chat-{record.chat.id}.json"))


async def _record(request: Request, me: SignedIn, format: str, *, notes: bool) -> ChatRecord:
    chat = request.path_params["chat"]
    return await archived_chats.export(services_of(request), me.member, chat, format=format, notes=notes)


def transcript(record: ChatRecord, *, notes: bool) -> str:
    chat = record.chat
    name = visitor_name(VISITOR, chat.name or chat.visitor)
    head = [name, *([f"E-mail: {chat.email}"] if chat.email else []), _when(chat.opened), ""]
    if chat.answers:
        head += [*(line_of(f"{one['question']}:", one["answer"]) for one in chat.answers), ""]
    for fact in record.facts:
        if isinstance(fact, Opened) and fact.greeting:
            head.append(line_of(f"[{_when(fact.at)}] {fact.greeting.name} (greeting):", fact.greeting.text))
        if isinstance(fact, Message | Mailed) or (notes and isinstance(fact, Note)):
            head.append(line_of(f"[{_when(fact.at)}] {_who(fact)}:", fact.text))
    return "\n".join(head) + "\n"


def _who(fact: Message | Mailed | Note) -> str:
    name = fact.author.name or fact.author.id
    if isinstance(fact, Note):
        return f"{name} (note)"
    if fact.by == "visitor":
        return visitor_name(VISITOR, name)
    return f"{name} (bot)" if fact.by == "bot" else name


def csv_lines(rows: Iterable[Iterable[str]]) -> str:
    """Return the rows as CSV. Every cell is quoted: a spreadsheet may take a semicolon for a separator as well."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def _row(found: FoundChat, queues: dict[str, Queue]) -> list[str]:
    chat: ArchivedChat = found.chat
    queue = queues[chat.queue].name if chat.queue in queues else chat.queue
    return [
        chat.id, _when(chat.opened), _when(chat.ended or 0), chat.name, chat.email, queue, chat.agent_name,
        chat.reason, ", ".join(chat.tags), str(chat.rating or ""), chat.comment, str(chat.late), str(chat.messages),
        chat.why, chat.handled_by, chat.channel, chat.site, chat.page, found.excerpt,
    ]  # fmt: skip


def _when(ms: int) -> str:
    return instant(ms).strftime("%Y-%m-%d %H:%M:%SZ")


def _saved_as(name: str) -> dict[str, str]:
    safe = "".join(sign for sign in name if sign.isalnum() or sign in "-_.")
    return {"Content-Disposition": f'attachment; filename="{safe}"', "Cache-Control": "no-store"}


routes = [
    Route("/chats.csv", list_as_csv, methods=["GET"]),
    Route("/chats.json", list_as_json, methods=["GET"]),
    Route("/chats/{chat}/transcript.txt", transcript_as_text, methods=["GET"]),
    Route("/chats/{chat}/transcript.json", transcript_as_json, methods=["GET"]),
]
