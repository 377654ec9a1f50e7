"""Rules, incidents and the outbox in SQL: one reader, order per destination, no secret in the audit log."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from console.archive.alert_outbox import MOST_WAITING, Outgoing
from console.archive.alerts import Alerts
from console.archive.database import Database
from console.archive.feed_cursor import FeedPosition, Overtaken
from console.archive.outbox import BACK_OFF, LEASE, SqlOutbox
from console.archive.stores import Stores
from console.archive.tables import alert_incidents, alert_messages
from console.domain.alert_delivery import AlertMessage, Answer
from console.domain.alerts import AlertRule, Destination, Incident
from console.domain.directory import Queue
from console.errors import BadSettings, NotYours
from console.events import Author
from console.views.i18n import page_texts
from tests.support.archive_feed import fresh_database, rows

SAM = Author("sam", "Sam")
CHATOPS = Destination("d1xx", "slack://T0KEN/s3cr3t/hook/#team", "slack://…")
MAIL = Destination("d2xx", "mailto://u:p4ssword@shop.example?to=team@shop.example", "mailto: team@shop.example")
RULE = AlertRule("r1", "Level 2", late=True, destinations=(CHATOPS, MAIL), quiet=60_000)
SAYS = AlertMessage("Support: 1 answer is late", "Since 10:02", "<p>Since 10:02</p>")
HERE = FeedPosition("e1", "1-1", 1)


class Clock:
    now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path, busy=50) as database:
        await Stores(database).queues.put(Queue("support", "Support", target=6_000))
        yield database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def alerts(database: Database, clock: Clock) -> Alerts:
    return Alerts(database, locales=page_texts().available(), clock=clock)


async def tell(alerts: Alerts, *subjects: str, rule: AlertRule = RULE) -> None:
    """The rule's messages go into the outbox."""
    await alerts.incidents.begin("reader", "e1", "0-0", 0)
    outgoing = [Outgoing(rule, "opened", "late", "support", replace(SAYS, subject=subject)) for subject in subjects]
    await alerts.incidents.keep("reader", HERE, [], [], outgoing)


# --- rules ---------------------------------------------------------------------------------------


async def test_a_rule_is_kept_as_it_was_given_and_each_change_raises_the_version(alerts: Alerts) -> None:
    every = replace(
        RULE, queues=("support",), due_soon=2_000, line=0, nobody=0, left=True, came=True, over=False, locale="it",
        on=False, quiet=86_400_000,
    )  # fmt: skip
    assert await alerts.rules.version() == 0
    await alerts.rules.put(RULE, by=SAM)
    assert await alerts.rules.read_all() == [RULE]
    await alerts.rules.put(every, by=SAM)
    assert await alerts.rules.read("r1") == every
    await alerts.rules.put(every, by=SAM)
    assert await alerts.rules.version() == 2, "what is as it was is no change"
    await alerts.rules.remove("r1", by=SAM)
    assert await alerts.rules.read_all() == []
    with pytest.raises(NotYours):
        await alerts.rules.remove("r1", by=SAM)


async def test_the_audit_log_shows_changes_but_no_url(alerts: Alerts, database: Database) -> None:
    await alerts.rules.put(RULE, by=SAM)
    await alerts.rules.put(replace(RULE, quiet=90_000, destinations=(MAIL,)), by=SAM)
    await alerts.rules.remove("r1", by=SAM)
    lines = await Stores(database).audit.read()
    assert [(line.what, line.target, line.name) for line in lines[:3]] == [
        ("Alert removed", "alert:r1", "Sam"),
        ("Alert changed", "alert:r1", "Sam"),
        ("Alert added", "alert:r1", "Sam"),
    ]
    assert lines[1].before == {
        "quiet": "60 s",
        "destinations": ["slack://… (d1xx)", "mailto: team@shop.example (d2xx)"],
    }
    assert lines[1].after == {"quiet": "90 s", "destinations": ["mailto: team@shop.example (d2xx)"]}
    assert "s3cr3t" not in str(lines)
    assert "p4ssword" not in str(lines)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"queues": ("nowhere",)}, "queues"),
        ({"late": False}, "kinds"),
        ({"due_soon": 0}, "due_soon"),
        ({"due_soon": 6_000}, "due_soon"),
        ({"due_soon": 86_400_000}, "due_soon"),
        ({"line": -1}, "line"),
        ({"line": 10_001}, "line"),
        ({"nobody": 86_400_001}, "nobody"),
        ({"quiet": 9_999}, "quiet"),
        ({"quiet": 86_400_001}, "quiet"),
        ({"locale": "xx"}, "locale"),
        ({"destinations": ()}, "destinations"),
        ({"destinations": (CHATOPS, replace(CHATOPS, id="d3"))}, "destinations"),
        ({"destinations": (replace(MAIL, url=MAIL.url + "%0d%0aBcc:x@y"),)}, "destinations"),
        ({"destinations": (replace(CHATOPS, url="syslog://"),)}, "destinations"),
    ],
)
async def test_an_invalid_rule_is_refused_with_a_message(alerts: Alerts, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(BadSettings) as problem:
        await alerts.rules.put(replace(RULE, **wrong), by=SAM)
    assert [one.field for one in problem.value.wrong] == [field]
    assert str(problem.value).endswith(".")
    assert await alerts.rules.read_all() == []


async def test_two_rules_of_one_name_are_refused(alerts: Alerts) -> None:
    await alerts.rules.put(RULE, by=SAM)
    with pytest.raises(BadSettings, match="The name Level 2 is taken"):
        await alerts.rules.put(replace(RULE, id="r2"), by=SAM)


# --- the reader ----------------------------------------------------------------------------------


async def test_the_cursor_stays_where_it_was_until_something_is_kept(alerts: Alerts) -> None:
    assert await alerts.incidents.begin("one", "e1", "5-5", 5) == (None, [])
    await alerts.incidents.keep("one", FeedPosition("e1", "9-9", 9), [], [], [])
    assert await alerts.incidents.begin("two", "e1", "20-20", 20) == (FeedPosition("e1", "9-9", 9), [])
    assert await alerts.incidents.begin("three", "e1", "30-30", 30) == (FeedPosition("e1", "9-9", 9), [])


async def test_a_reader_that_was_overtaken_keeps_nothing(alerts: Alerts, database: Database) -> None:
    await alerts.incidents.begin("one", "e1", "5-5", 5)
    await alerts.incidents.begin("two", "e1", "5-5", 5)
    incident = Incident("r1", "late", "support", 1, 1, 1)
    with pytest.raises(Overtaken):
        await alerts.incidents.keep("one", HERE, [incident], [], [Outgoing(RULE, "opened", "late", "support", SAYS)])
    assert await rows(database, alert_incidents) == await rows(database, alert_messages) == []
    await alerts.incidents.keep("two", HERE, [incident], [], [])


async def test_incidents_go_on_with_the_next_reader(alerts: Alerts) -> None:
    late, line = Incident("r1", "late", "support", 1, 2, 3, False, 4), Incident("r1", "line", "support", 5, 6, 7)
    await alerts.incidents.begin("one", "e1", "5-5", 5)
    await alerts.incidents.keep("one", HERE, [late, line], [], [])
    await alerts.incidents.keep("one", HERE, [replace(late, count=9)], [line.key], [])
    assert (await alerts.incidents.begin("two", "e1", "5-5", 5))[1] == [replace(late, count=9)]


# --- the outbox ----------------------------------------------------------------------------------


async def test_each_destination_gets_its_messages_in_order(alerts: Alerts) -> None:
    await alerts.rules.put(RULE, by=SAM)
    await tell(alerts, "first", "second")
    for subject in ("first", "second"):
        claimed, _ = await alerts.outbox.claim("me", 9)
        assert [(one.destination, one.message.subject) for one in claimed] == [("d1xx", subject), ("d2xx", subject)]
        assert (await alerts.outbox.claim("other", 9))[0] == [], "what is under way is nobody else's"
        for one in claimed:
            await alerts.outbox.record(one, Answer("sent"))
    assert (await alerts.outbox.claim("me", 9)) == ([], 0)


async def test_a_dead_destination_holds_its_own_messages_only(alerts: Alerts, clock: Clock) -> None:
    await tell(alerts, "first", "second")
    dead, _ = (await alerts.outbox.claim("me", 9))[0]
    await alerts.outbox.record(dead, Answer("failed", "Connection refused."))
    clock.now += 1_000
    claimed, following = await alerts.outbox.claim("me", 9, busy=["d2xx"])
    assert (claimed, following - clock.now) == ([], BACK_OFF[0] - 1_000)
    clock.now += BACK_OFF[0]
    (again,), _ = await alerts.outbox.claim("me", 9, busy=["d2xx"])
    assert (again.id, again.tries) == (dead.id, 2)


async def test_tries_come_further_and_further_apart_and_end_after_a_day(alerts: Alerts, clock: Clock) -> None:
    await tell(alerts, "first", rule=replace(RULE, destinations=(CHATOPS,)))
    begun, waits = clock.now, []
    while True:
        claimed, following = await alerts.outbox.claim("me", 9)
        if not claimed and not following:
            break
        for one in claimed:
            await alerts.outbox.record(one, Answer("failed", "Connection refused."))
        following = (await alerts.outbox.claim("me", 9))[1]
        waits.append((following or clock.now) - clock.now)
        clock.now = following or clock.now
    assert waits[:7] == [*BACK_OFF, BACK_OFF[-1]]
    assert SqlOutbox.give_up <= clock.now - begun < SqlOutbox.give_up + 2 * BACK_OFF[-1]
    (line,) = await alerts.outbox.latest("r1")
    assert (line.waits, line.code, line.detail, line.ended) == (False, "failed", "Connection refused.", clock.now)


@pytest.mark.parametrize("code", ["refused", "redirected", "bad"])
async def test_a_final_failure_is_not_retried(alerts: Alerts, code: str) -> None:
    await tell(alerts, "first", rule=replace(RULE, destinations=(CHATOPS,)))
    (one,), _ = await alerts.outbox.claim("me", 9)
    await alerts.outbox.record(one, Answer(code))
    assert await alerts.outbox.claim("me", 9) == ([], 0)


async def test_an_unrecorded_delivery_is_made_again(alerts: Alerts, clock: Clock) -> None:
    """Its process was killed: nobody knows whether the message has gone."""
    await tell(alerts, "first", rule=replace(RULE, destinations=(CHATOPS,)))
    (lost,), _ = await alerts.outbox.claim("killed", 9)
    clock.now += LEASE - 1
    assert (await alerts.outbox.claim("next", 9))[0] == []
    clock.now += 1
    (again,), _ = await alerts.outbox.claim("next", 9)
    assert (again.id, again.tries) == (lost.id, 2)
    await alerts.outbox.record(lost, Answer("failed"))
    assert (await alerts.outbox.latest("r1"))[0].code == "", "who comes late records nothing"
    await alerts.outbox.record(again, Answer("sent"))
    assert await alerts.outbox.claim("next", 9) == ([], 0)


async def test_a_clock_an_hour_ahead_delays_no_message(alerts: Alerts, clock: Clock) -> None:
    clock.now += 3_600_000
    await tell(alerts, "first", rule=replace(RULE, destinations=(CHATOPS,)))
    await alerts.outbox.claim("ahead", 9)
    clock.now -= 3_600_000
    assert len((await alerts.outbox.claim("right", 9))[0]) == 1


async def test_a_full_outbox_drops_its_oldest_message(alerts: Alerts) -> None:
    one = replace(RULE, destinations=(CHATOPS,))
    await tell(alerts, *(f"message {number}" for number in range(MOST_WAITING + 3)), rule=one)
    lines = await alerts.outbox.latest("r1", limit=100)
    assert [line.subject for line in lines if line.code == "dropped"] == ["message 2", "message 1", "message 0"]
    assert sum(line.waits for line in lines) == MOST_WAITING
    (first,), _ = await alerts.outbox.claim("me", 9)
    assert first.message.subject == "message 3"


async def test_messages_for_a_removed_destination_are_dropped(alerts: Alerts) -> None:
    await tell(alerts, "first")
    await alerts.outbox.drop_stray(["d2xx"])
    assert {line.shown: line.code for line in await alerts.outbox.latest("r1")} == {
        "slack://…": "dropped",
        "mailto: team@shop.example": "",
    }


async def test_no_more_than_asked_for_are_claimed(alerts: Alerts) -> None:
    await tell(alerts, "first")
    assert [one.destination for one in (await alerts.outbox.claim("me", 1))[0]] == ["d1xx"]
    assert [one.destination for one in (await alerts.outbox.claim("me", 1, busy=["d1xx"]))[0]] == ["d2xx"]


async def test_two_processes_that_claim_at_once_share_the_work(alerts: Alerts, database: Database) -> None:
    await tell(alerts, "first")
    other = Alerts(database, locales=alerts.rules.locales, clock=alerts.outbox.clock)
    found = [*(await alerts.outbox.claim("one", 9))[0], *(await other.outbox.claim("two", 9))[0]]
    assert len(found) == 2


async def test_another_workspace_has_its_own_incidents_and_messages(alerts: Alerts, database: Database) -> None:
    other = Alerts(database, "other", locales=alerts.rules.locales, clock=alerts.outbox.clock)
    await tell(alerts, "first")
    assert await other.outbox.claim("me", 9) == ([], 0)
    assert await other.incidents.begin("reader", "e9", "1-1", 1) == (None, [])


async def test_old_messages_are_deleted_and_waiting_ones_stay(alerts: Alerts, clock: Clock) -> None:
    await tell(alerts, "first")
    await alerts.outbox.drop_stray(["d1xx"])
    await alerts.outbox.drop_older_than(clock.now + 1)
    assert [line.shown for line in await alerts.outbox.latest("r1")] == ["slack://…"]
