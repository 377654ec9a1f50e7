"""Canned replies as a console requests them: only the agent's own, and sent again only after a change."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from console.domain.directory import Canned, Queue
from console.projection.picture import ChatState
from console.services import Services
from tests.support.archive_feed import quick_passwords
from tests.support.page_client import an_installation, browser_of, signed_in_browser

SHARED = Canned("c1", "Greeting", "Good morning {visitor}, this is {agent}.")
SUPPORT = Canned("c2", "Washing", "By hand, at 30 degrees.", "queue", "support")
BILLING = Canned("c3", "Refund", "Within five days.", "queue", "billing")
ANAS = Canned("c4", "Bye", "Enjoy the wool!", "member", "ana")
SAMS = Canned("c5", "Ciao", "A presto", "member", "sam")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture
async def services(tmp_path: Path, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        await services.stores.queues.put(Queue("billing", "Billing"))
        for reply in (SHARED, SUPPORT, BILLING, ANAS, SAMS):
            await services.stores.canned.put(reply)
        yield services


@pytest.fixture
async def ana(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in_browser(services) as browser:
        yield browser


async def ids(browser: httpx.AsyncClient) -> list[str]:
    return [reply["id"] for reply in (await browser.get("/canned.json")).json()["replies"]]


async def test_ana_gets_her_own_her_queues_and_the_shared_ones(ana: httpx.AsyncClient) -> None:
    answer = (await ana.get("/canned.json")).json()
    assert [reply["id"] for reply in answer["replies"]] == ["c4", "c2", "c1"]
    assert answer["replies"][1] == {
        "id": "c2",
        "title": "Washing",
        "text": "By hand, at 30 degrees.",
        "scope": "queue",
        "owner": "support",
        "snippet": "",
    }


async def test_unchanged_content_is_not_sent_again(services: Services, ana: httpx.AsyncClient) -> None:
    first = await ana.get("/canned.json")
    assert first.headers["cache-control"] == "private, no-cache"
    again = await ana.get("/canned.json", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await services.stores.canned.put(Canned("c1", "Hello", "Good day"))
    changed = await ana.get("/canned.json", headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


async def test_a_reply_that_is_removed_is_gone_at_once(services: Services, ana: httpx.AsyncClient) -> None:
    await services.stores.canned.remove("c2")
    assert await ids(ana) == ["c4", "c1"]


async def test_a_queue_takes_its_replies_along(services: Services, ana: httpx.AsyncClient) -> None:
    ana_now = (await services.stores.directory.read()).members["ana"]
    assert ana_now.queues == ("support",)
    stands = await services.stores.queues.remove("support")
    assert await services.go_live(stands)
    assert await ids(ana) == ["c4", "c1"]
    assert [reply.id for reply in await services.stores.canned.of_team()] == ["c1", "c3"]


async def test_a_chat_that_overflows_to_ana_brings_its_queues_replies(
    services: Services, ana: httpx.AsyncClient
) -> None:
    """Through another queue too, whose members need not be hers."""
    stores = services.stores
    await stores.queues.put(Queue("middle", "Middle", overflow_to="support", overflow_after=10_000))
    await stores.queues.put(Queue("billing", "Billing", overflow_to="middle", overflow_after=10_000))
    await services.go_live(await stores.directory.read())
    assert await ids(ana) == ["c4", "c3", "c2", "c1"]
    assert (await ana.get("/canned.json")).json()["queues"] == ["billing", "middle", "support"]


async def test_a_chat_that_is_handed_to_ana_brings_its_queues_replies(
    services: Services, ana: httpx.AsyncClient
) -> None:
    before = await ana.get("/canned.json")
    assert before.json()["queues"] == ["support"]
    services.picture.chats["x"] = ChatState("x", "active", "billing", "vera", "demo", agent="ana")
    services.picture.chats["y"] = ChatState("y", "active", "other", "luca", "demo", agent="ben")
    after = await ana.get("/canned.json", headers={"if-none-match": before.headers["etag"]})
    assert [reply["id"] for reply in after.json()["replies"]] == ["c4", "c3", "c2", "c1"]
    del services.picture.chats["x"]
    assert await ids(ana) == ["c4", "c2", "c1"]


async def test_nobody_reads_replies_without_signing_in(services: Services) -> None:
    async with browser_of(services) as stranger:
        assert (await stranger.get("/canned.json")).status_code == 303
