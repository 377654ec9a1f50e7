"""Shared by the tests of our pages: the real pages over a real database and a real workspace."""

import dataclasses
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette

from console.alerts.courier_pool import Couriers
from console.archive.alerts import Alerts
from console.archive.database import Database
from console.archive.history import History
from console.archive.search import ChatSearch
from console.archive.stores import Stores
from console.archive.writer import Archive
from console.config import read_settings
from console.consumers.lag import Lags
from console.delivery.hub import Hub
from console.domain.directory import Queue
from console.mail.post import Post
from console.pages import (
    chats,
    console,
    error_pages,
    invitation,
    left_messages,
    provider_sign_in,
    second_factor,
    settings,
    sign_in,
    suggestions,
)
from console.projection.current import Current
from console.queue.store import Store
from console.queue.workspace import Workspace
from console.security import SecurityHeaders, VisitorTokens
from console.security.requests import RequestIds
from console.services import Services
from console.views.html import HtmlViews
from console.views.i18n import page_texts
from tests.support.archive_feed import fresh_database

PASSWORD = "correct horse battery"
ORIGIN = "http://chat.example"
FIELD = re.compile(r'name="(csrf|cid)" value="([^"]*)"')


@asynccontextmanager
async def an_installation(
    folder: Path, store_url: str, workspace: str, *, database_url: str = "", **options: bool
) -> AsyncIterator[Services]:
    """Ana and supervisor Sam, one queue, pages, no sockets; the database is in the folder, unless it is at a URL."""
    store = Store(store_url)
    async with fresh_database(database_url or folder, busy=50) as database:
        services = _services(folder, database, Workspace(store, workspace), **options)
        await services.stores.queues.put(Queue("support", "Support"))
        for member, role in (("ana", "agent"), ("sam", "supervisor")):
            await services.stores.members.add(
                id=member,
                email=f"{member}@example.com",
                name=member.title(),
                password=PASSWORD,
                role=role,  # type: ignore[arg-type]
                queues=("support",),
            )
        services.directory = await services.stores.directory.read()
        await services.workspace.configure(services.directory)
        yield services
        await store.close()


def _services(folder: Path, database: Database, workspace: Workspace, *, demo: bool = False) -> Services:
    stores = Stores(database)
    current = Current()
    return Services(
        settings=read_settings({}, data=folder),
        workspace=workspace,
        database=database,
        stores=stores,
        archive=Archive(database, workspace.name),
        lags=Lags(workspace, database),
        history=History(database, workspace.name),
        search=ChatSearch(database, workspace.name),
        alerts=Alerts(database, workspace.name, locales=page_texts().available()),
        couriers=Couriers(),
        hub=Hub(),
        visitor_tokens=VisitorTokens("s" * 32),
        views=HtmlViews(current),
        current=current,
        demo=demo,
        build="test",
    )


def browser_of(
    services: Services, *, origin: str = ORIGIN, client: str = "203.0.113.7", **headers: str
) -> httpx.AsyncClient:
    """Return a browser with cookies that does not follow redirects by itself."""
    parts = sign_in, second_factor, provider_sign_in, invitation, chats, left_messages, console, settings, suggestions
    pages = [route for part in parts for route in part.routes]
    app = Starlette(routes=pages, exception_handlers=error_pages.handlers)
    app.state.services = services
    transport = httpx.ASGITransport(RequestIds(SecurityHeaders(app)), client=(client, 4711))
    return httpx.AsyncClient(transport=transport, base_url=origin, headers={"origin": origin, **headers})


def with_mail(services: Services, origin: str = ORIGIN) -> None:
    """Add a mail server and our own address. Nobody sends, so the mails stay in the outbox."""
    services.settings = dataclasses.replace(services.settings, origin=origin)
    settings = read_settings({}, smtp_url="smtp://127.0.0.1:9", mail_from="Lana <help@lana.example>")
    services.post = Post(settings, services.database, services.history, lambda: services.directory)


def fields_of(page: httpx.Response) -> dict[str, str]:
    """Return the hidden fields of the page's own form; the last of each name is in the page, not in its header."""
    return dict(FIELD.findall(page.text))


@asynccontextmanager
async def signed_in_browser(
    services: Services, member: str = "ana", **options: str
) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(services, **options) as browser:
        assert (await sign_in_with(browser, f"{member}@example.com", PASSWORD)).status_code == 303
        yield browser


async def sign_in_with(
    browser: httpx.AsyncClient, email: str, password: str, *, onward: str = "", **more: str
) -> httpx.Response:
    form = await browser.get("/sign-in")
    return await browser.post(
        "/sign-in", data={**fields_of(form), "email": email, "password": password, "next": onward, **more}
    )
