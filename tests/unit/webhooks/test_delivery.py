"""From a real feed to real endpoints: each event once by its id, in order within a chat, whatever fails on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from console.archive.database import Database, now_ms
from console.archive.entries_aside import Batch
from console.archive.outbox import LEASE
from console.archive.tables import cursors, webhook_messages
from console.archive.webhooks import Webhooks
from console.consumers import follower
from console.domain.webhooks import WebhookEndpoint, new_secret
from console.events import Redacted
from console.queue.lead import Lead
from console.queue.workspace import Workspace
from console.webhooks import sender as sender_module
from console.webhooks.client import WebhookClient
from console.webhooks.feed_consumer import WebhookReader
from console.webhooks.sender import WebhookSender
from tests.support.archive_feed import Feed, fresh_database, rows
from tests.support.eventually import eventually
from tests.support.queue_shift import Shift, opened
from tests.support.webhook_receiver import WebhookReceiver

MESSAGES = ("chat.opened", "message.created", "chat.ended")


class Clock:
    ahead = 0

    def __call__(self) -> int:
        return now_ms() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path, busy=2_000) as database:
        yield database


class Street(Shift):
    """Visitors who write; each has one chat."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.chats: dict[str, str] = {}

    async def says(self, visitor: str, text: str) -> None:
        if visitor in self.chats:
            await self.writes(visitor, self.chats[visitor], text)
        else:
            self.chats[visitor] = await self.opens(visitor, text)


@pytest.fixture
async def street(store_url: str, workspace_name: str) -> AsyncIterator[Street]:
    async with opened(store_url, workspace_name) as workspace:
        street = Street(workspace)
        await street.begin(ana=6)
        await street.online("ana")
        yield street


@pytest.fixture
def webhooks(database: Database, workspace_name: str, clock: Clock) -> Webhooks:
    return Webhooks(database, workspace_name, clock=clock)


@pytest.fixture(autouse=True)
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "PAUSES", (0.05,))
    monkeypatch.setattr(WebhookReader, "between", 0.02)
    monkeypatch.setattr(sender_module, "ENDPOINTS", 0.02)
    monkeypatch.setattr(sender_module, "CHECK_EVERY", 0.1)


@asynccontextmanager
async def at_work(street: Street, webhooks: Webhooks) -> AsyncIterator[None]:
    """The reader and the sender of the process that leads."""
    client = WebhookClient(("127.0.0.0/8",), limit=0.5)
    reader = WebhookReader(webhooks, street.workspace, leads=Lead(True))
    sender = WebhookSender(webhooks, client, leads=Lead(True))
    tasks = [asyncio.create_task(reader.run()), asyncio.create_task(sender.run())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await client.close()


async def endpoint_at(webhooks: Webhooks, receiver: WebhookReceiver, name: str = "ops") -> WebhookEndpoint:
    endpoint = WebhookEndpoint(name, name, receiver.url, MESSAGES, (new_secret(),))
    receiver.secrets = [endpoint.secrets[0].value]
    await webhooks.endpoints.put(endpoint)
    return endpoint


async def sent(webhooks: Webhooks, endpoint: str = "ops") -> None:
    async def nothing_waits() -> bool:
        return await webhooks.outbox.counts(endpoint) == (0, 0)

    await eventually(nothing_waits, "that everything was delivered")


async def test_an_endpoint_hears_of_a_chat_in_order_each_event_once(street: Street, webhooks: Webhooks) -> None:
    async with WebhookReceiver() as receiver, at_work(street, webhooks):
        await endpoint_at(webhooks, receiver)
        await street.says("c1", "Hello?")
        for number in range(5):
            await street.says("c1", f"{number}")
        await eventually(lambda: len(receiver.texts()) == 6, "six messages")
        assert receiver.texts() == ["Hello?", "0", "1", "2", "3", "4"]
        assert [one["type"] for one in receiver.got][:1] == ["chat.opened"]
        assert len(set(receiver.ids)) == len(receiver.ids)


async def test_events_before_the_endpoint_was_made_are_not_for_it(street: Street, webhooks: Webhooks) -> None:
    async with WebhookReceiver() as receiver:
        await street.says("c1", "Before")
        now = street.workspace.now()
        made = WebhookEndpoint("ops", "ops", receiver.url, MESSAGES, (new_secret(),), made=now + 1)
        await webhooks.endpoints.put(made)
        await asyncio.sleep(0.01)
        await street.says("c1", "After")
        async with at_work(street, webhooks):
            await eventually(lambda: receiver.texts() == ["After"], "only what came after")


async def test_a_dead_endpoint_gets_everything_in_order_once_it_is_back(
    street: Street, webhooks: Webhooks, clock: Clock
) -> None:
    async with WebhookReceiver() as receiver, at_work(street, webhooks):
        await endpoint_at(webhooks, receiver)
        receiver.status = 503
        chats = ("c1", "c2", "c3")
        for chat in chats:
            await street.says(chat, f"{chat} 0")
        for number in range(1, 8):
            for chat in chats:
                await street.says(chat, f"{chat} {number}")
        await eventually(lambda: receiver.asked > 1, "that it was tried")
        clock.ahead = 3_600_000  # an hour later
        receiver.status = 200
        await eventually(lambda: len(receiver.texts()) == 24, "everything")
        await sent(webhooks)
        for chat in chats:
            assert receiver.texts(street.chats[chat]) == [f"{chat} {number}" for number in range(8)]
        assert len(set(receiver.ids)) == len(receiver.ids)


async def test_an_endpoint_that_is_away_is_tried_with_one_event_at_a_time(street: Street, webhooks: Webhooks) -> None:
    async with WebhookReceiver() as receiver, at_work(street, webhooks):
        await endpoint_at(webhooks, receiver)
        receiver.status = 500
        await street.says("c0", "first")
        await eventually(lambda: receiver.asked >= 1, "a failed try")
        receiver.at_once = 0
        for number in range(1, 6):
            await street.says(f"c{number}", "more")
        await eventually(lambda: receiver.asked >= 4, "more tries")
        assert receiver.at_once == 1


async def test_a_slow_endpoint_delays_no_other_one(street: Street, webhooks: Webhooks) -> None:
    async with WebhookReceiver() as slow, WebhookReceiver() as quick, at_work(street, webhooks):
        await endpoint_at(webhooks, slow, "slow")
        await endpoint_at(webhooks, quick, "quick")
        slow.dead = True
        for number in range(12):
            await street.says(f"c{number}", "Hello?")
        await eventually(lambda: len(quick.texts()) == 12, "everything at the quick one")
        assert slow.got == []


async def test_one_event_that_always_fails_holds_up_its_chat_and_nobody_else(
    street: Street, webhooks: Webhooks, clock: Clock
) -> None:
    async with WebhookReceiver() as receiver, at_work(street, webhooks):
        await endpoint_at(webhooks, receiver)
        receiver.refuses = "poison"
        await street.says("c1", "poison")
        await street.says("c2", "fine")
        await street.says("c1", "later")
        await eventually(lambda: receiver.texts(street.chats["c2"]) == ["fine"], "the other chat")
        assert receiver.texts(street.chats["c1"]) == []
        clock.ahead = webhooks.outbox.give_up + 60_000  # a day later it is given up, and the next one goes
        await eventually(lambda: receiver.texts(street.chats["c1"]) == ["later"], "what came after it")
        (dead,) = await webhooks.outbox.dead("ops")
        assert (dead.kind, dead.chat) == ("message.created", street.chats["c1"])
        receiver.refuses = ""
        assert await webhooks.outbox.replay("ops", dead.id) == 1
        await eventually(lambda: receiver.texts(street.chats["c1"]) == ["later", "poison"], "the replay")


async def test_an_event_whose_sender_was_killed_is_sent_again_under_its_id(
    street: Street, webhooks: Webhooks, clock: Clock
) -> None:
    async with WebhookReceiver() as receiver:
        await endpoint_at(webhooks, receiver)
        await street.says("c1", "Hello?")
        async with at_work(street, webhooks):
            await eventually(lambda: receiver.texts() == ["Hello?"], "the first time")
        first = list(receiver.ids)
        # As after a kill between the endpoint's answer and its record.
        async with webhooks.outbox.database.writing() as connection:
            values = {"waits": True, "sender": "killed", "next": clock() + LEASE, "ended": 0, "body": "{}"}
            await connection.execute(webhook_messages.update().values(**values))
        claimed, _ = await webhooks.outbox.claim_of("ops", "me", 9)
        assert claimed == []
        clock.ahead = LEASE + 1_000
        claimed, _ = await webhooks.outbox.claim_of("ops", "me", 9)
        assert [one.event for one in claimed] == first[:1]


async def test_only_one_of_two_senders_claims_an_event(street: Street, webhooks: Webhooks) -> None:
    async with WebhookReceiver() as receiver:
        await endpoint_at(webhooks, receiver)
        receiver.status = 500
        await street.says("c1", "Hello?")
        reader = asyncio.create_task(WebhookReader(webhooks, street.workspace, leads=Lead(True)).run())

        async def waits() -> bool:
            return (await webhooks.outbox.counts("ops"))[0] == 2

        await eventually(waits, "two events")
        both = await asyncio.gather(*(webhooks.outbox.claim_of("ops", who, 4) for who in ("one", "two")))
        assert sum(len(claimed) for claimed, _ in both) == 1
        reader.cancel()


async def test_an_endpoint_that_is_gone_is_turned_off(street: Street, webhooks: Webhooks) -> None:
    async with WebhookReceiver() as receiver, at_work(street, webhooks):
        await endpoint_at(webhooks, receiver)
        receiver.status = 410
        await street.says("c1", "Hello?")

        async def off() -> bool:
            return not (await webhooks.endpoints.read("ops")).on

        await eventually(off, "that it is off")


async def test_without_endpoints_the_feed_is_not_followed(street: Street, webhooks: Webhooks) -> None:
    async with WebhookReceiver() as receiver, at_work(street, webhooks):
        endpoint = await endpoint_at(webhooks, receiver)
        await street.says("c1", "Hello?")
        await eventually(lambda: receiver.texts() == ["Hello?"], "the first message")
        assert await rows(webhooks.endpoints.database, cursors)
    await webhooks.endpoints.put(msgspec.structs.replace(endpoint, on=False))
    async with at_work(street, webhooks):

        async def forgotten() -> bool:
            return not await rows(webhooks.endpoints.database, cursors)

        await eventually(forgotten, "that nobody lags behind")


async def test_what_a_redaction_hides_leaves_events_that_wait(street: Street, webhooks: Webhooks) -> None:
    await webhooks.endpoints.put(WebhookEndpoint("ops", "ops", "https://ops.example/", MESSAGES))
    feed = Feed()
    feed.open("c1")
    said = [feed.say("c1", "4111 1111"), feed.say("c1", "9 o'clock is fine")]
    hidden = msgspec.structs.replace(said[0].fact, text="•••")
    feed.add(Redacted, chat="c1", of=hidden.seq, fact=hidden)
    reader = WebhookReader(webhooks, street.workspace, leads=Lead(True))
    async with webhooks.outbox.database.writing() as connection:
        await connection.run_sync(reader._put, Batch("e1", feed.entries))
    found = await rows(webhooks.outbox.database, webhook_messages, "id")
    texts = [msgspec.json.decode(row["body"])["data"].get("text") for row in found]
    assert texts == [None, "•••", "9 o'clock is fine"]


async def test_the_events_of_an_erased_chat_are_deleted_and_one_says_so(street: Street, webhooks: Webhooks) -> None:
    async with WebhookReceiver() as receiver:
        await webhooks.endpoints.put(WebhookEndpoint("ops", "ops", receiver.url, ("message.created", "chat.erased")))
        receiver.status = 500
        await street.says("c1", "my secret")
        async with at_work(street, webhooks):
            await eventually(lambda: receiver.asked, "a try")
        async with webhooks.outbox.database.writing() as connection:
            await connection.run_sync(webhooks.outbox.put_erased, [street.chats["c1"]])
            await connection.run_sync(webhooks.outbox.put_erased, [street.chats["c1"]])
        (row,) = await rows(webhooks.outbox.database, webhook_messages)
        assert (row["kind"], "my secret" in str(row)) == ("chat.erased", False)
