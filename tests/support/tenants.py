"""Acme and Globex: two workspaces in one process, each at its own host."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from console.archive.database import Database
from console.archive.stores import Stores
from console.domain.directory import Queue, Site
from tests.support.migrated import put_migrated
from tests.support.page_client import sign_in_with
from tests.support.server_process import RunningServer

ELSEWHERE = "chat.nobody.example"
HOSTS = ("127.0.0.1", "localhost")
MAIL = "ana@people.example"  # Ana works for both


class Tenant(RunningServer):
    """One of them, for helpers that take a server; it starts with the others."""

    def __init__(self, name: str, server: "Tenants", host: str, database: str) -> None:
        self.name = name
        self.data = server.data / "workspaces" / name
        self.url = f"http://{host}:{server.port}"
        self.site = f"{name}-shop"
        self.password = f"{name} battery staple"
        self._settings = {"SESTETTO_DATABASE": database} if database else {}

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, headers={"origin": self.url, "accept": "text/html"})

    @asynccontextmanager
    async def signed_in(self, email: str) -> AsyncIterator[httpx.AsyncClient]:
        async with self.browser() as browser:
            answer = await sign_in_with(browser, email, self.password)
            assert answer.status_code == 303, answer.text
            yield browser


class Tenants(RunningServer):
    """`sestetto serve` (or demo) with a file that declares them; `url` is the first one's too.

    Each has a queue, a site, Ana the agent, Sam the supervisor and Ada the admin.
    """

    asks = "/livez"

    def __init__(
        self, data: Path, names: Sequence[str] = ("acme", "globex"), *, databases: Mapping[str, str] | None = None,
        command: str = "serve", options: Sequence[str] = (), **settings: str,
    ) -> None:  # fmt: skip
        super().__init__(data, command=command, options=options, **settings)
        self.file = data / "workspaces.toml"
        self._settings["SESTETTO_WORKSPACES"] = str(self.file)
        databases = databases or {}
        self.tenants = [
            Tenant(name, self, host, databases.get(name, "")) for name, host in zip(names, HOSTS, strict=False)
        ]

    def declare(self, *more: str, of: Sequence[Tenant] | None = None) -> None:
        """Write the file; `more` are lines at its end."""
        sections = [
            f'[{one.name}]\norigin = "{one.url}"\n' + "".join(f'database = "{url}"\n' for url in one._settings.values())
            for one in (self.tenants if of is None else of)
        ]
        self.file.write_text("\n".join([*sections, *more]))

    def launch(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        if not self.file.exists():
            self.declare()
        super().launch()

    def reload(self) -> None:
        """Make the server read its file again."""
        os.kill(self.pid, signal.SIGHUP)

    def elsewhere(self, host: str = ELSEWHERE, **headers: str) -> httpx.AsyncClient:
        """Send a request to a host that belongs to no workspace."""
        return httpx.AsyncClient(base_url=self.url, headers={"host": host, **headers})

    async def fill(self) -> None:
        await asyncio.gather(*(_fill(tenant) for tenant in self.tenants))


async def _fill(tenant: Tenant) -> None:
    if not tenant._settings:
        tenant.data.mkdir(mode=0o700, parents=True)
        put_migrated(tenant.data)
    database = Database(tenant.database_url)
    try:
        stores = Stores(database)
        await stores.queues.put(Queue("support", f"{tenant.name} support"))
        await stores.sites.put(Site(tenant.site, f"{tenant.name} shop", "support", (tenant.url,)))
        for name, role, mail in (
            ("ana", "agent", MAIL),
            ("sam", "supervisor", f"sam@{tenant.name}.example"),
            ("ada", "admin", f"ada@{tenant.name}.example"),
        ):
            await stores.members.add(
                id=name, email=mail, name=f"{name.title()} of {tenant.name}", password=tenant.password,
                role=role, queues=("support",),  # type: ignore[arg-type]
            )  # fmt: skip
    finally:
        await database.close()
