"""From the outbox to the destinations: in order for each destination, with retries, several at a time."""

import asyncio
from collections.abc import Callable

import structlog

from console.alerts.courier_pool import Couriers
from console.archive.alert_outbox import Delivery
from console.archive.alerts import Alerts
from console.archive.outbox_rounds import run_rounds, seconds_until
from console.domain.alert_delivery import Answer
from console.domain.ids import new_id
from console.errors import NotYours, SestettoError

AT_ONCE = 3  # deliveries; one courier stays free for people who test a destination on a page
FOR_THE_ILL = 2  # of these, for destinations whose last delivery failed, so that healthy ones always have capacity
CHECK_EVERY = 5.0  # seconds between two checks of the outbox, without a wake-up

log = structlog.get_logger()


class AlertSender:
    """Sends what the outbox holds. Whatever a remote server does happens in a courier process."""

    def __init__(self, alerts: Alerts, couriers: Couriers, *, leads: Callable[[], bool]) -> None:
        self._alerts = alerts
        self._couriers = couriers
        self._leads = leads
        self._name = new_id()
        self._wake = asyncio.Event()
        self._busy: dict[str, asyncio.Task[None]] = {}  # by destination
        self._ill: set[str] = set()  # destinations whose last delivery failed

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        try:
            await run_rounds(self._wake, self._round)
        finally:
            for task in self._busy.values():
                task.cancel()

    async def _round(self) -> float:
        """Start every delivery that is due. Return the seconds until the next one."""
        if not self._leads():
            return CHECK_EVERY
        following = 0
        try:
            # Healthy destinations first. Failed ones then share the rest of their own, smaller limit.
            for limit, excluded in ((AT_ONCE, self._ill), (FOR_THE_ILL, set[str]())):
                free = limit - len(self._busy)
                if free > 0:
                    claimed, following = await self._alerts.outbox.claim(self._name, free, self._busy.keys() | excluded)
                    for delivery in claimed:
                        task = asyncio.create_task(self._deliver(delivery), name="alerts.deliver")
                        self._busy[delivery.destination] = task
        except SestettoError as problem:
            log.info("alerts.wait", error=problem.code)
            return CHECK_EVERY
        except Exception as problem:
            log.error("alerts.round", error=repr(problem))
            return CHECK_EVERY
        return seconds_until(following, self._alerts.outbox.clock(), CHECK_EVERY)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            answer = await self._safely(delivery)
            log.info("alerts.tried", message=delivery.id, destination=delivery.destination, answer=answer.code)
            (self._ill.discard if answer.sent else self._ill.add)(delivery.destination)
            await self._record(delivery, answer)
        except Exception as problem:  # retried when its lease ends
            log.error("alerts.delivery", message=delivery.id, error=type(problem).__name__)
        finally:
            del self._busy[delivery.destination]
            self.wake()

    async def _safely(self, delivery: Delivery) -> Answer:
        """Send; turn any error into a failed delivery, so that a message that cannot be sent does not block the next
        ones.
        """
        try:
            return await self._send(delivery)
        except Exception as problem:
            log.error("alerts.unsendable", message=delivery.id, error=type(problem).__name__)
            return Answer("failed", type(problem).__name__)

    async def _send(self, delivery: Delivery) -> Answer:
        try:
            rule = await self._alerts.rules.read(delivery.rule)
        except NotYours:
            return Answer("dropped")
        except SestettoError:
            return Answer("failed", "The database could not be asked where to.")
        url = next((one.url for one in rule.destinations if one.id == delivery.destination), "")
        if not rule.on or not url:
            return Answer("dropped")
        return await self._couriers.send(url, delivery.message)

    async def _record(self, delivery: Delivery, answer: Answer) -> None:
        """Record the result. If that fails permanently, the message is sent again: delivery is at least once."""
        while True:
            try:
                await self._alerts.outbox.record(delivery, answer)
                return
            except SestettoError:
                await asyncio.sleep(1)
