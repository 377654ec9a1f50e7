"""What a change of settings does to waiting chats and to agents."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from console.domain.directory import Queue, Site
from console.domain.ids import new_cid
from console.errors import ChatEnded, NoQueue, NotYours
from console.queue.live_settings import live_settings
from console.queue.records import unpacked
from tests.support.queue_shift import SALES, Shift, Team, member, opened

change = msgspec.structs.replace


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        yield Shift(workspace)


@pytest_asyncio.fixture
async def team(shift: Shift) -> Team:
    return await Team.begins(shift)


async def test_every_queue_setting_is_published_by_name(shift: Shift) -> None:
    told = Queue(
        "sales", "Sales", target=7_000, ask=20_000, end=40_000, head_start=1_000, mode="offer", accept=9_000, misses=2,
        languages=("en", "fr"), language_after=3_000, longest=4, overflow_to="help", overflow_after=5_000, wrapup=8_000,
    )  # fmt: skip
    await shift.configures([told, Queue("help", "Help")], [member("ana", "sales", "help")])
    flat = await shift.workspace.store.command("HGETALL", shift.workspace.keys.of("queue", "sales"))
    stored = dict(zip(flat[::2], flat[1::2], strict=True))
    expected = {name.encode(): str(value).encode() for name, value in live_settings(told).items()}
    assert len(expected) >= 12
    assert {name: stored[name] for name in expected} == expected


async def test_new_settings_of_an_old_queue_have_their_defaults(shift: Shift) -> None:
    await shift.begin(change(SALES, mode="offer", accept=2_000), ana=6)
    key = shift.workspace.keys.of("queue", "sales")
    await shift.workspace.store.command("HDEL", key, "accept")
    await shift.workspace.store.command("HDEL", shift.workspace.keys.head, "settled")
    await shift.online("ana")
    chat = await shift.opens("vera")
    [offered] = await shift.facts("offered")
    assert (offered.chat, offered.until - offered.at) == (chat, Queue("sales", "Sales").accept)


async def test_waiting_chats_of_a_queue_that_becomes_push_are_assigned(shift: Shift) -> None:
    await shift.begin(change(SALES, mode="pull"), ana=6)
    await shift.online("ana")
    chats = [await shift.opens("vera"), await shift.opens("vito")]
    assert await shift.held("ana") == {}
    await shift.configures([SALES], [member("ana", "sales")])
    assert sorted((await shift.held("ana")).values()) == sorted(chats)
    await shift.picture()


async def test_dropping_a_language_frees_chats_that_waited_for_it(team: Team) -> None:
    await team.shift.online("ana")
    chat = await team.shift.opens("vera", queue="l1", locale="fr")
    people = [member("ana", "l1", languages=("en",), limit=1)]
    await team.shift.configures([change(team.first, languages=("en",)), team.second], people)
    assert await team.shift.holder(chat) == "ana"


async def test_a_chat_leaves_a_tier_its_queue_no_longer_overflows_to(team: Team) -> None:
    shift = team.shift
    await shift.online("ana", "kim")
    await shift.opens("vito", queue="l1")
    busy = await shift.opens("vala", queue="l2")
    chat = await shift.opens("vera", queue="l1")
    await shift.passes(32)
    people = [member("ana", "l1", languages=("en",), limit=1), member("kim", "l2", limit=1)]
    await shift.configures([change(team.first, overflow_to="", overflow_after=0), team.second], people)
    assert await shift.field(chat, "reached") == "l1"
    assert [(fact.chat, fact.lines) for fact in await shift.facts("relined")] == [(chat, [])]
    await shift.ends("kim", busy)
    assert await shift.holder(chat) == ""
    await shift.picture()


async def test_chats_leave_a_tier_that_overflows_elsewhere_now(shift: Shift) -> None:
    first = Queue("l1", "Level 1", overflow_to="l2", overflow_after=10_000)
    second = Queue("l2", "Level 2", overflow_to="l3", overflow_after=10_000)
    third, fourth = Queue("l3", "Level 3"), Queue("l4", "Level 4")
    people = [member("moe", "l1", "l2", "l3", limit=1), member("nia", "l4")]
    await shift.configures([first, second, third, fourth], people)
    await shift.online("moe", "nia")
    await shift.opens("vito", queue="l1")
    chat = await shift.opens("vera", queue="l1")
    await shift.passes(22)
    assert await shift.field(chat, "reached") == "l1 l2 l3"
    await shift.configures([first, change(second, overflow_to="l4"), third, fourth], people)
    assert await shift.field(chat, "reached") == "l1 l2"
    await shift.passes(12)
    assert (await shift.field(chat, "reached"), await shift.holder(chat)) == ("l1 l2 l4", "nia")
    await shift.picture()


async def test_a_shorter_overflow_time_counts_from_the_start_of_the_wait(team: Team) -> None:
    shift = team.shift
    await shift.online("ana", "kim")
    await shift.opens("vito", queue="l1")
    chat = await shift.opens("vera", queue="l1")
    await shift.passes(20)
    people = [member("ana", "l1", languages=("en",), limit=1), member("kim", "l2", limit=1)]
    await shift.configures([change(team.first, overflow_after=10_000), team.second], people)
    await shift.passes(2)
    assert await shift.holder(chat) == "kim"


async def test_a_declined_chat_has_left_a_removed_tier(shift: Shift) -> None:
    asks = Queue("l1", "Level 1", mode="offer", accept=20_000, overflow_to="l2", overflow_after=5_000)
    people = [member("ana", "l1", limit=1), member("kim", "l2")]
    await shift.configures([asks, Queue("l2", "Level 2")], people)
    await shift.online("ana")
    chat = await shift.opens("vera", queue="l1")
    await shift.passes(8)
    assert await shift.field(chat, "reached") == "l1 l2"
    await shift.configures([change(asks, overflow_to="", overflow_after=0), Queue("l2", "Level 2")], people)
    await shift.online("kim")
    await shift.declines("ana", chat)
    assert (await shift.field(chat, "reached"), await shift.field(chat, "place")) == ("l1", "waiting")
    await shift.picture()


async def test_an_offered_chat_reaches_a_tier_added_meanwhile(shift: Shift) -> None:
    asks = Queue("l1", "Level 1", mode="offer", accept=20_000)
    people = [member("ana", "l1"), member("kim", "l2")]
    await shift.configures([asks, Queue("l2", "Level 2")], people)
    await shift.online("ana", "kim")
    chat = await shift.opens("vera", queue="l1")
    overflowing = change(asks, overflow_to="l2", overflow_after=10_000)
    await shift.configures([overflowing, Queue("l2", "Level 2")], people)
    await shift.declines("ana", chat)
    assert await shift.field(chat, "place") == "waiting"
    await shift.passes(12)
    assert await shift.holder(chat) == "kim"


async def test_chats_of_a_removed_queue_go_on_in_its_overflow(team: Team) -> None:
    shift = team.shift
    await shift.online("ana", "kim")
    await shift.opens("vito", queue="l1")
    await shift.opens("vala", queue="l2")
    chat = await shift.opens("vera", queue="l1")
    await shift.configures([team.second], [member("ana", "l2", limit=1), member("kim", "l2", limit=2)])
    assert (await shift.field(chat, "queue"), await shift.holder(chat)) == ("l2", "kim")
    assert [(fact.chat, fact.queue, fact.lines) for fact in await shift.facts("relined")] == [(chat, "l2", [])]
    await shift.picture()


async def test_chats_of_a_removed_queue_without_overflow_follow_their_site(shift: Shift) -> None:
    billing, sales = Queue("billing", "Billing"), SALES
    people = [member("ana", "billing", "sales", limit=1)]
    await shift.configures([billing, sales], people)
    await shift.online("ana")
    held = await shift.opens("vito", queue="billing")
    waiting = await shift.opens("vera", queue="billing")
    await shift.configures([sales], [member("ana", "sales", limit=1)], [Site("shop", "Shop", queue="sales")])
    assert await shift.field(waiting, "queue") == "sales"
    assert (await shift.field(held, "queue"), await shift.holder(held)) == ("billing", "ana")
    await shift.leaves("ana")
    await shift.clock.move(12)
    assert (await shift.field(held, "queue"), await shift.field(held, "place")) == ("sales", "waiting")
    await shift.picture()


async def test_a_chat_from_a_removed_queue_goes_to_a_free_agent(shift: Shift) -> None:
    people = [member("ana", "billing", limit=1), member("kim", "sales")]
    await shift.configures([Queue("billing", "Billing", overflow_to="sales", overflow_after=60_000), SALES], people)
    await shift.online("ana", "kim")
    await shift.opens("vito", queue="billing")
    chat = await shift.opens("vera", queue="billing")
    await shift.configures([SALES], [member("ana", "sales", limit=1), member("kim", "sales")])
    assert await shift.holder(chat) == "kim"


async def test_a_queue_that_is_added_again_takes_chats(shift: Shift) -> None:
    billing = Queue("billing", "Billing")
    await shift.begin(SALES, billing, ana=6)
    await shift.online("ana")
    await shift.configures([SALES], [member("ana", "sales")])
    await shift.configures([SALES, billing], [member("ana", "sales", "billing")])
    assert await shift.holder(await shift.opens("vera", queue="billing")) == "ana"


async def test_a_removed_queue_takes_no_new_chats(shift: Shift) -> None:
    await shift.begin(SALES, Queue("billing", "Billing"), ana=6)
    await shift.online("ana")
    chat = await shift.opens("vera")
    await shift.configures([SALES], [member("ana", "sales")])
    with pytest.raises(NoQueue):
        await shift.hands_over("ana", chat, queue="billing")
    with pytest.raises(NoQueue):
        await shift.workspace.move(shift.author("sam"), chat, new_cid(), queue="billing")
    with pytest.raises(NotYours):
        await shift.opens("vito", queue="billing")


async def test_an_ended_chat_of_a_removed_queue_is_not_reopened(shift: Shift) -> None:
    billing = Queue("billing", "Billing", overflow_to="sales", overflow_after=60_000)
    await shift.begin(SALES, billing, ana=6)
    await shift.online("ana")
    chat = await shift.opens("vera", queue="billing")
    await shift.ends("ana", chat)
    await shift.configures([SALES], [member("ana", "sales")])
    with pytest.raises(ChatEnded):
        await shift.writes("vera", chat)


async def test_a_page_that_names_a_removed_queue_uses_the_sites_own(shift: Shift) -> None:
    await shift.begin(SALES, Queue("billing", "Billing"), ana=6)
    await shift.online("ana")
    await shift.configures([SALES], [member("ana", "sales")], [Site("shop", "Shop", queue="sales")])
    chat = await shift.opens("vera", queue="billing")
    assert (await shift.field(chat, "queue"), await shift.holder(chat)) == ("sales", "ana")


async def test_a_new_head_start_applies_to_waiting_chats(shift: Shift) -> None:
    first, second = Queue("free", "Free"), Queue("vip", "Premium", target=60_000)
    await shift.begin(first, second, ana=1)
    await shift.online("ana")
    held = await shift.opens("vito", queue="free")
    await shift.opens("vala", queue="free")
    chat = await shift.opens("vera", queue="vip")
    await shift.configures([first, change(second, head_start=600_000)], [member("ana", "free", "vip", limit=1)])
    await shift.ends("ana", held)
    assert await shift.holder(chat) == "ana"
    await shift.picture()


async def test_a_lowered_limit_takes_no_chat_away_and_lets_none_in(shift: Shift) -> None:
    await shift.begin(ana=3)
    await shift.online("ana")
    chats = [await shift.opens(v) for v in ("vera", "vito", "vala")]
    await shift.configures([SALES], [member("ana", "sales", limit=1)])
    assert await shift.held("ana") == dict(enumerate(chats, 1))
    for chat in chats[:2]:
        await shift.ends("ana", chat)
    waiting = await shift.opens("vlad")
    assert await shift.holder(waiting) == ""
    await shift.ends("ana", chats[2])
    assert await shift.holder(waiting) == "ana"


async def as_hash(shift: Shift, kind: str, identifier: str, *without: str) -> None:
    """Keep a chat or agent as a release before this one did, when some fields did not exist yet."""
    ask, of = shift.workspace.store.command, shift.workspace.keys.of
    fields = unpacked(await ask("GET", of(kind, identifier)))
    if kind == "chat":
        fields["profile"] = (await ask("GETDEL", of("profile", identifier))).decode()
    await ask("DEL", of(kind, identifier))
    pairs = [word for name, value in fields.items() if name not in without for word in (name, value)]
    await ask("HSET", of(kind, identifier), *pairs)


async def test_chats_that_began_under_an_earlier_release_go_on(shift: Shift) -> None:
    await shift.begin(ana=1)
    await shift.online("ana")
    held, waiting = await shift.opens("vera"), await shift.opens("vito")
    store, of = shift.workspace.store, shift.workspace.keys.of
    for chat in (held, waiting):
        await as_hash(shift, "chat", chat, "reached", "kind", "rank", "stuck", "lang", "expected", "tongue")
    await as_hash(shift, "agent", "ana")
    await store.command("DEL", of("line", "sales"))
    await shift.writes("vito", waiting)
    await shift.answers("ana", held)
    await shift.ends("ana", held)
    assert await shift.holder(waiting) == "ana"
    await shift.picture()
    await shift.ends("ana", waiting)
    assert await shift.held("ana") == {}
