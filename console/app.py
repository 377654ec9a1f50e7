"""Builds the ASGI application: wires its parts together and defines every route."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp

from console.alerts.courier_pool import Couriers
from console.api import documents as api_documents
from console.api import routes as api
from console.archive.alerts import Alerts
from console.archive.database import Database
from console.archive.history import History
from console.archive.search import ChatSearch
from console.archive.stores import Stores
from console.archive.writer import Archive
from console.authentication import forget_revoked
from console.board.publisher import Boards
from console.board.views import BoardViews
from console.config import Settings
from console.consumers.lag import Lags
from console.delivery.fanout import Fanout
from console.delivery.hub import Hub
from console.delivery.rendered_fact import HubEvent
from console.demo import shop
from console.errors import SettingError, Unknown
from console.pages import (
    board,
    chats,
    console,
    error_pages,
    files,
    installed,
    invitation,
    left_messages,
    monitoring,
    provider_sign_in,
    second_factor,
    sign_in,
    static,
    suggestions,
    widget,
)
from console.pages import settings as setting_pages
from console.pages.monitoring import Monitored
from console.pairing.configuration import publish
from console.pairing.history import settle_history
from console.pairing.identity import introduce
from console.pairing.refilling import refill
from console.projection.current import Current
from console.queue.store import Store
from console.queue.workspace import Workspace
from console.security import SecurityHeaders, VisitorTokens
from console.security.requests import PublicName, RequestIds
from console.services import Services
from console.views.assets import build
from console.views.bundles import PAGES, bundle
from console.views.html import HtmlViews
from console.views.i18n import page_texts
from console.workers import Workers
from console.ws.agent import agent_socket
from console.ws.board import board_socket
from console.ws.bot import bot_socket
from console.ws.socket_endpoint import SocketEndpoint
from console.ws.visitor import visitor_socket

START_WITHIN = 30.0  # seconds until the store must respond


def create_app(settings: Settings, *, demo: bool = False) -> Starlette:
    """Build the ASGI application.

    `settings` name a store, a database and a secret; its lifespan opens and closes them.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        services = assemble(settings, demo=demo)
        fanout = Fanout(services.workspace, services.hub, services.views, services.current)
        boards = boards_of(services)
        workers = Workers(services, fanout, boards.run, works=settings.work)
        app.state.services, app.state.fanout, app.state.workers = services, fanout, workers
        app.state.boards = boards
        app.state.monitored = Monitored(services, fanout, boards, workers.leads)

        fanout.observers += [boards.on_fact, partial(forget_revoked, services), workers.on_fact]
        try:
            await open_up(services)
            workers.start()
            async with asyncio.timeout(START_WITHIN):
                await fanout.ready.wait()
            yield
        finally:
            for listener in services.hub.everyone():
                listener.cut(1012)
            await workers.stop()
            await close(services)

    prepare_files()
    routes = [
        WebSocketRoute("/ws/visitor", SocketEndpoint(visitor_socket)),
        WebSocketRoute("/ws/agent", SocketEndpoint(agent_socket)),
        WebSocketRoute("/ws/bot", SocketEndpoint(bot_socket)),
        WebSocketRoute("/ws/board", SocketEndpoint(board_socket)),
        *widget.routes,
        *files.routes,
        *static.routes,
        *installed.routes,
        *sign_in.routes,
        *second_factor.routes,
        *provider_sign_in.routes,
        *invitation.routes,
        *console.routes,
        *suggestions.routes,
        *board.routes,
        *chats.routes,
        *left_messages.routes,
        *setting_pages.routes,
        *monitoring.routes,
        *api_documents.routes,
        *api.routes,
    ]
    routes += shop.routes if demo else sign_in.front_door
    if settings.metrics:
        routes += monitoring.metrics_routes
    app = Application(routes=routes, lifespan=lifespan, exception_handlers=error_pages.handlers)
    app.state.draining = False
    app.public_origin = "" if demo else settings.origin
    app.hsts_subdomains = settings.hsts_subdomains
    return app


def prepare_files() -> None:
    """Make the scripts now: an upgrade may replace their sources while this process serves."""
    widget.prepare()
    for page in PAGES:
        bundle(page)


def create_work_app(settings: Settings) -> Starlette:
    """Build an application that does only the background work and answers monitoring."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        services = assemble(settings, demo=False)
        fanout = Fanout(services.workspace, services.hub, services.views, services.current)
        workers = Workers(services, fanout, serves=False)
        app.state.services, app.state.workers = services, workers
        app.state.monitored = Monitored(services, fanout, None, workers.leads)
        fanout.observers.append(workers.on_fact)
        try:
            await open_up(services)
            workers.start()
            async with asyncio.timeout(START_WITHIN):
                await fanout.ready.wait()
            yield
        finally:
            await workers.stop()
            await close(services)

    app = Application(
        routes=[*monitoring.routes, *(monitoring.metrics_routes if settings.metrics else ())], lifespan=lifespan
    )
    app.state.draining = False
    return app


class Application(Starlette):
    """Starlette whose middleware also wraps its error page, so that errors carry its headers and request ids too."""

    public_origin = ""
    hsts_subdomains = False

    def build_middleware_stack(self) -> ASGIApp:
        app: ASGIApp = SecurityHeaders(super().build_middleware_stack(), subdomains=self.hsts_subdomains)
        if self.public_origin:
            app = PublicName(app, self.public_origin)
        return RequestIds(app)


def assemble(settings: Settings, *, demo: bool) -> Services:
    """Create the parts without starting them."""
    database = Database(settings.database)
    workspace = Workspace(Store(settings.store, settings.workspace, durability=settings.durability), settings.workspace)
    workspace.fills = True
    hub: Hub[HubEvent] = Hub()
    current = Current(takes_files=settings.files != "no")
    return Services(
        settings=settings,
        workspace=workspace,
        database=database,
        stores=Stores(database),
        archive=Archive(database, settings.workspace),
        history=History(database, settings.workspace),
        search=ChatSearch(database, settings.workspace),
        lags=Lags(workspace, database),
        alerts=Alerts(database, settings.workspace, locales=page_texts().available()),
        couriers=Couriers(settings.alert_networks),
        hub=hub,
        visitor_tokens=VisitorTokens(settings.secret),
        views=HtmlViews(current),
        current=current,
        demo=demo,
        build=build(),
    )


async def close(services: Services) -> None:
    """Close what `assemble` has created."""
    await services.couriers.close()
    await services.webhook_client.close()
    await services.push_client.close()
    services.drafts.close()
    await services.openid.close()
    await services.workspace.store.close()
    await services.database.close()


def boards_of(services: Services) -> Boards:
    """Create the content that all boards of this process show."""
    views = BoardViews(services.current)
    return Boards(
        services.workspace, views, services.current, services.history.visitors_of, services.left_messages.open_now
    )


async def open_up(services: Services) -> None:
    """Migrate SQL and configure the store. Raises SettingError if the store's settings would lose chats."""
    await services.database.migrate_when_there()
    services.directory = await services.stores.directory.read()
    for _ in range(60):
        try:
            # Must come before the first write: a store set back would reuse numbers that SQL already has.
            await introduce(services.workspace, services.database, services.settings.secret)
            await settle_history(services.workspace, services.database)
            services.directory = await publish(services.workspace, services.stores.directory)
            if services.workspace.emptied.is_set():
                await refill(services.workspace, services.stores)
            return
        except Unknown:
            await asyncio.sleep(0.5)
    store = services.workspace.store
    raise SettingError(f"The store at {store.primary.shown} does not respond: {store.outage.error}")
