"""One's own sessions, and how to end them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import sessions
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.pages.browsers import browser_of
from console.pages.guard import for_those_who, go, read_form
from console.pages.settings.common import draw

AT = "/settings/sessions"

for_agents = for_those_who("answer")


@for_agents
async def show(request: Request, me: SignedIn) -> Response:
    """List one's own sessions, this one first."""
    found = await sessions.read_own(services_of(request), me)
    context = {
        "sessions": sorted(found, key=lambda one: one.id != me.session),
        "mine": me.session,
        "browsers": {one.id: " · ".join(filter(None, browser_of(one.browser))) for one in found},
        "ended": request.query_params.get("ended", ""),
    }
    return draw(request, me, "sessions", context, at=AT)


@for_agents
async def end(request: Request, me: SignedIn) -> Response:
    """End one session, or all others."""
    fields = await read_form(request, me.csrf)
    if fields.get("session"):
        await sessions.end_own(services_of(request), me, fields["session"])
    else:
        await sessions.end_others(services_of(request), me)
        return go(f"{AT}?ended=others")
    return go(f"{AT}?ended=1")


routes = [Route(AT, show, methods=["GET"]), Route(AT, end, methods=["POST"])]
