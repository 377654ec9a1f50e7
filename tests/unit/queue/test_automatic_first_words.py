"""The automatic first word: once per question, shortly before the target, for an agent who is online and not typing."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from console.domain.first_words import Phrases, built_in
from console.domain.ids import new_cid
from console.events import Answered, Kept
from tests.support.queue_shift import SALES, Shift, member, opened

WORDS = Phrases("en", ("{first_name}, “{question}”?", "{agent} is with you.", "One moment."))
OURS = built_in("en", 30_000)
DESK = msgspec.structs.replace(SALES, automatic=1_500)
MINE = msgspec.structs.replace(DESK, phrases=(WORDS,))


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(DESK, ana=2, ben=2)
        await shift.online("ana")
        yield shift


async def words(shift: Shift) -> list[Any]:
    """The automatic messages."""
    return [fact for fact in await shift.facts("message") if fact.automatic]


async def asks(shift: Shift, visitor: str = "vera", text: str = "Hello", *, locale: str = "") -> str:
    """Ana's console has it on screen."""
    chat = await shift.opens(visitor, text, locale=locale)
    await shift.draws("ana", chat)
    return chat


async def test_it_comes_shortly_before_the_target_in_the_agents_name_with_a_promise(shift: Shift) -> None:
    chat = await asks(shift)
    await shift.passes(3.5)
    assert await words(shift) == []
    await shift.passes(1.1)
    (word,) = await words(shift)
    assert (word.by, word.author.id, word.author.name, word.answer) == ("agent", "ana", "Ana", None)
    assert word.text in OURS
    assert 4_500 <= word.turn.waited < 6_000
    assert (word.turn.late, word.turn.first, word.promise - word.at) == (False, 0, 30_000)
    assert await shift.facts("late") == []
    assert await shift.field(chat, "turn") == "0"


async def test_it_is_a_first_word_counted_apart_and_none_of_the_agents_own(shift: Shift) -> None:
    await asks(shift)
    await shift.passes(5)
    picture = await shift.picture()
    figures = picture.queues["sales"].figures.over(shift.workspace.now(), 15)
    assert (figures.of("v").within, figures.came_due(), figures.count("automatic")) == (1, 1, 1)
    assert (figures.of("a").n, figures.of("r").n, figures.of("f").n) == (0, 0, 0)
    own = picture.agents["ana"].figures.today(shift.workspace.now())
    assert (own.n, own.within, own.broke, own.answers) == (0, 0, 0, 0)


async def test_the_agents_answer_after_it_is_the_first_response_and_counts_from_the_question(shift: Shift) -> None:
    chat = await asks(shift)
    await shift.passes(5)
    await shift.clock.jump(2)
    await shift.answers("ana", chat)
    said = (await shift.facts("message"))[-1]
    assert isinstance(said.answer, Answered)
    assert (said.answer.kept, said.answer.own, said.turn) == (True, True, None)
    assert 7_000 <= said.answer.waited == said.answer.first
    assert isinstance(said.promised, Kept)
    figures = (await shift.picture()).queues["sales"].figures.over(shift.workspace.now(), 15)
    assert (figures.of("f").n, figures.of("r").within) == (1, 1)


async def test_who_has_had_nothing_else_counts_as_not_answered(shift: Shift) -> None:
    chat = await asks(shift)
    await shift.passes(5)
    await shift.ends("ana", chat)
    figures = (await shift.picture()).queues["sales"].figures.over(shift.workspace.now(), 15)
    assert (figures.of("r").n, figures.answers_due()) == (0, 1)


async def test_it_never_repeats_until_the_visitor_has_an_answer(shift: Shift) -> None:
    chat = await asks(shift)
    await shift.passes(5)
    await shift.writes("vera", chat)
    for _ in range(60):  # steps shorter than the time in which it could come
        await shift.passes(1)
    assert len(await words(shift)) == 1
    assert len(await shift.facts("late")) == 1, "the second silence is late"
    await shift.answers("ana", chat)
    await shift.writes("vera", chat, "Another thing")
    await shift.passes(5)
    assert len(await words(shift)) == 2


async def test_it_calls_the_visitor_as_the_agent_does(shift: Shift) -> None:
    chat = await asks(shift, "vera")
    await shift.workspace.rename(shift.author("ana"), shift.fences["ana"], chat, new_cid(), "Verena Rossi")
    only = Phrases("en", ("{first_name}, one moment.", "{first_name}, a moment."))
    await shift.configures([msgspec.structs.replace(DESK, phrases=(only,))], [member("ana", "sales")])
    await shift.passes(5)
    assert [word.text.split(",")[0] for word in await words(shift)] == ["Verena"]


@pytest.mark.parametrize("how", ["answers", "promises"])
async def test_a_person_who_was_faster_is_not_repeated(shift: Shift, how: str) -> None:
    chat = await asks(shift)
    await shift.passes(4)
    await (shift.answers("ana", chat) if how == "answers" else shift.promises("ana", chat, 30))
    await shift.passes(20)
    assert await words(shift) == []


async def types(shift: Shift, chat: str) -> None:
    await shift.workspace.typing("ana", shift.fences["ana"], chat)


async def test_it_waits_while_the_agent_types_and_comes_if_they_stop_in_time(shift: Shift) -> None:
    await shift.begin(msgspec.structs.replace(DESK, target=20_000, automatic=8_000), ana=2)
    chat = await asks(shift)
    await shift.passes(10)
    await types(shift, chat)
    await shift.passes(2.5)
    assert await words(shift) == []
    await shift.passes(1.6)
    assert len(await words(shift)) == 1


async def test_who_types_past_the_target_is_late_and_gets_no_help_afterwards(shift: Shift) -> None:
    chat = await asks(shift)
    await shift.passes(4)
    await types(shift, chat)
    await shift.passes(20)
    assert await words(shift) == []
    assert len(await shift.facts("late")) == 1


async def test_nobody_gets_it_while_no_agent_has_the_chat(shift: Shift) -> None:
    await shift.leaves("ana")
    await shift.passes(11)
    await shift.online("ben")
    for visitor in ("vera", "vito", "vala"):  # Ben has two slots
        await shift.opens(visitor)
    for chat in (await shift.held("ben")).values():
        await shift.draws("ben", chat)
    for _ in range(5):
        await shift.clock.jump(1)
    held = set((await shift.held("ben")).values())
    assert {word.chat for word in await words(shift)} == held
    assert len(held) == 2


async def test_nobody_gets_it_from_an_agent_who_is_not_there(shift: Shift) -> None:
    await asks(shift)
    await shift.passes(4)
    await shift.leaves("ana")
    await shift.clock.jump(1.6)
    assert await words(shift) == []


async def test_an_agent_who_is_back_in_time_gives_it(shift: Shift) -> None:
    await asks(shift)
    await shift.passes(3)
    await shift.leaves("ana")
    await shift.clock.jump(1)
    await shift.online("ana")
    await shift.passes(1)
    assert len(await words(shift)) == 1


async def test_a_chat_that_no_screen_has_shown_gets_it_only_then(shift: Shift) -> None:
    await shift.begin(msgspec.structs.replace(DESK, target=3_000, automatic=2_000), ana=2)
    chat = await shift.opens("vera")
    await shift.clock.jump(2)
    assert await words(shift) == []
    await shift.draws("ana", chat)
    await shift.clock.jump(0.1)
    assert len(await words(shift)) == 1


async def test_a_ticker_that_was_behind_gives_none_after_the_target(shift: Shift) -> None:
    await asks(shift)
    await shift.clock.jump(1)
    await shift.clock.jump(6)
    assert await words(shift) == []
    assert len(await shift.facts("late")) == 1


async def test_of_many_processes_one_gives_it_once(shift: Shift) -> None:
    chats = [await asks(shift, visitor) for visitor in ("vera", "vito")]
    await shift.workspace.store.command("HINCRBY", shift.workspace.keys.head, "ahead", 4_600)
    await asyncio.gather(*(shift.workspace.tick(f"p{n}") for n in range(12)))
    await shift.passes(1)
    assert sorted(word.chat for word in await words(shift)) == sorted(chats)


async def test_a_queue_without_the_setting_gives_none_and_keeps_no_phrases(shift: Shift) -> None:
    await asks(shift)
    await shift.configures([SALES], [member("ana", "sales")])
    await shift.passes(20)
    assert await words(shift) == []
    assert await shift.workspace.store.command("EXISTS", shift.workspace.keys.of("words", "sales")) == 0


async def test_the_visitors_language_decides_and_the_built_in_phrases_help_out(shift: Shift) -> None:
    await shift.begin(MINE, ana=6)
    texts = {}
    for visitor, locale in (("vera", "it-IT"), ("vito", "sv"), ("vala", "en-GB")):
        texts[await asks(shift, visitor, "A long story, told twice. " * 9, locale=locale)] = locale
    await shift.passes(5)
    said = {texts[word.chat]: word.text for word in await words(shift)}
    assert said["it-IT"] in built_in("it", 30_000)
    assert said["sv"] in {"Ana is with you.", "One moment."}
    assert said["en-GB"] in {"Ana is with you.", "One moment."}


async def test_the_next_word_is_another_one_also_after_a_persons(shift: Shift) -> None:
    await shift.begin(MINE, ana=6)
    chat = await asks(shift, text="Is it in stock?")
    said: list[str] = []
    for question in ("And red?", "And “blue”?", "4111 1111?", "A (very) odd. [one]? 100%!", "Last"):
        await shift.passes(5)
        said.append((await words(shift))[-1].text)
        await shift.answers("ana", chat)
        await shift.writes("vera", chat, question)
    assert all(one.partition(",")[0] != two.partition(",")[0] for one, two in itertools.pairwise(said)), said
    assert not any("4111" in one for one in said)
    last = said[-1]
    say, author = shift.workspace.agent_say, shift.author("ana")
    await say(author, shift.fences["ana"], chat, new_cid(), "One moment.", 10_000, promise=1_000)
    await shift.answers("ana", chat)
    await shift.writes("vera", chat, "x" * 99)
    await shift.passes(5)
    assert (await words(shift))[-1].text == "Ana is with you.", f"Ana has just said the other one (before: {last})"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("  Is it in stock?  ", "Vera, “Is it in stock?”?"),
        ("È già partito?", "Vera, “È già partito?”?"),
        ("%1 {x}", ""),
        ("100% $&", "Vera, “100% $&”?"),
        ("Two\nlines", ""),
        ("é" * 80, f"Vera, “{'é' * 80}”?"),
        ("é" * 81, ""),
        ("order 123", "Vera, “order 123”?"),
        ("order 1234", ""),
        ("طلب ١٢٣٤", ""),
    ],
)
async def test_a_short_line_is_quoted_as_it_is_and_nothing_else(shift: Shift, text: str, quoted: str) -> None:
    only = Phrases("en", ("{first_name}, “{question}”?", "Plain."))
    await shift.begin(msgspec.structs.replace(DESK, phrases=(only,)), ana=6)
    said = []
    chat = await asks(shift, text=text)
    for _ in range(2):  # whichever comes first, the other one is next
        await shift.passes(5)
        said.append((await words(shift))[-1].text)
        await shift.answers("ana", chat)
        await shift.writes("vera", chat, text)
    assert sorted(said) == sorted(["Plain.", quoted or "Plain."])
