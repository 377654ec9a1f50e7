"""The audit log: what was changed, by whom, page by page."""

import re
import time
from html import unescape

import httpx
import msgspec
from msgspec.structs import replace

from console.archive.audit import note
from console.domain.directory import Canned
from console.domain.ids import new_cid
from console.events import AgentChanged, Author, Note, NoteRedacted, Redacted, Transferred
from console.services import Services
from tests.support.archive_feed import Feed
from tests.unit.settings.forms import QUEUE, saved


async def test_each_change_is_told_with_who_and_what_it_was(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queue/support", **{**QUEUE, "name": "Support", "target": "8", "wrapup": "20"})
    page = unescape((await sam.get("/settings/changes")).text)
    newest = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("Queue changed") :]))
    assert newest.startswith("Queue changed: Support Sam ·")
    assert "Answer within before: 6 s after: 8 s" in newest
    assert "Wrap-up after: 20 s" in newest
    assert (await services.stores.audit.read())[0].member == "sam"


async def test_bots_and_integrations_have_their_names_in_it(services: Services, sam: httpx.AsyncClient) -> None:
    stores = services.stores
    robin, crm = await stores.integrations.add("Robin"), await stores.integrations.add("CRM")
    await stores.tokens.add_to_integration(robin.id, "live", scopes=["bot"])
    await stores.queues.put(replace((await stores.directory.read()).queues["support"], bot=robin.id))
    await stores.integrations.remove(robin.id)
    feed = Feed(now=int(time.time() * 1000))
    feed.open("c1", name="Giulia")
    held = {"chat": "c1", "queue": "support", "agent": "", "due": 0, "bot": robin.id}
    feed.add(Transferred, author=Author(robin.id, "Robin"), cid=new_cid(), why="handed", **held)
    feed.add(Transferred, author=Author("v1", "Giulia"), cid=new_cid(), why="asked", **held)
    feed.add(Transferred, author=Author("sam", "Sam"), cid=new_cid(), why="taken", to="sam", **held)
    away = {"status": "away", "connected": True, "limit": 6, "fence": 1}
    feed.add(AgentChanged, agent="ana", name="Ana", by=crm.id, **away)
    said = feed.say("c1", "4929", by="agent").fact
    feed.add(Redacted, chat="c1", of=2, fact=said, by=crm.id)
    await services.archive.append("e1", feed.entries)
    shown = (await sam.get("/settings/changes")).text
    page = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown)))
    assert "First answered by after: Robin" in page
    assert "First answered by before: Robin" in page
    assert "Integration removed: Robin" in page
    assert "Chat taken over: Giulia Sam ·" in page
    assert "Agent before: Robin after: Sam" in page
    assert page.count("Chat moved") == 0, "bots and visitors are no supervisors"
    assert "Status changed: Ana CRM ·" in page
    assert "Card number hidden where it was repeated: Giulia CRM ·" in page
    assert robin.id not in page
    assert crm.id not in page


async def test_whoever_has_entries_can_be_chosen(services: Services, sam: httpx.AsyncClient) -> None:
    stores = services.stores
    crm, robin = await stores.integrations.add("CRM"), await stores.integrations.add("Robin")
    await stores.canned.put(Canned("c1", "Of CRM", "Yes"), by=Author(crm.id, "CRM"))
    await stores.canned.put(Canned("c2", "Of Robin", "Yes"), by=Author(robin.id, "Robin"))
    await stores.canned.put(Canned("c3", "Of Otto", "Yes"), by=Author("otto", "Otto"))
    await stores.integrations.remove(robin.id)
    shown = (await sam.get("/settings/changes")).text
    options = dict(re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', shown))
    assert [options.get(id) for id in (crm.id, robin.id, "otto", "ana")] == ["CRM", "Robin", "Otto", "Ana"]
    assert shown.index(">CRM</option>") < shown.index(">Otto</option>") < shown.index(">Robin</option>")
    one = (await sam.get(f"/settings/changes?member={robin.id}")).text
    assert f'<option value="{robin.id}" selected>' in one
    assert "Of Robin" in one
    assert "Of CRM" not in one


async def test_many_changes_come_page_by_page(services: Services, sam: httpx.AsyncClient) -> None:
    for number in range(60):
        await services.stores.canned.put(Canned(f"c{number}", f"Reply {number}", "Yes"))
    first = (await sam.get("/settings/changes")).text
    assert first.count('<li class="card">') == 50
    older = re.findall(r'href="(/settings/changes\?before=[\d-]+)"', first)[0]
    assert "Reply 9<" in (await sam.get(older)).text
    assert (await sam.get("/settings/changes?before=1-1-1")).text.count("No older entries.") == 1
    for nowhere in ("%27", "1", "1-2-1", "1-1-", "-1-1-1", "%D9%A1-1-1", f"{'9' * 16}-1-1"):
        assert (await sam.get(f"/settings/changes?before={nowhere}")).text == first


async def test_what_supervisors_did_stands_among_the_changes_and_leads_to_the_chat(
    services: Services, sam: httpx.AsyncClient
) -> None:
    await services.stores.canned.put(Canned("c1", "Before it", "Yes"))
    feed = Feed(now=int(time.time() * 1000))
    who = Author("sam", "Sam")
    feed.open("c1", name="<Giulia>")
    for hands in ({"agent": "ana", "to": "sam"}, {"agent": "sam", "queue": "billing"}, {"agent": ""}):
        by = who if hands["agent"] != "sam" else Author("ada", "Ada")
        feed.add(Transferred, chat="c1", author=by, cid=new_cid(), due=0, **{"queue": "support", **hands})
    feed.add(Note, chat="c1", author=who, cid=new_cid(), text="Offer a refund", whisper=True)
    away = {"status": "away", "reason": "Lunch", "connected": True, "limit": 6, "fence": 1}
    feed.add(AgentChanged, agent="ana", name="Ana", by="sam", **away)
    feed.open("c2", visitor="v-4f2", name="")
    feed.add(Note, chat="c2", author=who, cid=new_cid(), text="Ask for a name", whisper=True)
    await services.archive.append("e1", feed.entries)
    page = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", (await sam.get("/settings/changes")).text)))
    told = [
        "Whisper sent: Visitor 4f2 Sam ·",
        "Status changed: Ana Sam ·",
        "Status after: Away, Lunch",
        "Whisper sent: <Giulia> Sam ·",
        "Chat moved: <Giulia> Sam ·",
        "Agent before: waiting after: waiting Queue after: Support",
        "Chat moved: <Giulia> Ada ·",
        "Agent before: Sam after: waiting Queue after: billing",
        "Chat taken over: <Giulia> Sam ·",
        "Agent before: Ana after: Sam",
        "Canned reply added: Before it",
    ]
    places = [page.index(one) for one in told]
    assert places == sorted(places)
    assert "refund" not in page, "what was whispered is read in its chat"
    assert (await sam.get("/settings/changes")).text.count('<a href="/chats/c1">') == 4
    italian = (await sam.get("/settings/changes", headers={"accept-language": "it"})).text
    assert "Suggerimento inviato" in italian


async def test_a_line_that_somebody_elses_card_number_hid_is_told_with_both(
    services: Services, sam: httpx.AsyncClient
) -> None:
    feed = Feed(now=int(time.time() * 1000))
    feed.open("c1", name="Giulia")
    said, noted = feed.say("c1", "4929 4219?", by="agent"), feed.note("c1", "4929 4219")
    said, noted = (msgspec.structs.replace(one.fact, text="•••• ••••") for one in (said, noted))
    feed.add(Redacted, chat="c1", of=2, fact=said)
    feed.add(Redacted, chat="c1", of=2, fact=said, by="visitor-1")
    feed.add(NoteRedacted, chat="c1", of=3, fact=noted, by="visitor-1")
    await services.archive.append("e1", feed.entries)
    shown = (await sam.get("/settings/changes")).text
    page = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown)))
    assert page.count("Card number hidden where it was repeated: Giulia Giulia ·") == 2, "not of one's own line"
    assert page.count("Written by after: Ana") == 2
    assert "••••" not in page
    assert shown.count('<a href="/chats/c1">') == 2


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
    clock, services.stores.canned.clock = services.stores.canned.clock, lambda: feed.now
    for number in range(60):
        await services.stores.canned.put(Canned(f"c{number}", f"Reply{number}", "Yes"))
    services.stores.canned.clock = clock
    seen: list[str] = []
    address = "/settings/changes"
    while address:
        page = (await sam.get(address)).text
        seen += re.findall(r"<bdi>((?:agent|Reply)\d+)</bdi></h2>", page)
        address = next(iter(re.findall(r'href="(/settings/changes\?before=[\d-]+)"', page)), "")
    replies, agents = [f"Reply{n}" for n in range(60)], [f"agent{n}" for n in range(50)]
    assert seen[:110] == [*replies[::-1], *agents[::-1]]


async def test_a_line_of_an_earlier_release_reads_like_a_new_one(services: Services, sam: httpx.AsyncClient) -> None:
    async with services.database.writing() as connection:
        await note(connection, Author("ada", "Ada"), 1, "Member let in again", "member:ben")
    assert "Member reactivated: " in (await sam.get("/settings/changes")).text
    italian = (await sam.get("/settings/changes", headers={"accept-language": "it"})).text
    assert "Membro riattivato: " in italian
