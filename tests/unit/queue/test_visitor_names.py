"""An agent sets a visitor's name; it stays, whatever the page sends."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from console.domain.ids import new_cid
from console.errors import NothingToDo, NotYours
from console.events import Author, Renamed, Visitor
from console.queue.payloads import VisitorProfile
from tests.support.queue_shift import Shift, opened

ANA, BEN = Author("ana", "Ana"), Author("ben", "Ben")
PAGE = VisitorProfile(Visitor("vera"), page="https://shop.example/wool")


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=2)
        await shift.online("ana")
        yield shift


async def name_of(shift: Shift, chat: str) -> str:
    """Return it as the feed tells and as a snapshot has it; `picture` compares the two."""
    return (await shift.picture()).chats[chat].name


async def rename(shift: Shift, chat: str, name: str, *, by: Author = ANA, cid: str = "") -> None:
    await shift.workspace.rename(by, shift.fences.get(by.id, 0), chat, cid or new_cid(), name)


async def test_the_name_is_told_and_kept(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await rename(shift, chat, "Vera Rossi")
    assert await name_of(shift, chat) == "Vera Rossi"
    assert [fact.author for fact in await shift.facts("renamed")] == [ANA]


async def test_what_the_page_tells_later_does_not_change_it(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await rename(shift, chat, "Vera Rossi")
    await shift.workspace.set_profile(chat, new_cid(), PAGE)
    assert await name_of(shift, chat) == "Vera Rossi"
    assert (await shift.picture()).chats[chat].page == PAGE.page


async def test_it_is_the_same_after_a_reopening(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await rename(shift, chat, "Vera Rossi")
    await shift.ends("ana", chat)
    await shift.writes("vera", chat, "One more thing")
    assert await name_of(shift, chat) == "Vera Rossi"
    first, again = await shift.facts("renamed")
    assert isinstance(first, Renamed)
    assert isinstance(again, Renamed)
    assert (again.author, again.name) == (None, "Vera Rossi")


async def test_a_name_with_quotes_harms_no_later_fact(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await rename(shift, chat, 'Vera "the \\ first"')
    await shift.workspace.set_profile(chat, new_cid(), PAGE)
    assert await name_of(shift, chat) == 'Vera "the \\ first"'


async def test_the_same_name_again_is_nothing_to_do_and_a_resend_is_none(shift: Shift) -> None:
    chat, cid = await shift.opens("vera"), new_cid()
    await rename(shift, chat, "Vera Rossi", cid=cid)
    await rename(shift, chat, "Vera Rossi", cid=cid)
    with pytest.raises(NothingToDo):
        await rename(shift, chat, "Vera Rossi")
    assert len(await shift.facts("renamed")) == 1


async def test_only_who_holds_the_chat_names_its_visitor(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.begin(ana=2, ben=2)
    await shift.online("ben")
    holder = await shift.holder(chat)
    with pytest.raises(NotYours):
        await rename(shift, chat, "Mine", by=BEN if holder == "ana" else ANA)
    assert await shift.facts("renamed") == []
