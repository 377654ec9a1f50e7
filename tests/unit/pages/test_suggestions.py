"""What a console learns from the team's own answers: only its queues', and only words that several visitors used."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.archive.exchanges import Conversation, Exchanges
from console.archive.writer import Archive
from console.domain.directory import Canned, Queue
from console.domain.ids import new_cid
from console.events import Author, Labelled, Message
from console.services import Services
from console.suggestions.learning import Learning
from tests.support.archive_feed import Feed, quick_passwords
from tests.support.eventually import eventually
from tests.support.page_client import an_installation, browser_of, signed_in_browser

ANA, BEN = Author("ana", "Ana"), Author("ben", "Ben")
SUPPORT = Queue("support", "Support", reasons=("Playback", "Invoice"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture
async def services(tmp_path: Path, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        await services.stores.queues.put(Queue("billing", "Billing"))
        yield services


@pytest.fixture
async def ana(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in_browser(services) as browser:
        yield browser


async def archive(services: Services, feed: Feed) -> None:
    await Archive(services.database, services.workspace.name).append("e1", feed.entries)


def conversation(feed: Feed, chat: str, asked: str, answer: str, by: Author = ANA, **opening: Any) -> None:
    feed.open(chat, visitor=f"visitor-{chat}", name=f"Vera{chat}", **opening)
    feed.say(chat, asked)
    feed.say(chat, answer, by="agent", author=by)
    feed.end(chat)


async def learned(browser: httpx.AsyncClient) -> dict[str, Any]:
    answer = await browser.get("/suggestions.json")
    assert answer.status_code == 200
    queues: dict[str, Any] = answer.json()["queues"]
    return queues


async def test_before_anything_was_answered_there_is_nothing_but_her_queues(ana: httpx.AsyncClient) -> None:
    assert await learned(ana) == {"support": {"canned": {}, "sentences": []}}


async def test_a_sentence_three_visitors_heard_comes_with_their_words_and_who_wrote_it(
    services: Services, ana: httpx.AsyncClient
) -> None:
    now = services.workspace.now()
    feed = Feed(now=now)
    for chat, by in (("c1", ANA), ("c2", BEN), ("c3", ANA)):
        conversation(feed, chat, f"Where is parcel {chat}?", "It takes two days.", by, locale="en-GB")
    conversation(feed, "c4", "Hello", "Only once said")
    conversation(feed, "c5", "Where is my invoice?", "It takes two days.", queue="billing")
    await archive(services, feed)
    (sentence,) = (await learned(ana))["support"]["sentences"]
    assert now <= sentence.pop("last") <= now + 60_000
    assert sentence == {
        "text": "It takes two days.",
        "times": 3,
        "mine": 2,
        "words": {"where": 3, "is": 3, "parcel": 3},
        "langs": {"en": 3},
    }


async def test_what_was_learned_is_not_read_again_for_ten_minutes(services: Services, ana: httpx.AsyncClient) -> None:
    feed = Feed(now=services.workspace.now())
    assert (await learned(ana))["support"]["sentences"] == []
    for chat in ("c1", "c2", "c3"):
        conversation(feed, chat, "Where is it?", "It takes two days.")
    await archive(services, feed)
    assert (await learned(ana))["support"]["sentences"] == []
    services.learning.forget()
    assert len((await learned(ana))["support"]["sentences"]) == 1


class ErasedMeanwhile(Exchanges):
    """The archive, in which something is erased while it is read."""

    def __init__(self, services: Services) -> None:
        super().__init__(services.database, services.workspace.name)
        self.services = services

    async def newest(self, queue: str, *, since: int, most: int) -> AsyncIterator[Conversation]:
        async for chat in super().newest(queue, since=since, most=most):
            self.services.learning.forget()
            yield chat


async def test_what_was_read_while_something_was_erased_is_read_again(
    services: Services, ana: httpx.AsyncClient
) -> None:
    services.learning = Learning(ErasedMeanwhile(services))
    feed = Feed(now=services.workspace.now())
    for chat in ("c1", "c2", "c3"):
        conversation(feed, chat, "Where is it?", "It takes two days.")
    await archive(services, feed)
    assert (await learned(ana))["support"]["sentences"][0]["times"] == 3
    before = len(feed.entries)
    conversation(feed, "c4", "Where is it?", "It takes two days.")
    await Archive(services.database, services.workspace.name).append("e1", feed.entries[before:])
    assert (await learned(ana))["support"]["sentences"][0]["times"] == 4


async def test_a_promise_to_be_back_teaches_nothing(services: Services, ana: httpx.AsyncClient) -> None:
    feed = Feed(now=services.workspace.now())
    for chat in ("c1", "c2", "c3"):
        feed.open(chat, visitor=f"visitor-{chat}")
        feed.say(chat, "Where is my parcel?")
        promise = feed.now + 30_000
        feed.add(Message, chat=chat, by="agent", author=ANA, cid=new_cid(), text="One moment.", promise=promise)
        feed.say(chat, "It takes two days.", by="agent", author=ANA)
    await archive(services, feed)
    assert [one["text"] for one in (await learned(ana))["support"]["sentences"]] == ["It takes two days."]


async def test_a_reason_of_the_queue_comes_with_the_words_of_its_chats_and_who_gave_it(
    services: Services, ana: httpx.AsyncClient
) -> None:
    await services.go_live(await services.stores.queues.put(SUPPORT))
    feed = Feed(now=services.workspace.now())
    for chat, by in (("c1", ANA), ("c2", BEN)):
        conversation(feed, chat, f"An invoice for {chat}", "One moment")
        feed.add(Labelled, chat=chat, author=BEN, cid=new_cid(), reason="Playback")  # corrected right away
        last = feed.add(Labelled, chat=chat, author=by, cid=new_cid(), reason="Invoice")
    conversation(feed, "c3", "My film is black", "One moment")
    feed.add(Labelled, chat="c3", author=ANA, cid=new_cid(), reason="Written by hand")
    await archive(services, feed)
    reasons = (await learned(ana))["support"]["reasons"]
    words = reasons["Invoice"].pop("words")
    assert reasons == {"Invoice": {"times": 2, "mine": 1, "last": last.fact.at}}
    assert set(words) <= {"an", "for", "invoice"}
    assert "invoice" in words


async def test_a_reason_that_was_taken_back_teaches_nothing(services: Services, ana: httpx.AsyncClient) -> None:
    await services.go_live(await services.stores.queues.put(SUPPORT))
    feed = Feed(now=services.workspace.now())
    for chat in ("c1", "c2"):
        conversation(feed, chat, "An invoice", "One moment")
        for reason in ("Invoice", ""):
            feed.add(Labelled, chat=chat, author=ANA, cid=new_cid(), reason=reason)
    await archive(services, feed)
    assert "reasons" not in (await learned(ana))["support"]


async def test_a_colleagues_own_reply_is_not_among_the_hints(services: Services, ana: httpx.AsyncClient) -> None:
    for reply in (Canned("mine", "Bye", "Bye!", "member", "ana"), Canned("bens", "Ciao", "Ciao!", "member", "ben")):
        await services.stores.canned.put(reply)
    feed = Feed(now=services.workspace.now())
    for chat, reply_id in (("c1", "mine"), ("c2", "bens"), ("c3", "gone")):
        feed.open(chat, visitor=f"visitor-{chat}")
        feed.say(chat, "That was all")
        feed.add(Message, chat=chat, by="agent", author=ANA, cid=new_cid(), text="Bye!", canned=reply_id)
    await archive(services, feed)
    assert list((await learned(ana))["support"]["canned"]) == ["mine"]


async def test_unchanged_content_is_not_sent_again(ana: httpx.AsyncClient) -> None:
    first = await ana.get("/suggestions.json")
    again = await ana.get("/suggestions.json", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_who_is_not_signed_in_learns_nothing(services: Services) -> None:
    async with browser_of(services) as stranger:
        assert (await stranger.get("/suggestions.json")).status_code == 303


async def test_a_draft_waits_for_the_archive_for_a_moment_only_and_the_next_one_has_it(services: Services) -> None:
    now = services.workspace.now()
    feed = Feed(now=now)
    for chat in ("c1", "c2", "c3"):
        conversation(feed, chat, "Where is my parcel?", "It takes two days.")
    await archive(services, feed)
    learning = services.learning
    async with learning._reading:  # somebody else reads the archive for long
        assert (await learning.within(0.01, "support", now)).sentences == []
        given_up = asyncio.create_task(learning.within(60, "support", now))
        await asyncio.sleep(0)
        given_up.cancel()
    known = await eventually(lambda: learning._known.get("support"), "reading to have gone on")
    assert [one.text for one in known[1].sentences] == ["It takes two days."]
    assert (await learning.within(60, "support", now)) is known[1]
