"""From the outbox to real receivers: in order, with retries; a dead destination delays no other."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.alerts.courier_pool import Couriers
from console.alerts.outbox_sender import AlertSender
from console.archive.alert_outbox import Outgoing
from console.archive.alerts import Alerts
from console.archive.database import now_ms
from console.archive.feed_cursor import FeedPosition
from console.archive.outbox import BACK_OFF, LEASE
from console.archive.stores import Stores
from console.domain.alert_delivery import AlertMessage
from console.domain.alerts import AlertRule, Destination
from console.domain.directory import Queue
from console.views.i18n import page_texts
from tests.support.alert_receivers import HttpReceiver
from tests.support.archive_feed import fresh_database
from tests.support.eventually import eventually

SAYS = AlertMessage("", "Since 10:02", "<p>Since 10:02</p>")


class Clock:
    """This machine's, and ahead of it when a test wants."""

    ahead = 0

    def __call__(self) -> int:
        return now_ms() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def alerts(tmp_path: Path, clock: Clock) -> AsyncIterator[Alerts]:
    async with fresh_database(tmp_path, busy=500) as database:
        await Stores(database).queues.put(Queue("support", "Support"))
        yield Alerts(database, locales=page_texts().available(), clock=clock)


@pytest.fixture
async def chatops() -> AsyncIterator[HttpReceiver]:
    async with HttpReceiver() as receiver:
        yield receiver


@asynccontextmanager
async def sending(alerts: Alerts) -> AsyncIterator[AlertSender]:
    couriers = Couriers(["127.0.0.1"])
    sender = AlertSender(alerts, couriers, leads=lambda: True)
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await couriers.close()


async def rule_to(alerts: Alerts, *receivers: HttpReceiver, **more: object) -> AlertRule:
    destinations = tuple(Destination(f"d{n}", one.url, f"json://{n}") for n, one in enumerate(receivers))
    rule = AlertRule("r1", "Late", late=True, destinations=destinations, quiet=60_000)
    rule = replace(rule, **more)  # type: ignore[arg-type]
    await alerts.rules.put(rule)
    return rule


async def tell(alerts: Alerts, rule: AlertRule, *subjects: str) -> None:
    await alerts.incidents.begin("reader", "e1", "0-0", 0)
    outgoing = [Outgoing(rule, "opened", "late", "support", replace(SAYS, subject=subject)) for subject in subjects]
    await alerts.incidents.keep("reader", FeedPosition("e1", "1-1", 1), [], [], outgoing)


async def test_messages_arrive_in_order_and_each_is_recorded(alerts: Alerts, chatops: HttpReceiver) -> None:
    rule = await rule_to(alerts, chatops)
    async with sending(alerts) as sender:
        await tell(alerts, rule, "one", "two", "three")
        sender.wake()
        await eventually(lambda: len(chatops.got) == 3, "three messages", within=20)
        assert chatops.subjects == ["one", "two", "three"]

        async def recorded() -> bool:
            return all((line.code, line.tries) == ("sent", 1) for line in await alerts.outbox.latest("r1"))

        await eventually(recorded, "all to be recorded as sent")


async def test_an_endpoint_that_comes_back_gets_all_in_order(
    alerts: Alerts, chatops: HttpReceiver, clock: Clock
) -> None:
    rule = await rule_to(alerts, chatops)
    chatops.status = 503
    async with sending(alerts) as sender:
        await tell(alerts, rule, "one", "two")
        sender.wake()
        line = await eventually(lambda: failed(alerts), "the first failure", within=20)
        assert "error=503" in line
        chatops.status = 200
        clock.ahead += BACK_OFF[0]
        sender.wake()
        await eventually(lambda: len(chatops.got) == 2, "both messages", within=20)
        assert chatops.subjects == ["one", "two"]


async def failed(alerts: Alerts) -> str:
    return next((line.detail for line in await alerts.outbox.latest("r1") if line.code == "failed"), "")


async def test_a_dead_endpoint_holds_no_other(alerts: Alerts, chatops: HttpReceiver) -> None:
    async with HttpReceiver() as dead:
        dead.dead = True
        rule = await rule_to(alerts, dead, chatops)
        async with sending(alerts) as sender:
            await tell(alerts, rule, "one", "two", "three")
            sender.wake()
            await eventually(lambda: len(chatops.got) == 3, "the living one to get everything", within=20)
            await eventually(lambda: len(dead.lines) == 1, "the dead one to be tried", within=20)


async def test_a_restart_in_the_middle_sends_once_more_at_most(
    alerts: Alerts, chatops: HttpReceiver, clock: Clock
) -> None:
    """The receiver had it, the answer never came back: nobody knows, so it is said again."""
    rule = await rule_to(alerts, chatops)
    chatops.dead = True
    async with sending(alerts) as sender:
        await tell(alerts, rule, "one", "two")
        sender.wake()
        await eventually(lambda: len(chatops.lines) == 1, "the first try", within=20)
    chatops.dead = False
    async with sending(alerts) as sender:
        await asyncio.wait_for(sender._round(), 5)
        assert len(chatops.lines) == 1, "the first sender may still be at it"
        clock.ahead += LEASE
        sender.wake()
        await eventually(lambda: len(chatops.got) == 2, "both messages", within=20)
    assert chatops.subjects == ["one", "two"]
    assert len(chatops.lines) == 3


async def test_what_was_turned_off_meanwhile_is_not_sent(alerts: Alerts, chatops: HttpReceiver) -> None:
    rule = await rule_to(alerts, chatops)
    await tell(alerts, rule, "one")
    await alerts.rules.put(replace(rule, on=False))

    async def dropped() -> bool:
        return [line.code for line in await alerts.outbox.latest("r1")] == ["dropped"]

    async with sending(alerts):
        await eventually(dropped, "the message to be dropped")
    assert chatops.lines == []


async def test_no_secret_is_ever_logged(
    alerts: Alerts, chatops: HttpReceiver, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    rule = await rule_to(alerts, chatops)
    chatops.status = 404
    async with sending(alerts) as sender:
        await tell(alerts, rule, "one")
        sender.wake()
        await eventually(lambda: failed(alerts), "the failure", within=20)
    out = capsys.readouterr()
    assert "s3cr3t" not in caplog.text + out.out + out.err + str(await alerts.outbox.latest("r1"))
    assert "alerts.tried" in out.out


async def test_a_message_that_nobody_can_send_is_not_for_ever_in_the_way(
    alerts: Alerts, chatops: HttpReceiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = await rule_to(alerts, chatops)
    async with sending(alerts) as sender:
        with monkeypatch.context() as broken:
            broken.setattr(Couriers, "send", None)
            await tell(alerts, rule, "one")
            sender.wake()
            assert await eventually(lambda: failed(alerts), "the failure", within=20) == "TypeError"
        clock.ahead += BACK_OFF[0]
        sender.wake()
        await eventually(lambda: chatops.subjects == ["one"], "the message", within=20)
