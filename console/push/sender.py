"""From the outbox to the push services: several devices at a time, with retries while it is still news."""

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from console.archive.alerts import Alerts
from console.archive.outbox_rounds import run_rounds, seconds_until
from console.archive.push import PushStores
from console.archive.push_outbox import OutgoingPush
from console.domain.alert_delivery import Answer
from console.domain.ids import new_id
from console.domain.push import Nudge
from console.errors import NotYours, SestettoError
from console.events import Message, read_log
from console.projection.current import Current
from console.projection.picture import ChatState
from console.push.client import Push, PushClient, Pushed, Urgency
from console.push.texts import notice_of
from console.queue.results import Gone
from console.queue.workspace import Workspace
from console.views.excerpts import excerpt

AT_ONCE = 16  # pushes at a time
CHECK_EVERY = 5.0  # seconds between two checks of the outbox, without a wake-up
LIFE = 60_000  # ms that a push about a chat is news
ALERT_LIFE = 600_000
URGENCY: dict[str, Urgency] = {"alert": "normal", "over": "low"}

log = structlog.get_logger()


class PushSender:
    """Runs in every worker process; the one that leads sends."""

    def __init__(
        self,
        push: PushStores,
        client: PushClient,
        alerts: Alerts,
        workspace: Workspace,
        current: Current,
        *,
        leads: Callable[[], bool],
    ) -> None:
        self._push = push
        self._client = client
        self._alerts = alerts
        self._workspace = workspace
        self._current = current
        self._leads = leads
        self._name = new_id()
        self._wake = asyncio.Event()
        self._busy: dict[tuple[str, str], asyncio.Task[None]] = {}  # by device and subject

    async def run(self) -> None:
        outbox = self._push.outbox
        outbox.on_put.append(self._wake.set)
        try:
            await run_rounds(self._wake, self._round)
        finally:
            outbox.on_put.remove(self._wake.set)
            for task in self._busy.values():
                task.cancel()

    async def _round(self) -> float:
        """Start sending everything that is due. Return the seconds until the next push."""
        outbox, free = self._push.outbox, AT_ONCE - len(self._busy)
        if free <= 0 or not self._leads():
            return CHECK_EVERY
        try:
            claimed, following = await outbox.claim(self._name, free, self._busy.keys())
        except SestettoError as problem:
            log.info("push.sender_waits", error=problem.code)
            return CHECK_EVERY
        except Exception as problem:
            log.error("push.round", error=repr(problem))
            return CHECK_EVERY
        for push in claimed:
            self._busy[push.device, push.nudge.about] = asyncio.create_task(self._deliver(push), name="push.send")
        return seconds_until(following, outbox.clock(), CHECK_EVERY)

    async def _deliver(self, push: OutgoingPush) -> None:
        try:
            answer, again = await self._send(push)
            log.info("push.tried", device=push.device, kind=push.nudge.kind, answer=answer.code, detail=answer.detail)
            await self._push.outbox.record(push, answer, life=life_of(push.nudge), again=again)
            if answer.code == "gone":
                await self._push.devices.remove_gone(push.device)
            elif answer.code != "dropped" and push.nudge.kind != "over":
                await self._push.devices.note_result(push.device, answer.code)
        except SestettoError as problem:  # sent again when its lease ends, if it is still news then
            log.info("push.sender_waits", error=problem.code)
        except Exception as problem:
            log.error("push.sending", device=push.device, error=type(problem).__name__)
        finally:
            self._busy.pop((push.device, push.nudge.about), None)
            self._wake.set()

    async def _send(self, push: OutgoingPush) -> Pushed:
        left = push.made + life_of(push.nudge) - self._push.outbox.clock()
        if left <= 0:
            return Pushed(Answer("expired"))
        device = await self._push.devices.read(push.device)  # signed out in the meantime, so nothing is sent any more
        if device is None or (push.nudge.kind == "over" and not device.takes_back):
            return Pushed(Answer("dropped"))
        if device.key != self._client.vapid.public:  # until its member opens the console, which subscribes again
            return Pushed(Answer("refused", "subscribed with an earlier key"))
        notice = notice_of(push.nudge, device.locale, **await self._details(push.nudge))
        urgency = URGENCY.get(push.nudge.kind, "high")
        text = msgspec.json.encode(notice)
        return await self._client.send(device, Push(text, push.nudge.about, urgency, max(left // 1000, 1)))

    async def _details(self, nudge: Nudge) -> dict[str, str]:
        if nudge.kind == "alert":
            return {"where": await self._incident(nudge.about)}
        chat = self._current.picture.chats.get(nudge.about)
        if chat is None or nudge.kind == "over":
            return {}
        queue = self._current.directory.queues.get(chat.queue)
        where = queue.name if queue else ""
        if not await self._push.devices.words():
            return {"where": where}
        return {"where": where, "name": chat.name, "words": await self._words(nudge, chat)}

    async def _incident(self, about: str) -> str:
        """Return the alert's name and the queue's."""
        rule, _, queue = about.split(":")
        known = self._current.directory.queues.get(queue)
        try:
            name = (await self._alerts.rules.read(rule)).name
        except NotYours:
            name = ""
        return " · ".join(filter(None, (name, known.name if known else "")))

    async def _words(self, nudge: Nudge, chat: ChatState) -> str:
        """Return the visitor's latest message, as far as the notified agent may read it."""
        try:
            live, _ = await self._workspace.read_chat(nudge.about)
        except Gone:
            return ""
        if live.fields.get("agent") != chat.agent:
            return ""
        wrote = [one.text for one in read_log(live.log) if isinstance(one, Message) and one.by == "visitor"]
        return excerpt(wrote[-1], chat, self._current.directory.sites) if wrote else ""


def life_of(nudge: Nudge) -> int:
    return ALERT_LIFE if nudge.kind == "alert" else LIFE
