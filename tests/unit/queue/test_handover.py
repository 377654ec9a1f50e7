"""Transfers to a queue, to a colleague and by a supervisor; and supervisors who watch."""

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from console.domain.directory import Queue
from console.domain.ids import new_cid
from console.errors import BadCommand, ChatEnded, NoQueue, NoSlot, NothingToDo, NotThere, NotYours
from console.events import Author
from tests.support.queue_shift import SALES, Shift, opened

SAM = Author("sam", "Sam")
HELP = Queue("help", "Help", target=10_000)


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(SALES, HELP, ana=2, ben=2, sam=6)
        await shift.online("ana", "ben")
        yield shift


async def of_ana(shift: Shift, visitor: str = "vera") -> str:
    await shift.workspace.set_status("ben", shift.fences["ben"], "away")
    chat = await shift.opens(visitor)
    assert await shift.holder(chat) == "ana"
    await shift.draws("ana", chat)
    await shift.workspace.set_status("ben", shift.fences["ben"], "online")
    return chat


async def test_a_transfer_to_a_colleague_is_one_step(shift: Shift) -> None:
    chat = await of_ana(shift)
    await shift.workspace.draft("ana", shift.fences["ana"], chat, "Dear Vera")
    due = await shift.field(chat, "due")
    before = shift.workspace.store.calls
    await shift.hands_over("ana", chat, to="ben", note="She wants the date.")
    assert shift.workspace.store.calls == before + 1
    live, _ = await shift.workspace.read_chat(chat)
    assert (live.fields["agent"], live.draft, live.fields["due"]) == ("ben", "Dear Vera", due)
    transferred, assigned = (await shift.facts())[-2:]
    assert (transferred.agent, transferred.to, transferred.note) == ("ana", "ben", "She wants the date.")
    assert assigned.why == "transferred"
    await shift.picture()


async def test_a_chat_transferred_to_a_queue_does_not_come_straight_back(shift: Shift) -> None:
    await shift.leaves("ben")
    chat = await shift.opens("vera")
    await shift.hands_over("ana", chat, queue="help")
    assert await shift.field(chat, "place") == "waiting"
    assert await shift.field(chat, "queue") == "help"
    await shift.online("ben")
    assert await shift.holder(chat) == "ben"
    await shift.picture()


async def test_the_only_agent_gets_it_back_after_a_minute(shift: Shift) -> None:
    await shift.leaves("ben")
    chat = await shift.opens("vera")
    await shift.hands_over("ana", chat, queue="help")
    del shift.fences["ben"]
    await shift.passes(62)
    assert await shift.holder(chat) == "ana"


async def test_an_agent_without_a_free_slot_gets_no_transfer(shift: Shift) -> None:
    for visitor in ("vera", "vito", "vala", "vlad"):
        await shift.opens(visitor)
    with pytest.raises(NoSlot):
        await shift.hands_over("ana", (await shift.held("ana"))[1], to="ben")


async def test_a_transfer_frees_a_slot_for_the_next_chat(shift: Shift) -> None:
    for visitor in ("vera", "vito", "vala", "vlad"):
        await shift.opens(visitor)
    chat, waiting = (await shift.held("ana"))[1], await shift.opens("vic")
    await shift.hands_over("ana", chat, queue="help")
    assert await shift.holder(waiting) == "ana"
    assert await shift.field(chat, "place") == "waiting"


async def test_an_impossible_transfer_is_refused_and_changes_nothing(shift: Shift) -> None:
    chat = await of_ana(shift)
    before = len(await shift.entries())
    with pytest.raises(NotThere):
        await shift.hands_over("ana", chat, to="sam")
    with pytest.raises(NotYours):
        await shift.hands_over("ana", chat, to="nobody")
    with pytest.raises(NoQueue):
        await shift.hands_over("ana", chat, queue="nowhere")
    with pytest.raises(NothingToDo):
        await shift.hands_over("ana", chat, to="ana")
    with pytest.raises(BadCommand):
        await shift.hands_over("ana", chat)
    with pytest.raises(BadCommand):
        await shift.hands_over("ana", chat, queue="help", to="ben")
    with pytest.raises(NotYours):
        await shift.hands_over("ben", chat, queue="help")
    assert len(await shift.entries()) == before


async def test_a_resent_transfer_happens_once(shift: Shift) -> None:
    chat, cid = await of_ana(shift), new_cid()
    transfer = shift.workspace.transfer
    said = [await transfer(shift.author("ana"), shift.fences["ana"], chat, cid, to="ben") for _ in range(2)]
    assert said[0] == said[1]
    assert len(await shift.facts("transferred")) == 1


async def test_a_chat_without_an_open_turn_gets_the_new_queues_promise(shift: Shift) -> None:
    chat = await of_ana(shift)
    await shift.answers("ana", chat)
    await shift.leaves("ben")
    said = await shift.hands_over("ana", chat, queue="help")
    assert (await shift.facts("transferred"))[0].due == said.at + 10_000


# --- the supervisor ------------------------------------------------------------------------------


async def test_sam_moves_a_waiting_chat_and_its_wait_is_recorded(shift: Shift) -> None:
    await shift.begin(SALES, HELP, ana=1, ben=1, sam=6)
    await shift.opens("vera")
    await shift.opens("vito")
    waiting = await shift.opens("vic")
    with pytest.raises(NoSlot):
        await shift.workspace.move(SAM, waiting, new_cid(), to="ben")
    await shift.passes(2)
    await shift.online("sam")
    await shift.workspace.set_status("ben", shift.fences["ben"], "away")
    with pytest.raises(NotThere):
        await shift.workspace.move(SAM, waiting, new_cid(), to="ben")
    assert await shift.holder(waiting) == "sam"  # who came online
    await shift.workspace.move(SAM, waiting, new_cid(), queue="help")
    assert await shift.field(waiting, "queue") == "help"
    await shift.picture()


async def test_a_quiet_connection_is_away_without_an_old_reason(shift: Shift) -> None:
    await shift.workspace.set_status("ben", shift.fences["ben"], "away", "Gone home")
    await shift.leaves("ben")
    await shift.workspace.connect("ben", "tab", take=True, quiet=True)
    fact = (await shift.facts("agent"))[-1]
    assert (fact.agent, fact.status, fact.reason) == ("ben", "away", "")


async def test_sam_can_take_a_chat_over_while_away(shift: Shift) -> None:
    chat = await of_ana(shift)
    with pytest.raises(NotThere):
        await shift.workspace.take_over(SAM, chat, new_cid())
    connected = await shift.workspace.connect("sam", "board", take=False, quiet=True)
    assert connected.status == "away"
    await shift.workspace.take_over(SAM, chat, new_cid())
    assert await shift.holder(chat) == "sam"
    assert (await shift.facts("assigned"))[-1].why == "took_over"
    with pytest.raises(NothingToDo):
        await shift.workspace.take_over(SAM, chat, new_cid())
    with pytest.raises(NotYours):
        await shift.answers("ana", chat)
    await shift.picture()


async def test_moving_an_offered_chat_frees_its_slot(shift: Shift) -> None:
    offer = msgspec.structs.replace(SALES, mode="offer")
    await shift.begin(offer, HELP, ana=1, ben=1, sam=6)
    chat = await shift.opens("vera")
    first = await shift.holder(chat)
    other = {"ana": "ben", "ben": "ana"}[first]
    await shift.workspace.move(SAM, chat, new_cid(), to=other)
    assert await shift.held(first) == {}
    assert await shift.held(other) == {1: chat}
    assert await shift.field(chat, "place") == "active"
    await shift.picture()


async def test_a_status_set_by_sam_names_sam(shift: Shift) -> None:
    await shift.workspace.set_agent_status(SAM, "ana", "away", "Break")
    changed = (await shift.facts("agent"))[-1]
    assert (changed.agent, changed.status, changed.reason, changed.by) == ("ana", "away", "Break", "sam")
    chat = await shift.opens("vera")
    assert await shift.holder(chat) == "ben"


# --- those who look on ---------------------------------------------------------------------------


async def test_guests_and_watchers_of_a_chat_are_recorded(shift: Shift) -> None:
    chat = await of_ana(shift)
    await shift.workspace.invite(shift.author("ana"), shift.fences["ana"], chat, new_cid(), "ben")
    with pytest.raises(NothingToDo):
        await shift.workspace.invite(shift.author("ana"), shift.fences["ana"], chat, new_cid(), "ben")
    await shift.workspace.watch(SAM, chat, "board", on=True)
    await shift.workspace.watch(SAM, chat, "board", on=True)
    line = (await shift.picture()).chats[chat]
    assert (line.guests, line.watchers) == (["ben"], ["sam"])
    await shift.workspace.watch(SAM, chat, "board", on=False)
    assert (await shift.picture()).chats[chat].watchers == []
    assert [fact.on for fact in await shift.facts("watched")] == [True, False]


async def test_a_member_who_watches_twice_leaves_with_the_second(shift: Shift) -> None:
    chat = await of_ana(shift)
    await shift.workspace.watch(SAM, chat, "board", on=True)
    await shift.workspace.watch(SAM, chat, "console", on=True)
    await shift.workspace.watch(SAM, chat, "board", on=False)
    assert (await shift.picture()).chats[chat].watchers == ["sam"]
    await shift.workspace.watch(SAM, chat, "console", on=False)
    assert (await shift.picture()).chats[chat].watchers == []
    assert [fact.on for fact in await shift.facts("watched")] == [True, False]


async def test_watchers_of_a_dead_process_are_forgotten(shift: Shift) -> None:
    chat = await of_ana(shift)
    await shift.workspace.watch(SAM, chat, "board", on=True)
    await shift.passes(40)
    await shift.workspace.watch(SAM, chat, "board", on=True)
    await shift.passes(40)
    assert (await shift.picture()).chats[chat].watchers == ["sam"]
    await shift.passes(24)
    assert (await shift.picture()).chats[chat].watchers == []
    assert [fact.on for fact in await shift.facts("watched")] == [True, False]


async def test_a_whisper_is_a_note_with_its_mark(shift: Shift) -> None:
    chat = await of_ana(shift)
    await shift.workspace.whisper(SAM, chat, new_cid(), "Offer a refund.")
    note = (await shift.facts("note"))[0]
    assert (note.whisper, note.author.id, note.text) == (True, "sam", "Offer a refund.")


async def test_an_ended_chat_cannot_be_watched(shift: Shift) -> None:
    chat = await of_ana(shift)
    await shift.ends("ana", chat)
    with pytest.raises(ChatEnded):
        await shift.workspace.watch(SAM, chat, "board", on=True)
    with pytest.raises(ChatEnded):
        await shift.workspace.whisper(SAM, chat, new_cid(), "Too late.")
