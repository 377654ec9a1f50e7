"""What monitoring asks a process: is it alive, can it serve, and how busy is it. Do not expose these to the public."""

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.board.publisher import Boards
from console.config import release
from console.delivery.fanout import Fanout
from console.errors import SestettoError
from console.metrics import Leads, ProcessFigures, WorkspaceFigures, registry
from console.pages.readiness import Readiness, WorkReadiness
from console.services import Services

PLACES = ("waiting", "active")
ONE_OF_MANY = "Each process counts its own figures: ask each at its own port, after SESTETTO_WORK_PORT.\n"


@dataclass
class Monitored:
    """The parts of this process that monitoring reads, as `app.state.monitored`; `boards` only if it serves people."""

    services: Services
    fanout: Fanout
    boards: Boards | None
    leads: Callable[[], Leads]

    def __post_init__(self) -> None:
        kind = Readiness if self.boards is not None else WorkReadiness
        self.readiness = kind(self.services, self.fanout)


async def live(request: Request) -> Response:
    """Return 200 as long as the process handles requests, whatever else is down: restarting it would not help."""
    return JSONResponse({"live": True, "release": release()})


async def health(request: Request) -> Response:
    """Return 200 while the store responds within its deadline, else 503."""
    try:
        await _monitored(request).services.workspace.store.run_unconfirmed("PING")
    except SestettoError as problem:
        return JSONResponse({"store": "away", "error": problem.code}, status_code=503)
    return JSONResponse({"store": "ok"})


async def readiness(request: Request) -> Response:
    """Return 200 while people can be served (or the work be done), else 503 with what is wrong."""
    found = await _monitored(request).readiness.read(draining=request.app.state.draining)
    return JSONResponse(found, status_code=200 if found["ready"] else 503)


async def metrics(request: Request) -> Response:
    """Return the metrics of the process, and if it leads those of the workspace, in Prometheus' text format."""
    if refused := not_the_place(request):
        return refused
    parts = await figures_of(_monitored(request), draining=request.app.state.draining)
    body = generate_latest(REGISTRY) + generate_latest(registry(*parts))
    return Response(body, media_type=CONTENT_TYPE_LATEST)


def not_the_place(request: Request) -> Response | None:
    """Refuse the port that several processes share: the figures would be those of whichever process answered."""
    own = getattr(request.app.state, "metrics_port", None)
    if own is None or request.scope["server"][1] == own:
        return None
    return Response(ONE_OF_MANY, status_code=404, media_type="text/plain")


async def figures_of(monitored: Monitored, *, draining: bool) -> list[ProcessFigures | WorkspaceFigures]:
    """Return the process's own figures, and the workspace's if it leads."""
    parts: list[ProcessFigures | WorkspaceFigures] = [await _process(monitored, draining=draining)]
    if monitored.leads().timers:
        parts.append(await _workspace(monitored.services))
    return parts


routes = [Route("/livez", live), Route("/readyz", readiness), Route("/healthz", health)]
metrics_routes = [Route("/metrics", metrics)]  # only if a setting asks for them


def _monitored(request: Request) -> Monitored:
    found: Monitored = request.app.state.monitored
    return found


async def _process(monitored: Monitored, *, draining: bool) -> ProcessFigures:
    services, tail = monitored.services, monitored.fanout.tail
    return ProcessFigures(
        release=release(),
        build=services.build,
        leads=monitored.leads(),
        ready=(await monitored.readiness.read(draining=draining))["ready"],
        sockets=len(services.hub.everyone()),
        calls=services.workspace.store.calls,
        exchanges=services.workspace.store.exchanges,
        primary=(services.workspace.store.primary.mode, services.workspace.store.primary.address),
        behind=await services.lags.behind(tail.entry, tail.n) if tail else None,
        boards=monitored.boards.costs() if monitored.boards else None,
        drafts=services.drafts.costs() if monitored.boards else None,
    )


async def _workspace(services: Services) -> WorkspaceFigures:
    picture = services.picture
    chats = list(picture.chats.values())
    late = [chat.queue for chat in chats if chat.late or chat.promise_late]
    places = [chat.place for chat in chats]
    return WorkspaceFigures(
        chats={place: places.count(place) for place in PLACES},
        late={queue: late.count(queue) for queue in services.directory.queues},
        online=sum(agent.online for agent in picture.agents.values()),
        left=picture.left_messages,
        consumers=await services.lags.read(),
    )
