"""What runs beside the sockets: the ticker, the leases, the archive's reader, the configuration's publisher."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from console.alerts.feed_consumer import RULES, AlertReader
from console.alerts.outbox_sender import AlertSender
from console.delivery.fanout import Fanout
from console.errors import SestettoError
from console.events import AnyFact, Configured, Unreadable
from console.queue.feed import Tail
from console.queue.ticker import Ticker
from console.services import Services

RENEW_AGENTS = 4.0  # seconds; the lease is 10
RENEW_TABS = 15.0  # seconds; the lease is 45
SEEN = 240.0  # seconds between two notes of whose sockets are open; a session unseen ends after 12 h
LINES = 1.0  # seconds between two looks at places in line
PUBLISH = 2.0  # seconds between two looks at SQL's version of the configuration
HOURS = 3_600.0  # seconds between two tellings of the opening hours of the days to come
ARCHIVE = 0.25  # seconds between two transactions under load: each costs more than a hundred facts in it
SWEEP = 3_600.0  # seconds between two sweeps of what is older than it may be
MESSAGES = 30  # days that alerts stay to be looked at
DAY = 86_400_000  # ms
REFUSED = 5.0  # seconds between two writings of which pages were refused
STOP_TRIES = 5

log = structlog.get_logger()


class Workers:
    """Started and stopped with the application. Any number of processes may run them: one ticks and archives."""

    def __init__(self, services: Services, fanout: Fanout, *more: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.services = services
        self.fanout = fanout
        self._more = more
        self.ticker = Ticker(services.workspace)
        self._reader = AlertReader(
            services.workspace,
            services.alerts,
            queues=lambda: services.directory.queues,
            leads=self._leads,
            origin=services.settings.origin,
        )
        self._sender = AlertSender(services.alerts, services.couriers, leads=self._leads)
        self._reader.on_outgoing = self._sender.wake
        self._tasks: list[asyncio.Task[None]] = []
        self._hours_due = time.monotonic() + HOURS
        self._configure = asyncio.Event()
        services.workspace.on_epoch.append(self._configure.set)  # another history knows no queues and members yet

    def heed(self, fact: AnyFact | Unreadable, agents: set[str]) -> None:
        """Another process has published a configuration: it is read at once."""
        if isinstance(fact, Configured):
            self._configure.set()

    def start(self) -> None:
        jobs = (
            self.fanout.run,
            self.fanout.hear,
            self.tick,
            self.renew,
            self.sessions,
            self.lines,
            self.publish,
            self.archive,
            self.alerts,
            self._sender.run,
            self.sweep,
            self.refused,
            *self._more,
        )
        self._tasks = [asyncio.create_task(job(), name=job.__name__) for job in jobs]

    async def stop(self) -> None:
        """A cancellation can be lost in a library's own time-out: it is said again, and then not waited for."""
        pending = set(self._tasks)
        for _ in range(STOP_TRIES):
            for task in pending:
                task.cancel()
            if pending:
                _, pending = await asyncio.wait(pending, timeout=1)

    # --- time ------------------------------------------------------------------------------------

    async def tick(self) -> None:
        while True:
            await self._safely(self.ticker.tick())
            await self.ticker.wait()

    async def renew(self) -> None:
        """Sockets that are open have answered their pings."""
        rounds = 0
        while True:
            await asyncio.sleep(RENEW_AGENTS)
            rounds += 1
            everyone = self.services.hub.everyone()
            agents = [lease for one in everyone if (lease := one.agent_lease())]
            if agents:
                await self._safely(self.services.workspace.renew(agents))
            if rounds * RENEW_AGENTS >= RENEW_TABS:
                rounds = 0
                tabs = [tab for one in everyone if (tab := one.tab_lease())]
                if tabs:
                    await self._safely(self.services.workspace.renew_tabs(tabs))

    async def sessions(self) -> None:
        """A socket asks SQL for its credentials once, at its beginning: what time does to them is seen to here."""
        while True:
            await asyncio.sleep(SEEN)
            await self._safely(self.keep_seen())

    async def keep_seen(self) -> None:
        """Sessions with an open socket do not run out; the sockets of those that are over end with 4401."""
        open_now = {one: session for one in self.services.hub.everyone() if (session := one.session())}
        over = await self.services.stores.sessions.keep_seen({*open_now.values()})
        for one, session in open_now.items():
            if session in over:
                one.cut(4401)

    async def lines(self) -> None:
        while True:
            await asyncio.sleep(LINES)
            for one in self.services.hub.everyone():
                try:
                    one.look_again()
                except Exception as problem:
                    log.error("listener.failed", error=repr(problem))
                    one.cut(1011)

    # --- configuration ---------------------------------------------------------------------------

    async def publish(self) -> None:
        """Live state follows SQL, however SQL was changed; every process reads what is live."""
        while True:
            await self._safely(self._publish())
            try:
                async with asyncio.timeout(PUBLISH):
                    await self._configure.wait()
                    self._configure.clear()
            except TimeoutError:
                continue

    async def _publish(self) -> None:
        directory = await self.services.stores.directory.read()
        if directory.version != self.services.directory.version:
            self.services.directory = directory
        await self.services.workspace.configure(directory)
        if time.monotonic() >= self._hours_due:
            await self.services.workspace.set_hours(directory)
            self._hours_due = time.monotonic() + HOURS

    # --- archive ---------------------------------------------------------------------------------

    async def archive(self) -> None:
        """The feed into SQL, by the process that ticks. SQL being away delays it and nothing else."""
        while True:
            if self.ticker.leader:
                await self._safely(self._archive())
            await asyncio.sleep(0.5)

    async def _archive(self) -> None:
        workspace, archive = self.services.workspace, self.services.archive
        epoch = workspace.epoch
        cursor = await archive.cursor()
        entry, n = (cursor.id, cursor.n) if cursor.epoch == epoch else ("0-0", 0)
        tail = Tail(workspace.store.url, workspace.keys.feed, entry, n, pace=ARCHIVE, over_gaps=True)
        try:
            async for batch in tail.batches():
                if workspace.epoch != epoch or not self.ticker.leader:
                    return
                await archive.append(epoch, batch)
                await workspace.archived(batch[-1].id, batch[-1].n)
        finally:
            await tail.close()

    def _leads(self) -> bool:
        return self.ticker.leader

    async def alerts(self) -> None:
        """The feed to alerts, by the process that ticks, with a cursor of their own: nobody waits for them."""
        while True:
            await self._safely(self._reader.follow())
            await asyncio.sleep(RULES)

    async def sweep(self) -> None:
        """Retention, and sessions that have run out."""
        while True:
            if self.ticker.leader:
                await self._safely(self._sweep())
                await asyncio.sleep(SWEEP)
            await asyncio.sleep(1)

    async def _sweep(self) -> None:
        oldest = int(time.time() * 1000) - await self.services.retention_days() * DAY
        dropped = await self.services.history.drop_older_than(oldest)
        await self.services.stores.drop_expired()
        await self.services.alerts.drop_older_than(max(oldest, int(time.time() * 1000) - MESSAGES * DAY))
        if dropped:
            log.info("retention.dropped", chats=dropped)

    async def refused(self) -> None:
        """Pages whose widget was refused, for the people who set it up."""
        while True:
            await asyncio.sleep(REFUSED)
            await self._safely(self.services.refused_origins.write())

    async def _safely(self, job: Coroutine[Any, Any, Any]) -> None:
        """A worker outlives what goes wrong in one of its rounds."""
        try:
            await job
        except SestettoError as problem:
            log.info("worker.waits", error=problem.code)
            await asyncio.sleep(0.2)
        except Exception as problem:
            log.error("worker.round", error=repr(problem))
            await asyncio.sleep(1)
