"""The wait that visitors are told to expect, and how its accuracy is counted."""

from collections.abc import AsyncIterator

import pytest_asyncio

from console.domain.directory import Directory, Member, Queue
from console.domain.ids import new_cid, new_id
from console.events import Ended, Visitor
from console.projection.picture import Picture
from console.projection.queue_position import QueuePositions
from console.queue.payloads import VisitorProfile
from tests.support.queue_shift import Shift, member, opened

SALES, PREMIUM = Queue("sales", "Sales"), Queue("premium", "Premium", head_start=60_000)
PACE = 20_000  # ms that each chat of Sales waits for its place


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        yield Shift(workspace)


async def busy(shift: Shift, *members: Member) -> None:
    """All of them have their hands full, and Sales has moved on every 20 s."""
    await shift.configures([SALES, PREMIUM], members)
    await shift.workspace.tick("test")
    await shift.online(*(one.id for one in members))
    for one in members:
        for _ in range(one.limit):
            await shift.opens(f"first-{one.id}", queue=one.queues[0])
    await moves_at(shift, PACE)


async def moves_at(shift: Shift, pace: int) -> None:
    """Sets the pace as if many had waited so long for each place."""
    await shift.workspace.store.command("HSET", shift.workspace.keys.of("queue", "sales"), "pace", pace)


async def expected(shift: Shift, chat: str) -> int:
    return int(await shift.field(chat, "expected"))


async def counted(shift: Shift) -> tuple[int, int]:
    """How many estimates are known to have been right or wrong, and how many were right."""
    told, stored = Picture(), Picture.from_snapshot(await shift.workspace.snapshot())
    for entry in await shift.entries():
        told.advance(entry.n, entry.fact)
    figures, counted = (one.queue("sales").figures.over(shift.workspace.now(), 15) for one in (told, stored))
    assert figures.counters == counted.counters
    return figures.count("expected"), figures.count("right")


async def ends_herself(shift: Shift, chat: str) -> Ended:
    await shift.workspace.visitor_end(chat, Visitor("vera"), new_cid())
    return next(fact for fact in await shift.facts("ended") if fact.chat == chat)


async def leaves_a_message(shift: Shift) -> None:
    profile = VisitorProfile(Visitor("vera", "Vera", email="vera@example.org"))
    await shift.workspace.leave_message(
        new_id(), queue="sales", site="shop", channel="web", cid=new_cid(), profile=profile
    )


async def waits(shift: Shift, seconds: float) -> str:
    """Ana's hands are full; a visitor waits for so long until she ends her chat. Returns the visitor's chat."""
    chat = await shift.opens(f"visitor-{len(await shift.facts())}")
    await shift.passes(seconds)
    await shift.ends("ana", (await shift.held("ana"))[1])
    assert await shift.holder(chat) == "ana"
    return chat


async def test_premium_chats_that_the_same_agent_serves_lengthen_the_wait(shift: Shift) -> None:
    await busy(shift, member("ana", "sales", "premium", limit=1))
    assert await expected(shift, await shift.opens("vera")) == PACE
    await shift.opens("paul", queue="premium")
    await shift.passes(1)
    assert await expected(shift, await shift.opens("vito")) == 3 * PACE, "Paul, Vera and himself"


async def test_chats_of_other_agents_do_not(shift: Shift) -> None:
    await busy(shift, member("ana", "sales", limit=1), member("ben", "premium", limit=1))
    await shift.opens("paul", queue="premium")
    assert await expected(shift, await shift.opens("vera")) == PACE


async def test_a_chat_that_several_may_take_counts_for_the_share_of_one(shift: Shift) -> None:
    both = member("sam", "premium", "sales", limit=1)
    await busy(shift, both, *(member(name, "premium", limit=1) for name in ("ana", "ben", "kim")))
    await shift.opens("paul", queue="premium")
    assert await expected(shift, await shift.opens("vera")) == PACE * 5 // 4


async def test_nothing_is_expected_while_nobody_is_online(shift: Shift) -> None:
    await busy(shift, member("ana", "sales", limit=1), member("ben", "premium", limit=1))
    await shift.workspace.set_status("ana", shift.fences["ana"], "away", "")
    chat = (await shift.held("ben"))[1]
    await shift.hands_over("ben", chat, queue="sales")
    assert (await shift.field(chat, "place"), await expected(shift, chat)) == ("waiting", 0)


async def test_the_visitors_screen_and_the_store_count_alike(shift: Shift) -> None:
    people = [member("sam", "premium", "sales"), member("ana", "premium"), member("ben", "sales")]
    directory = Directory(1, queues={q.id: q for q in (SALES, PREMIUM)}, members={m.id: m for m in people})
    await busy(shift, *(member(m.id, *m.queues, limit=1) for m in people))
    for number in range(8):
        await shift.passes(1)
        chat = await shift.opens(f"v{number}", queue=("sales", "premium", "sales")[number % 3])
        picture = Picture.from_snapshot(await shift.workspace.snapshot())
        place = QueuePositions().of(picture, chat, directory)
        assert place is not None
        if number % 3 != 1:
            assert place[1] == round(await expected(shift, chat) / 1000)


async def test_a_wait_as_expected_is_right_and_eight_seconds_more_are_not(shift: Shift) -> None:
    await busy(shift, member("ana", "sales", limit=1))
    await waits(shift, 22)
    assert await counted(shift) == (1, 1)
    await moves_at(shift, PACE)
    await waits(shift, 28)
    assert await counted(shift) == (2, 1)
    await moves_at(shift, PACE)
    await waits(shift, 10)
    assert await counted(shift) == (3, 1), "much less is as wrong"
    assert [fact.estimate for fact in await shift.facts("assigned") if fact.expected] == ["right", "wrong", "wrong"]


async def test_a_long_wait_may_differ_by_a_fifth(shift: Shift) -> None:
    await busy(shift, member("ana", "sales", limit=1))
    for seconds, right in ((47, 1), (33, 2), (50, 2)):
        await moves_at(shift, 40_000)
        await waits(shift, seconds)
        assert (await counted(shift))[1] == right


async def test_who_gives_up_after_too_long_a_wait_counts_as_wrong(shift: Shift) -> None:
    await busy(shift, member("ana", "sales", limit=1))
    patient = await shift.opens("vera")
    await shift.passes(1)
    hasty = await shift.opens("vito")
    await shift.passes(2)
    await shift.workspace.depart(hasty, "vito-1")
    await shift.passes(62)
    await shift.workspace.depart(patient, "vera-1")
    await shift.passes(62)
    ended = {fact.chat: fact for fact in await shift.facts("ended")}
    assert [(ended[chat].expected, ended[chat].estimate) for chat in (patient, hasty)] == [
        (PACE, "wrong"),
        (2 * PACE, "wrong"),
    ]
    assert await counted(shift) == (2, 0)


async def test_of_who_leaves_before_their_time_nothing_is_known(shift: Shift) -> None:
    await busy(shift, member("ana", "sales", limit=1))
    chat = await shift.opens("vera")
    await shift.passes(10)
    ended = await ends_herself(shift, chat)
    assert (ended.expected, ended.estimate) == (PACE, "")
    assert await counted(shift) == (0, 0)


async def test_a_message_left_after_too_long_a_wait_counts_too(shift: Shift) -> None:
    await busy(shift, member("ana", "sales", limit=1))
    await shift.opens("vera")
    await shift.passes(40)
    await leaves_a_message(shift)
    (ended,) = await shift.facts("ended")
    assert (ended.why, ended.waited, ended.expected, ended.estimate) == ("message_left", 0, PACE, "wrong")
    assert await counted(shift) == (1, 0)


async def test_the_pace_is_learned_from_how_long_each_place_took(shift: Shift) -> None:
    await busy(shift, member("ana", "sales", limit=1))
    await waits(shift, 20)
    first = (await shift.facts("assigned"))[-1].pace
    assert PACE <= first <= PACE * 1.02
    await moves_at(shift, PACE)
    await waits(shift, 80)
    assert 1.3 * PACE <= (await shift.facts("assigned"))[-1].pace <= 1.32 * PACE, "a tenth of the newest"
