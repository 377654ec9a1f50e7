"""Shared by the pages before a session: their forms, the cookie of a step, and starting a session."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from console.actions import sessions
from console.actions.sign_ins import Admission
from console.archive.credentials import fold_email
from console.archive.sessions import Origin
from console.archive.sign_in_steps import STEP_LIFE
from console.authentication import authenticate, is_secure, services_of
from console.errors import SestettoError, SlowDown
from console.pages.guard import SIGN_IN, address_of, go, set_session
from console.security import csrf_of, local_path, new_token
from console.security.cookies import DEVICE, DEVICE_LIFE, delete_cookie, read_cookie, set_cookie
from console.views.templating import render

FORM_COOKIE = "sestetto_form"  # protects forms before there is a session
FORM_LIFE = 3_600  # s
STEP_COOKIE = "sestetto_step"  # the password was right; another step is required
STEP_PAGES = {"code": f"{SIGN_IN}/code", "set-up": f"{SIGN_IN}/set-up"}


def origin_of(request: Request) -> Origin:
    return Origin(address_of(request), request.headers.get("user-agent", ""))


def device_of(request: Request, email: str) -> str:
    """Return the id of this browser if it has signed in to the account recently."""
    known = read_cookie(request, DEVICE, secure=is_secure(request))
    return services_of(request).device_tokens.device(known, fold_email(email))


def csrf_of_form(request: Request) -> str:
    """Return the token of a form shown before sign-in; empty without its cookie. An empty token matches nothing."""
    cookie = read_cookie(request, FORM_COOKIE, secure=is_secure(request))
    return csrf_of(cookie) if cookie else ""


def draw_form(
    request: Request,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    error: SestettoError | None = None,
) -> Response:
    """Render a page with a form that is protected by a cookie of its own."""
    cookie = read_cookie(request, FORM_COOKIE, secure=is_secure(request)) or new_token()
    status = error.status if error else status
    response = render(request, template, {**context, "csrf": csrf_of(cookie)}, status=status)
    set_cookie(response, FORM_COOKIE, cookie, secure=is_secure(request), life=FORM_LIFE, path=SIGN_IN)
    response.headers["cache-control"] = "no-store"
    if isinstance(error, SlowDown):
        response.headers["retry-after"] = "60"
    return response


async def onwards(request: Request, admission: Admission, email: str, onward: str) -> Response:
    """Go to the requested page, or first to the step that is required."""
    if not admission.owes:
        return await welcome(request, go(onward), admission.cookie, email)
    response = go(f"{STEP_PAGES[admission.owes]}{next_query(onward)}")
    life = STEP_LIFE // 1_000
    set_cookie(response, STEP_COOKIE, admission.step, secure=is_secure(request), life=life, path=SIGN_IN)
    return response


async def welcome(request: Request, response: Response, cookie: str, email: str = "") -> Response:
    """Start the session in this browser and end its former one. From now on the browser is known for this account."""
    secure = is_secure(request)
    await _end_former(request)
    set_session(response, request, cookie)
    for name in (FORM_COOKIE, STEP_COOKIE):
        if name == FORM_COOKIE or read_cookie(request, name, secure=secure):
            delete_cookie(response, name, secure=secure, path=SIGN_IN)
    if email:
        known = services_of(request).device_tokens.sign(read_cookie(request, DEVICE, secure=secure), fold_email(email))
        set_cookie(response, DEVICE, known, secure=secure, life=DEVICE_LIFE)
    response.headers["cache-control"] = "no-store"
    return response


def next_query(onward: str) -> str:
    return f"?{urlencode({'next': onward})}" if onward != local_path("") else ""


async def _end_former(request: Request) -> None:
    """End the previous session of this browser, if any."""
    former = await authenticate(request)
    if former is not None and former.csrf:
        await sessions.sign_out(services_of(request), former)
