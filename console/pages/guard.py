"""Access control for pages: who sends a request, and what a form must contain.

GET changes nothing. A form contains the token of its session's cookie, and a browser's Origin must be our own; another
site can send neither.
"""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import wraps
from urllib.parse import parse_qsl, quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from console.archive.credentials import SignedIn
from console.archive.sessions import SESSION_LIFE
from console.authentication import COOKIE, authenticate, is_secure, own_origin, services_of
from console.domain.permissions import Right, may
from console.errors import BadCommand, NotAllowed, SestettoError, SignInNeeded, SlowDown, Unknown
from console.security import is_loopback, same
from console.security import log as security_log
from console.security.cookies import delete_cookie, set_cookie
from console.views.i18n import page_texts
from console.views.templating import locale_of, render

SIGN_IN = "/sign-in"
MAX_FORM = 64 * 1024  # bytes
MAX_FIELDS = 50
REFUSAL_TOLD = 60.0  # seconds between two audit lines of the same member about the same page
MOST_REFUSALS = 1_000  # pages and members that are remembered for this
LARGE_FORM, LARGE_FIELDS = 1024 * 1024, 12_000  # for supervisors: one checkbox per member
FORM_TYPE = "application/x-www-form-urlencoded"
AWAY = "This is not possible right now: part of the system is down. Chats continue. Try again in a moment."

Page = Callable[[Request], Awaitable[Response]]
MemberPage = Callable[[Request, SignedIn], Awaitable[Response]]


async def signed_in(request: Request) -> SignedIn:
    """Return the signed-in member. Raises a redirect to the sign-in page if there is none."""
    me = await authenticate(request)
    if me is None:
        raise HTTPException(303, headers={"location": sign_in_path(request), "cache-control": "no-store"})
    return me


def for_members(page: MemberPage) -> Page:
    """Wrap a page for signed-in members. Others are sent to sign in; errors become an error page."""

    @wraps(page)
    async def guarded(request: Request) -> Response:
        me = None
        try:
            me = await signed_in(request)
            response = await page(request, me)
        except SestettoError as error:
            response = problem(request, error, me)
        response.headers.setdefault("cache-control", "no-store")
        return response

    return guarded


def for_those_who(right: Right) -> Callable[[MemberPage], Page]:
    """Wrap a page for members whose role has the right; others get an error page."""

    def guarded(page: MemberPage) -> Page:
        @wraps(page)
        async def checked(request: Request, me: SignedIn) -> Response:
            if not may(me.member, right):
                await _note_refused(request, me)
                raise NotAllowed
            return await page(request, me)

        return for_members(checked)

    return guarded


async def _note_refused(request: Request, me: SignedIn) -> None:
    """Record it in the security log. If it would have changed a setting, record it in the audit log too, once a minute
    for each page.
    """
    path = request.url.path
    security_log.refused(f"{request.method} {path}")
    services, who = services_of(request), (me.member.id, path)
    if request.method == "GET" or time.monotonic() < services.refusals.get(who, 0.0):
        return
    if len(services.refusals) >= MOST_REFUSALS:
        services.refusals.clear()
    services.refusals[who] = time.monotonic() + REFUSAL_TOLD
    with suppress(Unknown):
        await services.stores.audit.note_refused(me.member, path)


def sign_in_path(request: Request) -> str:
    """Return the URL of the sign-in page, which leads back here if this page can be requested again."""
    if request.method not in {"GET", "HEAD"}:
        return SIGN_IN
    asked = request.scope["query_string"].decode("latin-1")
    here = quote(request.scope["path"]) + (f"?{asked}" if asked else "")
    return f"{SIGN_IN}?{urlencode({'next': here})}"


# --- where requests come from ---------------------------------------------------------------------


def from_this_machine(connection: HTTPConnection) -> bool:
    """Whether both the client's address and the Host header mean this machine."""
    client = connection.client.host if connection.client else ""
    return is_loopback(client) and is_loopback(connection.headers.get("host", ""))


def address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else "unknown"


# --- forms ---------------------------------------------------------------------------------------


async def read_form(request: Request, csrf: str, *, large: bool = False) -> dict[str, str]:
    """Return the fields of a posted form, which must carry `csrf`; a `large` form may have thousands.

    Raises NotAllowed if the token is missing or a foreign page sent it, BadCommand if it is not a form or too large.
    """
    if "origin" in request.headers and not own_origin(request):
        security_log.foreign_origin(request.headers["origin"], request.url.path)
        raise NotAllowed("The form was sent from another site.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise BadCommand("The form is not from this site.")
    body = await _body(request, LARGE_FORM if large else MAX_FORM)
    fields = _fields(body, LARGE_FIELDS if large else MAX_FIELDS)
    if not same(csrf, fields.get("csrf", "")):
        raise NotAllowed("The form has expired. Reload the page and try again.")
    return fields


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise BadCommand("The form is too large.")
    return bytes(body)


def _fields(body: bytes, most: int) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=most, errors="strict")
    except ValueError as error:
        raise BadCommand("The form could not be read.") from error
    return dict(pairs)


# --- responses ------------------------------------------------------------------------------------


def set_session(response: Response, request: Request, cookie: str) -> None:
    """Set the session's cookie."""
    set_cookie(response, COOKIE, cookie, secure=is_secure(request), life=SESSION_LIFE // 1_000)


def end_session(response: Response, request: Request) -> None:
    delete_cookie(response, COOKIE, secure=is_secure(request))


def go(path: str) -> Response:
    """Redirect to the page at `path` with GET."""
    return RedirectResponse(path, status_code=303, headers={"cache-control": "no-store"})


def says(error: SestettoError, locale: str) -> str:
    """Return an error's text in the reader's language; for an unavailable database, what that means for them."""
    return page_texts().get(locale).gettext(AWAY if isinstance(error, Unknown) else str(error))


def problem(request: Request, error: SestettoError, me: SignedIn | None = None) -> Response:
    """Render the error page; never shows a stack trace."""
    if isinstance(error, SignInNeeded):
        return go(sign_in_path(request))
    locale = locale_of(request, me.member.locale if me else "")
    context = {"signed_in": me, "status": error.status, "says": says(error, locale)}
    response = render(request, "problem.html", context, status=error.status, locale=locale)
    response.headers["cache-control"] = "no-store"
    if isinstance(error, SlowDown | Unknown):
        response.headers["retry-after"] = "60" if isinstance(error, SlowDown) else "5"
    return response
