"""The settings as supervisors and admins use them: over the real pages, SQL and live store."""

import re
import time
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete

from console.archive.tables import audit
from console.directory import Canned, Directory, Hours, Queue, Site
from console.errors import Unknown
from console.events import AgentChanged, Author, Note, Revoked, Transferred, decode_fact
from console.identifiers import new_cid
from console.picture import ChatLine
from console.services import Services
from tests.archived import Feed, quick_passwords
from tests.pages import PASSWORD, an_installation, browser_of, sign_in_with, signed_in_browser
from tests.test_pages_chats import NASTY

PAGES = ("", "/members", "/queues", "/queues/new", "/sites", "/sites/new", "/canned", "/canned/new", "/away")
PAGES_OF_ALL = tuple(
    f"/settings{path}" for path in (*PAGES, "/alerts", "/alerts/new", "/retention", "/changes", "/password")
)
THEIRS = {"/settings", "/settings/canned", "/settings/canned/new", "/settings/password"}  # agents'
CSRF = re.compile(r'<main.*?name="csrf" value="([^"]*)"', re.DOTALL)
SEEN = re.compile(r'name="seen" value="([^"]*)"')
INPUT = re.compile(r'<input id="([^"]+)" name="([^"]+)" type="[^"]*" value="([^"]*)"')
AREA = re.compile(r'<textarea id="([^"]+)" name="[^"]+"[^>]*>\n?(.*?)</textarea>', re.DOTALL)

QUEUE = {
    "name": "Level 1",
    "target": "6",
    "goal": "90",
    "head_start": "",
    "mode": "push",
    "languages": "",
    "when": "always",
    "zone": "Europe/Rome",
    "overflow_to": "",
    "ask": "5",
    "end": "10",
    "member.ana": "on",
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture
async def services(tmp_path: Path, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        await services.accounts.add_member(
            id="ada", email="ada@example.com", name="Ada", password=PASSWORD, role="admin", queues=("support",)
        )
        services.directory = await services.accounts.directory()
        await services.workspace.configure(services.directory)
        yield services


@pytest.fixture
async def sam(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in_browser(services, "sam") as browser:
        yield browser


@pytest.fixture
async def ada(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in_browser(services, "ada") as browser:
        yield browser


@pytest.fixture
async def ana(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in_browser(services) as browser:
        yield browser


async def posted(browser: httpx.AsyncClient, path: str, *, to: str = "", **fields: str) -> httpx.Response:
    """The form at `path`, sent with these fields and what it hides."""
    page = (await browser.get(path)).text
    csrf, seen = CSRF.findall(page), SEEN.findall(page)
    hidden = {"csrf": csrf[0] if csrf else "", **({"seen": seen[0]} if seen and not to else {})}
    return await browser.post(to or path, data={**hidden, **fields})


async def saved(browser: httpx.AsyncClient, path: str, *, to: str = "", **fields: str) -> str:
    """The page that the form leads to when it was right."""
    answer = await posted(browser, path, to=to, **fields)
    assert answer.status_code == 303, faults(answer.text)
    return (await browser.get(answer.headers["location"])).text


def faults(page: str) -> list[str]:
    """The sentences beside the fields and on top, as read."""
    return [unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in re.findall(r"<li>(.*?)</li>", page, re.DOTALL)]


def drawn(page: str) -> dict[str, str]:
    """What stands in the boxes."""
    return {name: unescape(value) for _, name, value in INPUT.findall(page)} | {
        name: unescape(text) for name, text in AREA.findall(page)
    }


# --- who may ---------------------------------------------------------------------------------------


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
    assert "Your role does not allow that." in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/settings/queues/new",
        "/settings/queue/support",
        "/settings/queue/support/remove",
        "/settings/member/ben",
        "/settings/sites/new",
        "/settings/away",
        "/settings/retention",
    ],
)
async def test_an_agent_changes_nothing_by_a_form_either(services: Services, ana: httpx.AsyncClient, path: str) -> None:
    before = await services.accounts.directory()
    answer = await posted(ana, "/settings/canned/new", to=path, **QUEUE, days="1", away_reasons="x")
    assert answer.status_code == 403
    assert await services.accounts.directory() == before


@pytest.mark.parametrize("path", ["/settings/members/new", "/settings/member/ana/password"])
async def test_a_supervisor_lets_nobody_in_or_out(sam: httpx.AsyncClient, path: str) -> None:
    answer = await posted(sam, "/settings/away", to=path, name="Ben", email="ben@example.com", password=PASSWORD)
    assert answer.status_code == 403


async def test_a_supervisor_does_not_change_a_role(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/member/ana", **{"name": "Ana", "role": "admin", "limit": "3", "queue.support": "on"})
    ana = (await services.accounts.directory()).members["ana"]
    assert (ana.role, ana.limit) == ("agent", 3)
    assert (await posted(sam, "/settings/away", to="/settings/member/ana/disable")).status_code == 403


async def test_nobody_signed_in_is_led_to_sign_in(services: Services) -> None:
    async with browser_of(services) as stranger:
        for path in PAGES_OF_ALL:
            assert "/sign-in" in (await stranger.get(path)).headers["location"]


async def test_a_form_without_its_token_changes_nothing(services: Services, sam: httpx.AsyncClient) -> None:
    assert (await sam.post("/settings/queues/new", data=QUEUE)).status_code == 403
    assert list((await services.accounts.directory()).queues) == ["support"]


async def test_everybody_finds_the_way_and_sees_what_is_theirs(ana: httpx.AsyncClient, sam: httpx.AsyncClient) -> None:
    for browser in (ana, sam):
        assert 'href="/settings"' in (await browser.get("/chats")).text
    assert (await ana.get("/settings")).headers["location"] == "/settings/canned"
    mine = (await ana.get("/settings/canned")).text
    assert 'href="/settings/password"' in mine
    assert 'href="/settings/queues"' not in mine


# --- queues ----------------------------------------------------------------------------------------


async def test_a_queue_is_in_force_the_moment_it_is_saved(services: Services, sam: httpx.AsyncClient) -> None:
    page = await saved(sam, "/settings/queues/new", **QUEUE)
    assert "<bdi>Level 1</bdi> is saved and in force." in page
    assert services.directory.queues["level-1"].target == 6_000
    assert services.directory.members["ana"].queues == ("support", "level-1")
    assert not await services.workspace.configure(services.directory)  # live state has this version already


async def test_everything_on_the_form_is_kept(services: Services, sam: httpx.AsyncClient) -> None:
    more = {
        "target": "7,5",
        "goal": "95",
        "head_start": "4",
        "mode": "offer",
        "accept": "12",
        "misses": "2",
        "languages": "English, fr",
        "when": "hours",
        "week0": "9-12.30, 14:00–18:00",
        "week4": "09:00-24:00",
        "holidays": "2026-12-25\n\n2026-12-26",
        "longest": "40",
        "overflow_to": "support",
        "overflow_after": "45",
        "wrapup": "20",
        "reasons": "Parcel\n Invoice \n",
        "ask": "1.5",
        "end": "3",
    }
    await saved(sam, "/settings/queues/new", **{**QUEUE, **more})
    assert (await services.accounts.directory()).queues["level-1"] == Queue(
        "level-1",
        "Level 1",
        target=7_500,
        ask=90_000,
        end=180_000,
        goal=95,
        head_start=4_000,
        mode="offer",
        accept=12_000,
        misses=2,
        languages=("en", "fr"),
        hours=Hours("Europe/Rome", ((0, 540, 750), (0, 840, 1080), (4, 540, 1440)), ("2026-12-25", "2026-12-26")),
        longest=40,
        overflow_to="support",
        overflow_after=45_000,
        wrapup=20_000,
        reasons=("Parcel", "Invoice"),
    )
    form = drawn((await sam.get("/settings/queue/level-1")).text)
    assert form["target"] == "7.5"
    assert form["week0"] == "09:00-12:30, 14:00-18:00"
    assert form["reasons"] == "Parcel\nInvoice"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"member.ana": ""}, "Level 1 needs at least one member: a queue that nobody serves answers nobody."),
        ({"target": "0"}, "A target is 1 second to a day: say within how many seconds an answer is promised."),
        ({"target": ""}, "A target is 1 second to a day: say within how many seconds an answer is promised."),
        ({"target": "soon"}, "soon is no number: write one such as 6 or 7.5."),
        ({"goal": "9.5"}, "9.5 is no whole number: write one such as 90."),
        ({"name": "support"}, "support is there already: choose another name."),
        ({"mode": "offer", "misses": "3"}, "An offer needs a time to accept it in: give 3 to 120 seconds."),
        ({"mode": "shove"}, "A mode is push, offer or pull: choose one."),
        ({"languages": "Klingonish"}, "There is no language klingonish: give codes such as en or fr."),
        ({"zone": "Rome"}, "There is no time zone Rome: give one such as Europe/Rome."),
        ({"when": "hours"}, "It would never be open: give at least one day hours, or choose Always."),
        ({"when": "hours", "week2": "mornings"}, "mornings cannot be read: write hours such as 09:00-18:00"),
        ({"when": "hours", "week0": "9-13, 12-18"}, "09:00-13:00 and 12:00-18:00 overlap: join them, or change one."),
        ({"when": "hours", "week4": "22-6"}, "22:00-06:00 does not end after it begins: over midnight write"),
        ({"holidays": "Christmas"}, "Christmas is no day: write holidays such as 2026-12-25."),
        ({"overflow_to": "support"}, "Say after how many seconds of waiting chats overflow"),
        ({"overflow_to": "nowhere", "overflow_after": "5"}, "There is no queue nowhere to overflow to"),
    ],
    ids=str,
)
async def test_a_queue_that_cannot_be_is_refused_beside_its_field(
    services: Services, sam: httpx.AsyncClient, fields: dict[str, str], sentence: str
) -> None:
    answer = await posted(sam, "/settings/queues/new", **{**QUEUE, "reasons": "Parcel\nInvoice", **fields})
    assert answer.status_code == 400
    assert any(one.startswith(sentence) for one in faults(answer.text)), faults(answer.text)
    (field,) = set(re.findall(r'<li><a href="#([^"]+)">', answer.text))
    assert f'id="{field}"' in answer.text
    assert f'id="{field}-fault"' in answer.text
    assert drawn(answer.text)["reasons"] == "Parcel\nInvoice"
    assert list((await services.accounts.directory()).queues) == ["support"]


async def test_a_circle_of_tiers_is_refused_by_name(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queues/new", **{**QUEUE, "overflow_to": "support", "overflow_after": "30"})
    again = {**QUEUE, "name": "Support", "overflow_to": "level-1", "overflow_after": "30"}
    answer = await posted(sam, "/settings/queue/support", **again)
    says = "Chats would overflow in a circle, Support → Level 1 → Support: let the last of them overflow to none."
    assert faults(answer.text) == [says]


async def test_a_change_made_meanwhile_is_not_overwritten_unseen(
    services: Services, sam: httpx.AsyncClient, ada: httpx.AsyncClient
) -> None:
    page = (await sam.get("/settings/queue/support")).text
    hidden = {"csrf": CSRF.findall(page)[0], "seen": SEEN.findall(page)[0]}
    await saved(ada, "/settings/queue/support", **{**QUEUE, "name": "Support", "target": "8"})
    late = {**hidden, **QUEUE, "name": "Support", "target": "9"}
    answer = await sam.post("/settings/queue/support", data=late)
    assert faults(answer.text)[0].startswith("Somebody else has changed this meanwhile.")
    assert drawn(answer.text)["target"] == "9"
    assert (await services.accounts.directory()).queues["support"].target == 8_000
    again = {**late, "seen": SEEN.findall(answer.text)[0]}
    assert (await sam.post("/settings/queue/support", data=again)).status_code == 303
    assert (await services.accounts.directory()).queues["support"].target == 9_000


async def test_a_queue_goes_when_nothing_leads_to_it(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queues/new", **QUEUE)
    await services.accounts.put_site(Site("shop", "The shop", "level-1", ("https://shop.example",)))
    refused = await posted(sam, "/settings/queue/level-1", to="/settings/queue/level-1/remove")
    assert faults(refused.text) == ["The site The shop leads here: give it another queue first."]
    await services.accounts.remove_site("shop")
    await saved(sam, "/settings/queue/level-1", to="/settings/queue/level-1/remove")
    assert list(services.directory.queues) == ["support"]
    assert (await sam.get("/settings/queue/level-1")).status_code == 404


async def test_a_queue_with_a_chat_in_it_stays(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queues/new", **QUEUE)
    services.picture.chats["c1"] = ChatLine(id="c1", place="waiting", queue="level-1", visitor="vera")
    refused = await posted(sam, "/settings/queue/level-1", to="/settings/queue/level-1/remove")
    assert faults(refused.text) == [
        "1 chats are in this queue: wait until they have ended, or move them to another queue."
    ]
    assert "level-1" in services.directory.queues


async def test_a_queue_saved_while_the_live_store_is_away_follows_later(
    services: Services, sam: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(directory: Directory) -> bool:
        raise Unknown

    monkeypatch.setattr(services.workspace, "configure", away)
    page = await saved(sam, "/settings/queues/new", **QUEUE)
    assert "That is saved, and will be in force as soon as the live store is back." in page
    assert "level-1" in (await services.accounts.directory()).queues


async def test_an_italian_supervisor_reads_and_writes_italian(services: Services) -> None:
    async with signed_in_browser(services, "sam", **{"accept-language": "it"}) as sam:
        answer = await posted(sam, "/settings/queues/new", **{**QUEUE, "languages": "inglese, Francese", "target": ""})
        assert faults(answer.text)[0].startswith("Un tempo promesso va da 1 secondo a un giorno")
        await saved(sam, "/settings/queues/new", **{**QUEUE, "languages": "inglese, Francese"})
        assert services.directory.queues["level-1"].languages == ("en", "fr")
        page = unescape((await sam.get("/settings/changes")).text)
        assert "Coda aggiunta: <bdi>Level 1</bdi>" in page
        assert "lunedì" in (await sam.get("/settings/queue/level-1")).text


# --- members ---------------------------------------------------------------------------------------


async def test_an_admin_adds_a_member_who_then_signs_in(services: Services, ada: httpx.AsyncClient) -> None:
    fields = {"name": "Ben", "email": "Ben@example.com", "password": "a first password", "role": "agent", "limit": "2"}
    page = await saved(ada, "/settings/members/new", **fields, **{"queue.support": "on", "languages": "French"})
    assert "<bdi>Ben</bdi> is saved and in force." in page
    async with browser_of(services) as ben:
        assert (await sign_in_with(ben, "ben@example.com", "a first password")).status_code == 303
    (made,) = (one for one in services.directory.members.values() if one.name == "Ben")
    assert (made.limit, made.languages, made.queues, made.role) == (2, ("fr",), ("support",), "agent")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "ANA@example.com"}, "There is already a member with that address or id."),
        ({"email": "ben"}, "That is not an e-mail address: write one such as ana@shop.example."),
        ({"password": ""}, "Give a first password: there is no other way to sign in."),
        ({"password": "short"}, "A password has at least 8 characters, and 1000 at most."),
        ({"limit": "7"}, "A limit is 1 to 6 chats: choose one of these."),
        ({"name": ""}, "A member needs a name of 120 characters at most."),
        ({"role": "king"}, "A role is one of: agent, supervisor, admin."),
        ({"queue.nowhere": "on"}, "There is no such queue: nowhere."),
    ],
    ids=str,
)
async def test_a_member_who_cannot_be_is_refused_and_the_password_not_shown(
    services: Services, ada: httpx.AsyncClient, fields: dict[str, str], sentence: str
) -> None:
    right = {"name": "Ben", "email": "ben@example.com", "password": "hush hush hush", "role": "agent", "limit": "6"}
    answer = await posted(ada, "/settings/members/new", **{**right, **fields})
    assert faults(answer.text) == [sentence]
    assert "hush hush hush" not in answer.text
    assert len((await services.accounts.directory()).members) == 3


async def test_a_disabled_member_is_out_at_once_and_may_be_let_in_again(
    services: Services, ada: httpx.AsyncClient, ana: httpx.AsyncClient
) -> None:
    await saved(ada, "/settings/member/ana", to="/settings/member/ana/disable")
    assert (await ana.get("/chats")).status_code == 303
    assert "ana" not in services.directory.members
    assert "Let <bdi>Ana</bdi> in again" in (await ada.get("/settings/members")).text
    await saved(ada, "/settings/members", to="/settings/member/ana/enable")
    assert services.directory.members["ana"].queues == ("support",)
    async with browser_of(services) as again:
        assert (await sign_in_with(again, "ana@example.com", PASSWORD)).status_code == 303


async def test_a_new_password_ends_what_was_signed_in(
    services: Services, ada: httpx.AsyncClient, ana: httpx.AsyncClient
) -> None:
    await saved(ada, "/settings/member/ana", to="/settings/member/ana/password", password="another one")
    assert (await ana.get("/chats")).status_code == 303
    async with browser_of(services) as again:
        assert (await sign_in_with(again, "ana@example.com", PASSWORD)).status_code == 401
        assert (await sign_in_with(again, "ana@example.com", "another one")).status_code == 303


async def test_ana_changes_her_own_password_and_is_out_everywhere_else(
    services: Services, ana: httpx.AsyncClient
) -> None:
    async with signed_in_browser(services) as elsewhere:
        wrong = await posted(ana, "/settings/password", current="a guess of mine", password="another one")
        assert faults(wrong.text) == ["That is not your password as it is now."]
        short = await posted(ana, "/settings/password", current=PASSWORD, password="short")
        assert faults(short.text) == ["A password has at least 8 characters, and 1000 at most."]
        assert PASSWORD not in short.text
        await saved(ana, "/settings/password", current=PASSWORD, password="another one")
        assert (await ana.get("/chats")).status_code == 200
        assert (await elsewhere.get("/chats")).status_code == 303
        assert await revoked(services) == ["ana"]
    async with browser_of(services) as again:
        assert (await sign_in_with(again, "ana@example.com", "another one")).status_code == 303


async def test_guessing_at_the_password_of_an_open_session_gets_slower(
    services: Services, ana: httpx.AsyncClient
) -> None:
    tried = [await posted(ana, "/settings/password", current=f"guess {n}", password="another one") for n in range(6)]
    assert [one.status_code for one in tried] == [400] * 5 + [429]


async def test_an_admin_keeps_their_own_rights(services: Services, ada: httpx.AsyncClient) -> None:
    answer = await posted(ada, "/settings/member/ada", **{"name": "Ada", "role": "agent", "limit": "6"})
    assert faults(answer.text) == ["Ask another admin: nobody takes their own rights away."]
    answer = await posted(ada, "/settings/member/ada", to="/settings/member/ada/disable")
    assert faults(answer.text) == ["Ask another admin: nobody takes their own rights away."]
    assert services.directory.members["ada"].role == "admin"


async def test_whoever_loses_a_right_is_cut_off_where_they_are_connected(
    services: Services, ada: httpx.AsyncClient
) -> None:
    fields = {"name": "Sam", "limit": "6", "queue.support": "on"}
    await saved(ada, "/settings/member/sam", **fields, role="supervisor")
    assert await revoked(services) == []
    await saved(ada, "/settings/member/sam", **fields, role="agent")
    assert set(await revoked(services)) == {"sam"}
    assert services.directory.members["sam"].role == "agent"


async def revoked(services: Services) -> list[str]:
    """Whose sockets fell silent."""
    workspace = services.workspace
    feed = [
        decode_fact(values[1]) for _, values in await workspace.store.command("XRANGE", workspace.keys.feed, "-", "+")
    ]
    return [fact.agent for fact in feed if isinstance(fact, Revoked)]


async def test_the_last_member_of_a_queue_stays_in_it(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queues/new", **QUEUE)
    answer = await posted(sam, "/settings/member/ana", **{"name": "Ana", "limit": "6", "queue.support": "on"})
    assert faults(answer.text) == ["Level 1 needs at least one member: a queue that nobody serves answers nobody."]


# --- sites, replies, the rest ----------------------------------------------------------------------


SITE = {
    "name": "The shop",
    "queue": "support",
    "origins": "HTTPS://Shop.example/\nhttp://localhost:3000",
    "locale": "it",
}


async def test_a_site_is_made_with_its_line_of_script(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/sites/new", **SITE, typing_preview="on", privacy_url="https://shop.example/privacy")
    site = services.directory.sites["the-shop"]
    assert site.origins == ("https://shop.example", "http://localhost:3000")
    assert (site.locale, site.typing_preview) == ("it", True)
    page = unescape((await sam.get("/settings/site/the-shop")).text)
    assert '<script async src="http://chat.example/widget.js" data-site="the-shop"></script>' in page
    await saved(sam, "/settings/site/the-shop", **SITE)
    assert not services.directory.sites["the-shop"].typing_preview
    await saved(sam, "/settings/site/the-shop", to="/settings/site/the-shop/remove")
    assert services.directory.sites == {}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"origins": "shop.example"},
            "An origin is a scheme and a host, such as https://shop.example; not shop",
        ),
        ({"origins": ""}, "Say where the site's pages are, such as https://shop.example"),
        ({"queue": ""}, "Choose the queue that its chats wait in."),
        ({"privacy_url": "javascript:alert(1)"}, "A privacy page has an address such as"),
        ({"accent": "red"}, "A colour is # and six digits, such as #1d5c88."),
    ],
    ids=str,
)
async def test_a_site_that_cannot_be_is_refused(
    services: Services, sam: httpx.AsyncClient, fields: dict[str, str], sentence: str
) -> None:
    answer = await posted(sam, "/settings/sites/new", **{**SITE, **fields})
    assert faults(answer.text)[0].startswith(sentence)
    assert (await services.accounts.directory()).sites == {}


async def test_an_agent_keeps_replies_of_their_own_and_no_others(
    services: Services, ana: httpx.AsyncClient, sam: httpx.AsyncClient
) -> None:
    await saved(ana, "/settings/canned/new", title="Hello", text="Good day, {visitor}")
    (mine,) = await services.accounts.canned_for((await services.accounts.directory()).members["ana"])
    assert (mine.scope, mine.owner) == ("member", "ana")
    assert (await posted(ana, "/settings/canned/new", title="H", text="x", **{"for": "shared"})).status_code == 403
    await services.accounts.put_canned(Canned("ours", "Bye", "Bye"))
    assert (await ana.get("/settings/reply/ours")).status_code == 403
    assert (await sam.get(f"/settings/reply/{mine.id}")).status_code == 404
    assert "Good day" not in (await sam.get("/settings/canned")).text
    await saved(ana, f"/settings/reply/{mine.id}", to=f"/settings/reply/{mine.id}/remove")
    assert [one["id"] for one in (await ana.get("/canned.json")).json()["replies"]] == ["ours"]


async def test_a_supervisor_writes_for_a_queue_and_for_all(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/canned/new", title="Hello", text="Good day", **{"for": "shared"})
    page = await saved(sam, "/settings/canned/new", title="Hello", text="Support here", **{"for": "queue:support"})
    assert "For <bdi>Support</bdi>" in page
    answer = await posted(sam, "/settings/canned/new", title="HELLO", text="{vistor}", **{"for": "shared"})
    assert faults(answer.text)[0] == "HELLO is there already: choose another name."
    assert drawn(answer.text)["text"] == "{vistor}"


async def test_reasons_for_being_away_hold_at_once(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/away", away_reasons="Lunch\nTraining")
    assert services.directory.away_reasons == ("Lunch", "Training")
    answer = await posted(sam, "/settings/away", away_reasons="Lunch\nlunch")
    assert faults(answer.text) == ["lunch is there twice: leave it once."]
    assert drawn(answer.text)["away_reasons"] == "Lunch\nlunch"


async def test_fewer_days_say_first_how_many_chats_go(services: Services, sam: httpx.AsyncClient) -> None:
    feed = Feed(now=int(time.time() * 1000) - 60 * 86_400_000)
    feed.talk("old", "Hello")
    await services.archive.append("e1", feed.entries)
    asked = await posted(sam, "/settings/retention", days="30")
    assert faults(asked.text) == ["Tick this box if they may go for good."]
    assert "Delete 1 chat that is older than that" in asked.text
    assert await services.retention_days() == 180
    await saved(sam, "/settings/retention", days="30", sure="on")
    assert await services.retention_days() == 30


async def test_retention_set_here_counts_more_than_the_servers(services: Services, sam: httpx.AsyncClient) -> None:
    assert drawn((await sam.get("/settings/retention")).text)["days"] == "180"
    await saved(sam, "/settings/retention", days="90")
    assert await services.retention_days() == 90
    for days in ("0", "4000", "soon"):
        assert (await posted(sam, "/settings/retention", days=days)).status_code == 400
    assert await services.retention_days() == 90


# --- what was changed ------------------------------------------------------------------------------


async def test_each_change_is_told_with_who_and_what_it_was(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queue/support", **{**QUEUE, "name": "Support", "target": "8", "wrapup": "20"})
    page = unescape((await sam.get("/settings/changes")).text)
    newest = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("Queue changed") :]))
    assert newest.startswith("Queue changed: Support Sam ·")
    assert "Answer within before: 6 s now: 8 s" in newest
    assert "Wrap-up now: 20 s" in newest
    assert (await services.accounts.audit())[0].member == "sam"


async def test_many_changes_come_page_by_page(services: Services, sam: httpx.AsyncClient) -> None:
    for number in range(60):
        await services.accounts.put_canned(Canned(f"c{number}", f"Reply {number}", "Yes"))
    first = (await sam.get("/settings/changes")).text
    assert first.count('<li class="card">') == 50
    older = re.findall(r'href="(/settings/changes\?before=[\d-]+)"', first)[0]
    assert "Reply 9<" in (await sam.get(older)).text
    assert (await sam.get("/settings/changes?before=1-1-1")).text.count("No older changes.") == 1
    for nowhere in ("%27", "1", "1-2-1", "1-1-", "-1-1-1", "%D9%A1-1-1", f"{'9' * 16}-1-1"):
        assert (await sam.get(f"/settings/changes?before={nowhere}")).text == first


async def test_what_supervisors_did_stands_among_the_changes_and_leads_to_the_chat(
    services: Services, sam: httpx.AsyncClient
) -> None:
    await services.accounts.put_canned(Canned("c1", "Before it", "Yes"))
    feed = Feed(now=int(time.time() * 1000))
    who = Author("sam", "Sam")
    feed.open("c1", name="<Giulia>")
    for hands in ({"agent": "ana", "to": "sam"}, {"agent": "sam", "queue": "billing"}, {"agent": ""}):
        by = who if hands["agent"] != "sam" else Author("ada", "Ada")
        feed.add(Transferred, chat="c1", author=by, cid=new_cid(), due=0, **{"queue": "support", **hands})
    feed.add(Note, chat="c1", author=who, cid=new_cid(), text="Offer a refund", whisper=True)
    away = {"status": "away", "reason": "Lunch", "connected": True, "limit": 6, "fence": 1}
    feed.add(AgentChanged, agent="ana", name="Ana", by="sam", **away)
    await services.archive.append("e1", feed.entries)
    page = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", (await sam.get("/settings/changes")).text)))
    told = [
        "Status changed: Ana Sam ·",
        "Status now: Away, Lunch",
        "Whispered to the agent: <Giulia> Sam ·",
        "Chat moved: <Giulia> Sam ·",
        "Agent before: in line now: in line Queue now: Support",
        "Chat moved: <Giulia> Ada ·",
        "Agent before: Sam now: in line Queue now: billing",
        "Chat taken over: <Giulia> Sam ·",
        "Agent before: Ana now: Sam",
        "Canned reply added: Before it",
    ]
    places = [page.index(one) for one in told]
    assert places == sorted(places)
    assert "refund" not in page, "what was whispered is read in its chat"
    assert (await sam.get("/settings/changes")).text.count('<a href="/chats/c1">') == 4
    italian = (await sam.get("/settings/changes", headers={"accept-language": "it"})).text
    assert "Suggerimento all&#39;operatore" in italian


async def test_changes_and_doings_of_the_same_moment_come_page_by_page_and_once_each(
    services: Services, sam: httpx.AsyncClient
) -> None:
    feed = Feed()
    away = {"status": "away", "connected": True, "limit": 6, "fence": 1}
    moment = feed.now
    for number in range(50):
        feed.now = moment
        feed.add(AgentChanged, agent=f"agent{number}", name="", by="sam", **away)
    await services.archive.append("e1", feed.entries)
    async with services.database.writing() as connection:
        await connection.execute(delete(audit))
    clock, services.accounts.clock = services.accounts.clock, lambda: feed.now
    for number in range(60):
        await services.accounts.put_canned(Canned(f"c{number}", f"Reply{number}", "Yes"))
    services.accounts.clock = clock
    seen: list[str] = []
    address = "/settings/changes"
    while address:
        page = (await sam.get(address)).text
        seen += re.findall(r"<bdi>((?:agent|Reply)\d+)</bdi></h2>", page)
        address = next(iter(re.findall(r'href="(/settings/changes\?before=[\d-]+)"', page)), "")
    replies, agents = [f"Reply{n}" for n in range(60)], [f"agent{n}" for n in range(50)]
    assert seen == [*replies[::-1], *agents[::-1]]


# --- as text only ----------------------------------------------------------------------------------


@pytest.mark.parametrize("nasty", NASTY[:8])
async def test_what_people_write_is_text_on_every_page(services: Services, sam: httpx.AsyncClient, nasty: str) -> None:
    await saved(sam, "/settings/queues/new", **{**QUEUE, "name": nasty[:80], "reasons": nasty[:60]})
    await saved(sam, "/settings/away", away_reasons=nasty[:60])
    queue = next(id for id in services.directory.queues if id != "support")
    await saved(sam, "/settings/sites/new", **{**SITE, "name": nasty[:80], "queue": queue})
    title, text = nasty[:80], nasty.replace("{", "(").replace("}", ")")
    await saved(sam, "/settings/canned/new", title=title, text=text, **{"for": f"queue:{queue}"})
    (reply,) = await services.accounts.team_canned()
    site = next(iter(services.directory.sites))
    for path in (
        *PAGES_OF_ALL,
        f"/settings/queue/{queue}",
        f"/settings/site/{site}",
        f"/settings/reply/{reply.id}",
        "/settings/member/ana",
    ):
        page = (await sam.get(path)).text
        assert nasty not in page or nasty == "{{7*7}}"  # braces are as good as letters here
        assert "49" not in unescape(re.sub(r'"[^"]*"', "", page)) or nasty != "{{7*7}}"
        assert "<img" not in page
        assert page.count("<script") == 2  # our own two


# --- looking on ------------------------------------------------------------------------------------


async def test_only_an_admin_keeps_from_agents_who_looks_on(
    services: Services, sam: httpx.AsyncClient, ada: httpx.AsyncClient
) -> None:
    assert (await sam.get("/settings/watching")).status_code == 403
    assert (await posted(sam, "/settings/away", to="/settings/watching")).status_code == 403
    assert services.directory.watch_shown is True
    page = await saved(ada, "/settings/watching")
    assert "That is saved and in force." in page
    assert services.directory.watch_shown is False
    latest = (await services.accounts.audit())[0]
    assert (latest.name, latest.what, latest.after) == ("Ada", "Looking on changed", {"shown": False})
    await saved(ada, "/settings/watching", shown="on")
    assert (await services.accounts.directory()).watch_shown is True
