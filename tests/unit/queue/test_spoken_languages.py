"""A visitor's language, by what they write or set by an agent: it routes waiting chats; the agent's choice stays."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from msgspec.structs import replace

from console.domain.ids import new_cid
from console.errors import ChatEnded, Fenced, NothingToDo, NotYours
from console.events import Author, LanguageSet
from tests.support.queue_shift import SALES, Shift, member, opened

LINGUAL = replace(SALES, languages=("en", "it"), language_after=0)
BOT = Author("crm", "CRM")
ANA = member("ana", "sales", languages=("en",), limit=1)
BEN = member("ben", "sales", languages=("it",), limit=1)


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    """Ana speaks English, Ben Italian; both have one slot."""
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.configures([LINGUAL], [ANA, BEN])
        await workspace.tick("test")
        yield shift


async def vera_waits(shift: Shift) -> tuple[str, str]:
    """For somebody who speaks English, since Ana is busy with another chat; return both."""
    await shift.online("ana")
    other = await shift.opens("vito", locale="en")
    assert await shift.holder(other) == "ana"
    chat = await shift.opens("vera", locale="en-GB")
    assert await shift.field(chat, "place") == "waiting"
    return chat, other


async def says(shift: Shift, agent: str, chat: str, language: str, *, cid: str = "", fence: int = -1) -> None:
    fence = shift.fences[agent] if fence < 0 else fence
    await shift.workspace.set_language(shift.author(agent), fence, chat, cid or new_cid(), language)


async def known(shift: Shift, chat: str) -> tuple[str, str]:
    """As the feed tells it and as a snapshot has it; `picture` compares the two."""
    state = (await shift.picture()).chats[chat]
    return state.language, state.language_by


async def test_who_waits_for_english_and_writes_italian_gets_the_italian_agent(shift: Shift) -> None:
    await shift.online("ben")
    chat = await shift.opens("vera", locale="en-GB")
    assert await shift.field(chat, "place") == "waiting"
    await shift.workspace.detected(chat, "it")
    assert await shift.holder(chat) == "ben"
    assert await known(shift, chat) == ("it", "text")
    kinds = await shift.kinds(chat)
    assert kinds.index("language_set") < kinds.index("assigned")


async def test_who_writes_another_language_leaves_the_lane_they_waited_in(shift: Shift) -> None:
    chat, other = await vera_waits(shift)
    await shift.workspace.detected(chat, "it")
    await shift.ends("ana", other)
    assert await shift.field(chat, "place") == "waiting", "Ana speaks no Italian"
    await shift.online("ben")
    assert await shift.holder(chat) == "ben"


async def test_a_chat_in_somebodys_hands_stays_there_and_comes_back_to_who_speaks_it(shift: Shift) -> None:
    await shift.online("ana", "ben")
    chat = await shift.opens("vera", locale="en")
    await shift.workspace.detected(chat, "it")
    assert await shift.holder(chat) == "ana"
    await shift.hands_over("ana", chat, queue="sales")
    assert await shift.holder(chat) == "ben"


async def test_a_language_the_queue_does_not_serve_changes_nothing_but_what_is_known(shift: Shift) -> None:
    chat, other = await vera_waits(shift)
    await shift.workspace.detected(chat, "de")
    assert await known(shift, chat) == ("de", "text")
    await shift.ends("ana", other)
    assert await shift.holder(chat) == "ana"


async def test_the_wait_for_a_speaker_starts_with_the_new_language(shift: Shift) -> None:
    await shift.configures([replace(LINGUAL, language_after=4_000)], [ANA])
    chat, other = await vera_waits(shift)
    await shift.passes(3)
    await shift.workspace.detected(chat, "it")
    await shift.ends("ana", other)
    await shift.passes(2)
    assert await shift.field(chat, "place") == "waiting"
    await shift.passes(2.1)
    assert await shift.holder(chat) == "ana"


async def test_whoever_waited_long_enough_for_any_agent_still_may_have_any(shift: Shift) -> None:
    await shift.configures([replace(LINGUAL, language_after=2_000)], [ANA])
    chat, other = await vera_waits(shift)
    await shift.passes(2.1)
    await shift.workspace.detected(chat, "it")
    await shift.ends("ana", other)
    assert await shift.holder(chat) == "ana"


async def test_an_agents_word_wins_over_what_is_written_for_ever(shift: Shift) -> None:
    await shift.online("ana")
    chat = await shift.opens("vera", locale="en")
    await shift.workspace.detected(chat, "it")
    await says(shift, "ana", chat, "de")
    with pytest.raises(NothingToDo):
        await shift.workspace.detected(chat, "it")
    await shift.ends("ana", chat)
    await shift.writes("vera", chat, "Ancora una cosa")
    with pytest.raises(NothingToDo):
        await shift.workspace.detected(chat, "it")
    assert await known(shift, chat) == ("de", "agent")


async def test_an_agent_may_confirm_what_the_browser_said_once(shift: Shift) -> None:
    await shift.online("ana")
    chat, cid = await shift.opens("vera", locale="en"), new_cid()
    for _ in range(2):
        await says(shift, "ana", chat, "en", cid=cid)
    with pytest.raises(NothingToDo):
        await says(shift, "ana", chat, "en")
    assert [(fact.language, fact.by, fact.author) for fact in await shift.facts("language_set")] == [
        ("en", "agent", shift.author("ana"))
    ]


async def test_only_who_holds_the_chat_says_so(shift: Shift) -> None:
    await shift.online("ana", "ben")
    chat = await shift.opens("vera", locale="en")
    with pytest.raises(NotYours):
        await says(shift, "ben", chat, "it")
    with pytest.raises(Fenced):
        await says(shift, "ana", chat, "it", fence=shift.fences["ana"] - 1)
    assert await shift.facts("language_set") == []


async def test_an_integration_says_it_of_a_chat_that_waits_and_of_none_that_ended(shift: Shift) -> None:
    await shift.online("ben")
    chat = await shift.opens("vera", locale="en")
    await shift.workspace.integration_set_language(BOT, chat, new_cid(), "it")
    assert await shift.holder(chat) == "ben"
    await shift.ends("ben", chat)
    with pytest.raises(ChatEnded):
        await shift.workspace.integration_set_language(BOT, chat, new_cid(), "en")
    with pytest.raises(ChatEnded):
        await shift.workspace.detected(chat, "en")


async def test_a_browser_that_names_no_language_harms_no_fact(shift: Shift) -> None:
    await shift.online("ana")
    chat = await shift.opens("vera", locale='"},"x')
    assert await known(shift, chat) == ("", "")
    await shift.puts("chat", chat, tongue='"},"x')  # as an older release has written it
    await shift.ends("ana", chat)
    await shift.writes("vera", chat)
    assert (await shift.facts("reopened"))[0].language == ""


async def test_what_was_detected_is_said_without_an_author(shift: Shift) -> None:
    chat, _ = await vera_waits(shift)
    await shift.workspace.detected(chat, "it")
    (fact,) = await shift.facts("language_set")
    assert isinstance(fact, LanguageSet)
    assert (fact.author, fact.cid, fact.by) == (None, "", "text")
