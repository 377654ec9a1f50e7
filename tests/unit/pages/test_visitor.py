"""The visitor's profile that Ana sees, and who else may see it: the real page on real data."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.domain.directory import Queue
from console.domain.ids import new_cid, new_id
from console.errors import Unknown
from console.events import Author, Labelled, Rated, Visitor
from console.pages.browsers import browser_of as named
from console.pages.visitor import known_zone, place_of
from console.queue.payloads import VisitorProfile
from console.services import Services
from console.views.languages import language_name
from tests.support.archive_feed import Feed, quick_passwords
from tests.support.page_client import PASSWORD, an_installation, browser_of, signed_in_browser

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
VERA = Visitor("vera", "Vera Rossi", "vera@shop.example")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture
async def services(tmp_path: Path, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        await services.stores.members.add(
            id="ben", email="ben@example.com", name="Ben", password=PASSWORD, queues=("support",)
        )
        services.directory = await services.stores.directory.read()
        await services.workspace.configure(services.directory)
        yield services


@pytest.fixture
async def people(services: Services) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Ana, Ben and supervisor Sam before their browsers."""
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(signed_in_browser(services, name)) for name in ("ana", "ben", "sam")
        }


async def ana_is_there(services: Services) -> int:
    return (await services.workspace.connect("ana", "tab", take=True)).fence


async def vera_opens(services: Services, visitor: Visitor = VERA, **profile: Any) -> str:
    said = await services.workspace.open(
        new_id(),
        connection="vera-1",
        queue="support",
        language="",
        site="shop",
        channel="web",
        cid=new_cid(),
        profile=VisitorProfile(visitor, **profile),
        text="Hello",
    )
    return said.chat


async def goes_to(services: Services, chat: str, url: str, title: str = "") -> None:
    await services.workspace.set_profile(chat, new_cid(), VisitorProfile(VERA, page=url, title=title))


async def fragment(browser: httpx.AsyncClient, chat: str, status: int = 200) -> str:
    answer = await browser.get(f"/console/visitor/{chat}")
    assert answer.status_code == status
    return answer.text


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- what it says ----------------------------------------------------------------------------------


async def test_the_holder_sees_who_the_visitor_is(services: Services, people: dict[str, httpx.AsyncClient]) -> None:
    await ana_is_there(services)
    chat = await vera_opens(
        services,
        locale="it-IT",
        page="https://shop.example/wool",
        title="Blue wool",
        referrer="https://search.example/?q=wool",
        agent_string=FIREFOX,
        fields={"plan": "gold", "order": "88213"},
    )
    said = words(await fragment(people["ana"], chat))
    for part in (
        "vera@shop.example unverified",
        "Current page Blue wool",
        "plan gold",
        "order 88213",
        "Language Italian (Italy)",
        "Browser Firefox 128 · Linux",
        "Referrer search.example/",
        "None. This is the first chat from this browser.",
    ):
        assert part in said, part
    assert "q=wool" not in said


async def test_visited_pages_are_listed_newest_first(services: Services, people: dict[str, httpx.AsyncClient]) -> None:
    await ana_is_there(services)
    chat = await vera_opens(services, page="https://shop.example/a", title="A")
    for url, title in (("b", "B"), ("b", "B again"), ("a", "A")):
        await goes_to(services, chat, f"https://shop.example/{url}", title)
    html = await fragment(people["ana"], chat)
    pages = html[html.index('<ol class="pages">') :]
    assert re.findall(r'href="https://shop.example/(\w)"', pages) == ["a", "b", "a"]
    assert "Current page A" in words(html)


async def test_a_long_chat_still_knows_how_it_began(services: Services, people: dict[str, httpx.AsyncClient]) -> None:
    await ana_is_there(services)
    chat = await vera_opens(services, agent_string=FIREFOX, page="https://shop.example/first")
    for number in range(310):
        await services.workspace.visitor_say(chat, VERA, "vera-1", new_cid(), f"line {number}")
    assert "Firefox 128" in await fragment(people["ana"], chat)


async def test_earlier_chats_tell_date_agent_and_rating(
    services: Services, people: dict[str, httpx.AsyncClient]
) -> None:
    await ana_is_there(services)
    feed = Feed()
    for number in range(7):
        feed.talk(f"old{number}", "Hello", visitor="vera")
        feed.add(Rated, chat=f"old{number}", score=4, cid=new_cid())
        feed.add(Labelled, chat=f"old{number}", author=Author("ana", "Ana"), cid=new_cid(), reason="Refund")
    feed.talk("strangers", "Hello", visitor="somebody-else")
    chat = await vera_opens(services)
    feed.open(chat)  # the archive has the running one too
    await services.archive.append("e1", feed.entries)
    html = await fragment(people["ana"], chat)
    assert re.findall(r'href="/chats/([^"]+)"', html) == ["old6", "old5", "old4", "old3", "old2"]
    assert "Support · Refund · Ana · rated 4 of 5" in words(html)
    assert 'href="/chats?visitor=vera"' in html


async def test_a_verified_address_is_told_from_a_claimed_one(
    services: Services, people: dict[str, httpx.AsyncClient]
) -> None:
    await ana_is_there(services)
    chat = await vera_opens(
        services, Visitor("vera", "Vera", "vera@shop.example", verified=True), proven=["name", "email"]
    )
    said = words(await fragment(people["ana"], chat))
    assert "✓ verified" in said
    assert "unverified" not in said


async def test_nothing_a_visitor_says_becomes_markup_or_a_foreign_link(
    services: Services, people: dict[str, httpx.AsyncClient]
) -> None:
    await ana_is_there(services)
    evil = '"><script>alert(1)</script>'
    chat = await vera_opens(
        services,
        Visitor("vera", evil, evil),
        page="javascript:alert(1)",
        title=evil,
        referrer=evil,
        agent_string=f"Firefox/1{evil}",
        locale="xx-<b>",
        fields={evil: evil},
    )
    html = await fragment(people["ana"], chat)
    assert "<script" not in html
    assert "<b>" not in html
    assert 'href="javascript' not in html


async def test_without_the_archive_the_rest_is_still_shown(
    services: Services, people: dict[str, httpx.AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise Unknown

    await ana_is_there(services)
    chat = await vera_opens(services, page="https://shop.example/wool")
    monkeypatch.setattr(services.history, "earlier_chats", away)
    said = words(await fragment(people["ana"], chat))
    assert "Can't load the archive." in said
    assert "shop.example/wool" in said


async def test_it_costs_one_call_of_the_store(services: Services, people: dict[str, httpx.AsyncClient]) -> None:
    await ana_is_there(services)
    chat = await vera_opens(services)
    before = services.workspace.store.calls
    await fragment(people["ana"], chat)
    assert services.workspace.store.calls - before == 1


async def test_italians_read_it_in_italian(services: Services) -> None:
    await ana_is_there(services)
    chat = await vera_opens(services, locale="en")
    async with signed_in_browser(services, **{"accept-language": "it"}) as ana:
        said = words(await fragment(ana, chat))
    assert "Lingua inglese" in said
    assert "Chat precedenti" in said


# --- who may -----------------------------------------------------------------------------------------


async def test_a_supervisor_reads_it_and_a_colleague_does_not(
    services: Services, people: dict[str, httpx.AsyncClient]
) -> None:
    await ana_is_there(services)
    chat = await vera_opens(services)
    assert "vera@shop.example" in await fragment(people["sam"], chat)
    assert "vera@shop.example" not in await fragment(people["ben"], chat, 404)


async def test_an_invited_colleague_reads_it_too(services: Services, people: dict[str, httpx.AsyncClient]) -> None:
    fence = await ana_is_there(services)
    chat = await vera_opens(services)
    await services.workspace.invite(Author("ana", "Ana"), fence, chat, new_cid(), "ben")
    assert "vera@shop.example" in await fragment(people["ben"], chat)


async def test_a_waiting_chat_is_shown_to_supervisors_only(
    services: Services, people: dict[str, httpx.AsyncClient]
) -> None:
    await services.stores.queues.put(Queue("support", "Support", mode="pull"))
    await services.workspace.configure(await services.stores.directory.read())
    await ana_is_there(services)
    chat = await vera_opens(services)
    await fragment(people["sam"], chat)
    await fragment(people["ana"], chat, 404)


@pytest.mark.parametrize("chat", ["none", "..%2fx", "a" * 100])
async def test_an_unknown_chat_gets_the_same_answer(people: dict[str, httpx.AsyncClient], chat: str) -> None:
    await fragment(people["sam"], chat, 404)


async def test_nobody_reads_it_without_signing_in(services: Services) -> None:
    await ana_is_there(services)
    chat = await vera_opens(services)
    async with browser_of(services) as stranger:
        answer = await stranger.get(f"/console/visitor/{chat}")
    assert answer.status_code == 303
    assert "vera" not in answer.text


# --- words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent_string", "browser", "system"),
    [
        (FIREFOX, "Firefox 128", "Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"
            " Safari/537.36 Edg/126.0.0.0",
            "Edge 126",
            "Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"
            " Mobile Safari/537.36",
            "Chrome 126",
            "Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari 17",
            "iPhone",
        ),
        ("curl/8.5", "", ""),
        ("", "", ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(agent_string: str, browser: str, system: str) -> None:
    assert named(agent_string) == (browser, system)


@pytest.mark.parametrize(
    ("tag", "locale", "name"),
    [
        ("it-IT", "en", "Italian (Italy)"),
        ("ko", "it", "coreano"),
        ("xx-nonsense", "en", "xx-nonsense"),
        ("", "en", ""),
    ],
)
def test_a_language_has_its_name_in_the_readers(tag: str, locale: str, name: str) -> None:
    assert language_name(tag, locale=locale) == name


async def test_ana_reads_what_time_it_is_where_vera_is_and_writes_to_her_address(
    services: Services, people: dict[str, httpx.AsyncClient]
) -> None:
    await ana_is_there(services)
    chat = await vera_opens(services, zone="Europe/Rome", referrer="https://search.example/")
    html = await fragment(people["ana"], chat)
    assert '<time class="num" data-zone="Europe/Rome"></time> · Rome, Italy' in html
    assert 'href="mailto:vera@shop.example"' in html
    assert "search.example" in html


@pytest.mark.parametrize("zone", ["", "Atlantis/Central", "../../etc/passwd", "/etc/localtime", "localtime", "Factory"])
async def test_a_time_zone_that_there_is_not_is_left_out(
    services: Services, people: dict[str, httpx.AsyncClient], zone: str
) -> None:
    await ana_is_there(services)
    chat = await vera_opens(services, zone=zone)
    assert "data-zone" not in await fragment(people["ana"], chat)
    assert known_zone(zone) == ""


def test_a_place_is_named_in_the_readers_language() -> None:
    assert place_of("Europe/Rome", "it") == "Roma, Italia"
    assert place_of("America/New_York", "en") == "New York, United States"
    assert place_of("UTC", "en") == ""
    assert place_of("Asia/Singapore", "en") == "Singapore"
