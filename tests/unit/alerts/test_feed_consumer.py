"""From a real feed to the outbox: each incident is reported once, through restarts and changes of leader."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from console.alerts import feed_consumer as reader_module
from console.alerts.feed_consumer import AlertReader
from console.archive.alert_outbox import MessageLine
from console.archive.alerts import Alerts
from console.archive.database import Database
from console.archive.feed_cursor import FeedPosition
from console.archive.stores import Stores
from console.archive.tables import alert_rules, cursors
from console.domain.alert_delivery import Answer
from console.domain.alerts import AlertRule, Destination
from console.domain.directory import Queue
from console.domain.ids import new_cid, new_id
from console.errors import Unknown
from console.events import Visitor
from console.queue.lead import Lead
from console.queue.payloads import VisitorProfile
from console.views.i18n import page_texts
from tests.support.archive_feed import fresh_database, rows
from tests.support.eventually import eventually
from tests.support.locked_sqlite import locked_by_another
from tests.support.queue_shift import Shift, opened

SUPPORT = Queue("support", "Support", target=6_000)
CHATOPS = Destination("d1", "slack://T0KEN/s3cr3t/hook", "slack://…")
LATE = AlertRule("r1", "Late", late=True, destinations=(CHATOPS,), quiet=600_000)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path, busy=50) as database:
        await Stores(database).queues.put(SUPPORT)
        yield database


@pytest.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(SUPPORT, ana=6)
        await shift.online("ana")
        yield shift


@pytest.fixture
def alerts(database: Database, workspace_name: str) -> Alerts:
    return Alerts(database, workspace_name, locales=page_texts().available())


@pytest.fixture(autouse=True)
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RULES", "KEEP", "AGAIN"):
        monkeypatch.setattr(reader_module, name, 0.05)


@asynccontextmanager
async def following(shift: Shift, alerts: Alerts, *, leads: Lead | None = None) -> AsyncIterator[AlertReader]:
    """A reader at work, as a server's worker lets it be."""
    queues = {SUPPORT.id: SUPPORT}
    reader = AlertReader(
        shift.workspace, alerts, queues=lambda: queues, leads=leads or Lead(True), origin="https://chat.example"
    )

    async def work() -> None:
        while True:
            with suppress(Unknown):  # another writer had SQLite for longer than these tests wait
                await reader.follow()
            await asyncio.sleep(0.02)

    task = asyncio.create_task(work())
    try:
        yield reader
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def told(alerts: Alerts, count: int, rule: str = "r1") -> list[MessageLine]:
    """The rule's messages, oldest first, once there are that many."""

    async def enough() -> list[MessageLine]:
        lines = await alerts.outbox.latest(rule, limit=200)
        return lines[::-1] if len(lines) >= count else []

    return await eventually(enough, f"{count} messages")


async def read_up(shift: Shift, alerts: Alerts) -> None:
    """The cursor stands at the feed's end."""

    async def there() -> bool:
        (cursor,) = await rows(alerts.outbox.database, cursors) or [{"n": 0}]
        return bool(cursor["n"] >= (await shift.workspace.snapshot()).n)

    await eventually(there, "everything to be read")


async def a_late_answer(shift: Shift, visitor: str = "vera") -> str:
    chat = await shift.opens(visitor, queue="support")
    await shift.passes(8)
    return chat


async def test_a_late_answer_is_reported_with_all_details(shift: Shift, alerts: Alerts) -> None:
    await alerts.rules.put(LATE)
    async with following(shift, alerts):
        await read_up(shift, alerts)
        await a_late_answer(shift)
        (line,) = await told(alerts, 1)
        assert (line.what, line.kind, line.queue, line.shown) == ("opened", "late", "support", "slack://…")
        (delivery,), _ = await alerts.outbox.claim("me", 9)
        for part in ("Support: 1 answer is late", "Vera: waiting since", "with Ana", "https://chat.example/board"):
            assert part in f"{delivery.message.subject} {delivery.message.text}"


async def test_time_alone_can_open_an_incident(shift: Shift, alerts: Alerts) -> None:
    await alerts.rules.put(replace(LATE, late=False, due_soon=5_000))
    async with following(shift, alerts):
        await read_up(shift, alerts)
        await shift.opens("vera", queue="support")
        (line,) = await told(alerts, 1)
        assert line.kind == "due_soon"
        assert await shift.facts("late") == [], "before it is late"


async def test_many_late_answers_are_one_message(shift: Shift, alerts: Alerts) -> None:
    await alerts.rules.put(LATE)
    async with following(shift, alerts):
        await read_up(shift, alerts)
        for number in range(25):
            await shift.opens(f"v{number}", queue="support")
        await shift.passes(8)
        assert len(await shift.facts("late")) == 25
        await read_up(shift, alerts)
        assert len(await told(alerts, 1)) == 1


async def test_a_rule_works_from_the_moment_it_is_saved_and_no_longer_when_it_is_off(
    shift: Shift, alerts: Alerts
) -> None:
    async with following(shift, alerts):
        await a_late_answer(shift)
        await alerts.rules.put(LATE)
        await told(alerts, 1)
        await alerts.rules.put(replace(LATE, on=False))
        await alerts.rules.put(replace(LATE, id="r2", name="Other", late=False, line=0))
        await shift.opens("kim", queue="support")
        await shift.leaves("ana")
        await shift.clock.move(20)
        await told(alerts, 1, "r2")
    assert len(await alerts.outbox.latest("r1")) == 1


async def test_the_next_reader_reports_nothing_twice(shift: Shift, alerts: Alerts) -> None:
    await alerts.rules.put(LATE)
    async with following(shift, alerts):
        await read_up(shift, alerts)
        await a_late_answer(shift)
        await told(alerts, 1)
    async with following(shift, alerts):
        await a_late_answer(shift, "kim")
        await read_up(shift, alerts)
        assert len(await alerts.outbox.latest("r1")) == 1


async def test_the_next_reader_reports_late_answers_in_between(shift: Shift, alerts: Alerts) -> None:
    await alerts.rules.put(LATE)
    async with following(shift, alerts):
        await read_up(shift, alerts)
    chat = await a_late_answer(shift)
    await shift.answers("ana", chat)
    async with following(shift, alerts):
        (line,) = await told(alerts, 1)
        assert line.what == "opened"
        (delivery,), _ = await alerts.outbox.claim("me", 9)
        assert "Vera" in delivery.message.text


async def leaves_a_message(shift: Shift, visitor: str) -> None:
    profile = VisitorProfile(Visitor(visitor, visitor.title(), email="vera@example.org"))
    await shift.workspace.leave_message(
        new_id(), queue="support", site="shop", channel="web", cid=new_cid(), profile=profile, text="Call me back"
    )


async def test_a_left_message_and_a_new_chat_are_each_reported_once(shift: Shift, alerts: Alerts) -> None:
    await alerts.rules.put(replace(LATE, late=False, left=True, came=True))
    async with following(shift, alerts):
        await read_up(shift, alerts)
        await leaves_a_message(shift, "vera")
        await told(alerts, 1)
        await shift.opens("kim", queue="support")
        lines = await told(alerts, 2)
        assert [(line.what, line.kind, line.subject) for line in lines] == [
            ("opened", "left", "Support: 1 message left"),
            ("opened", "came", "Support: 1 new chat"),
        ]


async def test_the_next_reader_reports_messages_and_chats_in_between(shift: Shift, alerts: Alerts) -> None:
    await alerts.rules.put(replace(LATE, late=False, left=True, came=True))
    async with following(shift, alerts):
        await read_up(shift, alerts)
    await leaves_a_message(shift, "vera")
    await shift.ends("ana", await shift.opens("kim", queue="support"))
    async with following(shift, alerts):
        assert {line.kind for line in await told(alerts, 2)} == {"left", "came"}
        texts = ""
        for _ in range(2):
            (delivery,), _ = await alerts.outbox.claim("me", 1)
            texts += delivery.message.text
            await alerts.outbox.record(delivery, Answer("sent"))
        assert "Vera: left a message at" in texts
        assert "Kim: opened a chat at" in texts


async def test_of_two_readers_only_the_later_writes(shift: Shift, alerts: Alerts) -> None:
    """A process that was paused wakes and believes that it still leads."""
    await alerts.rules.put(LATE)
    async with following(shift, alerts), following(shift, alerts):
        await read_up(shift, alerts)
        for number in range(5):
            await shift.opens(f"v{number}", queue="support")
        await shift.passes(8)
        await read_up(shift, alerts)
    assert len(await alerts.outbox.latest("r1")) == 1


async def test_a_process_that_does_not_lead_reads_nothing(shift: Shift, alerts: Alerts) -> None:
    await alerts.rules.put(LATE)
    leads = Lead()
    async with following(shift, alerts, leads=leads):
        await a_late_answer(shift)
        assert await alerts.outbox.latest("r1") == []
        leads.turn(True)
        await told(alerts, 1)


async def test_while_sql_is_away_alerts_wait_and_the_feed_does_not(
    shift: Shift, alerts: Alerts, tmp_path: Path
) -> None:
    await alerts.rules.put(LATE)
    async with following(shift, alerts):
        await read_up(shift, alerts)
        async with locked_by_another(tmp_path / "sestetto.db"):
            await a_late_answer(shift)
            chat = await shift.opens("kim", queue="support")
            await shift.answers("ana", chat)
            assert await alerts.outbox.latest("r1") == []
        assert len(await told(alerts, 1)) == 1


async def test_rules_switched_off_while_sql_is_locked_are_off_whole_afterwards(
    shift: Shift, alerts: Alerts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "RULES", 0.0)
    reader = AlertReader(shift.workspace, alerts, queues=dict, leads=Lead(True), origin="https://chat.example")
    await alerts.rules.put(LATE)
    await reader.changed_rules()
    await alerts.incidents.begin("reader", "epoch", "1-1", 1)
    await alerts.rules.put(replace(LATE, on=False))
    async with locked_by_another(tmp_path / "sestetto.db"):
        with pytest.raises(Unknown):
            await reader.changed_rules()
    await eventually(reader.changed_rules, "the change to be taken over")
    assert await rows(alerts.outbox.database, cursors) == []


async def test_a_new_epoch_reports_nothing_of_the_old_one(shift: Shift, alerts: Alerts) -> None:
    await alerts.rules.put(LATE)
    workspace = shift.workspace
    async with following(shift, alerts):
        await read_up(shift, alerts)
        await a_late_answer(shift)
        await told(alerts, 1)
        await workspace._begin(workspace.store.command, workspace.epoch)
        await a_late_answer(shift, "kim")
        await eventually(lambda: stands_in(alerts, workspace.epoch), "the new history to be read")
    assert len(await alerts.outbox.latest("r1")) == 1


async def stands_in(alerts: Alerts, epoch: str) -> bool:
    place, _ = await alerts.incidents.begin("test", epoch, "0-0", 0)
    return place is not None and place.epoch == epoch


async def test_a_reader_behind_the_trim_point_starts_from_a_snapshot(shift: Shift, alerts: Alerts) -> None:
    await alerts.rules.put(LATE)
    await alerts.incidents.begin("before", shift.workspace.epoch, "0-0", 0)
    await alerts.incidents.keep("before", FeedPosition(shift.workspace.epoch, "1-1", 1), [], [], [])
    await a_late_answer(shift)
    await shift.workspace.store.command("XTRIM", shift.workspace.keys.feed, "MAXLEN", 1)
    async with following(shift, alerts):
        await told(alerts, 1)
        await read_up(shift, alerts)


async def test_without_a_rule_nothing_is_read(shift: Shift, alerts: Alerts) -> None:
    async with following(shift, alerts):
        await a_late_answer(shift)
    assert await rows(alerts.outbox.database, cursors) == []


async def test_a_message_that_cannot_be_built_blocks_no_other(shift: Shift, alerts: Alerts) -> None:
    await alerts.rules.put(LATE)
    async with alerts.outbox.database.writing() as connection:
        await connection.execute(update(alert_rules).values(locale="-"))
    await alerts.rules.put(replace(LATE, id="r2", name="Other"))
    async with following(shift, alerts):
        await read_up(shift, alerts)
        await a_late_answer(shift)
        await told(alerts, 1, "r2")
    assert await alerts.outbox.latest("r1") == []
