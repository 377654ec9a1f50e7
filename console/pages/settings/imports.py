"""Imports: a file is uploaded and checked, then imported in the background; a report lists what did not fit."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable
from typing import IO, Any
from urllib.parse import unquote

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from console.actions import imports
from console.archive.credentials import SignedIn
from console.archive.imports import MisfitRow, StagedRow
from console.authentication import our_origin, services_of
from console.domain.directory import Site
from console.domain.imports import (
    FORMATS,
    KINDS,
    MOST_BYTES,
    Format,
    ImportWanted,
    Kind,
    MemberRecord,
    PastChat,
    ReplyRecord,
    VisitorRecord,
)
from console.domain.permissions import require
from console.domain.sanitize import safe_name
from console.errors import BadCommand, BadText, EmptyFile, FileTooLarge
from console.pages.chat_export import csv_lines
from console.pages.files import NAME_HEADER, check_origin, for_staff, pieces_of
from console.pages.guard import go, read_form
from console.pages.settings.common import _, by_name, draw, for_admins, known_to, language
from console.services import Services
from console.views.i18n import page_texts

AT = "/settings/imports"
KIND_NAMES: dict[Kind, str] = {
    "members": _("Members"),
    "replies": _("Canned replies"),
    "visitors": _("Visitors"),
    "chats": _("Past chats"),
}
FORMAT_NAMES: dict[Format, str] = {
    "csv": "CSV",
    "json": "JSON (Sestetto)",
    "zendesk": "Zendesk Chat",
    "chatwoot": "Chatwoot",
}
STATES = {
    "ready": _("not started"),
    "running": _("in progress"),
    "done": _("done"),
    "cancelled": _("cancelled"),
    "failed": _("failed"),
}
HEADINGS: dict[Kind, tuple[str, ...]] = {
    "members": (_("E-mail address"), _("Role"), _("Queues")),
    "replies": (_("Title"), _("Text")),
    "visitors": (_("Name"), _("E-mail address")),
    "chats": (_("Visitor"), _("Text")),
}
EXCERPT = 200  # characters


@for_admins
async def show_all(request: Request, me: SignedIn) -> Response:
    sites = by_name((await known_to(request)).sites.values())
    context = {
        "imports": await imports.read_all(services_of(request), me.member),
        "kinds": [(kind, KIND_NAMES[kind]) for kind in KINDS],
        "formats": [(format, FORMAT_NAMES[format]) for format in FORMATS],
        "sites": [(site.key, site.name) for site in sites],
        "most": MOST_BYTES // 1_000_000,
        "typed": {},
        **_names(),
    }
    return draw(request, me, "imports", context, at=AT)


@for_admins
async def show_one(request: Request, me: SignedIn) -> Response:
    services = services_of(request)
    at = await imports.read(services, me.member, request.path_params["id"])
    preview = await imports.preview(services, me.member, at)
    context = {
        "import": at,
        "headings": HEADINGS[at.kind],
        "rows": [_cells(row) for row in preview.rows] if at.state == "ready" else [],
        "misfits": [(row.line, _says(request, me, row)) for row in preview.misfits],
        "links": await imports.has_links(services, me.member, at),
        "sends": services.post.sends,
        **_names(),
    }
    return draw(request, me, "import", context, at=AT)


@for_staff
async def upload(request: Request, me: SignedIn) -> Response:
    """Read the body as a file; answer with the address of its page."""
    check_origin(request, me)
    require(me.member, "administer")  # before the body arrives
    services, wanted = services_of(request), _wanted(request, await _site(request))
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length[:15]) > MOST_BYTES:
        raise FileTooLarge
    if not int(length[:15]):
        raise EmptyFile
    with _spool(services) as file:
        async for piece in pieces_of(request):
            await asyncio.to_thread(file.write, piece)
        read = await imports.read_file(services, me.member, wanted, file)
    return Response(msgspec.json.encode({"address": f"/settings/import/{read.id}"}), media_type="application/json")


@for_admins
async def begin(request: Request, me: SignedIn) -> Response:
    await read_form(request, me.csrf)
    await imports.begin(services_of(request), me.member, request.path_params["id"])
    return go(f"/settings/import/{request.path_params['id']}")


@for_admins
async def cancel(request: Request, me: SignedIn) -> Response:
    await read_form(request, me.csrf)
    await imports.cancel(services_of(request), me.member, request.path_params["id"])
    return go(f"/settings/import/{request.path_params['id']}")


@for_admins
async def report(request: Request, me: SignedIn) -> Response:
    """Send what did not fit, as CSV: the line in the file, and the reason."""
    pages = await imports.report(services_of(request), me.member, request.path_params["id"])
    gettext = page_texts().get(language(request, me)).gettext

    async def lines() -> AsyncIterator[str]:
        yield "\ufeff" + csv_lines([(gettext("Line"), gettext("Reason"))])
        async for page in pages:
            yield csv_lines((str(row.line), _says(request, me, row)) for row in page)

    return _saved(lines(), "import-report.csv")


@for_admins
async def links(request: Request, me: SignedIn) -> Response:
    """Send address and link of everybody who was invited and has not joined yet, as CSV."""
    found = await imports.links(services_of(request), me.member, request.path_params["id"])

    async def lines() -> AsyncIterator[str]:
        yield "\ufeff" + csv_lines(found)

    return _saved(lines(), "invitations.csv")


def _saved(lines: AsyncIterator[str], name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _names() -> dict[str, Any]:
    return {"kind_names": KIND_NAMES, "format_names": FORMAT_NAMES, "states": STATES}


def _wanted(request: Request, site: Site | None) -> ImportWanted:
    asked = request.query_params
    kind = next((kind for kind in KINDS if kind == asked.get("kind")), None)
    format = next((format for format in FORMATS if format == asked.get("format")), None)
    if kind is None or format is None:
        raise BadCommand("The form could not be read.")
    try:
        name = safe_name(unquote(request.headers.get(NAME_HEADER, ""), errors="replace"))
    except BadText:
        name = ""
    return ImportWanted(kind, format, name or FORMAT_NAMES[format], site.key if site else "", our_origin(request))


async def _site(request: Request) -> Site | None:
    """Return the site that was chosen, else the first one."""
    sites = (await known_to(request)).sites
    return sites.get(request.query_params.get("site", "")) or next(iter(by_name(sites.values())), None)


def _spool(services: Services) -> IO[bytes]:
    """Return a temporary file without a name, so that nothing of it stays, whatever happens."""
    folder = services.settings.folder
    return tempfile.TemporaryFile(dir=folder if folder.is_dir() else None)


def _says(request: Request, me: SignedIn, row: MisfitRow) -> str:
    says = page_texts().get(language(request, me)).gettext(row.says)
    return says % row.details if row.details else says


def _cells(row: StagedRow) -> Iterable[str]:
    match row.record:
        case MemberRecord() as one:
            return one.email, one.role, ", ".join(one.queues)
        case ReplyRecord() as one:
            return one.title, one.text[:EXCERPT]
        case VisitorRecord() as one:
            return one.name, one.email
        case PastChat() as one:
            return one.name or one.email, one.lines[0].text[:EXCERPT]


routes = [
    Route(AT, show_all, methods=["GET"]),
    Route(f"{AT}/upload", upload, methods=["POST"]),
    Route("/settings/import/{id}", show_one, methods=["GET"]),
    Route("/settings/import/{id}/begin", begin, methods=["POST"]),
    Route("/settings/import/{id}/cancel", cancel, methods=["POST"]),
    Route("/settings/import/{id}/report.csv", report, methods=["GET"]),
    Route("/settings/import/{id}/links.csv", links, methods=["GET"]),
]
