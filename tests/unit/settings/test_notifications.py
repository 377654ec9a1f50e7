"""Ana turns notifications on and off for her devices; Ada decides what they may show."""

from collections.abc import AsyncIterator

import httpx
import pytest
from msgspec.structs import asdict

from console.archive.audit import AuditFilter
from console.archive.tables import push_devices
from console.pages.guard import COOKIE
from console.push.client import PushClient
from console.services import Services
from tests.support.archive_feed import rows
from tests.support.page_client import fields_of, signed_in_browser
from tests.support.push_service import PushedBrowser, PushService
from tests.unit.settings.forms import posted

AT = "/settings/notifications"


@pytest.fixture
async def service(services: Services) -> AsyncIterator[PushService]:
    vapid = services.push_client.vapid
    await services.push_client.close()
    services.push_client = PushClient(vapid, ("127.0.0.0/8",))
    async with PushService(vapid.public) as service:
        yield service
    await services.push_client.close()


async def tells(browser: httpx.AsyncClient, what: str, phone: PushedBrowser, **more: str) -> httpx.Response:
    """Post what the page's script posts."""
    csrf = fields_of(await browser.get(AT))["csrf"]
    return await browser.post(f"{AT}/{what}", data={"csrf": csrf, **asdict(phone.keys), **more})


async def test_ana_turns_a_phone_on_tries_it_and_removes_it(
    services: Services, ana: httpx.AsyncClient, service: PushService
) -> None:
    phone = service.subscribed("phone")
    assert "Your devices" not in (await ana.get(AT)).text
    assert (await tells(ana, "devices", phone)).json() == {}
    [device] = await services.push.devices.of_member("ana")
    page = (await ana.get(AT)).text
    assert f'data-device="{device.id}"' in page
    assert phone.keys.endpoint not in page  # who knows it could read where she is
    assert "Sent." in (await posted(ana, AT, to=f"{AT}/devices/{device.id}/test")).text
    assert phone.titles == ["Notifications work on this device"]
    await posted(ana, AT, to=f"{AT}/devices/{device.id}/remove")
    assert await rows(services.database, push_devices) == []


async def test_a_test_that_fails_says_why(services: Services, ana: httpx.AsyncClient, service: PushService) -> None:
    await tells(ana, "devices", service.subscribed("phone"))
    [device] = await services.push.devices.of_member("ana")
    service.status = 403
    assert "The push service refused it." in (await posted(ana, AT, to=f"{AT}/devices/{device.id}/test")).text
    service.status = 410
    assert "so the device was removed" in (await posted(ana, AT, to=f"{AT}/devices/{device.id}/test")).text
    assert await services.push.devices.of_member("ana") == []


async def test_the_same_browser_is_one_device_and_belongs_to_who_used_it_last(
    services: Services, ana: httpx.AsyncClient, sam: httpx.AsyncClient, service: PushService
) -> None:
    phone = service.subscribed("phone")
    await tells(ana, "devices", phone)
    await tells(ana, "devices", phone)
    assert len(await services.push.devices.of_member("ana")) == 1
    assert (await tells(sam, "renew", phone)).json() == {"device": ""}  # her browser forgets the subscription then
    await tells(sam, "devices", phone)
    assert [one.member for one in await services.push.devices.read_all()] == ["sam"]


async def test_after_signing_in_again_the_device_goes_on(
    services: Services, ana: httpx.AsyncClient, service: PushService
) -> None:
    phone, anew = service.subscribed("phone"), service.subscribed("anew")
    await tells(ana, "devices", phone, always="on")
    [before] = await services.push.devices.of_member("ana")
    await services.stores.sessions.sign_out(before.session)
    assert await services.push.devices.read_all() == []
    async with signed_in_browser(services) as again:
        told = await tells(again, "renew", anew, before=phone.keys.endpoint)  # and the browser has a new address
        assert told.json() == {"device": before.id}
    [now] = await services.push.devices.read_all()
    assert (now.endpoint, now.always) == (anew.keys.endpoint, True)
    assert now.session != before.session


async def test_nobody_touches_somebody_elses_device(
    services: Services, ana: httpx.AsyncClient, sam: httpx.AsyncClient, service: PushService
) -> None:
    await tells(ana, "devices", service.subscribed("phone"))
    [device] = await services.push.devices.of_member("ana")
    for verb in ("", "/test", "/remove"):
        assert (await posted(sam, AT, to=f"{AT}/devices/{device.id}{verb}")).status_code == 404
    assert device.id not in (await sam.get(AT)).text
    assert await services.push.devices.of_member("ana") == [device]


async def test_alerts_are_for_those_who_set_them_up(
    services: Services, ana: httpx.AsyncClient, sam: httpx.AsyncClient, service: PushService
) -> None:
    for browser, name in ((ana, "hers"), (sam, "his")):
        await tells(browser, "devices", service.subscribed(name), alerts="on")
    assert {one.member: one.alerts for one in await services.push.devices.read_all()} == {"ana": False, "sam": True}
    [device] = await services.push.devices.of_member("sam")
    await posted(sam, AT, to=f"{AT}/devices/{device.id}", always="on")
    [device] = await services.push.devices.of_member("sam")
    assert (device.always, device.alerts) == (True, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://169.254.169.254/latest"},
        {"endpoint": "http://[::1]:6379/"},
        {"endpoint": "javascript:alert(1)"},
        {"endpoint": ""},
        {"p256dh": "AAAA"},
        {"auth": "x"},
    ],
)
async def test_no_address_of_our_own_network_can_be_subscribed(
    services: Services, ana: httpx.AsyncClient, service: PushService, wrong: dict[str, str]
) -> None:
    refused = await tells(ana, "devices", service.subscribed("phone"), **wrong)
    assert refused.status_code == 400
    assert refused.json()["problem"] == "This browser's push service cannot be used from here."
    assert await rows(services.database, push_devices) == []


async def test_a_member_has_a_bounded_number_of_devices(
    services: Services, ana: httpx.AsyncClient, service: PushService
) -> None:
    told = [await tells(ana, "devices", service.subscribed(f"phone{number}")) for number in range(11)]
    assert [one.status_code for one in told] == [200] * 10 + [400]
    assert "too many devices" in told[-1].json()["problem"]


async def test_no_other_site_and_no_token_subscribes_anybody(
    services: Services, ana: httpx.AsyncClient, service: PushService
) -> None:
    phone = service.subscribed("phone")
    fields = {"csrf": fields_of(await ana.get(AT))["csrf"], **asdict(phone.keys)}
    foreign = await ana.post(f"{AT}/devices", data=fields, headers={"origin": "https://evil.example"})
    without = await ana.post(f"{AT}/devices", data=fields | {"csrf": ""})
    token = await services.stores.tokens.add("ana", "test")
    bearer = {"authorization": f"Bearer {token}"}
    async with signed_in_browser(services) as other:
        other.cookies.delete(COOKIE)
        by_token = await other.post(f"{AT}/devices", data=fields | {"csrf": ""}, headers=bearer)
    assert [one.status_code for one in (foreign, without, by_token)] == [403, 403, 403]
    assert await rows(services.database, push_devices) == []


async def test_ada_decides_whether_words_are_shown(
    services: Services, ada: httpx.AsyncClient, sam: httpx.AsyncClient
) -> None:
    assert "Show visitors" not in (await sam.get(AT)).text
    assert (await posted(sam, AT, to=f"{AT}/words", words="on")).status_code == 403
    assert not await services.push.devices.words()
    assert "Saved." in (await ada.get((await posted(ada, AT, to=f"{AT}/words", words="on")).headers["location"])).text
    assert await services.push.devices.words()
    line = (await services.stores.audit.read(AuditFilter("changes")))[0]
    assert (line.what, line.member, line.before, line.after) == (
        "Notifications changed", "ada", {"words": False}, {"words": True},
    )  # fmt: skip
    assert "Notifications changed" in (await ada.get("/settings/changes")).text


async def test_the_console_knows_the_key_except_in_a_frame(services: Services, ana: httpx.AsyncClient) -> None:
    key = f'data-push="{services.push_client.vapid.public}"'
    assert key in (await ana.get("/console")).text
    assert "data-push" not in (await ana.get("/console?embedded")).text
