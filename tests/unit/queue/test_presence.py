"""Agents who disconnect, visitors who leave, chats that reopen, and a store that paused."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from console.domain.ids import new_cid, new_id
from console.errors import ChatEnded, Fenced, NobodyThere
from console.events import Visitor
from console.queue.payloads import VisitorProfile
from console.queue.ticker import Ticker
from tests.support.queue_shift import Shift, opened


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6, ben=6)
        await shift.online("ana")
        yield shift


async def in_hand(shift: Shift, visitor: str = "vera") -> str:
    chat = await shift.opens(visitor)
    await shift.draws("ana", chat)
    return chat


async def stays(shift: Shift, seconds: float, *agents: str) -> None:
    """Time passes while these agents' consoles answer their pings."""
    for _ in range(round(seconds / 2)):
        await shift.workspace.renew([(agent, shift.fences[agent]) for agent in agents])
        await shift.clock.move(2)


async def test_a_chat_with_a_running_clock_moves_after_three_seconds(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.online("ben")
    await shift.leaves("ana")
    await shift.clock.move(2.9)
    assert await shift.holder(chat) == "ana"
    await shift.clock.move(0.2)
    assert await shift.holder(chat) == "ben"
    assert (await shift.facts("released"))[-1].why == "gone"


async def test_a_chat_without_one_has_ten_seconds_for_a_reload(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.answers("ana", chat)
    await shift.online("ben")
    await shift.leaves("ana")
    await stays(shift, 8, "ben")
    assert await shift.holder(chat) == "ana"
    await shift.clock.move(2.1)
    assert await shift.holder(chat) == "ben"


async def test_a_reload_loses_no_chat(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.answers("ana", chat)
    await shift.online("ben")
    await shift.leaves("ana")
    await shift.clock.move(2)
    connected = await shift.workspace.connect("ana", "tab", take=False)
    assert [held.id for held in connected.chats] == [chat]
    for _ in range(10):
        await shift.workspace.renew([("ana", connected.fence), ("ben", shift.fences["ben"])])
        await shift.clock.move(2)
    assert await shift.holder(chat) == "ana"


async def test_with_nobody_else_free_the_chat_waits_for_its_agent(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.leaves("ana")
    await shift.clock.move(4)
    assert await shift.holder(chat) == "ana"


async def test_somebody_who_comes_free_within_the_grace_takes_it_at_once(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.leaves("ana")
    await shift.clock.move(5)
    await shift.online("ben")
    await shift.clock.move(0.6)
    assert await shift.holder(chat) == "ben"


async def test_a_question_to_a_lost_agent_moves_the_chat_at_once(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.answers("ana", chat)
    await shift.online("ben")
    await shift.leaves("ana")
    await shift.clock.move(4)
    await shift.writes("vera", chat)
    assert await shift.holder(chat) == "ben"


async def test_the_chat_whose_promise_breaks_first_gets_the_one_free_slot(shift: Shift) -> None:
    await shift.begin(ana=6, ben=1)
    first, second = await in_hand(shift), await in_hand(shift, "vito")
    await shift.answers("ana", first)
    await shift.clock.move(1)
    await shift.writes("vera", first)
    await shift.online("ben")
    await shift.leaves("ana")
    await stays(shift, 4, "ben")
    assert (await shift.holder(first), await shift.holder(second)) == ("ana", "ben")


async def test_a_returned_chat_goes_to_the_front_with_its_draft(shift: Shift) -> None:
    await shift.begin(ana=1, ben=1)
    chat = await in_hand(shift)
    await shift.clock.move(0.1)  # of two promises for the same ms either may go first
    waiting = await shift.opens("vito")
    await shift.workspace.draft("ana", shift.fences["ana"], chat, "Dear Vera")
    await shift.leaves("ana")
    await shift.clock.move(12)
    await shift.online("ben")
    assert await shift.held("ben") == {1: chat}
    assert await shift.field(waiting, "place") == "waiting"
    live, _ = await shift.workspace.read_chat(chat)
    assert live.draft == "Dear Vera"


async def test_a_lease_that_is_not_renewed_runs_out(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.clock.move(12.5)
    snapshot = await shift.workspace.snapshot()
    assert snapshot.agents[0].held == {}
    assert await shift.field(chat, "place") == "waiting"


async def test_a_frozen_process_revives_its_agents_with_the_next_ping(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.clock.move(13)
    await shift.renew()
    assert await shift.holder(chat) == "ana"


async def test_an_old_connection_can_write_nothing(shift: Shift) -> None:
    chat = await in_hand(shift)
    old = shift.fences["ana"]
    await shift.online("ana")
    shift.fences["ana"] = old
    for attempt in (shift.answers("ana", chat), shift.draws("ana", chat), shift.leaves("ana"), shift.ends("ana", chat)):
        with pytest.raises(Fenced):
            await attempt
    await shift.renew()
    assert await shift.kinds(chat) == ["opened", "message", "assigned"]


async def test_a_socket_that_closed_is_not_revived_by_a_late_ping(shift: Shift) -> None:
    await shift.leaves("ana")
    await shift.renew()
    await shift.clock.move(11)
    with pytest.raises(NobodyThere):
        await shift.opens("vera")


async def test_a_second_tab_must_ask_to_take_over(shift: Shift) -> None:
    with pytest.raises(Fenced):
        await shift.workspace.connect("ana", "another", take=False)
    taken = await shift.workspace.connect("ana", "another", take=True)
    assert taken.fence > shift.fences["ana"]


async def test_revoked_credentials_cut_the_connection_and_say_so(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.workspace.revoke("ana", "")
    with pytest.raises(Fenced):
        await shift.answers("ana", chat)
    revoked, agent = (await shift.facts())[-2:]
    assert (revoked.agent, agent.connected) == ("ana", False)
    assert agent.fence > shift.fences["ana"]


async def test_a_waiting_visitor_gone_for_sixty_seconds_is_abandoned(shift: Shift) -> None:
    await shift.begin(ana=1)
    await in_hand(shift)
    waiting = await shift.opens("vito")
    await shift.workspace.depart(waiting, "vito-1")
    await stays(shift, 58, "ana")
    assert await shift.field(waiting, "place") == "waiting"
    await stays(shift, 4, "ana")
    assert (await shift.facts("ended"))[-1].why == "abandoned"


async def test_a_visitor_who_was_answered_is_not_abandoned(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.answers("ana", chat)
    await shift.workspace.set_status("ana", shift.fences["ana"], "away", "Lunch")
    await shift.hands_over("ana", chat, queue="sales")
    await shift.workspace.visitor_end(chat, Visitor("vera"), new_cid())
    assert (await shift.facts("ended"))[-1].waited == 0
    figures = (await shift.picture()).queues["sales"].figures.over(shift.workspace.now(), 15)
    assert figures.count("abandoned") == 0


async def test_a_returning_visitor_who_leaves_the_queue_is_abandoned(shift: Shift) -> None:
    await shift.begin(ana=1)
    chat = await in_hand(shift)
    await shift.ends("ana", chat)
    await shift.opens("vito")
    await shift.writes("vera", chat, "One more thing")
    await shift.workspace.visitor_end(chat, Visitor("vera"), new_cid())
    assert (await shift.facts("ended"))[-1].waited > 0
    assert (await shift.picture()).queues["sales"].figures.over(shift.workspace.now(), 15).count("abandoned") == 1


async def test_a_transferred_chat_of_an_absent_visitor_waits_a_minute(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.writes("vera", chat, "And my invoice?")
    await shift.workspace.depart(chat, "vera-1")
    await stays(shift, 70, "ana")
    await shift.workspace.set_status("ana", shift.fences["ana"], "away", "Lunch")
    await shift.hands_over("ana", chat, queue="sales")
    await stays(shift, 40, "ana")
    assert await shift.field(chat, "place") == "waiting"
    await stays(shift, 24, "ana")
    assert (await shift.facts("ended"))[-1].why == "abandoned"


async def test_a_waiting_visitor_who_comes_back_keeps_their_position(shift: Shift) -> None:
    await shift.begin(ana=1)
    await in_hand(shift)
    waiting = await shift.opens("vito")
    await shift.workspace.depart(waiting, "vito-1")
    await stays(shift, 30, "ana")
    arrived = await shift.workspace.arrive("vito", waiting, "vito-2", 0)
    assert arrived.chat is not None
    assert [fact.here for fact in await shift.facts("presence")] == [False, True]
    for _ in range(3):
        await stays(shift, 20, "ana")
        await shift.workspace.renew_tabs([(waiting, "vito-2")])
    assert await shift.field(waiting, "place") == "waiting"


async def test_a_second_tab_keeps_the_visitor_here(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.workspace.arrive("vera", chat, "vera-2", 0)
    await shift.workspace.depart(chat, "vera-1")
    assert await shift.field(chat, "here") == "1"
    await shift.workspace.depart(chat, "vera-2")
    assert await shift.field(chat, "here") == "0"


async def test_a_message_within_ten_minutes_of_the_end_reopens_the_chat(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.online("ben")
    await shift.ends("ana", chat)
    await stays(shift, 60, "ana", "ben")
    await shift.writes("vera", chat, "One more thing")
    assert (await shift.kinds(chat))[-3:] == ["reopened", "message", "assigned"]
    assert await shift.holder(chat) == "ana"


async def test_a_later_message_is_refused_so_that_a_new_chat_starts(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.ends("ana", chat)
    await stays(shift, 602, "ana")
    with pytest.raises(ChatEnded):
        await shift.writes("vera", chat)


async def test_nobody_loses_a_chat_because_the_store_stood_still(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.clock.move(2)
    await shift.clock.jump(30)
    await shift.clock.move(9)
    assert await shift.holder(chat) == "ana"
    assert (await shift.facts("stalled"))[-1].ms >= 30_000


async def test_a_lease_about_to_run_out_is_whole_again_after_a_stall(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.clock.move(6)
    await shift.clock.jump(3.5)  # the lease is not over yet; half a second later it would be
    await shift.clock.move(6)
    assert await shift.holder(chat) == "ana"


async def test_a_clock_set_back_an_hour_goes_on_from_where_it_stood(shift: Shift) -> None:
    chat = await in_hand(shift)
    await shift.clock.move(2)
    head, command = shift.workspace.keys.head, shift.workspace.store.command
    before = int(await command("HGET", head, "at"))  # of the last write: there it stands still
    await command("HINCRBY", head, "ahead", -3_600_000)
    await shift.clock.move(0.1)
    await shift.renew()
    await shift.clock.move(5)
    after = (await shift.workspace.snapshot()).now
    assert before + 5_000 <= after < before + 600_000
    assert (await shift.kinds(chat))[-1] == "late"


async def test_a_clock_set_back_does_not_keep_a_dead_ticker(shift: Shift) -> None:
    workspace = shift.workspace
    await workspace.store.command("HINCRBY", workspace.keys.head, "ahead", -3_600_000)
    assert not (await workspace.tick("other"))[0]
    await workspace.store.command("HINCRBY", workspace.keys.head, "ahead", 1_501)
    assert (await workspace.tick("other"))[0]


async def test_one_process_ticks_and_another_takes_over_a_second_and_a_half_later(shift: Shift) -> None:
    workspace = shift.workspace
    assert (await workspace.tick("test"))[0]
    assert not (await workspace.tick("other"))[0]
    await workspace.store.command("HINCRBY", workspace.keys.head, "ahead", 1_501)
    assert (await workspace.tick("other"))[0]
    assert not (await workspace.tick("test"))[0]


async def test_a_ticker_without_sql_gives_way_to_one_that_has_it(shift: Shift) -> None:
    workspace = shift.workspace
    assert (await workspace.tick("test", fit=False))[0]
    assert not (await workspace.tick("other", fit=False))[0]  # nobody has: the timers go on where they are
    assert (await workspace.tick("test", fit=False))[0]
    assert (await workspace.tick("other"))[0]
    assert not (await workspace.tick("test", fit=False))[0]
    assert not (await workspace.tick("test"))[0]  # it is not given back


async def test_a_ticker_that_fires_nothing_is_replaced_at_once(shift: Shift) -> None:
    workspace, chat = shift.workspace, await in_hand(shift)
    ahead = ("HINCRBY", workspace.keys.head, "ahead")
    await shift.clock.move(1.9)
    await workspace.store.command(*ahead, 400)
    assert not (await workspace.tick("other"))[0]  # nothing is due
    await shift.clock.move(3.0)
    await workspace.store.command(*ahead, 900)  # the lease runs, but the promise of 6 s is broken and nobody says so
    assert (await workspace.tick("other"))[:2] == (True, 1)
    assert not (await workspace.tick("test"))[0]
    assert (await shift.kinds(chat))[-1] == "late"


async def test_a_left_message_starts_no_clock_and_is_handled_once(shift: Shift) -> None:
    said = await shift.workspace.leave_message(
        new_id(), queue="sales", site="shop", channel="web", cid=new_cid(), text="Call me",
        profile=VisitorProfile(Visitor("vera", email="vera@example.org")),
    )  # fmt: skip
    assert await shift.kinds(said.chat) == ["opened", "message", "ended"]
    assert (await shift.workspace.snapshot()).left == 1
    await shift.workspace.handled(said.chat, "ana", "Ana", new_cid())
    assert (await shift.workspace.snapshot()).left == 0


async def test_live_keys_are_deleted_a_day_after_the_end_once_archived(shift: Shift) -> None:
    workspace = shift.workspace
    chat = await in_hand(shift)
    await shift.ends("ana", chat)
    await shift.clock.jump(86_401)
    await shift.clock.move(1)
    assert await shift.field(chat, "place") == "ended"
    snapshot = await workspace.snapshot()
    await workspace.archived(snapshot.last, snapshot.n)
    await shift.clock.move(62)
    left = [name.decode() for name in await workspace.store.command("KEYS", workspace.keys.prefix + "*")]
    assert not [name for name in left if chat in name or "vera" in name]


async def test_a_process_that_only_serves_gives_the_timers_to_one_that_works(shift: Shift) -> None:
    """At once, and without a warning that the database is away."""
    with capture_logs() as said:
        serves = Ticker(shift.workspace, "test", works=False)
        works = Ticker(shift.workspace, "works")
        await serves.tick()
        assert serves.leader
        await works.tick()
        await serves.tick()
    assert (serves.leader, works.leader) == (False, True)
    assert said == []
