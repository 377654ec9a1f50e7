"""From the outbox to the endpoints: in order within a chat, with retries. No endpoint waits for another."""

import asyncio

import structlog

from console.archive.outbox_rounds import run_rounds, seconds_until
from console.archive.webhook_outbox import OutgoingEvent
from console.archive.webhooks import Webhooks
from console.domain.alert_delivery import Answer
from console.domain.ids import new_id
from console.domain.webhooks import WebhookEndpoint
from console.errors import SestettoError
from console.queue.lead import Lead
from console.timing.beat import beat
from console.webhooks.client import WebhookClient

AT_ONCE = 4  # events to one endpoint at a time
CHECK_EVERY = 5.0  # seconds between two checks of the outbox, without a wake-up
ENDPOINTS = 1.0  # seconds between two checks for changed endpoints
AWAY = ("away", "slow", "failed")

log = structlog.get_logger()


class WebhookSender:
    """Runs one line of deliveries for each endpoint, in the process that leads."""

    def __init__(self, webhooks: Webhooks, client: WebhookClient, *, leads: Lead) -> None:
        self._webhooks = webhooks
        self._client = client
        self._leads = leads
        self._lines: dict[str, _EndpointLine] = {}
        self._version = -1

    async def run(self) -> None:
        outbox = self._webhooks.outbox
        outbox.on_put.append(self._wake)
        try:
            while True:
                try:
                    await self._settle()
                except SestettoError as problem:
                    log.info("webhooks.wait", error=problem.code)
                if self._leads():
                    await beat(ENDPOINTS)
                else:
                    await self._leads.begins()
        finally:
            outbox.on_put.remove(self._wake)
            for line in self._lines.values():
                line.stop()

    def _wake(self) -> None:
        for line in self._lines.values():
            line.wake.set()

    async def _settle(self) -> None:
        """Start and end lines as endpoints are added, changed and removed."""
        if not self._leads():
            self._version = -1
            self._keep({})
            return
        version = await self._webhooks.endpoints.version()
        if version != self._version:
            endpoints = await self._webhooks.endpoints.read_all()
            self._keep({one.id: one for one in endpoints if one.on})
            self._version = version

    def _keep(self, wanted: dict[str, WebhookEndpoint]) -> None:
        for id in self._lines.keys() - wanted.keys():
            self._lines.pop(id).stop()
        for id, endpoint in wanted.items():
            if id in self._lines:
                self._lines[id].endpoint = endpoint
                self._lines[id].wake.set()
            else:
                self._lines[id] = _EndpointLine(endpoint, self._webhooks, self._client)


class _EndpointLine:
    """Everything that is sent to one endpoint."""

    def __init__(self, endpoint: WebhookEndpoint, webhooks: Webhooks, client: WebhookClient) -> None:
        self.endpoint = endpoint
        self.wake = asyncio.Event()
        self._outbox = webhooks.outbox
        self._endpoints = webhooks.endpoints
        self._client = client
        self._name = new_id()
        self._busy: dict[str, asyncio.Task[None]] = {}  # by chat, or by event without one
        self._away = False  # it was unreachable last time, so one event at a time tries it
        self._task = asyncio.create_task(run_rounds(self.wake, self._round), name="webhooks.line")

    def stop(self) -> None:
        self._task.cancel()
        for task in self._busy.values():
            task.cancel()

    async def _round(self) -> float:
        """Start sending everything that is due. Return the seconds until the next event."""
        free = (1 if self._away else AT_ONCE) - len(self._busy)
        if free <= 0:
            return CHECK_EVERY
        try:
            claimed, following = await self._outbox.claim_of(self.endpoint.id, self._name, free, self._busy.keys())
        except SestettoError as problem:
            log.info("webhooks.wait", error=problem.code)
            return CHECK_EVERY
        except Exception as problem:
            log.error("webhooks.round", error=repr(problem))
            return CHECK_EVERY
        for event in claimed:
            key = event.chat or event.event
            self._busy[key] = asyncio.create_task(self._send(key, event), name="webhooks.send")
        return seconds_until(following, self._outbox.clock(), CHECK_EVERY)

    async def _send(self, key: str, event: OutgoingEvent) -> None:
        try:
            secrets = self.endpoint.valid_secrets(self._outbox.clock())
            answer = await self._client.post(self.endpoint.url, event.event, event.body, secrets)
            log.info("webhooks.tried", endpoint=self.endpoint.id, id=event.event, answer=answer.code)
            back = self._away and answer.sent
            self._away = answer.code in AWAY
            await self._record(event, answer)
            if back:
                await self._outbox.hurry(self.endpoint.id)
            if answer.code == "gone":
                await self._endpoints.turn_off(self.endpoint.id)
        except Exception as problem:  # retried when its lease ends
            log.error("webhooks.sending", id=event.event, error=type(problem).__name__)
        finally:
            self._busy.pop(key, None)
            self.wake.set()

    async def _record(self, event: OutgoingEvent, answer: Answer) -> None:
        """Record the result. If that fails permanently, the event is sent again, under its id: at least once."""
        while True:
            try:
                await self._outbox.record(event, answer)
                return
            except SestettoError:
                await asyncio.sleep(1)
