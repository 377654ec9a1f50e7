"""A waiting visitor may leave a message instead: the chat itself becomes the message."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from console.domain.directory import Queue
from console.domain.ids import new_cid, new_id
from console.errors import CidReused, NothingToDo
from console.events import Ended, Message, Visitor
from console.queue.payloads import VisitorProfile
from console.queue.results import Said
from tests.support.queue_shift import Shift, opened


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        yield Shift(workspace)


async def leaves(shift: Shift, visitor: str, text: str = "", *, cid: str = "", email: str = "vera@example.org") -> Said:
    profile = VisitorProfile(
        Visitor(visitor, visitor.title(), email=email), referrer="/before", agent_string="Browser 1"
    )
    return await shift.workspace.leave_message(
        new_id(), queue="sales", site="shop", channel="web", cid=cid or new_cid(), profile=profile, text=text
    )


async def in_line(shift: Shift, *queues: Queue) -> str:
    await shift.begin(*queues, ana=1)
    await shift.online("ana")
    await shift.opens("first")
    return await shift.opens("vera", "My parcel is lost")


async def test_what_vera_wrote_in_line_becomes_the_message(shift: Shift) -> None:
    chat = await in_line(shift)
    await shift.writes("vera", chat, "It was blue")
    said = await leaves(shift, "vera")
    assert said.chat == chat
    assert await shift.kinds(chat) == ["opened", "message", "message", "profile", "ended"]
    ended = next(fact for fact in await shift.facts("ended") if fact.chat == chat)
    assert isinstance(ended, Ended)
    assert (ended.why, ended.seq, ended.waited) == ("message_left", said.seq, 0)
    profile = (await shift.facts("profile"))[0]
    assert (profile.visitor.email, profile.cid) == ("vera@example.org", "")
    assert await shift.workspace.left_messages() == {chat}


async def test_it_counts_as_left_and_not_as_abandoned(shift: Shift) -> None:
    await in_line(shift)
    await leaves(shift, "vera")
    picture = await shift.picture()
    today = picture.queues["sales"].figures.today((await shift.workspace.snapshot()).now)
    assert {name: today.count(name) for name in ("opened", "left", "abandoned", "patience")} == {
        "opened": 2, "left": 1, "abandoned": 0, "patience": 0,
    }  # fmt: skip
    assert picture.left_messages == 1


async def test_a_broken_promise_stays_broken_when_she_leaves_an_address(shift: Shift) -> None:
    chat = await in_line(shift)
    await shift.answers("ana", next(iter((await shift.held("ana")).values())))
    await shift.passes(7)
    await leaves(shift, "vera")
    assert "late" in await shift.kinds(chat)
    today = (await shift.picture()).queues["sales"].figures.today((await shift.workspace.snapshot()).now)
    assert (today.count("broke"), today.count("late_left")) == (1, 1)


async def test_what_still_stood_in_the_composer_is_added(shift: Shift) -> None:
    chat = await in_line(shift)
    said = await leaves(shift, "vera", "And it was heavy")
    words = [fact for fact in await shift.facts("message") if fact.chat == chat]
    assert [fact.text for fact in words if isinstance(fact, Message)] == ["My parcel is lost", "And it was heavy"]
    assert said.seq == words[-1].seq


async def test_nothing_of_it_waits_any_more(shift: Shift) -> None:
    chat = await in_line(shift)
    await leaves(shift, "vera")
    first = next(fact.chat for fact in await shift.facts("assigned"))
    await shift.ends("ana", first)
    assert await shift.held("ana") == {}
    await shift.passes(70)
    assert (await shift.kinds(chat))[-1] == "ended", "no promise, no abandoning, no overflow comes after it"
    assert (await shift.opens("vera", "Hello again")) != chat


async def test_an_offered_chat_frees_its_slot_for_the_next_in_line(shift: Shift) -> None:
    await shift.begin(Queue("sales", "Sales", mode="offer", accept=10_000), ana=1)
    await shift.online("ana")
    chat = await shift.opens("vera")
    following = await shift.opens("vito")
    assert await shift.held("ana") == {1: chat}
    await leaves(shift, "vera")
    assert await shift.held("ana") == {1: following}


async def test_a_resend_gets_the_first_result_and_ends_nothing_twice(shift: Shift) -> None:
    chat, cid = await in_line(shift), new_cid()
    said = await leaves(shift, "vera", cid=cid)
    assert await leaves(shift, "vera", cid=cid) == said
    with pytest.raises(CidReused):
        await leaves(shift, "vera", "Other words", cid=cid)
    assert (await shift.kinds(chat)).count("ended") == 1


async def test_an_address_alone_needs_a_chat_that_waits(shift: Shift) -> None:
    await shift.begin(ana=1)
    with pytest.raises(NothingToDo):
        await leaves(shift, "vera")
    await shift.online("ana")
    chat = await shift.opens("vera")
    with pytest.raises(NothingToDo):
        await leaves(shift, "vera")
    assert await shift.holder(chat) == "ana"
    assert (await leaves(shift, "vera", "By e-mail then")).chat != chat, "with words it is a message of its own"
    assert await shift.holder(chat) == "ana"
