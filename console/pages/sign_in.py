"""Signing in and out, and the demo's one-click links."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import sessions, sign_ins
from console.archive.credentials import SignedIn
from console.archive.sign_in_settings import SignInRules
from console.archive.sign_in_steps import STEP_OVER
from console.authentication import authenticate, services_of
from console.domain.directory import Member
from console.domain.identity_providers import Provider
from console.domain.permissions import may
from console.errors import NotYours, SestettoError, SignInNeeded, Unknown
from console.pages.guard import (
    SIGN_IN,
    end_session,
    for_members,
    from_this_machine,
    go,
    problem,
    read_form,
    says,
)
from console.pages.sign_in_forms import csrf_of_form, device_of, draw_form, next_query, onwards, origin_of, welcome
from console.security import local_path
from console.views.templating import locale_of


async def home(request: Request) -> Response:
    """The bare address: redirect to the sign-in page, which sends members on to their work."""
    return go(SIGN_IN)


async def show(request: Request) -> Response:
    """Show the form. Members who are signed in go straight on; a demo link (`?key=`) leads to its page."""
    if key := request.query_params.get("key", ""):
        return go(f"{SIGN_IN}/demo/{quote(key, safe='')}")
    try:
        me = await authenticate(request)
    except SestettoError as error:
        return problem(request, error)
    onward = local_path(request.query_params.get("next", ""))
    over = SignInNeeded(STEP_OVER) if request.query_params.get("over") else None
    return go(onward) if me else await form(request, onward=onward, error=over)


async def sign_in(request: Request) -> Response:
    """Check the address and password; go on to the second factor or sign in. Show the form again if they are wrong."""
    onward, email = local_path(""), ""
    try:
        fields = await read_form(request, csrf_of_form(request))
        onward, email = local_path(fields.get("next", "")), fields.get("email", "")
        device = device_of(request, email)
        outcome = await sign_ins.with_password(
            services_of(request), email, fields.get("password", ""), origin_of(request), device=device
        )
        return await onwards(request, outcome, email, onward)
    except SestettoError as error:
        return await form(request, onward=onward, email=email, error=error)


@for_members
async def sign_out(request: Request, me: SignedIn) -> Response:
    await read_form(request, me.csrf)
    await sessions.sign_out(services_of(request), me)
    # The browser goes to a page of ours first: browsers do not let a form redirect to the provider.
    response = go(f"{SIGN_IN}?out={quote(me.provider, safe='')}" if me.provider else SIGN_IN)
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
    return draw_form(request, "sign_in_demo.html", {"member": member})


async def use_demo(request: Request) -> Response:
    """Sign in by one-click link and open the role's start page: settings for admins, the board for supervisors."""
    try:
        token = _demo_token(request)
        await read_form(request, csrf_of_form(request))
        member = await services_of(request).stores.one_clicks.member(token)
        cookie = await services_of(request).stores.one_clicks.use(token, origin_of(request))
        if cookie is None or member is None:
            raise NotYours("This link has expired. Restart the demo for new links.")
        return await welcome(request, go(_work_of(member)), cookie)
    except SestettoError as error:
        return problem(request, error)


def _work_of(member: Member) -> str:
    if may(member, "administer"):
        return "/settings"
    return "/board" if may(member, "supervise") else local_path("")


def _demo_token(request: Request) -> str:
    """Return the link's token. Raises NotYours, as for a missing page, except in the demo on its own machine."""
    if not (services_of(request).demo and from_this_machine(request)):
        raise NotYours("Page not found.")
    return str(request.path_params["token"])


async def form(request: Request, *, onward: str, email: str = "", error: SestettoError | None = None) -> Response:
    """Show the form: passwords and the configured providers, without contacting any of them."""
    said = says(error, locale_of(request)) if error else ""
    wrong = isinstance(error, SignInNeeded) and bool(email)
    rules, providers = await _ways(request)
    asked = request.query_params
    context = {
        "onward": onward,
        "next": next_query(onward),
        "email": email,
        "problem": said,
        "wrong": wrong,
        "providers": providers,
        "passwords": rules.passwords or not providers or "password" in asked or bool(email),
        "sends": sign_ins.mails_resets(services_of(request)),
        "changed": "changed" in asked,
        "out": next((one for one in providers if one.id == asked.get("out")), None),
    }
    return draw_form(request, "sign_in.html", context, error=error)


async def _ways(request: Request) -> tuple[SignInRules, list[Provider]]:
    """Return the ways to sign in; while SQL is down, none, and the form is still shown."""
    stores = services_of(request).stores
    try:
        return await stores.sign_in.read(), [one for one in await stores.providers.read_all() if one.on]
    except Unknown:
        return SignInRules(), []


routes = [
    Route(SIGN_IN, show, methods=["GET"]),
    Route(SIGN_IN, sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route(SIGN_IN + "/demo/{token}", demo, methods=["GET"]),
    Route(SIGN_IN + "/demo/{token}", use_demo, methods=["POST"]),
]

front_door = [Route("/", home)]  # in the demo, the shop is there instead
