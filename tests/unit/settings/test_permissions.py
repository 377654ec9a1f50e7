"""Who sees and changes which settings, and that all text is escaped on every page."""

import re
from html import unescape

import httpx
import pytest

from console.services import Services
from tests.support.archive_feed import Feed
from tests.support.page_client import PASSWORD, browser_of
from tests.unit.pages.test_chats import NASTY
from tests.unit.settings.forms import PAGES_OF_ALL, QUEUE, SITE, THEIRS, posted, saved


@pytest.mark.parametrize("path", PAGES_OF_ALL)
async def test_a_supervisor_sees_every_page(sam: httpx.AsyncClient, path: str) -> None:
    page = await sam.get(path)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert 'href="/settings" aria-current="page"' in page.text


@pytest.mark.parametrize("path", [path for path in PAGES_OF_ALL if path not in THEIRS])
async def test_an_agent_is_told_that_the_settings_are_not_theirs(ana: httpx.AsyncClient, path: str) -> None:
    page = await ana.get(path)
    assert page.status_code == 403
    assert "Your role does not allow this." in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/settings/queues/new",
        "/settings/queue/support",
        "/settings/queue/support/remove",
        "/settings/member/ben",
        "/settings/sites/new",
        "/settings/away",
        "/settings/breathers",
        "/settings/retention",
    ],
)
async def test_an_agent_changes_nothing_by_a_form_either(services: Services, ana: httpx.AsyncClient, path: str) -> None:
    before = await services.stores.directory.read()
    answer = await posted(ana, "/settings/canned/new", to=path, **QUEUE, days="1", away_reasons="x")
    assert answer.status_code == 403
    assert await services.stores.directory.read() == before


@pytest.mark.parametrize("path", ["/settings/members/new", "/settings/member/ana/password"])
async def test_a_supervisor_lets_nobody_in_or_out(sam: httpx.AsyncClient, path: str) -> None:
    answer = await posted(sam, "/settings/away", to=path, name="Ben", email="ben@example.com", password=PASSWORD)
    assert answer.status_code == 403


async def test_a_supervisor_does_not_change_a_role(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/member/ana", **{"name": "Ana", "role": "admin", "limit": "3", "queue.support": "on"})
    ana = (await services.stores.directory.read()).members["ana"]
    assert (ana.role, ana.limit) == ("agent", 3)
    assert (await posted(sam, "/settings/away", to="/settings/member/ana/disable")).status_code == 403


async def test_nobody_signed_in_is_led_to_sign_in(services: Services) -> None:
    async with browser_of(services) as stranger:
        for path in PAGES_OF_ALL:
            assert "/sign-in" in (await stranger.get(path)).headers["location"]


async def test_a_form_without_its_token_changes_nothing(services: Services, sam: httpx.AsyncClient) -> None:
    assert (await sam.post("/settings/queues/new", data=QUEUE)).status_code == 403
    assert list((await services.stores.directory.read()).queues) == ["support"]


async def test_everybody_finds_the_way_and_sees_what_is_theirs(ana: httpx.AsyncClient, sam: httpx.AsyncClient) -> None:
    for browser in (ana, sam):
        assert 'href="/settings"' in (await browser.get("/chats")).text
    assert (await ana.get("/settings")).headers["location"] == "/settings/canned"
    mine = (await ana.get("/settings/canned")).text
    assert 'href="/settings/password"' in mine
    assert 'href="/settings/queues"' not in mine


@pytest.mark.parametrize("nasty", NASTY[:8])
async def test_what_people_write_is_text_on_every_page(services: Services, sam: httpx.AsyncClient, nasty: str) -> None:
    await saved(sam, "/settings/queues/new", **{**QUEUE, "name": nasty[:80], "reasons": nasty[:60]})
    await saved(sam, "/settings/away", away_reasons=nasty[:60])
    queue = next(id for id in services.directory.queues if id != "support")
    await saved(sam, "/settings/sites/new", **{**SITE, "name": nasty[:80], "queue": queue})
    title, text = nasty[:80], nasty.replace("{", "(").replace("}", ")")
    await saved(sam, "/settings/canned/new", title=title, text=text, **{"for": f"queue:{queue}"})
    (reply,) = await services.stores.canned.of_team()
    site = next(iter(services.directory.sites))
    for path in (
        *PAGES_OF_ALL,
        f"/settings/queue/{queue}",
        f"/settings/site/{site}",
        f"/settings/reply/{reply.id}",
        "/settings/member/ana",
    ):
        page = (await sam.get(path)).text
        assert nasty not in page or nasty == "{{111*111}}"  # braces are as good as letters here
        assert "12321" not in unescape(re.sub(r'"[^"]*"', "", page)) or nasty != "{{111*111}}"
        assert "<img" not in page
        assert page.count("<script") == 1  # our own


async def test_only_an_admin_keeps_from_agents_who_looks_on(
    services: Services, sam: httpx.AsyncClient, ada: httpx.AsyncClient
) -> None:
    assert (await sam.get("/settings/watching")).status_code == 403
    assert (await posted(sam, "/settings/away", to="/settings/watching")).status_code == 403
    assert services.directory.watch_shown is True
    page = await saved(ada, "/settings/watching")
    assert "Saved. It applies now." in page
    assert services.directory.watch_shown is False
    latest = (await services.stores.audit.read())[0]
    assert (latest.name, latest.what, latest.after) == ("Ada", "Watching changed", {"shown": False})
    await saved(ada, "/settings/watching", shown="on")
    assert (await services.stores.directory.read()).watch_shown is True


async def test_the_first_page_tells_the_admin_what_could_not_be_archived(
    services: Services, ada: httpx.AsyncClient
) -> None:
    assert 'id="set-aside"' not in (await ada.get("/settings")).text
    feed = Feed()
    feed.open("c1")
    for _ in range(2):
        feed.say("c1", "Hello", cid="the-same")
    await services.archive.append(services.workspace.epoch, feed.entries)
    assert "1 entry could not be archived." in (await ada.get("/settings")).text
