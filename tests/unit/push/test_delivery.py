"""From a real store to a real push service: Ana's phone reports what she has not seen, once, while it matters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from console.archive.outbox import BACK_OFF
from console.archive.sessions import Origin
from console.archive.tables import alert_incidents, push_devices, push_messages
from console.delivery.fanout import Fanout
from console.domain.alerts import AlertRule, Destination, Incident
from console.domain.ids import new_cid, new_id
from console.domain.push import PushDevice
from console.events import Author
from console.projection.current import Current
from console.push import sender as sender_module
from console.push import wanted
from console.push import watcher as watcher_module
from console.push.client import PushClient
from console.push.sender import PushSender
from console.push.watcher import PushWatcher
from console.queue.lead import Lead
from console.services import Services
from tests.support.archive_feed import rows
from tests.support.eventually import eventually
from tests.support.page_client import an_installation
from tests.support.push_service import PushedBrowser, PushService
from tests.support.queue_shift import Shift

WAITS, GIVEN = "A visitor is waiting for your answer", "You have a new chat"
RULE = AlertRule("r1", "Late", late=True, destinations=(Destination("d1", "json://ops.example/", "json://…"),))


@pytest.fixture(autouse=True)
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher_module, "CHECK_EVERY", 0.02)
    monkeypatch.setattr(watcher_module, "DEVICES", 0.02)
    monkeypatch.setattr(watcher_module, "AWAY", 0.05)
    monkeypatch.setattr(sender_module, "CHECK_EVERY", 0.1)
    monkeypatch.setattr(wanted, "PATIENCE", 100)


@pytest.fixture
async def services(tmp_path: Path, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        fanout = Fanout(services.workspace, services.hub, services.views, services.current)
        following = asyncio.create_task(fanout.run())
        await fanout.ready.wait()
        yield services
        following.cancel()


@pytest.fixture
async def shift(services: Services) -> Shift:
    shift = Shift(services.workspace)
    await services.workspace.tick("test")
    await shift.online("ana")
    await services.workspace.set_status("ana", shift.fences["ana"], "online")
    return shift


@pytest.fixture
async def service(services: Services) -> AsyncIterator[PushService]:
    async with PushService(services.push_client.vapid.public) as service:
        yield service


@pytest.fixture
async def phone(services: Services, service: PushService) -> PushedBrowser:
    return await notified(services, service, "phone")


async def notified(
    services: Services, service: PushService, name: str, member: str = "ana", **options: bool
) -> PushedBrowser:
    """A browser in which the member has signed in and turned notifications on."""
    cookie = await services.stores.sessions.start(member, Origin("203.0.113.7"))
    signed_in = await services.stores.sessions.holder(cookie)
    assert signed_in
    browser = service.subscribed(name)
    keys, key = msgspec.structs.asdict(browser.keys), services.push_client.vapid.public
    await services.push.devices.put(PushDevice(name, member, signed_in.session, **keys, key=key, **options))
    return browser


@asynccontextmanager
async def at_work(services: Services, current: Current | None = None) -> AsyncIterator[None]:
    """What the process that leads does, until it is killed. `current` is what it knows by now."""
    client = PushClient(services.push_client.vapid, ("127.0.0.0/8",), limit=0.5)
    parts = (services.alerts, services.workspace, current or services.current)
    watcher = PushWatcher(services.push, *parts, leads=Lead(True))
    sender = PushSender(services.push, client, *parts, leads=Lead(True))
    tasks = [asyncio.create_task(watcher.run()), asyncio.create_task(sender.run())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await client.close()


async def opens(shift: Shift, visitor: str = "vera", text: str = "Hello?") -> str:
    return await shift.opens(visitor, text, queue="support")


async def heard(browser: PushedBrowser, *titles: str) -> None:
    await eventually(lambda: browser.titles == list(titles) or None, f"the phone to hear {titles}")


async def settled(services: Services) -> None:
    """Some rounds have passed, in which whatever is due would have been sent."""
    done = asyncio.Event()
    count = 0

    async def counted() -> list[PushDevice]:
        nonlocal count
        count += 1
        if count == 8:
            done.set()
        return await read()

    read, services.push.devices.read_all = services.push.devices.read_all, counted  # type: ignore[method-assign]
    async with asyncio.timeout(10):
        await done.wait()
    services.push.devices.read_all = read  # type: ignore[method-assign]


async def test_a_hidden_console_s_phone_hears_that_a_visitor_waits(
    services: Services, shift: Shift, phone: PushedBrowser
) -> None:
    async with at_work(services):
        chat = await opens(shift)
        await shift.draws("ana", chat, hidden=True)
        await heard(phone, WAITS)
    [got] = phone.got
    assert got.notice["url"] == f"/console#chat={chat}"
    assert (got.notice["tag"], got.notice["body"], got.headers["urgency"]) == (chat, "Support", "high")
    assert 0 < int(got.headers["ttl"]) <= 60


async def test_what_ana_sees_in_her_console_is_not_pushed(
    services: Services, shift: Shift, phone: PushedBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wanted, "PATIENCE", 400)
    async with at_work(services):
        chat = await opens(shift)
        await shift.draws("ana", chat, seq=10)
        other = await opens(shift, "max")
        await heard(phone, WAITS)
        assert [one.notice["tag"] for one in phone.got] == [other]
        await settled(services)
    assert len(phone.got) == 1


async def test_an_answer_from_elsewhere_takes_the_notification_back(
    services: Services, shift: Shift, phone: PushedBrowser
) -> None:
    async with at_work(services):
        chat = await opens(shift)
        await heard(phone, WAITS)
        await shift.answers("ana", chat)
        await heard(phone, WAITS, "over")
        await shift.writes("vera", chat)
        await heard(phone, WAITS, "over", WAITS)
        await settled(services)
    assert len({one.headers["topic"] for one in phone.got}) == 1  # a newer one replaces what has not arrived
    assert phone.got[1].headers["urgency"] == "low"


async def test_a_chat_that_comes_without_a_question_is_told_too_and_an_answered_one_is_not(
    services: Services, shift: Shift, service: PushService, phone: PushedBrowser
) -> None:
    chat, other = await opens(shift), await opens(shift, "max")
    for one in (chat, other):
        await shift.answers("ana", one)
    sams = await notified(services, service, "sams", "sam")
    await shift.online("sam")
    await services.workspace.set_status("sam", shift.fences["sam"], "online")
    await services.workspace.transfer(Author("ana", "Ana"), shift.fences["ana"], other, new_cid(), to="sam")
    async with at_work(services):
        await heard(sams, GIVEN)
        await settled(services)
    assert sams.got[0].notice["tag"] == other
    assert phone.got == []  # she has answered both


async def test_a_chat_that_goes_takes_its_notification_along(
    services: Services, shift: Shift, phone: PushedBrowser
) -> None:
    async with at_work(services):
        chat = await opens(shift)
        await heard(phone, WAITS)
        await shift.ends("ana", chat)
        await heard(phone, WAITS, "over")


async def test_a_worker_that_was_killed_goes_on_without_telling_twice(
    services: Services, shift: Shift, phone: PushedBrowser
) -> None:
    async with at_work(services):
        await opens(shift)
        await heard(phone, WAITS)
    other = await opens(shift, "max")  # while nobody works
    async with at_work(services):
        await heard(phone, WAITS, WAITS)
        await settled(services)
    assert [one.notice["tag"] for one in phone.got][1:] == [other]
    async with at_work(services), at_work(services):  # two that both believe they lead
        third = await opens(shift, "mia")
        await heard(phone, WAITS, WAITS, WAITS)
        await settled(services)
    assert [one.notice["tag"] for one in phone.got][2:] == [third]


async def test_a_worker_that_knows_nothing_yet_takes_nothing_back(
    services: Services, shift: Shift, phone: PushedBrowser
) -> None:
    async with at_work(services):
        await opens(shift)
        await heard(phone, WAITS)
    async with at_work(services, Current(directory=services.directory)):
        await settled(services)
    async with at_work(services):
        await settled(services)
    assert phone.titles == [WAITS]


async def test_what_was_on_its_way_when_the_worker_died_is_sent_by_the_next(
    services: Services, shift: Shift, service: PushService, phone: PushedBrowser
) -> None:
    service.dead = True
    async with at_work(services):
        chat = await opens(shift)
        await eventually(lambda: service.asked or None, "the push service to be asked")
    service.dead = False
    [row] = await rows(services.database, push_messages)
    assert row["waits"]
    async with services.database.writing() as connection:  # its lease is over
        await connection.execute(push_messages.update().values(next=0))
    async with at_work(services):
        await heard(phone, WAITS)
    assert phone.got[0].notice["tag"] == chat


async def test_nobody_who_is_away_is_disturbed_unless_they_want_to(
    services: Services, shift: Shift, service: PushService, phone: PushedBrowser
) -> None:
    watch = await notified(services, service, "watch", always=True)
    chat = await opens(shift)
    await shift.draws("ana", chat, seq=10)
    await shift.answers("ana", chat)
    await services.workspace.set_status("ana", shift.fences["ana"], "away")
    await eventually(lambda: services.picture.agents["ana"].status == "away" or None, "Ana to be away")
    async with at_work(services):
        await shift.writes("vera", chat)
        await heard(watch, WAITS)
        await settled(services)
    assert phone.got == []


async def test_a_supervisor_who_wants_alerts_hears_of_an_incident_and_of_its_end(
    services: Services, shift: Shift, service: PushService, phone: PushedBrowser
) -> None:
    sams = await notified(services, service, "sams", "sam", alerts=True)
    await services.alerts.rules.put(RULE)
    opened = services.workspace.now()
    incident = Incident(RULE.id, "late", "support", opened, opened, opened)
    async with services.database.writing() as connection:
        values = msgspec.structs.asdict(incident)
        await connection.execute(alert_incidents.insert().values(workspace=services.workspace.name, **values))
    async with at_work(services):
        await heard(sams, "Alert")
        async with services.database.writing() as connection:
            await connection.execute(alert_incidents.delete())
        await heard(sams, "Alert", "over")
    assert (sams.got[0].notice["body"], sams.got[0].notice["url"]) == ("Late · Support", "/board")
    assert phone.got == []


async def test_words_are_shown_only_if_the_admin_allows_it(
    services: Services, shift: Shift, phone: PushedBrowser
) -> None:
    async with at_work(services):
        await opens(shift, text="My card was stolen")
        await heard(phone, WAITS)
        assert "Vera" not in str(phone.got[0].notice)
        assert "stolen" not in str(phone.got[0].notice)
        await services.push.devices.set_words(True)
        await opens(shift, "max", "Hello " * 100)
        await heard(phone, WAITS, WAITS)
        await opens(shift, "lea", "My **card** was stolen")
        await heard(phone, WAITS, WAITS, WAITS)
    assert phone.got[1].notice["body"].startswith("Max: Hello Hello")
    assert len(phone.got[1].notice["body"]) == len("Max: ") + 120
    assert phone.got[2].notice["body"] == "Lea: My card was stolen"
    kept = await rows(services.database, push_messages)
    assert "Hello" not in str(kept)  # nothing of it in SQL


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_has_unsubscribed_is_forgotten(
    services: Services, shift: Shift, service: PushService, phone: PushedBrowser, status: int
) -> None:
    service.status = status
    async with at_work(services):
        await opens(shift)

        async def is_gone() -> bool:
            return await rows(services.database, push_devices) == []

        await eventually(is_gone, "the device to be forgotten")
        await settled(services)
    assert service.asked == 1
    assert await rows(services.database, push_messages) == []


async def test_a_busy_service_is_asked_again_while_it_is_news(
    services: Services, shift: Shift, service: PushService, phone: PushedBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.archive.push_outbox.BACK_OFF", (50, *BACK_OFF[1:]))
    service.status = 429
    async with at_work(services):
        await opens(shift)
        await eventually(lambda: service.asked or None, "the push service to be asked")
        service.status = 201
        await heard(phone, WAITS)
    assert service.asked == 2


async def test_a_busy_service_that_asks_for_longer_than_it_matters_is_left_alone(
    services: Services, shift: Shift, service: PushService, phone: PushedBrowser
) -> None:
    service.status, service.retry_after = 429, "600"
    async with at_work(services):
        await opens(shift)

        async def given_up() -> bool:
            return [row["waits"] for row in await rows(services.database, push_messages)] == [False]

        await eventually(given_up, "the push to be given up")
        await settled(services)
    assert service.asked == 1
    [device] = await services.push.devices.of_member("ana")
    assert device.code == "busy"


@pytest.mark.parametrize("how", ["signed out", "deactivated", "removed"])
async def test_who_is_out_hears_nothing_any_more(
    services: Services, shift: Shift, phone: PushedBrowser, how: str
) -> None:
    [device] = await services.push.devices.of_member("ana")
    if how == "signed out":
        await services.stores.sessions.sign_out(device.session)
    elif how == "deactivated":
        await services.stores.members.disable("ana")
    else:
        await services.push.devices.remove("ana", device.id)
    async with at_work(services):
        await opens(shift)
        await settled(services)
    assert phone.got == []
    await services.push.devices.drop_ended()
    assert await rows(services.database, push_devices) == []
    assert await rows(services.database, push_messages) == []


async def test_who_signs_out_while_a_push_waits_does_not_get_it(
    services: Services, shift: Shift, service: PushService, phone: PushedBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.archive.push_outbox.BACK_OFF", (50, *BACK_OFF[1:]))
    service.status = 503
    async with at_work(services):
        await opens(shift)
        await eventually(lambda: service.asked or None, "the push service to be asked")
        [device] = await services.push.devices.of_member("ana")
        await services.stores.sessions.sign_out(device.session)
        asked, service.status = service.asked, 201

        async def dropped() -> bool:
            return not any(row["waits"] for row in await rows(services.database, push_messages))

        await eventually(dropped, "the push to be dropped")
    assert phone.got == []
    assert service.asked <= asked + 1


async def test_a_new_secret_pushes_to_nobody_until_they_subscribe_again(
    services: Services, shift: Shift, service: PushService, phone: PushedBrowser
) -> None:
    async with services.database.writing() as connection:
        await connection.execute(push_devices.update().values(key="an earlier one"))
    async with at_work(services):
        await opens(shift)

        async def refused() -> bool:
            return [one.code for one in await services.push.devices.of_member("ana")] == ["refused"]

        await eventually(refused, "the push to be refused")
    assert service.asked == 0
    [device] = await services.push.devices.of_member("ana")
    key = services.push_client.vapid.public
    assert await services.push.devices.renew("ana", device.session, device.endpoint, phone.keys, key) == device.id
    async with at_work(services):
        await opens(shift, "max")
        await heard(phone, WAITS)


async def test_one_unreachable_phone_holds_up_no_other(
    services: Services, shift: Shift, service: PushService, phone: PushedBrowser
) -> None:
    async with PushService(services.push_client.vapid.public) as other:
        other.dead = True
        cookie = await services.stores.sessions.start("ana", Origin("203.0.113.8"))
        signed_in = await services.stores.sessions.holder(cookie)
        assert signed_in
        stuck = other.subscribed("stuck")
        keys, key = msgspec.structs.asdict(stuck.keys), services.push_client.vapid.public
        await services.push.devices.put(PushDevice(new_id(), "ana", signed_in.session, **keys, key=key))
        async with at_work(services):
            for visitor in ("vera", "max", "mia"):
                await opens(shift, visitor)
            await heard(phone, WAITS, WAITS, WAITS)
