"""Monitoring of a process with several workspaces: at a workspace's host it covers that one, elsewhere all.

A process is ready while it serves at least one of them: a balancer that removed it because of one would take down all.
For the state of one workspace, ask at its own host.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.config import release
from console.errors import SestettoError
from console.metrics import registry_of
from console.pages.monitoring import Monitored, figures_of, live, not_the_place
from console.workspaces.hosts import asked_host
from console.workspaces.tenant import Tenant
from console.workspaces.tenants import Tenants

STARTING = "The workspace is starting."
NONE_SERVED = "No workspace can be served."


async def health(request: Request) -> Response:
    """Return 200 while the stores of the workspaces in question respond, else 503."""
    tenants = _asked(request)
    found = dict(zip((one.name for one in tenants), await asyncio.gather(*map(_store_of, tenants)), strict=True))
    return JSONResponse({"stores": found}, status_code=200 if set(found.values()) == {"ok"} else 503)


async def readiness(request: Request) -> Response:
    """Return 200 while at least one of the workspaces in question can serve people, else 503."""
    tenants, draining = _asked(request), request.app.state.draining
    found = await asyncio.gather(*(_readiness_of(tenant, draining=draining) for tenant in tenants))
    ready = any(one["ready"] for one in found)
    body = {
        "ready": ready,
        "problems": [] if ready else [NONE_SERVED],
        "draining": draining,
        "workspaces": dict(zip((tenant.name for tenant in tenants), found, strict=True)),
        "release": release(),
    }
    return JSONResponse(body, status_code=200 if ready else 503)


async def metrics(request: Request) -> Response:
    """Return the process's metrics, and those of each workspace with its name as a label."""
    if refused := not_the_place(request):
        return refused
    draining = request.app.state.draining
    running = [(tenant.name, found) for tenant in _asked(request) if (found := _monitored(tenant))]
    parts = {name: await figures_of(found, draining=draining) for name, found in running}
    body = generate_latest(REGISTRY) + generate_latest(registry_of(parts, _up(_asked(request))))
    return Response(body, media_type=CONTENT_TYPE_LATEST)


routes = [Route("/livez", live), Route("/readyz", readiness), Route("/healthz", health)]
metrics_routes = [Route("/metrics", metrics)]
PATHS = frozenset(route.path for route in (*routes, *metrics_routes))


def _asked(request: Request) -> list[Tenant]:
    tenants: Tenants = request.app.state.tenants
    own = tenants.at(asked_host(request.scope))
    return [own] if own else list(tenants)


def _up(tenants: Iterable[Tenant]) -> dict[str, bool]:
    return {tenant.name: tenant.app is not None for tenant in tenants}


def _monitored(tenant: Tenant) -> Monitored | None:
    return tenant.app.state.monitored if tenant.app else None


async def _readiness_of(tenant: Tenant, *, draining: bool) -> dict[str, Any]:
    found = _monitored(tenant)
    if found is None:
        return {"ready": False, "problems": [tenant.problem or STARTING]}
    return await found.readiness.read(draining=draining)


async def _store_of(tenant: Tenant) -> str:
    found = _monitored(tenant)
    try:
        if found is None:
            return "not_started"
        await found.services.workspace.store.run_unconfirmed("PING")
    except SestettoError as problem:
        return problem.code
    return "ok"
