"""The alert pages: a preview before saving, masked destinations, and a test button."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from console.alerts.courier_pool import Couriers
from console.alerts.messages import trial
from console.domain.alert_delivery import AlertMessage, Answer
from console.domain.alerts import AlertRule, Destination
from console.errors import NotYours
from console.services import Services
from tests.support.alert_receivers import HttpReceiver
from tests.support.archive_feed import quick_passwords
from tests.support.page_client import an_installation, browser_of, signed_in_browser
from tests.unit.pages.test_chats import NASTY
from tests.unit.settings.forms import drawn, faults, posted, saved

AT = "/settings/alerts"
NEW = f"{AT}/new"
FORM = {"name": "Level 2", "on": "on", "late": "on", "quiet": "5", "over": "on", "locale": "en"}
SECRET = "slack://T0KEN1234/s3cr3tB567/hookhookhookhookhookhook/#team"
RULE = AlertRule("r1", "Level 2", late=True, destinations=(Destination("d1xx", SECRET, "slack://…"),))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture
async def services(tmp_path: Path, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        yield services
        await services.couriers.close()


@pytest.fixture
async def sam(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in_browser(services, "sam") as browser:
        yield browser


@pytest.fixture
async def chatops(services: Services) -> AsyncIterator[HttpReceiver]:
    """On this machine, which the installation allows."""
    services.couriers = Couriers(["127.0.0.1"])
    async with HttpReceiver() as receiver:
        yield receiver


def plainly(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


# --- setting up ----------------------------------------------------------------------------------


async def test_a_saved_alert_applies_at_once(services: Services, sam: httpx.AsyncClient, chatops: HttpReceiver) -> None:
    more = {"due_soon": "2.5", "line": "0", "nobody": "0", "quiet": "1.5", "locale": "it", "queue.support": "on"}
    page = await saved(sam, NEW, **{**FORM, **more, "over": "", "add": f"{chatops.url}\n\n"})
    assert "<bdi>Level 2</bdi> saved. It applies now." in page
    (rule,) = await services.alerts.rules.read_all()
    assert await services.alerts.rules.version() == 1
    shown = f"json://127.0.0.1:{chatops.port}/…"
    assert rule == AlertRule(
        rule.id, "Level 2", ("support",), 2_500, True, 0, 0,
        (Destination(rule.destinations[0].id, chatops.url, shown),), 90_000, False, "it", True,
    )  # fmt: skip
    assert chatops.lines == [], "looking sends nothing"
    form = (await sam.get(f"/settings/alert/{rule.id}")).text
    again = drawn(form)
    assert (again["due_soon"], again["line"], again["nobody"], again["quiet"]) == ("2.5", "0", "0", "1.5")
    await saved(sam, f"/settings/alert/{rule.id}", **FORM, **{f"keep.{rule.destinations[0].id}": "on"})
    (rule,) = await services.alerts.rules.read_all()
    assert (rule.due_soon, rule.line, rule.nobody, rule.queues) == (None, None, None, ())
    assert len(rule.destinations) == 1


async def test_events_are_conditions_without_a_number(
    services: Services, sam: httpx.AsyncClient, chatops: HttpReceiver
) -> None:
    await saved(sam, NEW, **{**FORM, "late": "", "left": "on", "came": "on", "add": chatops.url})
    (rule,) = await services.alerts.rules.read_all()
    assert (rule.late, rule.left, rule.came) == (False, True, True)
    form = (await sam.get(f"/settings/alert/{rule.id}")).text
    ticked = set(re.findall(r'<input type="checkbox" id="(\w+)"[^>]* checked', form))
    assert ticked & {"late", "left", "came"} == {"left", "came"}
    assert "message left chat opened" in plainly((await sam.get(AT)).text)
    log = plainly((await sam.get("/settings/changes")).text)
    assert "Messages left" in log
    assert "New chats" in log
    kept = {f"keep.{rule.destinations[0].id}": "on"}
    await saved(sam, f"/settings/alert/{rule.id}", **{**FORM, **kept})
    (rule,) = await services.alerts.rules.read_all()
    assert (rule.late, rule.left, rule.came) == (True, False, False)


async def test_an_address_is_never_shown_whole_anywhere(services: Services, sam: httpx.AsyncClient) -> None:
    await services.alerts.rules.put(RULE)
    await services.alerts.outbox.record_trial(RULE, RULE.destinations[0], _message(), Answer("failed", "error=500."))
    for path in (AT, "/settings/alert/r1", "/settings/changes", "/settings"):
        page = (await sam.get(path)).text
        assert "s3cr3t" not in page
        assert "T0KEN" not in page
    assert "slack://…" in (await sam.get("/settings/alert/r1")).text


def _message() -> AlertMessage:
    return trial(RULE, "Sam", "")


async def test_a_private_address_is_refused_with_what_mends_it(services: Services, sam: httpx.AsyncClient) -> None:
    async with HttpReceiver() as receiver:
        answer = await posted(sam, NEW, **FORM, add=f"json://localhost:{receiver.port}/s3cr3t")
        assert receiver.lines == []
    assert answer.status_code == 400
    (fault,) = faults(answer.text)
    assert "localhost" in fault
    assert "a private address" in fault
    assert "SESTETTO_ALERT_NETWORKS" in fault
    assert await services.alerts.rules.read_all() == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("json://10.0.0.1/", "10.0.0.1, a private address"),
        ("json://2130706433/", "a private address"),
        ("nonsense://x", "cannot be used"),
        ("syslog://local", "Alerts cannot go to the screen or log"),
        ("hello", "not an alert address"),
        ("mailto://u:p@shop.example?from=a%0d%0aBcc:x@y.example", "invisible character"),
        ("json://chat.example/" + "x" * 2_000, "2000 characters"),
        ("\n".join(f"json://h{number}.example/" for number in range(11)), "at most 10 destinations"),
    ],
)
async def test_an_invalid_destination_is_reported_beside_its_field(
    services: Services, sam: httpx.AsyncClient, url: str, says: str
) -> None:
    answer = await posted(sam, NEW, **FORM, add=url)
    assert answer.status_code == 400
    assert any(says in fault for fault in faults(answer.text)), faults(answer.text)
    assert drawn(answer.text)["add"] == url, "nothing typed is lost"
    assert await services.alerts.rules.read_all() == []


async def test_a_host_that_is_not_found_is_saved_with_a_note(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, NEW, **FORM, add="json://nowhere.invalid/hook")
    (rule,) = await services.alerts.rules.read_all()
    page = (await sam.get(f"/settings/alert/{rule.id}")).text
    assert "The host was not found. Check the spelling." in page


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "Enter a name of 1 to 80 characters"),
        ({"late": ""}, "Choose at least one condition."),
        ({"due_soon": "x"}, "“x” is not a number"),
        ({"due_soon": "6"}, "Enter less than the queue's target of 6 seconds."),
        ({"line": "-1"}, "“-1” is not a whole number"),
        ({"quiet": ""}, "Enter a quiet period from 10 seconds to 1 day."),
        ({"queue.nowhere": "on"}, "The queue nowhere does not exist."),
        ({"locale": "xx"}, "Choose a language for the messages."),
        ({"add": ""}, "Enter at least one destination."),
    ],
)
async def test_an_alert_that_cannot_be_is_refused_with_a_sentence(
    sam: httpx.AsyncClient, change: dict[str, str], says: str
) -> None:
    answer = await posted(sam, NEW, **{**FORM, "add": "json://nowhere.invalid/", **change})
    assert answer.status_code == 400
    assert any(says in fault for fault in faults(answer.text)), faults(answer.text)


async def test_saving_over_somebody_elses_change_warns(services: Services, sam: httpx.AsyncClient) -> None:
    await services.alerts.rules.put(RULE)
    page = await sam.get("/settings/alert/r1")
    await services.alerts.rules.put(replace(RULE, late=False, line=3))
    seen = re.findall(r'name="seen" value="([^"]*)"', page.text)[0]
    answer = await posted(sam, NEW, to="/settings/alert/r1", **FORM, seen=seen, **{"keep.d1xx": "on"})
    assert "This was changed after you opened it" in answer.text
    assert (await services.alerts.rules.read("r1")).line == 3


async def test_an_alert_is_removed_and_the_changes_tell_of_it(services: Services, sam: httpx.AsyncClient) -> None:
    await services.alerts.rules.put(RULE)
    await services.alerts.rules.put(replace(RULE, quiet=60_000))
    await saved(sam, "/settings/alert/r1", to="/settings/alert/r1/remove")
    with pytest.raises(NotYours):
        await services.alerts.rules.read("r1")
    assert (await sam.get("/settings/alert/r1")).status_code == 404
    changes = plainly((await sam.get("/settings/changes")).text)
    for said in ("Alert removed", "Alert changed", "Alert added", "Quiet period", "300 s", "60 s", "slack://… (d1xx)"):
        assert said in changes


# --- trying --------------------------------------------------------------------------------------


async def test_a_test_message_shows_how_each_destination_answered(
    services: Services, sam: httpx.AsyncClient, chatops: HttpReceiver
) -> None:
    async with HttpReceiver() as broken:
        broken.status = 404
        urls = (chatops.url, broken.url)
        found = tuple(Destination(f"d{n}", url, f"json://{n}/…") for n, url in enumerate(urls))
        await services.alerts.rules.put(replace(RULE, destinations=found))
        answer = await posted(sam, "/settings/alert/r1", to="/settings/alert/r1/test")
        page = plainly((await sam.get(answer.headers["location"].partition("#")[0])).text)
    assert "json://0/… : Sent to the service." in page
    assert "json://1/… : Sending failed. Failed to send JSON POST notification: Page not found., error=404." in page
    assert chatops.subjects == ["Test: alerts for Level 2 arrive here"]
    assert "Sam sent this test from the settings" in chatops.got[0]["message"]


async def test_a_private_host_is_refused_at_the_test_too(services: Services, sam: httpx.AsyncClient) -> None:
    """It was allowed when it was saved."""
    async with HttpReceiver() as receiver:
        here = Destination("d1", receiver.url, "json://127.0.0.1/…")
        await services.alerts.rules.put(replace(RULE, destinations=(here,)))
        answer = await posted(sam, "/settings/alert/r1", to="/settings/alert/r1/test")
        page = plainly((await sam.get(answer.headers["location"].partition("#")[0])).text)
        assert "Refused: the address is private." in page
        assert receiver.lines == []


# --- who may, and what is shown ------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/settings/alert/r1", "/settings/alert/r1/test", "/settings/alert/r1/remove", NEW])
async def test_an_agent_changes_and_sends_nothing(services: Services, chatops: HttpReceiver, path: str) -> None:
    await services.alerts.rules.put(replace(RULE, destinations=(Destination("d1", chatops.url, "json://…"),)))
    async with signed_in_browser(services) as ana:
        answer = await posted(ana, "/settings/canned/new", to=path, **FORM, add=chatops.url)
        assert answer.status_code == 403
    async with browser_of(services) as stranger:
        assert (await stranger.post(path, data=FORM)).status_code == 303
    assert len(await services.alerts.rules.read_all()) == 1
    assert chatops.lines == []


async def test_a_form_without_its_token_sends_nothing(
    services: Services, sam: httpx.AsyncClient, chatops: HttpReceiver
) -> None:
    await services.alerts.rules.put(replace(RULE, destinations=(Destination("d1", chatops.url, "json://…"),)))
    assert (await sam.post("/settings/alert/r1/test", data={"csrf": "guessed"})).status_code == 403
    assert (await sam.get("/settings/alert/r1/test")).status_code == 405
    assert chatops.lines == []


@pytest.mark.parametrize("nasty", NASTY)
async def test_all_input_is_shown_as_text(services: Services, sam: httpx.AsyncClient, nasty: str) -> None:
    shown = Destination("d1", "json://x.example/", nasty, nasty)
    await services.alerts.rules.put(replace(RULE, destinations=(shown,)))
    message = replace(_message(), subject=nasty)
    await services.alerts.outbox.record_trial(RULE, shown, message, Answer("failed", nasty))
    for path in (AT, "/settings/alert/r1?tested=1", "/settings/changes"):
        page = (await sam.get(path)).text
        assert "<script>alert" not in page
        assert "onerror=alert(1)>" not in page
        assert "<div hx-" not in page
        assert "<a id=config" not in page
        assert nasty != "{{7*7}}" or "{{7*7}}" in plainly(page)  # as written: a template would have said 49


async def test_the_page_speaks_italian(services: Services, sam: httpx.AsyncClient) -> None:
    await services.alerts.rules.put(RULE)
    sam.cookies.set("sestetto_locale", "it")
    assert "Invia un messaggio di prova" in (await sam.get("/settings/alert/r1")).text
    assert "Nuovo avviso" in (await sam.get(AT)).text
