"""The ASGI application of a process with several workspaces: the requested host decides which one answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.types import Receive, Scope, Send

from console.app import Application
from console.config import Settings
from console.limits.seldom import SeldomLog
from console.workspaces import monitoring
from console.workspaces.declared import Installation
from console.workspaces.hosts import asked_host
from console.workspaces.refusals import refuse
from console.workspaces.tenants import Tenants


class WorkspacesApplication(Application):
    """Passes requests and sockets to the workspace at their host, each of which has a complete application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope["path"] not in monitoring.PATHS:
            tenants: Tenants = self.state.tenants
            tenant = tenants.at(asked_host(scope))
            if tenant is not None and tenant.app is not None:
                with structlog.contextvars.bound_contextvars(workspace=tenant.name):
                    await tenant.app(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


def create_workspaces_app(installation: Installation, make: Callable[[Settings], Starlette]) -> WorkspacesApplication:
    """Build the application; `make` builds the one of a single workspace."""

    def build(own: Settings) -> Starlette:
        inner = make(own)
        inner.state.connections = getattr(app.state, "connections", None)  # connections are counted once per process
        return inner

    tenants = Tenants(installation, build)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            await tenants.start()
            yield
        finally:
            await tenants.stop()

    routes: list[BaseRoute] = [*monitoring.routes, *(monitoring.metrics_routes if installation.process.metrics else ())]
    app = WorkspacesApplication(routes=[*routes, Mount("/", app=refuse)], lifespan=lifespan)
    app.state.tenants = tenants
    app.state.draining = False
    app.state.strangers = SeldomLog()
    return app
