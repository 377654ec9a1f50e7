"""Supervisors set up queues: over the real pages, SQL and store."""

import re
from html import unescape

import httpx
import pytest
from sqlalchemy import update

from console.archive.tables import integrations
from console.domain.channels import ChannelRule
from console.domain.directory import Directory, Hours, Queue, Site
from console.errors import Unknown
from console.projection.picture import ChatState
from console.services import Services
from tests.support.page_client import signed_in_browser
from tests.unit.settings.forms import CSRF, QUEUE, SEEN, drawn, faults, posted, saved


async def test_a_queue_is_in_force_the_moment_it_is_saved(services: Services, sam: httpx.AsyncClient) -> None:
    page = await saved(sam, "/settings/queues/new", **QUEUE)
    assert "<bdi>Level 1</bdi> saved. It applies now." in page
    assert services.directory.queues["level-1"].target == 6_000
    assert services.directory.members["ana"].queues == ("support", "level-1")
    assert not await services.workspace.configure(services.directory)  # live state has this version already


async def a_bot(services: Services, name: str, *scopes: str) -> str:
    """The id of an integration with a token of these scopes."""
    made = await services.stores.integrations.add(name)
    if scopes:
        await services.stores.tokens.add_to_integration(made.id, "live", scopes=scopes)
    return made.id


async def test_everything_on_the_form_is_kept(services: Services, sam: httpx.AsyncClient) -> None:
    robin = await a_bot(services, "Robin", "bot")
    more = {
        "target": "7,5",
        "goal": "95",
        "head_start": "4",
        "mode": "offer",
        "accept": "12",
        "misses": "2",
        "languages": "English, fr",
        "language_after": "20",
        "when": "hours",
        "week0": "9-12.30, 14:00–18:00",
        "week4": "09:00-24:00",
        "holidays": "2026-12-25\n\n2026-12-24 9-12.30, 14:00–16:00",
        "longest": "40",
        "message_target": "4.5",
        "leave_after": "90",
        "overflow_to": "support",
        "overflow_after": "45",
        "wrapup": "20",
        "reasons": "Parcel\n Invoice \n",
        "ask": "1.5",
        "end": "3",
        "bot": robin,
        "bot_within": "7.5",
        "channel.email": "240",
        "channel.sms.assigned": "on",
        "channel.other": "2,5",
    }
    await saved(sam, "/settings/queues/new", **{**QUEUE, **more})
    assert (await services.stores.directory.read()).queues["level-1"] == Queue(
        "level-1",
        "Level 1",
        target=7_500,
        ask=90_000,
        end=180_000,
        channels=(ChannelRule("email", 14_400_000), ChannelRule("sms", 0, True), ChannelRule("other", 150_000)),
        goal=95,
        head_start=4_000,
        mode="offer",
        accept=12_000,
        misses=2,
        languages=("en", "fr"),
        language_after=20_000,
        hours=Hours(
            "Europe/Rome",
            ((0, 540, 750), (0, 840, 1080), (4, 540, 1440)),
            ("2026-12-24 09:00-12:30, 14:00-16:00", "2026-12-25"),
        ),
        longest=40,
        message_target=16_200_000,
        leave_after=90_000,
        overflow_to="support",
        overflow_after=45_000,
        wrapup=20_000,
        reasons=("Parcel", "Invoice"),
        bot=robin,
        bot_within=7_500,
    )
    form = drawn((await sam.get("/settings/queue/level-1")).text)
    assert form["target"] == "7.5"
    assert form["week0"] == "09:00-12:30, 14:00-18:00"
    assert form["holidays"] == "2026-12-24 09:00-12:30, 14:00-16:00\n2026-12-25"
    assert form["reasons"] == "Parcel\nInvoice"
    assert (form["channel.email"], form["channel.sms"], form["channel.other"]) == ("240", "", "2.5")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"member.ana": ""}, "Choose at least one member for Level 1."),
        ({"target": "0"}, "Enter a target from 1 second to 1 day."),
        ({"target": ""}, "Enter a target from 1 second to 1 day."),
        ({"target": "soon"}, "“soon” is not a number of 0 or more. Enter a value such as 6 or 7.5."),
        ({"goal": "9.5"}, "“9.5” is not a whole number of 0 or more. Enter a value such as 90."),
        ({"name": "support"}, "The name support is taken. Choose another one."),
        ({"mode": "offer", "misses": "3"}, "Enter a time to accept from 3 to 120 seconds."),
        ({"mode": "shove"}, "Choose a mode: push, offer or pull."),
        ({"languages": "Klingonish"}, "“klingonish” is not a language. Use names or codes such as English or fr."),
        ({"zone": "localtime"}, "“localtime” is not a time zone. Use one such as Europe/Rome."),
        ({"zone": "Rome"}, "“Rome” is not a time zone. Use one such as Europe/Rome."),
        ({"when": "hours"}, "The queue would never open. Enter hours for at least one day, or choose “Always open”."),
        ({"when": "hours", "week2": "mornings"}, "“mornings” is not valid. Enter hours such as 09:00-18:00"),
        ({"when": "hours", "week0": "9-13, 12-18"}, "09:00-13:00 and 12:00-18:00 overlap. Merge them or change one."),
        ({"when": "hours", "week4": "22-6"}, "22:00-06:00 ends before it starts. Past midnight, enter"),
        (
            {"holidays": "Christmas"},
            "“Christmas” is not a date. Enter dates such as 2026-12-25 or 2026-12-24 09:00-13:00.",
        ),
        ({"channel.email": "10081"}, "Enter a target of at most 10080 minutes (7 days)."),
        ({"channel.fax": "5", "channel.sms": "soon"}, "“soon” is not a number of 0 or more. Enter"),
        ({"bot": "robin", "bot_within": "10"}, "There is no integration “robin”. An admin can add one under Settings,"),
        ({"overflow_to": "support"}, "Enter an overflow time from 1 second to 1 day"),
        ({"overflow_to": "nowhere", "overflow_after": "5"}, "The overflow queue nowhere does not exist"),
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
    assert list((await services.stores.directory.read()).queues) == ["support"]


@pytest.mark.parametrize(
    ("typed", "zone"),
    [("europe/rome", "Europe/Rome"), (" America/New York ", "America/New_York"), ("utc", "UTC"), ("", "Europe/Paris")],
)
async def test_a_time_zone_may_be_typed_as_people_do(
    services: Services, sam: httpx.AsyncClient, typed: str, zone: str
) -> None:
    await saved(sam, "/settings/queues/new", **{**QUEUE, "zone": "Europe/Paris"})
    await saved(sam, "/settings/queue/level-1", **{**QUEUE, "zone": typed})
    assert (await services.stores.directory.read()).queues["level-1"].hours.zone == zone


async def test_only_integrations_that_may_answer_chats_are_offered_and_taken(
    services: Services, sam: httpx.AsyncClient
) -> None:
    robin, crm = await a_bot(services, "Robin", "bot", "chats:read"), await a_bot(services, "CRM", "chats:read")
    idle = await a_bot(services, "Idle")
    page = (await sam.get("/settings/queue/support")).text
    assert f'<option value="{robin}">Robin</option>' in page
    assert crm not in page
    assert idle not in page
    for bot, name in ((crm, "CRM"), (idle, "Idle")):
        refused = await posted(sam, "/settings/queues/new", **{**QUEUE, "bot": bot, "bot_within": "150"})
        says = f"{name} has no token for answering chats as a bot (scope bot). An admin can create one under Settings,"
        assert [one.startswith(says) for one in faults(refused.text)] == [False, True], "each thing that is wrong, once"
        refused = await posted(sam, "/settings/queues/new", **{**QUEUE, "bot": bot, "bot_within": "soon"})
        assert len(faults(refused.text)) == 2, "also beside what cannot be read"
    unknown = await posted(sam, "/settings/queues/new", **{**QUEUE, "bot": "nope", "bot_within": "10"})
    says = f"There is no integration “nope”. Enter the ID of one that may answer chats: Robin ({robin})."
    assert faults(unknown.text) == [says]


async def test_where_no_integration_may_answer_chats_the_form_says_how_to_get_one(
    services: Services, sam: httpx.AsyncClient, ada: httpx.AsyncClient
) -> None:
    await a_bot(services, "CRM", "chats:read")
    says, link = (
        "There is no bot yet. An admin can add an integration",
        '<a href="/settings/integrations">Integrations</a></p>',
    )
    for browser, leads in ((sam, False), (ada, True)):
        page = (await browser.get("/settings/queues/new")).text
        assert says in page
        assert (link in page) == leads
    await a_bot(services, "Robin", "bot")
    assert says not in (await ada.get("/settings/queues/new")).text


async def test_a_queue_keeps_its_bot_while_that_has_no_token(services: Services, sam: httpx.AsyncClient) -> None:
    robin = await a_bot(services, "Robin", "bot")
    mine = {**QUEUE, "name": "Support", "bot": robin, "bot_within": "10"}
    await saved(sam, "/settings/queue/support", **mine)
    [token] = (await services.stores.tokens.of_integrations())[robin]
    await services.stores.tokens.revoke(token.id)
    page = unescape((await sam.get("/settings/queue/support")).text)
    assert f'<option value="{robin}" selected>Robin (no token)</option>' in page
    assert "<bdi>Robin</bdi> has no token for answering chats as a bot" in page
    await saved(sam, "/settings/queue/support", **{**mine, "target": "9"})
    now = (await services.stores.directory.read()).queues["support"]
    assert (now.bot, now.target) == (robin, 9_000)
    other = await posted(sam, "/settings/queues/new", **{**QUEUE, "bot": robin, "bot_within": "10"})
    assert other.status_code == 400, "another queue does not get it anew"


async def test_the_list_says_what_answers_first_and_whether_it_can(services: Services, sam: httpx.AsyncClient) -> None:
    robin = await a_bot(services, "Robin", "bot")
    await saved(sam, "/settings/queues/new", **QUEUE)
    assert "people get all chats" not in (await sam.get("/settings/queues")).text
    page = await saved(sam, "/settings/queue/support", **{**QUEUE, "name": "Support", "bot": robin, "bot_within": "10"})
    assert page.count("<bdi>Robin</bdi> answers first") == 1, "in the one queue"
    [token] = (await services.stores.tokens.of_integrations())[robin]
    await services.stores.tokens.revoke(token.id)
    assert "<bdi>Robin</bdi> has no token: people get all chats" in (await sam.get("/settings/queues")).text
    async with services.database.writing() as connection:  # by an older release, which leaves its queues as they are
        await connection.execute(update(integrations).values(removed=1))
    assert "<bdi>Robin</bdi> no longer exists: people get all chats" in (await sam.get("/settings/queues")).text


async def test_a_circle_of_tiers_is_refused_by_name(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queues/new", **{**QUEUE, "overflow_to": "support", "overflow_after": "30"})
    again = {**QUEUE, "name": "Support", "overflow_to": "level-1", "overflow_after": "30"}
    answer = await posted(sam, "/settings/queue/support", **again)
    says = "These queues overflow in a loop: Support → Level 1 → Support. Remove the overflow from one of them."
    assert faults(answer.text) == [says]


async def test_a_change_made_meanwhile_is_not_overwritten_unseen(
    services: Services, sam: httpx.AsyncClient, ada: httpx.AsyncClient
) -> None:
    page = (await sam.get("/settings/queue/support")).text
    hidden = {"csrf": CSRF.findall(page)[0], "seen": SEEN.findall(page)[0]}
    await saved(ada, "/settings/queue/support", **{**QUEUE, "name": "Support", "target": "8"})
    late = {**hidden, **QUEUE, "name": "Support", "target": "9"}
    answer = await sam.post("/settings/queue/support", data=late)
    assert faults(answer.text)[0].startswith("This was changed after you opened it,")
    assert drawn(answer.text)["target"] == "9"
    assert (await services.stores.directory.read()).queues["support"].target == 8_000
    again = {**late, "seen": SEEN.findall(answer.text)[0]}
    assert (await sam.post("/settings/queue/support", data=again)).status_code == 303
    assert (await services.stores.directory.read()).queues["support"].target == 9_000


async def test_a_queue_goes_when_nothing_leads_to_it(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queues/new", **QUEUE)
    await services.stores.sites.put(Site("shop", "The shop", "level-1", ("https://shop.example",)))
    refused = await posted(sam, "/settings/queue/level-1", to="/settings/queue/level-1/remove")
    assert faults(refused.text) == ["The site The shop uses this queue. Choose another queue for it first."]
    assert "<b>Not removed</b>" in refused.text
    await services.stores.sites.remove("shop")
    page = await saved(sam, "/settings/queue/level-1", to="/settings/queue/level-1/remove")
    assert "Removed." in page
    assert list(services.directory.queues) == ["support"]
    assert (await sam.get("/settings/queue/level-1")).status_code == 404


async def test_a_queue_with_a_chat_in_it_stays(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queues/new", **QUEUE)
    services.picture.chats["c1"] = ChatState(id="c1", place="waiting", queue="level-1", visitor="vera")
    refused = await posted(sam, "/settings/queue/level-1", to="/settings/queue/level-1/remove")
    assert faults(refused.text) == ["Chats still in this queue: 1. Move them to another queue or wait until they end."]
    assert "level-1" in services.directory.queues


async def test_a_queue_saved_while_the_live_store_is_away_follows_later(
    services: Services, sam: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(directory: Directory) -> bool:
        raise Unknown

    monkeypatch.setattr(services.workspace, "configure", away)
    page = await saved(sam, "/settings/queues/new", **QUEUE)
    assert "Saved. It applies as soon as the live store is back." in page
    assert "level-1" in (await services.stores.directory.read()).queues


async def test_an_italian_supervisor_reads_and_writes_italian(services: Services) -> None:
    async with signed_in_browser(services, "sam", **{"accept-language": "it"}) as sam:
        answer = await posted(sam, "/settings/queues/new", **{**QUEUE, "languages": "inglese, Francese", "target": ""})
        assert faults(answer.text)[0].startswith("Inserisci un tempo obiettivo da 1 secondo a 1 giorno.")
        await saved(sam, "/settings/queues/new", **{**QUEUE, "languages": "inglese, Francese"})
        assert services.directory.queues["level-1"].languages == ("en", "fr")
        page = unescape((await sam.get("/settings/changes")).text)
        assert "Coda aggiunta: <bdi>Level 1</bdi>" in page
        assert "lunedì" in (await sam.get("/settings/queue/level-1")).text
