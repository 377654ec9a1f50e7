"""All workspaces of a process: started concurrently, found by the requested host, changed while running."""

import asyncio
from collections.abc import Callable, Iterator

import structlog
from starlette.applications import Starlette

from console.config import Settings
from console.errors import SettingError
from console.workspaces.declared import Installation
from console.workspaces.hosts import host_of
from console.workspaces.tenant import Tenant

PATIENCE = 3.0  # seconds without a start or failure after which running workspaces no longer wait for the others

log = structlog.get_logger()


class Tenants:
    """`make` builds the application of one workspace."""

    def __init__(self, installation: Installation, make: Callable[[Settings], Starlette]) -> None:
        self._make = make
        self._by_name = {tenant.name: tenant for tenant in self._of(installation)}
        self._by_host: dict[str, Tenant] = {}
        self._changing = asyncio.Lock()
        self._index()

    def __iter__(self) -> Iterator[Tenant]:
        return iter(list(self._by_name.values()))

    def at(self, host: str) -> Tenant | None:
        """Return the workspace at the host; the name is one of `plain_host`."""
        return self._by_host.get(host)

    async def start(self) -> None:
        """Return once all have started, or some have and the others take long. Raises SettingError if none starts."""
        for tenant in self:
            tenant.start()
        pending = {asyncio.create_task(tenant.settled.wait()) for tenant in self}
        try:
            while pending:
                patience = PATIENCE if any(tenant.app for tenant in self) else None
                done, pending = await asyncio.wait(pending, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    break
        finally:
            for task in pending:
                task.cancel()
        if not any(tenant.app for tenant in self):
            raise SettingError("; ".join(f"[{tenant.name}] {tenant.problem}" for tenant in self))

    async def stop(self) -> None:
        await asyncio.gather(*(tenant.stop() for tenant in self))

    async def change_to(self, installation: Installation) -> None:
        """Stop workspaces that were removed or have changed, and start new ones; the others are unaffected."""
        async with self._changing:
            wanted = {tenant.name: tenant for tenant in self._of(installation)}
            gone = [tenant for tenant in self if not tenant.is_like(wanted.get(tenant.name))]
            for tenant in gone:
                del self._by_name[tenant.name]
            self._index()
            await asyncio.gather(*(tenant.stop() for tenant in gone))
            added = [tenant for name, tenant in wanted.items() if name not in self._by_name]
            for tenant in added:
                self._by_name[tenant.name] = tenant
                tenant.start()
            self._index()
            log.info("workspaces.changed", stopped=[one.name for one in gone], started=[one.name for one in added])

    def _of(self, installation: Installation) -> Iterator[Tenant]:
        for settings in installation.workspaces:
            yield Tenant(settings, self._make, paused=settings.workspace in installation.paused)

    def _index(self) -> None:
        self._by_host = {host_of(tenant.settings): tenant for tenant in self}
