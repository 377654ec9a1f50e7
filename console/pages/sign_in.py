"""Signing in and out, and the demo's one-click links."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import sessions
from console.archive.credentials import SignedIn, fold_email
from console.archive.sessions import Origin
from console.authentication import authenticate, is_secure, services_of
from console.domain.directory import Member
from console.domain.permissions import may
from console.errors import NotYours, SestettoError, SignInNeeded, SlowDown
from console.pages.guard import (
    SIGN_IN,
    address_of,
    end_session,
    for_members,
    from_this_machine,
    go,
    problem,
    read_form,
    says,
    set_session,
)
from console.security import csrf_of, local_path, new_token
from console.security.cookies import DEVICE, DEVICE_LIFE, delete_cookie, read_cookie, set_cookie
from console.views.templating import locale_of, render

FORM_COOKIE = "sestetto_form"  # protects forms before there is a session
FORM_LIFE = 3_600  # s


async def home(request: Request) -> Response:
    """The address by itself, without a page: whoever enters it works here."""
    return go(SIGN_IN)


async def show(request: Request) -> Response:
    """Show the form. Signed-in members go on at once, and a demo link (`?key=`) to its page."""
    if key := request.query_params.get("key", ""):
        return go(f"{SIGN_IN}/demo/{quote(key, safe='')}")
    try:
        me = await authenticate(request)
    except SestettoError as error:
        return problem(request, error)
    onward = local_path(request.query_params.get("next", ""))
    return go(onward) if me else _form(request, onward=onward)


async def sign_in(request: Request) -> Response:
    """Start a session for the right address and password; otherwise show the form again with the reason."""
    onward, email = local_path(""), ""
    try:
        fields = await read_form(request, csrf_of_form(request))
        onward, email = local_path(fields.get("next", "")), fields.get("email", "")
        services, account = services_of(request), fold_email(email)
        device = read_cookie(request, DEVICE, secure=is_secure(request))
        cookie = await services.stores.sessions.sign_in(
            email,
            fields.get("password", ""),
            address=address_of(request),
            browser=request.headers.get("user-agent", ""),
            device=services.device_tokens.device(device, account),
        )
        await _end_former(request)
    except SestettoError as error:
        return _form(request, onward=onward, email=email, error=error)
    response = _welcome(request, cookie, onward)
    known = services.device_tokens.sign(device, account)
    set_cookie(response, DEVICE, known, secure=is_secure(request), life=DEVICE_LIFE)
    return response


@for_members
async def sign_out(request: Request, me: SignedIn) -> Response:
    await read_form(request, me.csrf)
    await sessions.sign_out(services_of(request), me)
    response = go(SIGN_IN)
    end_session(response, request)
    return response


async def demo(request: Request) -> Response:
    """Show the page of a one-click link: a form that submits itself, with a visible button."""
    try:
        token = _demo_token(request)
        member = await services_of(request).stores.one_clicks.member(token)
        if member is None:
            raise NotYours("This link has expired. Restart the demo for new links.")
    except SestettoError as error:
        return problem(request, error)
    return _with_form_cookie(request, "sign_in_demo.html", {"member": member})


async def use_demo(request: Request) -> Response:
    """Sign in by one-click link and open the role's start page: settings for admins, the board for supervisors."""
    try:
        token = _demo_token(request)
        await read_form(request, csrf_of_form(request))
        member = await services_of(request).stores.one_clicks.member(token)
        cookie = await services_of(request).stores.one_clicks.use(
            token, Origin(address_of(request), request.headers.get("user-agent", ""))
        )
        if cookie is None or member is None:
            raise NotYours("This link has expired. Restart the demo for new links.")
        await _end_former(request)
    except SestettoError as error:
        return problem(request, error)
    return _welcome(request, cookie, _work_of(member))


def _work_of(member: Member) -> str:
    if may(member, "administer"):
        return "/settings"
    return "/board" if may(member, "supervise") else local_path("")


def csrf_of_form(request: Request) -> str:
    """Return the token of a form shown before sign-in; empty without its cookie, and an empty token matches nothing."""
    cookie = read_cookie(request, FORM_COOKIE, secure=is_secure(request))
    return csrf_of(cookie) if cookie else ""


def _demo_token(request: Request) -> str:
    """Return the link's token. Raises NotYours, as for a missing page, except in the demo on its own machine."""
    if not (services_of(request).demo and from_this_machine(request)):
        raise NotYours("Page not found.")
    return str(request.path_params["token"])


def _form(request: Request, *, onward: str, email: str = "", error: SestettoError | None = None) -> Response:
    said = says(error, locale_of(request)) if error else ""
    context = {"onward": onward, "email": email, "problem": said, "wrong": isinstance(error, SignInNeeded)}
    response = _with_form_cookie(request, "sign_in.html", context, status=error.status if error else 200)
    if isinstance(error, SlowDown):
        response.headers["retry-after"] = "60"
    return response


def _with_form_cookie(request: Request, template: str, context: dict[str, object], *, status: int = 200) -> Response:
    cookie = read_cookie(request, FORM_COOKIE, secure=is_secure(request)) or new_token()
    response = render(request, template, {**context, "csrf": csrf_of(cookie)}, status=status)
    set_cookie(response, FORM_COOKIE, cookie, secure=is_secure(request), life=FORM_LIFE, path=SIGN_IN)
    response.headers["cache-control"] = "no-store"
    return response


def _welcome(request: Request, cookie: str, onward: str) -> Response:
    response = go(onward)
    set_session(response, request, cookie)
    delete_cookie(response, FORM_COOKIE, secure=is_secure(request), path=SIGN_IN)
    return response


async def _end_former(request: Request) -> None:
    """End the previous session of this browser, if any."""
    former = await authenticate(request)
    if former is not None and former.csrf:
        await sessions.sign_out(services_of(request), former)


routes = [
    Route(SIGN_IN, show, methods=["GET"]),
    Route(SIGN_IN, sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route(SIGN_IN + "/demo/{token}", demo, methods=["GET"]),
    Route(SIGN_IN + "/demo/{token}", use_demo, methods=["POST"]),
]

front_door = [Route("/", home)]  # the demo's shop stands there instead
