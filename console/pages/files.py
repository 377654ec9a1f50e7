"""Files by HTTP: received as a plain body without a form, and sent to those who may read their chat.

The body of an upload is the file. Its `cid` is in the query, its name (percent-encoded) in the header `X-File-Name`.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from console.actions import files, visitor_files
from console.actions.identification import Identification
from console.archive.credentials import SignedIn
from console.archive.file_records import FileRecord
from console.authentication import admits, authenticate, client_address, own_origin, services_of
from console.domain.directory import Site
from console.domain.shared_files import is_picture
from console.errors import (
    BadCommand,
    FilesAway,
    NotAllowed,
    NotYours,
    SestettoError,
    SignInNeeded,
    Unknown,
)
from console.security import log as security_log
from console.security import same
from console.services import Services
from console.views.i18n import page_texts
from console.views.templating import locale_of

CACHED = 300  # seconds
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
NAME_HEADER = "x-file-name"
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
LIMITED = {"content-security-policy": SANDBOX, "x-content-type-options": "nosniff"}

Handler = Callable[[Request], Awaitable[Response]]


class Portion(NamedTuple):
    """The bytes of a file that a request asks for."""

    start: int
    length: int
    status: int = 200


# --- uploads ------------------------------------------------------------------------------------------


def _body(request: Request) -> files.Body:
    """Return the body's pieces. Raises BadCommand without a length: a file that is too large is refused before it
    arrives.
    """
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or "transfer-encoding" in request.headers:
        raise BadCommand("The upload needs a Content-Length.")
    name = unquote(request.headers.get(NAME_HEADER, ""), errors="replace")
    cid = request.query_params.get("cid", "")
    return files.Body(cid, name, int(length[:15]), client_address(request), pieces_of(request))


async def pieces_of(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        if piece:
            yield piece


def _answer(content: files.Sent) -> Response:
    return Response(msgspec.json.encode(content), media_type="application/json", headers={"cache-control": "no-store"})


def _problem(request: Request, error: SestettoError, locale: str = "") -> Response:
    """Return the error as JSON, in the reader's language."""
    error = FilesAway() if isinstance(error, Unknown) else error
    says = page_texts().get(locale_of(request, locale)).gettext(str(error))
    content = {"code": error.code, "message": says, "final": error.final, "retry_after": error.retry_after}
    headers = {"cache-control": "no-store"}
    if not error.final:
        headers["retry-after"] = str(max(1, round(error.retry_after)))
    return Response(msgspec.json.encode(content), error.status, media_type="application/json", headers=headers)


# --- the visitor's ------------------------------------------------------------------------------------


def for_visitors(handler: Callable[[Request, Site, str], Awaitable[Response]]) -> Handler:
    """Wrap what a visitor may request from an admitted page, with their token. Only that page may read the answer."""

    async def guarded(request: Request) -> Response:
        services = services_of(request)
        site = services.directory.sites.get(request.query_params.get("site", ""))
        # A page of our own sends no Origin when it only reads; the token identifies the visitor.
        foreign = ("origin" in request.headers or request.method != "GET") and not admits(request, site)
        if site is None or foreign:
            return Response(status_code=403 if site else 404, headers={"cache-control": "no-store", "vary": "origin"})
        if request.method == "OPTIONS":
            response = Response(status_code=204)
        else:
            try:
                response = await handler(request, site, _visitor(request, services, site))
            except SestettoError as error:
                response = _problem(request, error)
            except ClientDisconnect:
                response = Response(status_code=400)
        response.headers.update(_for_page(request))
        return response

    return guarded


def _visitor(request: Request, services: Services, site: Site) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    known = Identification(services, site, "").known(token).visitor if scheme == "Bearer" else ""
    if not known:
        raise SignInNeeded("Connect to the chat first.")
    return known


def _for_page(request: Request) -> Mapping[str, str]:
    return {
        "access-control-allow-origin": request.headers.get("origin", "*"),
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": f"authorization, content-type, range, {NAME_HEADER}",
        "access-control-max-age": "600",
        "cross-origin-resource-policy": "cross-origin",
        "vary": "origin",
    }


async def _visitor_upload(request: Request, site: Site, visitor: str) -> Response:
    return _answer(await visitor_files.send(services_of(request), site, visitor, _body(request)))


async def _visitor_file(request: Request, site: Site, visitor: str) -> Response:
    services = services_of(request)
    found = await visitor_files.fetch(services, site.key, visitor, request.path_params["file"])
    return await _sent(request, services, found)


# --- the members' -------------------------------------------------------------------------------------


def for_staff(handler: Callable[[Request, SignedIn], Awaitable[Response]]) -> Handler:
    """Wrap what scripts and links of our own pages request; errors are JSON."""

    async def guarded(request: Request) -> Response:
        me = None
        try:
            if (me := await authenticate(request)) is None:
                raise SignInNeeded
            return await handler(request, me)
        except SestettoError as error:
            return _problem(request, error, me.member.locale if me else "")
        except ClientDisconnect:
            return Response(status_code=400)

    return guarded


def check_origin(request: Request, me: SignedIn) -> None:
    """Raises NotAllowed unless one of our own pages sends the upload."""
    if me.csrf and not (own_origin(request) and same(me.csrf, request.headers.get("x-csrf", ""))):
        security_log.foreign_origin(request.headers.get("origin", ""), request.url.path)
        raise NotAllowed("The form has expired. Reload the page and try again.")


@for_staff
async def member_upload(request: Request, me: SignedIn) -> Response:
    check_origin(request, me)
    services, chat = services_of(request), request.path_params["chat"]
    return _answer(await files.send_as_member(services, me.member, chat, _body(request)))


@for_staff
async def member_file(request: Request, me: SignedIn) -> Response:
    services = services_of(request)
    found = await files.fetch_as_member(services, me.member, request.path_params["chat"], request.path_params["file"])
    return await _sent(request, services, found)


# --- handing out ----------------------------------------------------------------------------------------


async def _sent(request: Request, services: Services, file: FileRecord) -> Response:
    """Send a file or its preview if the scanner has passed it. Only images re-encoded here are shown inline."""
    if file.state != "clean":
        return Response(
            msgspec.json.encode({"state": file.state}), 409, media_type="application/json",
            headers={"cache-control": "no-store"},
        )  # fmt: skip
    preview = request.url.path.endswith("/preview")
    if preview and not is_picture(file.media):
        raise NotYours(files.NO_FILE)
    key, media = (f"{file.id}.preview", "image/webp") if preview else (file.id, file.media)
    size = await services.files.size(key)
    part = part_of(request.headers.get("range", ""), size)
    headers = {
        **LIMITED,
        "content-disposition": _disposition(file.name, inline=is_picture(file.media)),
        "content-length": str(part.length),
        "accept-ranges": "bytes",
        "cache-control": f"private, max-age={CACHED}",
    }
    if part.status != 200:
        last = part.start + part.length - 1
        headers["content-range"] = f"bytes {part.start}-{last}/{size}" if part.length else f"bytes */{size}"
    if not part.length:
        return Response(status_code=part.status, headers=headers)
    content = services.files.read(key, part.start, part.length)
    return StreamingResponse(content, part.status, headers=headers, media_type=_type(media))


def _type(media: str) -> str:
    return f"{media}; charset=utf-8" if media == "text/plain" else media


def _disposition(name: str, *, inline: bool) -> str:
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in " -_.()") else "_" for sign in name)
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def part_of(asked: str, size: int) -> Portion:
    """Return the one range that is requested; for several ranges, or an unknown form, the whole file."""
    found = RANGE.fullmatch(asked.strip())
    if not found or found[0] == "bytes=-":
        return Portion(0, size)
    first, last = found[1], found[2]
    if not first:
        length = min(int(last), size)
        return Portion(size - length, length, 206) if length else Portion(0, 0, 416)
    start, end = int(first), min(int(last) if last else size - 1, size - 1)
    return Portion(start, end - start + 1, 206) if start <= end else Portion(0, 0, 416)


VISITOR = "/widget/files"
routes = [
    Route(VISITOR, for_visitors(_visitor_upload), methods=["POST", "OPTIONS"]),
    Route(f"{VISITOR}/{{file}}", for_visitors(_visitor_file), methods=["GET", "OPTIONS"]),
    Route(f"{VISITOR}/{{file}}/preview", for_visitors(_visitor_file), methods=["GET", "OPTIONS"]),
    Route("/console/files/{chat}", member_upload, methods=["POST"]),
    Route("/chats/{chat}/files/{file}", member_file, methods=["GET"]),
    Route("/chats/{chat}/files/{file}/preview", member_file, methods=["GET"]),
]
