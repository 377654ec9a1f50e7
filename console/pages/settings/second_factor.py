"""One's own second factor."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial, wraps

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import second_factors
from console.archive.credentials import SignedIn
from console.archive.sign_in_steps import SignInStep
from console.authentication import our_origin, services_of
from console.errors import BadSettings, Problem, SignInNeeded
from console.pages.guard import address_of, for_those_who, go, read_form
from console.pages.settings.common import NOT_REMOVED, _, draw_form
from console.views.qr import picture_of

AT = "/settings/second-factor"
NOT_SET_UP = _("Second factor not set up")

for_agents = for_those_who("answer")

Handler = Callable[[Request, SignedIn], Awaitable[Response]]


def by_password(answer: Callable[[Request, SignedIn, str], Awaitable[Response]], *, undone: str) -> Handler:
    """Check the password of the form; show the form again if it is wrong, with `undone` as the errors' heading."""

    @wraps(answer)
    async def handle(request: Request, me: SignedIn) -> Response:
        fields = await read_form(request, me.csrf)
        try:
            return await answer(request, me, fields.get("password", ""))
        except BadSettings as refused:
            return await _form(request, me, wrong=refused.wrong, undone=undone)

    return handle


@for_agents
async def show(request: Request, me: SignedIn) -> Response:
    return await _form(request, me, removed=request.query_params.get("removed", ""))


@for_agents
@partial(by_password, undone=NOT_SET_UP)
async def begin(request: Request, me: SignedIn, password: str) -> Response:
    """Show what the app needs for the set-up."""
    step = await second_factors.begin(services_of(request), me, password, address=address_of(request))
    return _set_up(request, me, step)


@for_agents
async def confirm(request: Request, me: SignedIn) -> Response:
    """Take the app's first code; show the recovery codes."""
    fields = await read_form(request, me.csrf)
    services, token = services_of(request), fields.get("step", "")
    try:
        step = await second_factors.read_step(services, me, token)
        codes = await second_factors.confirm(services, me, token, fields.get("code", ""))
    except SignInNeeded:  # the set-up took too long: start again
        return go(AT)
    except BadSettings as refused:
        return _set_up(request, me, step, wrong=refused.wrong)
    return _codes(request, me, codes)


@for_agents
@partial(by_password, undone=_("Recovery codes not renewed"))
async def renew(request: Request, me: SignedIn, password: str) -> Response:
    """Show new recovery codes in place of the former ones."""
    codes = await second_factors.renew_codes(services_of(request), me, password, address=address_of(request))
    return _codes(request, me, codes)


@for_agents
@partial(by_password, undone=NOT_REMOVED)
async def remove(request: Request, me: SignedIn, password: str) -> Response:
    await second_factors.remove_own(services_of(request), me, password, address=address_of(request))
    return go(f"{AT}?removed=1")


async def _form(
    request: Request, me: SignedIn, *, removed: str = "", wrong: Sequence[Problem] = (), undone: str = ""
) -> Response:
    own = await second_factors.read_own(services_of(request), me)
    context = {"factor": own, "removed": removed, "codes": (), "step": None}
    return _draw(request, me, context, wrong, undone)


def _set_up(request: Request, me: SignedIn, step: SignInStep, *, wrong: Sequence[Problem] = ()) -> Response:
    picture = picture_of(step.secret, me.member.email, our_origin(request))
    return _draw(
        request, me, {"factor": None, "removed": "", "codes": (), "step": step, "picture": picture}, wrong, NOT_SET_UP
    )


def _codes(request: Request, me: SignedIn, codes: Sequence[str]) -> Response:
    return _draw(request, me, {"factor": None, "removed": "", "codes": codes, "step": None})


def _draw(
    request: Request, me: SignedIn, context: Mapping[str, object], wrong: Sequence[Problem] = (), undone: str = ""
) -> Response:
    wrong = [one._replace(field="password") if one.field == "current" else one for one in wrong]
    target = f"member:{me.member.id}"
    return draw_form(request, me, "second_factor", context, at=AT, typed={}, wrong=wrong, target=target, undone=undone)


routes = [
    Route(AT, show, methods=["GET"]),
    Route(AT, begin, methods=["POST"]),
    Route(f"{AT}/confirm", confirm, methods=["POST"]),
    Route(f"{AT}/codes", renew, methods=["POST"]),
    Route(f"{AT}/remove", remove, methods=["POST"]),
]
