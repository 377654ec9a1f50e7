"""From the feed to the outbox: one reader per workspace follows the feed with its own cursor.

Nothing here delays messages: while SQL is down this reader waits, and the feed does not wait for it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress

import structlog

from console.alerts.detector import AlertedChat, Detector, News
from console.alerts.messages import message_of
from console.archive.alert_incidents import NAME
from console.archive.alert_outbox import Outgoing
from console.archive.alerts import Alerts
from console.archive.feed_cursor import FeedPosition, Overtaken
from console.consumers.follower import Follower
from console.domain.alerts import AlertRule
from console.domain.directory import Queue
from console.domain.ids import new_id
from console.errors import Unknown
from console.events import Ended, Entry, Late, Opened
from console.projection.models import chat_state
from console.projection.picture import Picture
from console.queue.feed import FeedGap, Tail, decode_entry
from console.queue.lead import Lead
from console.queue.workspace import Workspace

PACE = 0.1  # seconds between two reads of the feed under load
CHECK_EVERY = 1.0  # maximum seconds between two checks
SILENT = 5.0  # seconds without a sign of the store; after that the state is unknown and nothing is reported
RULES = 1.0  # seconds between two checks for changed rules
KEEP = 2.0  # seconds between two saves of the cursor when there is nothing to report
AGAIN = 1.0  # seconds until SQL is tried again
REPLAY = 1_000  # missed facts read at once

log = structlog.get_logger()


class AlertReader(Follower):
    """Follows the feed for alerts.

    `queues` is called each time it is needed; `on_outgoing` is called when there is something to send.
    """

    name = NAME
    between = RULES

    def __init__(
        self,
        workspace: Workspace,
        alerts: Alerts,
        *,
        queues: Callable[[], Mapping[str, Queue]],
        leads: Lead,
        origin: str,
    ) -> None:
        super().__init__(workspace, leads=leads)
        self.on_outgoing: Callable[[], None] = lambda: None
        self.alerts = alerts
        self.queues = queues
        self.origin = origin
        self.rules: list[AlertRule] = []
        self._version = -1
        self._rules_read_at = 0.0

    async def follow(self) -> None:
        """Follow the feed until another process takes over. Without any rule there is nothing to follow."""
        if not self.leads():
            return
        await self.changed_rules()
        if not self.rules:
            return
        snapshot = await self.workspace.snapshot()
        reader = new_id()
        place, incidents = await self.alerts.incidents.begin(reader, snapshot.epoch, snapshot.last, snapshot.n)
        self.mark_healthy()
        detector = Detector(Picture.from_snapshot(snapshot), self.rules, self.queues(), incidents, snapshot.now)
        following = Following(self, detector, reader, FeedPosition(snapshot.epoch, snapshot.last, snapshot.n))
        with suppress(FeedGap, Overtaken):
            await following.begin(place, snapshot.now)
            await following.run()

    async def changed_rules(self) -> bool:
        """Whether the rules have changed since they were last read; checks SQL at most once a second."""
        if self._version >= 0 and time.monotonic() - self._rules_read_at < RULES * 0.9:  # the timer may fire early
            return False
        self._rules_read_at = time.monotonic()
        version = await self.alerts.rules.version()
        if version == self._version:
            return False
        self.rules = [rule for rule in await self.alerts.rules.read_all() if rule.on and rule.destinations]
        await self.alerts.outbox.drop_stray([one.id for rule in self.rules for one in rule.destinations])
        if not self.rules:
            await self.alerts.incidents.stop_following()
        self._version = version  # last, so that it is repeated after SQL refused it
        return True


class Following:
    """One reader following the feed; it ends when another reader takes the cursor."""

    def __init__(self, reader: AlertReader, detector: Detector, name: str, place: FeedPosition) -> None:
        self._reader = reader
        self._detector = detector
        self._name = name
        self._place = place
        self._kept_at = 0.0
        self._queues: Mapping[str, Queue] = reader.queues()
        self._check_at = 0  # ms of the store's clock; when to check next

    async def begin(self, before: FeedPosition | None, now: int) -> None:
        """Report what happened between two readers if it still matters, then the current state."""
        news: list[News] = []
        if before and before.epoch == self._place.epoch and before.n < self._place.n:
            news = await self._missed(before)
        await self._keep(news + self._detector.check(now), at_once=True)

    async def run(self) -> None:
        workspace = self._reader.workspace
        store, at = workspace.store, self._place
        tail = Tail(store.primary, workspace.keys.feed, at.id, at.n, reader=NAME, vouch=store.vouch, pace=PACE)
        batches: asyncio.Queue[list[Entry]] = asyncio.Queue(1)
        pump = asyncio.create_task(_pump(tail, batches), name="alerts.pump")
        # The pump reads ahead by one batch, so that time-outs of this loop never interrupt a read from the store.
        try:
            while self._reader.still_leads(self._place.epoch):
                news = self._advance(await self._next(batches))
                if pump.done() and batches.empty():
                    pump.result()
                if await self._reconfigure() and not self._reader.rules:
                    return
                # Check the time only when all facts are applied and the store is up. Otherwise an answer may already be
                # in the feed.
                if batches.empty() and time.monotonic() - tail.heard < SILENT:
                    news += self._check()
                await self._keep(news)
        finally:
            pump.cancel()
            await tail.close()

    async def _next(self, batches: asyncio.Queue[list[Entry]]) -> list[Entry]:
        """Return the next batch, or nothing when it is time to check."""
        wait = (self._check_at - self._reader.workspace.now()) / 1000
        try:
            async with asyncio.timeout(min(max(wait, 0.01), CHECK_EVERY)):
                return await batches.get()
        except TimeoutError:
            return []

    def _advance(self, batch: Sequence[Entry]) -> list[News]:
        news: list[News] = []
        for entry in batch:
            news += self._detector.advance(entry.n, entry.fact)
            self._place = FeedPosition(self._place.epoch, entry.id, entry.n)
        return news

    def _check(self) -> list[News]:
        now = self._reader.workspace.now()
        news = self._detector.check(now) if now >= self._check_at else []
        due = self._detector.next_due()
        latest = now + round(CHECK_EVERY * 1000) if now >= self._check_at else self._check_at
        self._check_at = min(latest, due) if due else latest
        return news

    async def _reconfigure(self) -> bool:
        queues = self._reader.queues()
        if not await self._rules_changed() and queues is self._queues:
            return False
        self._queues = queues
        self._detector.configure(self._reader.rules, queues)
        return True

    async def _rules_changed(self) -> bool:
        try:
            return await self._reader.changed_rules()
        except Unknown:
            return False

    async def _keep(self, news: Sequence[News], *, at_once: bool = False) -> None:
        """Save until it succeeds, however long SQL is down. Raises Overtaken if another reader has taken over."""
        detector = self._detector
        if not (news or detector.gone or at_once) and time.monotonic() - self._kept_at < KEEP:
            return
        outgoing = [made for one in news if (made := self._outgoing(one))]
        changed = [detector.incidents[key] for key in detector.changed]
        while True:
            try:
                await self._reader.alerts.incidents.keep(self._name, self._place, changed, detector.gone, outgoing)
                break
            except Unknown as problem:
                log.info("alerts.wait", error=problem.code)
                await asyncio.sleep(AGAIN)
                if not self._reader.still_leads(self._place.epoch):
                    raise Overtaken from problem
        detector.mark_saved()
        self._kept_at = time.monotonic()
        if outgoing:
            self._reader.on_outgoing()

    def _outgoing(self, news: News) -> Outgoing | None:
        """Build the message. A message that cannot be built must not stop the others."""
        incident = news.incident
        queue = self._detector.queues.get(incident.queue)
        if queue is None:
            return None
        try:
            message = message_of(news, queue, self._reader.origin)
        except Exception as problem:
            log.error("alerts.unspeakable", rule=news.rule.id, queue=queue.id, error=repr(problem))
            return None
        return Outgoing(news.rule, news.what, incident.kind, incident.queue, message)

    async def _missed(self, before: FeedPosition) -> list[News]:
        """Report late answers and events that happened in between, whatever followed."""
        missed = [fact async for fact in self._between(before)]
        gone = {fact.chat for fact in missed if isinstance(fact, Late) and not self._detector.knows(fact.chat)}
        names = await self._reader.alerts.incidents.names(gone) if gone else {}
        news: list[News] = []
        for fact in missed:
            if isinstance(fact, Ended):
                news += await self._missed_message(fact)
            elif isinstance(fact, Opened):
                opened = AlertedChat(fact.chat, fact.visitor.name, fact.at, fact.due)
                news += self._detector.missed(fact.queue, opened, fact.at, "came")
            else:
                known = fact.chat not in gone
                chat = (
                    self._detector.describe(fact.chat)
                    if known
                    else AlertedChat(fact.chat, names.get(fact.chat, ""), fact.due, 0)
                )
                news += self._detector.missed(fact.queue, chat, fact.at)
        return news

    async def _missed_message(self, fact: Ended) -> list[News]:
        """The chat of a left message is no longer in the picture, but its keys stay for a day."""
        live, _ = await self._reader.workspace.read_chat(fact.chat)
        if not live.fields.get("profile"):
            return []
        chat = chat_state(fact.chat, live.fields)
        return self._detector.missed(chat.queue, AlertedChat(chat.id, chat.name, fact.at, 0), fact.at, "left")

    async def _between(self, before: FeedPosition) -> AsyncIterator[Late | Opened | Ended]:
        """Yield the facts that rules may report, among those the feed still has, up to this reader's start."""
        workspace, start = self._reader.workspace, before.id
        while True:
            rows = await workspace.store.command(
                "XRANGE", workspace.keys.feed, f"({start}", self._place.id, "COUNT", REPLAY
            )
            for name, fields in rows:
                fact = decode_entry(name.decode(), fields[1]).fact
                match fact:
                    case Late() | Opened() if fact.due:
                        yield fact
                    case Ended(why="message_left"):
                        yield fact
            if len(rows) < REPLAY:
                return
            start = rows[-1][0].decode()


async def _pump(tail: Tail, batches: asyncio.Queue[list[Entry]]) -> None:
    async for batch in tail.batches():
        if batch:
            await batches.put(batch)
