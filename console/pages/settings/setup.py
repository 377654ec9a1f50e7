"""Overview: what a new team has to set up, in order, and what is done."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import alerts
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.directory import Directory
from console.domain.permissions import may
from console.pages.guard import for_those_who, go
from console.pages.settings.common import draw, known_to
from console.pages.settings.queues import serving

AT = "/settings"


@for_those_who("answer")
async def show(request: Request, me: SignedIn) -> Response:
    """Show the overview. Members who may not configure go to their own canned replies."""
    if not may(me.member, "configure"):
        return go("/settings/canned")
    known = await known_to(request)
    context = {
        "directory": known,
        "tiers": [queue for queue in known.queues.values() if queue.overflow_to in known.queues],
        "unserved": unserved(known),
        "replies": await services_of(request).stores.canned.of_team(),
        "alerts": await alerts.read_all(services_of(request), me.member),
        "aside": sum(lag.set_aside for lag in await services_of(request).lags.read()),
        "days": await services_of(request).retention_days(),
    }
    return draw(request, me, "overview", context, at=AT)


def unserved(known: Directory) -> list[str]:
    """Return the names of queues without members."""
    return [queue.name for queue in known.queues.values() if not serving(known, queue.id)]


routes = [Route(AT, show, methods=["GET"])]
