"""Sites, canned replies, away reasons and retention."""

import time
from html import unescape

import httpx
import pytest

from console.domain.directory import Canned, Queue
from console.services import Services
from tests.support.archive_feed import Feed
from tests.unit.settings.forms import SITE, drawn, faults, posted, saved


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


async def test_a_new_site_has_formatting_and_emoji_until_somebody_unticks_them(
    services: Services, sam: httpx.AsyncClient
) -> None:
    offered = (await sam.get("/settings/sites/new")).text
    assert all(f'name="{name}" value="on" checked' in offered for name in ("formatting", "emoji"))
    await saved(sam, "/settings/sites/new", **SITE, formatting="on")
    assert services.directory.sites["the-shop"].features == ["formatting"]
    await saved(sam, "/settings/site/the-shop", **SITE, emoji="on")
    assert services.directory.sites["the-shop"].features == ["emoji"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"origins": "shop.example"},
            "“shop.example” is not a website address",
        ),
        ({"origins": ""}, "Enter at least one website address, such as https://shop.example"),
        ({"queue": ""}, "Choose a queue."),
        ({"privacy_url": "javascript:alert(1)"}, "Enter a full address, such as"),
        ({"accent": "red"}, "Enter a colour as # and six digits, such as #1d5c88."),
    ],
    ids=str,
)
async def test_a_site_that_cannot_be_is_refused(
    services: Services, sam: httpx.AsyncClient, fields: dict[str, str], sentence: str
) -> None:
    answer = await posted(sam, "/settings/sites/new", **{**SITE, **fields})
    assert faults(answer.text)[0].startswith(sentence)
    assert (await services.stores.directory.read()).sites == {}


async def test_an_agent_keeps_replies_of_their_own_and_no_others(
    services: Services, ana: httpx.AsyncClient, sam: httpx.AsyncClient
) -> None:
    await saved(ana, "/settings/canned/new", title="Hello", text="Good day, {visitor}")
    (mine,) = await services.stores.canned.for_member((await services.stores.directory.read()).members["ana"])
    assert (mine.scope, mine.owner) == ("member", "ana")
    assert (await posted(ana, "/settings/canned/new", title="H", text="x", **{"for": "shared"})).status_code == 403
    await services.stores.canned.put(Canned("ours", "Bye", "Bye"))
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
    assert faults(answer.text)[0] == "The name HELLO is taken. Choose another one."
    assert drawn(answer.text)["text"] == "{vistor}"


async def test_a_snippet_is_kept_without_its_semicolon_and_in_lower_case(
    services: Services, sam: httpx.AsyncClient
) -> None:
    fields = {"title": "Thanks", "text": "Thank you!", "for": "shared"}
    page = await saved(sam, "/settings/canned/new", **fields, snippet=" ;TY")
    assert "<code><bdi>;ty</bdi></code>" in page
    [reply] = await services.stores.canned.of_team()
    assert reply.snippet == "ty"
    assert drawn((await sam.get(f"/settings/reply/{reply.id}")).text)["snippet"] == "ty"
    answer = await posted(
        sam, "/settings/canned/new", title="Ties", text="They are blue.", snippet="ty", **{"for": "shared"}
    )
    assert faults(answer.text) == ["The snippet is taken by Thanks."]
    await saved(sam, f"/settings/reply/{reply.id}", **fields, snippet="")
    assert [one.snippet for one in await services.stores.canned.of_team()] == [""]


async def test_reasons_for_being_away_hold_at_once(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/away", away_reasons="Lunch\nTraining")
    assert services.directory.away_reasons == ("Lunch", "Training")
    answer = await posted(sam, "/settings/away", away_reasons="Lunch\nlunch")
    assert faults(answer.text) == ["lunch is listed twice. Remove one."]
    assert drawn(answer.text)["away_reasons"] == "Lunch\nlunch"


async def test_fewer_days_say_first_how_many_chats_go(services: Services, sam: httpx.AsyncClient) -> None:
    feed = Feed(now=int(time.time() * 1000) - 60 * 86_400_000)
    feed.talk("old", "Hello")
    await services.archive.append("e1", feed.entries)
    asked = await posted(sam, "/settings/retention", days="30")
    assert faults(asked.text) == ["Tick the box to confirm that these chats can be deleted."]
    assert "Delete 1 older chat for good" in asked.text
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


async def test_a_page_that_was_refused_stands_beside_its_site_until_it_is_on_the_list(
    services: Services, sam: httpx.AsyncClient
) -> None:
    await saved(sam, "/settings/sites/new", **SITE)
    for _ in range(3):
        services.refused_origins.note("the-shop", "https://new.example", known=True)
    services.refused_origins.note("teh-shop", "https://shop.example", known=False)
    overview = (await sam.get("/settings/sites")).text
    assert "1 refused website" in overview
    assert "<bdi>teh-shop</bdi>" in overview
    page = (await sam.get("/settings/site/the-shop")).text
    assert "<bdi>https://new.example</bdi>" in page
    assert "3 requests" in page
    assert "teh-shop" not in page
    await saved(sam, "/settings/site/the-shop", **{**SITE, "origins": "https://new.example"})
    assert "Refused websites" not in (await sam.get("/settings/site/the-shop")).text


async def test_a_site_lists_the_queues_its_pages_may_ask_for(services: Services, sam: httpx.AsyncClient) -> None:
    for queue in ("billing", "experts"):
        await services.stores.queues.put(Queue(queue, queue.title()))
    await saved(sam, "/settings/sites/new", **SITE, **{"asks.billing": "on", "asks.experts": "on"})
    [site] = (await services.stores.directory.read()).sites.values()
    assert site.queues == ("billing", "experts")
    form = (await sam.get(f"/settings/site/{site.key}")).text
    assert form.count(' name="asks.') == 3
    assert form.count("checked") == 2
    await services.stores.queues.remove("experts")
    assert (await services.stores.directory.read()).sites[site.key].queues == ("billing",)
    refused = await posted(sam, f"/settings/site/{site.key}", **SITE, **{"asks.nowhere": "on"})
    assert faults(refused.text) == ["The queue nowhere does not exist."]
