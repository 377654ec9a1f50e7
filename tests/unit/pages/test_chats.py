"""Ended chats and left messages as staff see them: found, read, marked as handled."""

import csv
import io
import re
from collections.abc import AsyncIterator
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from msgspec.structs import replace
from sqlalchemy import insert

from console.archive.search_index import PLACES
from console.archive.tables import search_backfill
from console.domain.directory import Site
from console.domain.ids import new_cid, new_id
from console.errors import Unknown
from console.events import Author, EndReason, Entry, Labelled, Late, Rated, Visitor, decode_fact
from console.protocol import Page
from console.queue.payloads import VisitorProfile
from console.services import Services
from tests.support.archive_feed import ANA, Feed, quick_passwords
from tests.support.page_client import an_installation, browser_of, fields_of, signed_in_browser

NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{111*111}}",
    "{{constructor.constructor('x')()}}",
    "<div hx-get=/x>",
    "<div hx-swap-oob=true id=main>",
    "</textarea></ol></main>",
    "<a id=config href=javascript:alert(1)>x</a>",
    "%(name)s %s %d {0}",
    "\u202egnirts\u200b \u0301\u0301\u0301",
]
ELEMENTS = """
    html head meta title link script body a header nav span details summary div form label select option button input
    main h1 h2 p i ol li bdi time dl dt dd q
"""
OURS = set(ELEMENTS.split())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture
async def services(tmp_path: Path, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        yield services


@pytest.fixture
async def ana(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in_browser(services) as browser:
        yield browser


@pytest.fixture
def feed() -> Feed:
    return Feed()


class Elements(HTMLParser):
    """Every element of a page, and every attribute it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]


async def archived(services: Services, feed: Feed) -> None:
    await services.archive.append("e1", feed.entries)


async def page_of(browser: httpx.AsyncClient, path: str, status: int = 200) -> str:
    answer = await browser.get(path)
    assert answer.status_code == status
    return answer.text


# --- the lists -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/chats", "No ended chats yet."),
        ("/chats?kind=left", "No left messages."),
        ("/chats?kind=handled", "No handled messages yet."),
        ("/chats?text=parcel", "No chats match."),
        ("/chats?visitor=vera", "No chats match."),
        ("/chats?before=1-x", "No older chats."),
        ("/chats?kind=made-up", "No ended chats yet."),
    ],
)
async def test_an_empty_list_says_what_will_appear(ana: httpx.AsyncClient, path: str, says: str) -> None:
    assert says in await page_of(ana, path)


async def test_the_same_chats_are_exported_as_json_with_all_that_happened_in_them(
    services: Services, ana: httpx.AsyncClient, feed: Feed
) -> None:
    for number in range(70):
        feed.talk(f"c{number}", "=1+1", name="=cmd()")
    feed.talk("elsewhere", "Hello", queue="sales")
    await services.archive.append("e1", feed.entries)
    answer = await ana.get("/chats.json?queue=support")
    assert answer.headers["content-disposition"] == 'attachment; filename="chats.json"'
    found = answer.json()
    assert [chat["id"] for chat in found] == [f"c{number}" for number in reversed(range(70))]
    assert [fact["kind"] for fact in found[0]["facts"]] == ["opened", "assigned", "message", "message", "ended"]
    assert found[0]["visitor"]["name"] == "=cmd()"
    assert (await ana.get("/chats.json?queue=none")).json() == []


async def test_an_ended_chat_is_listed_with_its_outcome(services: Services, ana: httpx.AsyncClient, feed: Feed) -> None:
    feed.talk("c1", "Where is my parcel?", name="Vera Rossi")
    feed.add(Rated, chat="c1", score=5, cid=new_cid())
    feed.add(Labelled, chat="c1", author=ANA, cid=new_cid(), reason="Parcel", tags=["<vip>"])
    await archived(services, feed)
    page = await page_of(ana, "/chats")
    for part in ("Parcel", "Vera Rossi", "Where is my parcel?", "Support", "rated 5 of 5", "Ana"):
        assert part in page, part
    page = await page_of(ana, "/chats/c1")
    for part in ("Parcel", "&lt;vip&gt;", "Support", "ended by the visitor", "2 messages", "rated 5 of 5"):
        assert part in page, part
    assert "answered by <bdi>Ana</bdi>" in page


@pytest.mark.parametrize(
    ("why", "says"),
    [
        ("agent", "ended by the agent"),
        ("bot", "ended by the bot"),
        ("integration", "ended by an integration"),
        ("silent", "no reply from the visitor"),
    ],
)
async def test_a_chat_says_who_ended_it(
    services: Services, ana: httpx.AsyncClient, feed: Feed, why: EndReason, says: str
) -> None:
    feed.talk("c1", "Where is my parcel?", why=why)
    await archived(services, feed)
    assert f"<span>{says}</span>" in await page_of(ana, "/chats/c1")


async def test_an_excerpt_is_in_plain_words_where_the_site_formats_messages(
    services: Services, ana: httpx.AsyncClient, feed: Feed
) -> None:
    said = "Is **parcel <b>7</b>** in [the shop](https://shop.example/a?b)?"
    feed.talk("c1", said)
    feed.open("c2", channel="sms")
    feed.say("c2", said)
    feed.end("c2")
    feed.open("c3")
    feed.say("c3", said)
    feed.end("c3", why="message_left")
    await archived(services, feed)
    excerpts = re.compile(r'<p class="excerpt" dir="auto">(.*?)</p>', re.DOTALL)
    plain, typed = "Is parcel &lt;b&gt;7&lt;/b&gt; in the shop?", escape(said)
    for path in ("/chats", "/chats?text=parcel"):
        assert excerpts.findall(await page_of(ana, path)) == [typed, plain], "text messages have no formatting of ours"
    assert excerpts.findall(await page_of(ana, "/messages")) == [plain]
    demo = Site("demo", "Demo", "support", formatting=False)
    services.directory = replace(services.directory, sites={"demo": demo})
    assert excerpts.findall(await page_of(ana, "/chats")) == [typed, typed]
    assert excerpts.findall(await page_of(ana, "/messages")) == [typed]


async def test_no_chip_is_glued_to_the_next_word(services: Services, ana: httpx.AsyncClient, feed: Feed) -> None:
    feed.talk("c1", "Where is my parcel?", name="Vera Rossi")
    feed.add(Rated, chat="c1", score=5, cid=new_cid())
    feed.add(Labelled, chat="c1", author=ANA, cid=new_cid(), reason="Parcel", tags=["vip", "eu"])
    await archived(services, feed)
    for path in ("/chats", "/chats/c1"):
        words = re.sub(r"</?(?:span|bdi)\b[^>]*>", "", await page_of(ana, path))
        assert re.findall(r"\w*(?:Parcel|Support|rated)\w*", words).count("Support") >= 1
        assert not re.search(r"\w(?:Parcel|Support|rated)|(?:Parcel|Support|of 5)\w", words), path


@pytest.mark.parametrize(
    "chosen",
    [
        {"queue": "support"},
        {"agent": "ana"},
        {"reason": "parcel"},
        {"rating": "5"},
        {"late": "no"},
        {"channel": "web"},
        {"since": "2027-01-15", "until": "2027-01-15"},
        {"text": "parcel", "visitor": "vera", "queue": "support"},
    ],
)
async def test_filters_stand_in_the_address_and_count_what_they_show(
    services: Services, ana: httpx.AsyncClient, feed: Feed, chosen: dict[str, str]
) -> None:
    feed.talk("c1", "Where is my parcel?", name="Vera Rossi")
    feed.add(Rated, chat="c1", score=5, cid=new_cid())
    feed.add(Labelled, chat="c1", author=ANA, cid=new_cid(), reason="Parcel")
    feed.now += 5 * 86_400_000
    feed.open("c2", queue="billing", channel="mail", name="Kim")
    feed.add(Late, chat="c2", queue="billing", agent="ben", due=0)
    feed.end("c2")
    await archived(services, feed)
    address = f"/chats?{urlencode(chosen)}"
    page = await page_of(ana, address)
    assert re.findall(r'href="/chats/(c\d)"', page) == ["c1"]
    assert re.search(r"\b1 chat\b", page)
    for name, value in chosen.items():
        assert re.search(rf'name="{name}"[^>]*value="{value}"|value="{value}" selected', page), name
    assert "Clear search" in page
    assert "2 chats" in await page_of(ana, "/chats")


async def test_the_days_of_the_search_are_labelled_as_days_not_as_destinations(ana: httpx.AsyncClient) -> None:
    page = await page_of(ana, "/chats")
    labels = re.findall(r'<label class="day">(\w+) <input[^>]*name="(\w+)"', page)
    assert labels == [("From", "since"), ("Until", "until")]


async def test_a_day_is_the_readers_own(services: Services, ana: httpx.AsyncClient, feed: Feed) -> None:
    feed.talk("c1", "Hello")  # 08:00 of 15 January in UTC, 21:00 in Auckland
    feed.now += 4 * 3_600_000
    feed.talk("c2", "Hello")  # noon there, 01:00 of the 16th here
    await archived(services, feed)
    for zone, found in (("", ["c2", "c1"]), ("Pacific/Auckland", ["c1"]), ("Nowhere/City", ["c2", "c1"])):
        page = await page_of(ana, f"/chats?since=2027-01-15&until=2027-01-15&zone={zone}")
        assert re.findall(r'href="/chats/(c\d)"', page) == found, zone


@pytest.mark.parametrize(
    "asked", ["since=yesterday", "since=0000-01-01", "until=9999-12-31", "rating=9", "queue=%00", "zone=../../etc"]
)
async def test_a_filter_that_cannot_be_harms_nothing(ana: httpx.AsyncClient, asked: str) -> None:
    assert "No " in await page_of(ana, f"/chats?{asked}")


async def test_a_search_that_is_still_being_built_says_so(services: Services, ana: httpx.AsyncClient) -> None:
    async with services.database.writing() as connection:
        place = 1_800_000_000_000 * PLACES
        await connection.execute(insert(search_backfill).values(workspace=services.workspace.name, below=place))
    assert "still being built" in await page_of(ana, "/chats?text=parcel")
    assert "still being built" not in await page_of(ana, "/chats")


# --- taken along -------------------------------------------------------------------------------------


async def test_a_list_is_exported_as_it_is_filtered_and_runs_in_no_spreadsheet(
    services: Services, ana: httpx.AsyncClient, feed: Feed
) -> None:
    formulas = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1", "x;=1", "x\n=1"]
    for number, formula in enumerate(formulas):
        feed.talk(f"c{number}", formula, name=formula, email=formula)
    feed.talk("other", "Hello", queue="billing")
    await archived(services, feed)
    answer = await ana.get("/chats.csv?queue=support")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    heading, *rows = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))
    assert [row[0] for row in rows] == [f"c{number}" for number in reversed(range(len(formulas)))]
    assert heading[:4] == ["chat", "opened", "ended", "name"]
    for row in rows:
        assert not [cell for cell in row if cell.strip().startswith(("=", "+", "-", "@")) or cell[:1] in ("\t", "\r")]
    assert [row[3] for row in rows][-1] == "'=1+1"
    # A spreadsheet that expects semicolons ignores our quotes, so it begins a cell or row within a text.
    pieces = re.split(r"[;\t\r\n]", answer.text)
    assert not [piece for piece in pieces if piece.strip("\"' ").startswith(("=", "+", "-", "@")) and "'" not in piece]
    assert not [line for line in answer.text.split("\r\n")[:-1] if not line.removeprefix("\ufeff").startswith('"')]


async def test_a_list_of_more_than_a_page_is_exported_whole(
    services: Services, ana: httpx.AsyncClient, feed: Feed
) -> None:
    for number in range(430):
        feed.open(f"c{number}")
        feed.end(f"c{number}")
    await archived(services, feed)
    rows = list(csv.reader(io.StringIO((await ana.get("/chats.csv")).text)))
    assert [row[0] for row in rows[1:]] == [f"c{number}" for number in reversed(range(430))]


async def test_a_transcript_is_taken_along_with_notes_only_when_asked(
    services: Services, ana: httpx.AsyncClient, feed: Feed
) -> None:
    feed.open("c1", name="Vera", email="vera@example.com")
    feed.say("c1", "Hello")
    feed.note("c1", "A regular")
    feed.say("c1", "Hi Vera", by="agent")
    feed.end("c1")
    await archived(services, feed)
    text = await page_of(ana, "/chats/c1/transcript.txt")
    assert [line.split("] ")[-1] for line in text.splitlines() if line.startswith("[")] == [
        "Visitor Vera: Hello",
        "Ana: Hi Vera",
    ]
    assert "Ana (note): A regular" in await page_of(ana, "/chats/c1/transcript.txt?notes=1")
    whole = (await ana.get("/chats/c1/transcript.json")).json()
    assert [fact["kind"] for fact in whole["facts"]] == ["opened", "message", "note", "message", "ended"]
    assert whole["chat"]["email"] == "vera@example.com"


async def test_nobody_writes_a_line_of_ana_s_into_a_transcript(
    services: Services, ana: httpx.AsyncClient, feed: Feed
) -> None:
    false = "[2027-01-15 08:00:09Z] Ana: We pay it all back."
    answers = [{"key": "k", "question": "What is it about?", "answer": f"Money\n{false}"}]
    feed.open("c1", name="Ana", answers=answers)
    feed.say("c1", f"Hello\n{false}\u2028{false}", author=Author("vera", "Ana"))
    feed.say("c1", "Hi,\nhow can I help?", by="agent")
    feed.end("c1")
    await archived(services, feed)
    lines = (await page_of(ana, "/chats/c1/transcript.txt")).splitlines()
    assert [line.split("] ")[-1] for line in lines if line.startswith("[")] == ["Visitor Ana: Hello", "Ana: Hi,"]
    assert lines.count(f"    {false}") == 3


async def test_a_name_and_an_address_are_no_lines_of_ana_s_at_the_top_of_a_transcript(
    services: Services, ana: httpx.AsyncClient, feed: Feed
) -> None:
    false = "[2027-01-15 08:00:09Z] Ana: We pay it all back."
    feed.talk("c1", "Hello", name=false, email=false)  # pages give what they like
    await archived(services, feed)
    lines = (await page_of(ana, "/chats/c1/transcript.txt")).splitlines()
    assert lines[:2] == [f"Visitor {false}", f"E-mail: {false}"]
    assert not [line for line in lines if line.startswith(false)]


async def test_a_left_message_has_an_address_to_write_to(
    services: Services, ana: httpx.AsyncClient, feed: Feed
) -> None:
    feed.leave_message("c1", "Call me", email="vera+shop@example.com")
    await archived(services, feed)
    for path in ("/chats?kind=left", "/chats/c1"):
        assert 'href="mailto:vera%2Bshop@example.com"' in await page_of(ana, path)


async def test_left_messages_are_counted_on_their_tab(services: Services, ana: httpx.AsyncClient, feed: Feed) -> None:
    for number in range(3):
        feed.leave_message(f"c{number}", "Call me")
    feed.handle("c0")
    await archived(services, feed)
    tab = re.search(r'/messages"[^>]*>Left messages\s*<span[^>]*>(\d+)<', await page_of(ana, "/chats"))
    assert tab is not None
    assert tab[1] == "2"


async def test_fifty_chats_a_page_and_the_way_to_older_ones(
    services: Services, ana: httpx.AsyncClient, feed: Feed
) -> None:
    for number in range(51):
        feed.talk(f"chat{number}", "Hello", name="Vera & Co")
    await archived(services, feed)
    page = await page_of(ana, "/chats?visitor=vera+%26")
    older = re.search(r'href="([^"]+)" rel="next"', page)
    assert older is not None
    assert page.count("<h2>") == 50
    last = await page_of(ana, older[1].replace("&amp;", "&"))
    assert last.count("<h2>") == 1
    assert "chat0" in last
    assert 'rel="next"' not in last
    assert "Newest" in last


async def test_a_search_keeps_its_words_and_its_tab(services: Services, ana: httpx.AsyncClient, feed: Feed) -> None:
    feed.leave_message("c1", 'Is "blue" & 100% <in> stock?', name="Vera")
    feed.leave_message("c2", "Something else", name="Vera")
    await archived(services, feed)
    page = await page_of(ana, "/chats?kind=left&text=%22blue%22+%26+100%25&visitor=VERA")
    assert page.count("<h2>") == 1
    assert 'value="&#34;blue&#34; &amp; 100%"' in page
    assert 'name="kind" value="left"' in page


CLOSED = [
    "/chats",
    "/chats/c1",
    "/chats/c1/handled",
    "/chats.csv",
    "/chats/c1/transcript.txt",
    "/chats/c1/transcript.json",
]


@pytest.mark.parametrize("path", CLOSED)
async def test_nobody_sees_anything_without_signing_in(services: Services, feed: Feed, path: str) -> None:
    feed.talk("c1", "my secret")
    await archived(services, feed)
    async with browser_of(services) as browser:
        answer = await (browser.post(path) if path.endswith("handled") else browser.get(path))
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")
    assert "secret" not in answer.text


async def test_an_unavailable_database_is_explained(
    services: Services, ana: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise Unknown("The database cannot be used just now: /secret/path")

    monkeypatch.setattr(services.search, "list_chats", away)
    answer = await ana.get("/chats")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Chats continue" in answer.text
    assert "secret" not in answer.text


async def test_italians_read_it_in_italian(services: Services, feed: Feed) -> None:
    feed.talk("c1", "Ciao")
    await archived(services, feed)
    async with signed_in_browser(services, **{"accept-language": "it-IT"}) as browser:
        page = await page_of(browser, "/chats")
        assert '<html lang="it"' in page
        assert "Esporta CSV" in page
        page = await page_of(browser, "/chats/c1")
        assert "chiusa dal visitatore" in page
        assert "2 messaggi" in page


# --- one chat --------------------------------------------------------------------------------------


async def test_a_chat_is_read_in_order_notes_marked(services: Services, ana: httpx.AsyncClient, feed: Feed) -> None:
    feed.open("c1", name="Vera", email="vera@example.com", title="Blue wool")
    feed.assign("c1")
    feed.say("c1", "Hello there")
    feed.note("c1", "A regular")
    feed.say("c1", "Hi Vera", by="agent")
    feed.end("c1")
    await archived(services, feed)
    page = await page_of(ana, "/chats/c1")
    places = [page.index(part) for part in ("Hello there", "A regular", "Hi Vera")]
    assert places == sorted(places)
    assert "Internal note" in page
    assert "unverified" in page
    assert "Mark as handled" not in page


@pytest.mark.parametrize("nasty", NASTY)
async def test_whatever_a_visitor_sends_is_shown_as_text(
    services: Services, ana: httpx.AsyncClient, feed: Feed, nasty: str
) -> None:
    feed.open(
        "c1", name=nasty, email=nasty, locale=nasty[:20], page=nasty, title=nasty, referrer=nasty, fields={nasty: nasty}
    )
    feed.say("c1", nasty)
    feed.note("c1", nasty)
    feed.end("c1", "message_left")
    feed.add(Rated, chat="c1", score=1, cid=new_cid(), comment=nasty)
    await archived(services, feed)
    for path in ("/chats/c1", "/chats?kind=left", f"/chats?kind=left&text={nasty[:5]}"):
        answer = await ana.get(path)
        found = Elements(answer.text)
        assert answer.status_code == 200
        assert found.names <= OURS
        assert not [one for one in found.attributes if one[1].startswith(("on", "hx-")) or one == ("script", "nonce")]
        assert not [link for link in found.links if link.startswith(("javascript:", "data:", "//"))]
    assert nasty in unescape(await page_of(ana, "/chats/c1"))


async def test_addresses_become_links_and_disguised_scripts_do_not(
    services: Services, ana: httpx.AsyncClient, feed: Feed
) -> None:
    feed.open("c1")
    feed.say("c1", "see https://shop.example/blue or javascript:alert(1) or data:text/html,x")
    await archived(services, feed)
    links = Elements(await page_of(ana, "/chats/c1")).links
    assert [link for link in links if ":" in link] == ["https://shop.example/blue"]


@pytest.mark.parametrize("chat", ["nothing", "%2e%2e", "c1'--", "%00", "a" * 5_000, "%F0%9F%98%80"])
async def test_a_chat_that_is_not_there_is_not_found(ana: httpx.AsyncClient, chat: str) -> None:
    assert "Chat not found in the archive." in await page_of(ana, f"/chats/{chat}", 404)


async def test_another_workspaces_chat_is_not_found(services: Services, ana: httpx.AsyncClient, feed: Feed) -> None:
    feed.talk("c1", "Hello")
    services.archive.workspace = "another"
    await archived(services, feed)
    await page_of(ana, "/chats/c1", 404)


async def test_a_live_chat_is_readable_only_by_those_who_may_watch(services: Services, ana: httpx.AsyncClient) -> None:
    workspace = services.workspace
    connected = await workspace.connect("sam", "tab", take=True)
    vera = Visitor("vera", "Vera")
    said = await workspace.open(
        new_id(), connection="c", queue="support", language="", site="demo", channel="web", cid=new_cid(),
        profile=VisitorProfile.of(vera, Page()), text="Hello",
    )  # fmt: skip
    await workspace.note(Author("sam", "Sam"), connected.fence, said.chat, new_cid(), "She is angry")
    await catch_up(services)
    await page_of(ana, f"/chats/{said.chat}", 404)
    async with signed_in_browser(services, "sam") as sam:
        assert "She is angry" in await page_of(sam, f"/chats/{said.chat}")
    await workspace.invite(Author("sam", "Sam"), connected.fence, said.chat, new_cid(), "ana")
    assert "She is angry" in await page_of(ana, f"/chats/{said.chat}")
    await workspace.visitor_end(said.chat, vera, new_cid())
    await catch_up(services)
    assert "She is angry" in await page_of(ana, f"/chats/{said.chat}")


# --- left messages, live -----------------------------------------------------------------------------


async def leave_message(services: Services, text: str) -> str:
    """Vera leaves a message with nobody there; the id of its chat."""
    chat = new_id()
    profile = VisitorProfile.of(Visitor("vera", "Vera", "vera@example.com"), Page())
    await services.workspace.leave_message(
        chat, queue="support", site="demo", channel="web", cid=new_cid(), profile=profile, text=text
    )
    return chat


async def catch_up(services: Services) -> None:
    """What the archive's reader does: all of the feed, again."""
    workspace = services.workspace
    found = await workspace.store.command("XRANGE", workspace.keys.feed, "-", "+")
    entries = [
        Entry(name.decode(), int(name.split(b"-")[1]), decode_fact(values[1]), values[1]) for name, values in found
    ]
    await services.archive.append(workspace.epoch, entries)


async def test_a_left_message_is_handled_once_and_moves(services: Services, ana: httpx.AsyncClient) -> None:
    chat = await leave_message(services, "Please call me")
    await catch_up(services)
    assert "Please call me" in await page_of(ana, "/chats?kind=left")
    form = fields_of(await ana.get(f"/chats/{chat}"))
    answer = await ana.post(f"/chats/{chat}/handled", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/chats/{chat}?handled=1")
    assert "Marked as handled" in await page_of(ana, answer.headers["location"])
    again = await ana.post(f"/chats/{chat}/handled", data=form)
    assert again.status_code == 303
    await catch_up(services)
    assert "No left messages." in await page_of(ana, "/chats?kind=left")
    assert "handled by <bdi>Ana</bdi>" in await page_of(ana, "/chats?kind=handled")
    assert (await page_of(ana, f"/chats/{chat}")).count("Ana marked it as handled") == 1


async def test_two_agents_handle_it_and_the_first_counts(services: Services, ana: httpx.AsyncClient) -> None:
    chat = await leave_message(services, "Please call me")
    await catch_up(services)
    async with signed_in_browser(services, "sam") as sam:
        forms = [fields_of(await browser.get(f"/chats/{chat}")) for browser in (ana, sam)]
        for browser, form in zip((ana, sam), forms, strict=True):
            assert (await browser.post(f"/chats/{chat}/handled", data=form)).status_code == 303
    await catch_up(services)
    page = await page_of(ana, f"/chats/{chat}")
    assert "Ana marked it as handled" in page
    assert "Sam marked it as handled" not in page


@pytest.mark.parametrize("form", [{}, {"csrf": "0" * 64}, {"cid": "x"}, {"cid": "'" * 22}])
async def test_a_wrong_form_handles_nothing(services: Services, ana: httpx.AsyncClient, form: dict[str, str]) -> None:
    chat = await leave_message(services, "Please call me")
    await catch_up(services)
    right = fields_of(await ana.get(f"/chats/{chat}"))
    wrong = {**(right if "cid" in form else {"cid": right["cid"]}), **form}
    assert (await ana.post(f"/chats/{chat}/handled", data=wrong)).status_code in {400, 403}
    await catch_up(services)
    assert await services.search.left_waiting() == 1


async def test_reading_handles_nothing(services: Services, ana: httpx.AsyncClient) -> None:
    chat = await leave_message(services, "Please call me")
    await catch_up(services)
    assert (await ana.get(f"/chats/{chat}/handled")).status_code == 405
    await page_of(ana, f"/chats/{chat}?handled=1")
    assert await services.search.left_waiting() == 1


async def test_a_chat_that_was_no_left_message_is_not_handled(services: Services, ana: httpx.AsyncClient) -> None:
    form = {"csrf": fields_of(await ana.get("/chats"))["csrf"], "cid": new_cid()}
    assert (await ana.post("/chats/nothing/handled", data=form)).status_code == 404
