"""One's own password."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import passwords
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.errors import BadSettings, Problem
from console.pages.guard import address_of, for_those_who, go, read_form
from console.pages.settings.common import PASSWORD_NOT_CHANGED, draw_form

AT = "/settings/password"

for_agents = for_those_who("answer")


@for_agents
async def show(request: Request, me: SignedIn) -> Response:
    return _form(request, me, saved=request.query_params.get("saved", ""))


@for_agents
async def save(request: Request, me: SignedIn) -> Response:
    """Save a new password; one's other sessions end."""
    fields = await read_form(request, me.csrf)
    services, current, new = services_of(request), fields.get("current", ""), fields.get("password", "")
    try:
        await passwords.change_own(services, me, current, new, address=address_of(request))
    except BadSettings as refused:
        return _form(request, me, wrong=refused.wrong)
    return go(f"{AT}?saved=1")


def _form(request: Request, me: SignedIn, *, saved: str = "", wrong: Sequence[Problem] = ()) -> Response:
    target = f"member:{me.member.id}"
    context, undone = {"saved": saved}, PASSWORD_NOT_CHANGED
    return draw_form(request, me, "password", context, at=AT, typed={}, wrong=wrong, target=target, undone=undone)


routes = [Route(AT, show, methods=["GET"]), Route(AT, save, methods=["POST"])]
