"""All background work (ticker, leases, feed consumers, configuration, retention), and which process does what."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from console.alerts.feed_consumer import AlertReader
from console.alerts.outbox_sender import AlertSender
from console.archive.writer import NAME as ARCHIVE
from console.background.archive_lag import ArchiveLag
from console.background.configuration import Publisher
from console.background.database_probe import AFTER, DatabaseProbe
from console.background.erasures import Erasures
from console.background.exports import Exporter
from console.background.imports import Imports
from console.background.incoming_mail import IncomingMails
from console.background.languages import Languages
from console.background.leases import Leases
from console.background.libraries import Libraries
from console.background.lost_chats import LostChats
from console.background.redactions import Redactions
from console.background.refills import Refills
from console.background.retention import Retention
from console.background.safely import safely
from console.background.search_backfill import SearchBackfill
from console.consumers.consumer import FeedConsumer
from console.delivery.fanout import Fanout
from console.events import AnyFact, Configured, Entry, Erased, Mailed, Unreadable
from console.mail.sender import MailSender
from console.metrics import Leads
from console.push.sender import PushSender
from console.push.watcher import PushWatcher
from console.queue.ticker import Ticker
from console.services import Services
from console.timing.beat import beat
from console.webhooks.feed_consumer import WebhookReader
from console.webhooks.sender import WebhookSender

REFUSED = 5.0  # seconds between two writes of refused pages to SQL
PROMISES = 5.0  # seconds between two checks of the store's settings
STOP_TRIES = 5


class Workers:
    """Background jobs, started and stopped with the application.

    Any number of processes may work. The one that holds the ticker's lease leads, and does what only one process may
    do. While no process works, one that only serves fires the timers, since people wait for them, but nothing more.
    """

    def __init__(
        self,
        services: Services,
        fanout: Fanout,
        *more: Callable[[], Coroutine[Any, Any, None]],
        serves: bool = True,
        works: bool = True,
    ) -> None:
        """`serves`: whether this process has sockets and pages. `more` are further jobs of such a process."""
        self.services = services
        self.works = works
        self.ticker = Ticker(services.workspace, fit=self._fit, works=works)
        self._probe = DatabaseProbe(services.database)
        self.leases = Leases(services)
        self.publisher = Publisher(services, lambda: self.ticker.leader)
        self._leads = leads = self.ticker.leads
        self._retention = Retention(services, leads)
        self._redactions = Redactions(services, leads)
        self._backfill = SearchBackfill(services.search.index, leads)
        self._exporter = Exporter(services, leads)
        self._erasures = Erasures(services, leads)
        self._lost = LostChats(services, leads)
        self._refills = Refills(services)
        self._libraries = Libraries(services, leads)
        self._archive = FeedConsumer(
            ARCHIVE,
            services.archive.write,
            services.workspace,
            services.database,
            leads=leads,
            late=services.archive.write_late,
            kept=self._archived,
        )
        self._alerts = AlertReader(
            services.workspace,
            services.alerts,
            queues=lambda: services.directory.queues,
            leads=leads,
            origin=services.settings.origin,
        )
        self._sender = AlertSender(services.alerts, services.couriers, leads=leads)
        self._alerts.on_outgoing = self._sender.wake
        post = services.post
        self._mails = MailSender(post.outbox, post.write, post.server.deliver if post.server else None, leads=leads)
        self._events = WebhookReader(services.webhooks, services.workspace, leads=leads)
        self._webhooks = WebhookSender(services.webhooks, services.webhook_client, leads=leads)
        more_of = (services.alerts, services.workspace, services.current)
        self._push_watcher = PushWatcher(services.push, *more_of, leads=leads)
        self._push_sender = PushSender(services.push, services.push_client, *more_of, leads=leads)
        self._incoming = IncomingMails(services, leads)
        self._imports = Imports(services, leads)
        self._languages = Languages(services, leads)
        services.workspace.on_epoch.append(self.publisher.wake.set)  # a new history has no queues or members yet
        archive_lag = ArchiveLag(services.lags, lambda: self.ticker.leader)
        # Deleted text leaves the files through the process that deleted it, so each process tidies.
        common = (
            services.workspace.store.primary.watch,
            fanout.run,
            self.promises,
            self._refills.run,
            self.tick,
            self.publisher.publish,
            self._libraries.run,
            self._retention.tidy,
            archive_lag.run,
        )
        serving = (
            fanout.receive_pushes,
            self.leases.renew,
            self.leases.sessions,
            self.leases.lines,
            self.refused,
            *more,
        )
        working = (
            self._probe.run,
            self._archive.run,
            self._alerts.run,
            self._sender.run,
            self._mails.run,
            self._events.run,
            self._webhooks.run,
            self._push_watcher.run,
            self._push_sender.run,
            self._incoming.poll,
            self._incoming.work,
            self._imports.run,
            self._retention.sweep,
            self._retention.scan,
            self._redactions.run,
            self._lost.run,
            self._exporter.run,
            self._erasures.run,
            self._languages.run,
            self._backfill.build,
        )
        self._jobs = (*common, *(serving if serves else ()), *(working if works else ()))
        self._tasks: list[asyncio.Task[None]] = []
        self._mailed = False  # an answer was given that is not archived yet

    def on_fact(self, fact: AnyFact | Unreadable, agents: set[str]) -> None:
        """Read a configuration that another process has published; clean up after redactions and erasures."""
        self._redactions.on_fact(fact)
        self._languages.on_fact(fact)
        self._mailed = self._mailed or isinstance(fact, Mailed)
        if isinstance(fact, Configured):
            self.publisher.wake.set()
        elif isinstance(fact, Erased):
            self.services.learning.forget()

    def start(self) -> None:
        self._tasks = [asyncio.create_task(job(), name=job.__qualname__) for job in self._jobs]

    async def stop(self) -> None:
        """Cancel all jobs.

        A library's own time-out can swallow a cancellation, so cancel again, and give up after some tries.
        """
        pending = set(self._tasks)
        for _ in range(STOP_TRIES):
            for task in pending:
                task.cancel()
            if pending:
                _, pending = await asyncio.wait(pending, timeout=1)

    async def tick(self) -> None:
        while True:
            await safely(self.ticker.tick())
            await self.ticker.wait()

    async def promises(self) -> None:
        """Check regularly that the store still has the required settings and its replica."""
        while True:
            await beat(PROMISES)
            await safely(self.services.workspace.check_store())

    async def refused(self) -> None:
        """Record pages that were refused the widget, for the people who installed it."""
        while True:
            await beat(REFUSED)
            await safely(self.services.refused_origins.write())
            await safely(self.services.refused_identities.write())

    def leads(self) -> Leads:
        """What this process does for all others right now."""
        return Leads(timers=self.ticker.leader, work=self._leads())

    def _fit(self) -> bool:
        """Whether this process can archive: it reaches SQL, and its last attempts there succeeded."""
        return self._probe.reaches and self._archive.failing_for < AFTER

    async def _archived(self, last: Entry) -> None:
        """Tell the store how far SQL has the feed: the feed keeps only what is not archived yet."""
        await self.services.workspace.archived(last.id, last.n)
        if self._mailed:
            self._mailed = False
            self.services.post.outbox.wake()
