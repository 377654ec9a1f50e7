"""A command may be repeated at any time: it takes effect once, and returns its first result."""

import asyncio

import pytest

from console.domain.ids import new_cid
from console.errors import BadCommand, ChatFull, CidReused, NothingToDo, NotYours
from console.events import Author, Visitor
from console.queue.payloads import VisitorProfile
from console.queue.results import Gone
from tests.support.queue_shift import Shift, opened


async def test_a_resent_message_appends_nothing_and_gets_its_first_result(shift: Shift) -> None:
    chat, cid = await shift.opens("vera"), new_cid()
    first = await shift.writes("vera", chat, "Once", cid=cid)
    await shift.clock.move(3)
    assert await shift.writes("vera", chat, "Once", cid=cid) == first
    assert [m.text for m in await shift.facts("message")].count("Once") == 1


async def test_five_resends_over_three_connections_are_done_once(
    shift: Shift, store_url: str, workspace_name: str
) -> None:
    chat, cid = await shift.opens("vera"), new_cid()
    async with opened(store_url, workspace_name) as second, opened(store_url, workspace_name) as third:
        desks = [shift.workspace, second, third, shift.workspace, second]
        results = await asyncio.gather(
            *(desk.visitor_say(chat, Visitor("vera", "Vera"), "vera-1", cid, "Once") for desk in desks)
        )
    assert len(set(results)) == 1
    assert [m.text for m in await shift.facts("message")].count("Once") == 1


async def test_a_long_chat_s_cids_are_not_searched_one_by_one(shift: Shift) -> None:
    chat, cid = await shift.opens("vera"), new_cid()
    cids = shift.workspace.keys.of("cids", chat)
    first = await shift.writes("vera", chat, "Once", cid=cid)
    assert await shift.workspace.store.command("OBJECT", "ENCODING", cids) == b"listpack"
    for _ in range(64):
        await shift.writes("vera", chat)
    assert await shift.workspace.store.command("OBJECT", "ENCODING", cids) == b"hashtable"
    assert await shift.writes("vera", chat, "Once", cid=cid) == first


async def test_an_opening_sent_twice_is_one_chat(shift: Shift) -> None:
    cid = new_cid()
    chats = await asyncio.gather(*(shift.opens("vera", cid=cid) for _ in range(5)))
    assert len(set(chats)) == 1
    assert len(await shift.facts("opened")) == 1
    assert len(await shift.facts("message")) == 1


async def test_a_second_tab_that_opens_joins_the_same_chat(shift: Shift) -> None:
    first, second = await asyncio.gather(shift.opens("vera", "One"), shift.opens("vera", "Two"))
    assert first == second
    assert [m.text for m in await shift.facts("message")] == ["One", "Two"]


async def test_the_same_cid_with_another_text_is_refused(shift: Shift) -> None:
    chat, cid = await shift.opens("vera"), new_cid()
    await shift.writes("vera", chat, "Once", cid=cid)
    with pytest.raises(CidReused):
        await shift.writes("vera", chat, "Twice", cid=cid)
    with pytest.raises(CidReused):
        await shift.workspace.visitor_end(chat, Visitor("vera"), cid)


async def test_a_message_end_does_not_end_the_chat(shift: Shift) -> None:
    chat, cid = await shift.opens("vera"), new_cid()
    await shift.writes("vera", chat, "end", cid=cid)
    with pytest.raises(CidReused):
        await shift.workspace.visitor_end(chat, Visitor("vera"), cid)


async def test_what_was_done_in_the_last_chat_is_known_in_the_next(shift: Shift) -> None:
    """A process that was stopped reads on: what another one has done in one chat arrives while the next is open."""
    vera, said, ended, rated = Visitor("vera", "Vera"), new_cid(), new_cid(), new_cid()
    first = await shift.opens("vera")
    once = await shift.writes("vera", first, "Once", cid=said)
    over = await shift.workspace.visitor_end(first, vera, ended)
    good = await shift.workspace.rate(first, "vera", rated, 5, "Good")
    second = await shift.opens("vera")
    await shift.workspace.visitor_end(second, vera, new_cid())
    third = await shift.opens("vera")
    assert await shift.writes("vera", third, "Once", cid=said) == once
    assert await shift.workspace.visitor_end(third, vera, ended) == over
    assert await shift.workspace.rate(third, "vera", rated, 5, "Good") == good
    assert await shift.kinds(third) == ["opened", "message", "assigned"]
    with pytest.raises(CidReused):
        await shift.writes("vera", third, "Twice", cid=said)


@pytest.mark.parametrize("who", ["vera", "p42"])
async def test_it_is_known_once_the_next_chat_is_a_person_s(who: str, shift: Shift) -> None:
    """Whether they did it under the id they had before, or in a chat of their own."""
    first, cid = await shift.opens(who), new_cid()
    once = await shift.writes(who, first, "Once", cid=cid)
    await shift.workspace.visitor_end(first, Visitor(who), new_cid())
    second = await shift.opens("vera")
    profile = VisitorProfile(Visitor("p42", "Vera"))
    assert await shift.workspace.identify("p42", "", "tab", 0, chat=second, before="vera", profile=profile)
    assert await shift.writes("p42", second, "Once", cid=cid) == once


async def test_it_is_known_in_a_chat_that_had_been_open_for_long_before_it_became_the_person_s(shift: Shift) -> None:
    """They left the other chat just now, however old the one is that they go on in."""
    second = await shift.opens("vera")
    await shift.clock.jump(900)
    await shift.online("ana")
    first, cid = await shift.opens("p42"), new_cid()
    once = await shift.writes("p42", first, "Once", cid=cid)
    await shift.workspace.visitor_end(first, Visitor("p42"), new_cid())
    profile = VisitorProfile(Visitor("p42", "Vera"))
    assert await shift.workspace.identify("p42", "", "tab", 0, chat=second, before="vera", profile=profile)
    assert await shift.writes("p42", second, "Once", cid=cid) == once


async def test_what_was_done_in_a_chat_that_was_left_long_ago_is_looked_for_no_more(shift: Shift) -> None:
    first, cid = await shift.opens("vera"), new_cid()
    await shift.writes("vera", first, "Once", cid=cid)
    await shift.workspace.visitor_end(first, Visitor("vera"), new_cid())
    second = await shift.opens("vera")
    await shift.clock.jump(600)
    await shift.online("ana")
    assert (await shift.writes("vera", second, "Once", cid=cid)).chat == second


async def test_a_chat_that_ended_long_before_costs_the_next_one_nothing(shift: Shift) -> None:
    first = await shift.opens("vera")
    await shift.workspace.visitor_end(first, Visitor("vera"), new_cid())
    soon = await shift.opens("vera")
    assert (await shift.field(soon, "before")).startswith(f"{first} ")
    await shift.workspace.visitor_end(soon, Visitor("vera"), new_cid())
    await shift.clock.jump(600)
    await shift.online("ana")
    later = await shift.opens("vera")
    assert not await shift.field(later, "before")


async def test_two_people_can_use_the_same_cid(shift: Shift) -> None:
    chat, cid = await shift.opens("vera"), new_cid()
    await shift.writes("vera", chat, "Mine", cid=cid)
    await shift.answers("ana", chat, "Mine too", cid=cid)
    assert [m.text for m in await shift.facts("message")][-2:] == ["Mine", "Mine too"]


async def test_an_agent_s_resend_after_a_reconnect_is_known(shift: Shift) -> None:
    chat, cid = await shift.opens("vera"), new_cid()
    first = await shift.answers("ana", chat, cid=cid)
    await shift.online("ana")
    assert await shift.answers("ana", chat, cid=cid) == first


async def test_an_end_sent_again_after_the_end_is_known(shift: Shift) -> None:
    chat, cid = await shift.opens("vera"), new_cid()
    who = Author("ana", "Ana")
    first = await shift.workspace.agent_end(who, shift.fences["ana"], chat, cid)
    assert await shift.workspace.agent_end(who, shift.fences["ana"], chat, cid) == first
    assert (await shift.kinds(chat))[-1] == "ended"


async def test_somebody_elses_chat_looks_like_no_chat(shift: Shift) -> None:
    chat = await shift.opens("vera")
    with pytest.raises(NotYours):
        await shift.writes("mallory", chat)
    with pytest.raises(NotYours):
        await shift.workspace.visitor_end(chat, Visitor("mallory"), new_cid())
    with pytest.raises(NotYours):
        await shift.workspace.rate(chat, "mallory", new_cid(), 5, "")
    assert await shift.kinds(chat) == ["opened", "message", "assigned"]


async def test_a_chat_that_is_not_live_is_gone_and_the_archive_may_know(shift: Shift) -> None:
    with pytest.raises(Gone):
        await shift.writes("vera", "nothing-there")


async def test_a_chat_is_rated_once(shift: Shift) -> None:
    chat, cid = await shift.opens("vera"), new_cid()
    with pytest.raises(NothingToDo):  # nobody has answered yet
        await shift.workspace.rate(chat, "vera", new_cid(), 1, "")
    await shift.answers("ana", chat)
    first = await shift.workspace.rate(chat, "vera", cid, 5, "Good")
    assert await shift.workspace.rate(chat, "vera", cid, 5, "Good") == first
    with pytest.raises(BadCommand):
        await shift.workspace.rate(chat, "vera", cid, 1, "Bad")


async def test_text_of_every_kind_comes_back_as_it_was(shift: Shift) -> None:
    """No Function decodes it: empty lists, big numbers, quotes and braces stay."""
    chat = await shift.opens("vera")
    for text in ('{"a":[],"n":1795343605123456}', "\"'\\", "}{", "\U0001f600\u2028", "<script>", "%d %s\n\t"):
        await shift.writes("vera", chat, text)
        assert (await shift.facts("message"))[-1].text == text


@pytest.mark.parametrize("field", ["canned", "suggestion", "drafted"])
async def test_an_invalid_id_is_not_written_into_a_chat(field: str, shift: Shift) -> None:
    chat = await shift.opens("vera")
    say, how = shift.workspace.agent_say, {field: 'hi\n","by":"visitor'}
    with pytest.raises(BadCommand):
        await say(shift.author("ana"), shift.fences["ana"], chat, new_cid(), "Yes.", 10, **how)  # type: ignore[arg-type]
    await shift.answers("ana", chat)


async def test_a_chat_is_full_by_its_size_too(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.puts("chat", chat, bytes=4 << 20)
    with pytest.raises(ChatFull):
        await shift.writes("vera", chat)
    await shift.answers("ana", chat, "Please write us an e-mail.")
    await shift.ends("ana", chat)
