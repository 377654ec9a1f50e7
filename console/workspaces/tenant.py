"""One of the workspaces of a process: it starts, fails, retries and stops independently of the others."""

import asyncio
from collections.abc import Callable

import structlog
from starlette.applications import Starlette

from console.backup.staging import refuse_half_restored
from console.config import Settings
from console.data_folder import resolve
from console.domain.service_urls import without_password
from console.errors import SestettoError

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds until the next attempt to start a workspace
IS_PAUSED = "The workspace is paused."
STOP_PATIENCE = 20.0  # seconds to wait for one that does not stop

log = structlog.get_logger()


class Tenant:
    """`app` answers for it while it runs. Otherwise it is None, and `problem` says why, as soon as that is known."""

    def __init__(self, settings: Settings, make: Callable[[Settings], Starlette], *, paused: bool = False) -> None:
        self.settings = settings
        self.paused = paused
        self.name = settings.workspace
        self.app: Starlette | None = None
        self.problem = ""
        self.settled = asyncio.Event()  # set once it runs or has failed
        self._make = make
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def is_like(self, other: "Tenant | None") -> bool:
        """Whether the other one is declared the same way."""
        return other is not None and (self.settings, self.paused) == (other.settings, other.paused)

    def start(self) -> None:
        if self.paused:
            self.problem = IS_PAUSED
            self.settled.set()
            return
        self._task = asyncio.create_task(self._run(), name=f"workspace {self.name}")

    async def stop(self) -> None:
        """Stop it in order. A workspace that is still starting, or does not stop, is cancelled."""
        self._stopping.set()
        self.settled.set()
        if self._task is None:
            return
        if self.app is None:
            self._task.cancel()
        await asyncio.wait((self._task,), timeout=STOP_PATIENCE)
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait((self._task,), timeout=STOP_PATIENCE)

    async def _run(self) -> None:
        # Every task started below inherits it, so each log line says which workspace it is about.
        structlog.contextvars.bind_contextvars(workspace=self.name)
        failures = 0
        while not self._stopping.is_set():
            try:
                await self._serve()
                failures = 0
            except Exception as problem:  # any error: the other workspaces go on
                self.problem = str(problem) or type(problem).__name__
                pause = PAUSES[min(failures, len(PAUSES) - 1)]
                trace = not isinstance(problem, SestettoError)
                log.error("workspace.failed", error=self.problem, restart_in=pause, exc_info=trace)
                failures += 1
                self.settled.set()
                await asyncio.sleep(pause)

    async def _serve(self) -> None:
        """Run until it is to stop."""
        refuse_half_restored(self.settings.folder.absolute())
        settings = resolve(self.settings)
        app = self._make(settings)
        try:
            async with app.router.lifespan_context(app):
                self.app, self.problem = app, ""
                database, store = without_password(settings.database), without_password(settings.store)
                log.info("workspace.started", origin=settings.origin, store=store, database=database)
                self.settled.set()
                await self._stopping.wait()
        finally:
            self.app = None
        log.info("workspace.stopped")
