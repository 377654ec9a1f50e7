"""Finds out which devices to notify of what, and puts the pushes into the outbox.

It compares what holds now (the picture, built from the feed) with what SQL says was sent. No state has to be kept from
fact to fact: a process that takes over, however late, notifies of what still matters and was not sent, and takes back
what no longer holds. No message waits for any of this.
"""

import time

import structlog

from console.archive.alerts import Alerts
from console.archive.push import PushStores
from console.domain.push import Nudge, PushDevice
from console.errors import SestettoError
from console.events import Message, read_log
from console.projection.current import Current
from console.push.wanted import Wanted, alerts_of, chats_of, is_news, is_over, listens, nudge_of
from console.queue.lead import Lead
from console.queue.results import Gone
from console.queue.workspace import Workspace
from console.timing.beat import beat

CHECK_EVERY = 0.5  # seconds between two comparisons
DEVICES = 2.0  # seconds between two reads of the devices and incidents
AWAY = 2.0  # seconds until SQL is tried again
TIDY = 600.0  # seconds between two deletions of old pushes

log = structlog.get_logger()


class PushWatcher:
    """Runs in every worker process; the one that leads does the work."""

    def __init__(
        self, push: PushStores, alerts: Alerts, workspace: Workspace, current: Current, *, leads: Lead
    ) -> None:
        self._push = push
        self._alerts = alerts
        self._workspace = workspace
        self._current = current
        self._leads = leads
        self._forget()

    def _forget(self) -> None:
        """Start afresh: another process may have led in between."""
        self._sent: Wanted | None = None
        self._devices: list[PushDevice] = []
        self._incidents: list[Nudge] = []
        self._read_at = self._tidied_at = float("-inf")  # monotonic
        self._first_seen: dict[Nudge, int] = {}
        self._seen: set[Nudge] = set()  # these have been seen in the console

    async def run(self) -> None:
        while True:
            await self._leads.begins()
            await beat(await self._round())
            if not self._leads():
                self._forget()

    async def _round(self) -> float:
        try:
            await self._read()
            if (self._devices or self._sent) and self._knows():
                await self._compare()
            return CHECK_EVERY if self._devices or self._sent else DEVICES
        except SestettoError as problem:
            log.info("push.waits", error=problem.code)
        except Exception as problem:  # a device was removed, or another process has just sent the same
            log.warning("push.again", error=type(problem).__name__)
        self._forget()
        return AWAY

    async def _read(self) -> None:
        now = time.monotonic()
        if now - self._read_at < DEVICES * 0.9:  # the timer may fire early
            return
        self._devices = await self._push.devices.read_all()
        if self._devices and self._sent is None:
            self._sent = await self._push.outbox.latest()
        wanted = any(one.alerts for one in self._devices)
        self._incidents = alerts_of(await self._alerts.incidents.read_open()) if wanted else []
        if now - self._tidied_at >= TIDY:
            self._tidied_at = now
            await self._push.outbox.drop_old()
        self._read_at = now

    def _knows(self) -> bool:
        """Whether the picture is complete. A process that has just started must not treat what it has not read as
        ended.
        """
        return self._current.picture.epoch == self._workspace.epoch != ""

    async def _compare(self) -> None:
        sent = self._sent if self._sent is not None else {}
        wanted = self._wanted()
        now = self._workspace.now()
        held = {*wanted.values()}
        self._first_seen = {nudge: self._first_seen.get(nudge, now) for nudge in held}
        self._seen &= held
        news = {key: nudge for key, nudge in wanted.items() if self._is_news(nudge, sent.get(key), now)}
        await self._note_seen({*news.values()})
        news = {key: nudge for key, nudge in news.items() if nudge not in self._seen}
        over = [key for key, nudge in sent.items() if is_over(nudge, wanted.get(key))]
        await self._push.outbox.put([(device, nudge) for (device, _), nudge in news.items()], over, now)
        still = {key: nudge for key, nudge in sent.items() if key in wanted}
        closed = {key: Nudge("over", key[1], now) for key in over if key in wanted}
        self._sent = still | closed | news

    def _is_news(self, nudge: Nudge, sent: Nudge | None, now: int) -> bool:
        if sent == nudge or (sent and nudge.kind == "given" and sent.at >= nudge.at):  # they know that they hold it
            return False
        return nudge not in self._seen and is_news(nudge, self._first_seen[nudge], now)

    def _wanted(self) -> Wanted:
        picture = self._current.picture
        by_member: dict[str, list[PushDevice]] = {}
        for device in self._devices:
            by_member.setdefault(device.member, []).append(device)
        found: Wanted = {}
        for chat in chats_of(picture, by_member):
            nudge = nudge_of(chat)
            for device in by_member[chat.agent] if nudge else ():
                if nudge and listens(device, picture.agents.get(device.member)):
                    found[device.id, chat.id] = nudge
        for device in self._devices:
            if device.alerts:
                found |= {(device.id, nudge.about): nudge for nudge in self._incidents}
        return found

    async def _note_seen(self, nudges: set[Nudge]) -> None:
        """Find out which of these a person has in sight. This is checked when it matters, not for each message."""
        for nudge in nudges:
            if nudge.kind in ("waits", "given") and await self._in_sight(nudge):
                self._seen.add(nudge)

    async def _in_sight(self, nudge: Nudge) -> bool:
        """Whether their console has shown it to them, or they have answered."""
        try:
            live, _ = await self._workspace.read_chat(nudge.about)
        except Gone:
            return True
        if nudge.kind == "waits":
            turn, since = live.number("turn"), live.number("since")
            return not turn or max(turn, since) != nudge.at or live.number("turn_shown") > 0
        agent = live.fields.get("agent")
        wrote = (one for one in read_log(live.log) if isinstance(one, Message) and one.at >= nudge.at)
        return live.number("seen_agent") >= live.number("last") or any(one.author.id == agent for one in wrote)
