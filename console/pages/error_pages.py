"""Errors outside our pages: an unknown address, a wrong method, a bug. People get a page, scripts a short text."""

from contextlib import suppress
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ExceptionHandler

from console.archive.credentials import SignedIn
from console.authentication import authenticate, session_cookie
from console.errors import SestettoError
from console.security.requests import about_the_request
from console.views.i18n import page_texts
from console.views.templating import locale_of, render

NO_PAGE = "There is no page at this address."
NOT_TO_OPEN = "This address only accepts a form and can't be opened directly. Go back and send the form again."
FAILED = "Something failed on the server. Try again. If it fails again, give your admin this number:"


async def no_page(request: Request, error: Exception) -> Response:
    return await _answer(request, 404, NO_PAGE)


async def wrong_method(request: Request, error: Exception) -> Response:
    """Answer a wrong method, as when a form's address is reloaded or opened after signing in again."""
    response = await _answer(request, 405, NOT_TO_OPEN)
    if isinstance(error, HTTPException):
        response.headers.update(error.headers or {})
    return response


async def failed(request: Request, error: Exception) -> Response:
    """Answer for a bug. The page shows a number under which the log has the traceback."""
    try:
        return await _answer(request, 500, FAILED, number=about_the_request()["request"])
    except Exception:  # the page itself may be what fails
        return _word(500)


async def _answer(request: Request, status: int, says: str, **more: str) -> Response:
    if "text/html" not in request.headers.get("accept", ""):
        return _word(status)
    me = await _reader(request)
    locale = locale_of(request, me.member.locale if me else "")
    text = page_texts().get(locale).gettext(says)
    context = {"signed_in": me, "status": status, "says": text, **more}
    response = render(request, "problem.html", context, status=status, locale=locale)
    response.headers["cache-control"] = "no-store"
    return response


async def _reader(request: Request) -> SignedIn | None:
    """Return who reads the page; nobody during startup, while SQL is down, or without a session."""
    if hasattr(request.app.state, "services") and session_cookie(request):
        with suppress(SestettoError):
            return await authenticate(request)
    return None


def _word(status: int) -> Response:
    return PlainTextResponse(HTTPStatus(status).phrase, status)


handlers: dict[int | type[Exception], ExceptionHandler] = {404: no_page, 405: wrong_method, 500: failed}
