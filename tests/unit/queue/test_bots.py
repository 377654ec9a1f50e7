"""Bots that have chats before people do: when they get one, what ends it, and which clock begins then."""

from typing import TypeVar

import pytest
import pytest_asyncio
from msgspec.structs import replace

from console.domain.ids import new_cid
from console.errors import ChatEnded, Fenced, NoSlot, NothingToDo, NotThere, NotYours
from console.events import Author, BotAssigned, ChatFact, Ended, Transferred, Visitor
from console.projection.statistics import Statistics
from tests.support.queue_shift import SALES, Shift, member

ROBIN = Author("robin", "Robin")
ANSWERED = replace(SALES, bot="robin", bot_within=5_000)
TARGET = SALES.target
F = TypeVar("F", bound=ChatFact)


class Floor(Shift):
    """Ana and Ben work in Sales, where Robin answers first and takes two chats at once."""

    def __init__(self, shift: Shift) -> None:
        super().__init__(shift.workspace)
        self.fences, self.version = shift.fences, shift.version
        self.robin = 0  # the fence of its connection, 0: it is away

    async def renew(self) -> None:
        await super().renew()
        await self.workspace.renew([("robin", self.robin)])

    async def robin_comes(self) -> list[str]:
        """Return the chats that it has."""
        connected = await self.workspace.bot_connect(ROBIN, 2)
        self.robin = connected.fence
        return [chat.id for chat in connected.chats]

    async def robin_leaves(self) -> None:
        await self.workspace.bot_leave("robin", self.robin)

    async def robin_says(self, chat: str, text: str = "We are open till six.") -> None:
        await self.workspace.bot_say(ROBIN, self.robin, chat, new_cid(), text)

    async def robin_hands_over(self, chat: str, **how: str) -> None:
        await self.workspace.bot_hands_over(ROBIN, self.robin, chat, new_cid(), **how)

    async def robin_ends(self, chat: str) -> None:
        await self.workspace.bot_end(ROBIN, self.robin, chat, new_cid())

    async def place(self, chat: str) -> str:
        return await self.field(chat, "place")

    async def number(self, chat: str, field: str) -> int:
        return int(await self.field(chat, field) or 0)

    async def last(self, kind: type[F], chat: str) -> F:
        """Return the chat's last fact of a kind."""
        return [fact for fact in await self.facts() if isinstance(fact, kind) and fact.chat == chat][-1]

    async def figures(self) -> Statistics:
        return (await self.picture()).queue("sales").figures.over(self.workspace.now(), 90)

    async def counted(self, *names: str) -> tuple[int, ...]:
        figures = await self.figures()
        return tuple(figures.count(name) for name in names)


@pytest_asyncio.fixture
async def floor(shift: Shift) -> Floor:
    made = Floor(shift)
    await made.configures([ANSWERED], [member("ana", "sales"), member("ben", "sales")])
    await made.online("ben")
    await made.robin_comes()
    return made


async def test_a_new_chat_is_the_bots_and_no_clock_runs(floor: Floor) -> None:
    chat = await floor.opens("vera")
    assert (await floor.place(chat), await floor.field(chat, "bot")) == ("bot", "robin")
    assert (await floor.number(chat, "turn"), await floor.number(chat, "due")) == (0, 0)
    assert await floor.held("ana") == {}
    told = await floor.last(BotAssigned, chat)
    assert (told.bot, told.name, told.why) == ("robin", "Robin", "first")


async def test_it_is_the_teams_when_the_bot_is_full_or_away_or_the_chat_is_no_live_one(floor: Floor) -> None:
    for visitor in ("vera", "vito"):
        assert await floor.place(await floor.opens(visitor)) == "bot"
    assert await floor.place(await floor.opens("vic")) == "active"
    await floor.robin_leaves()
    assert await floor.place(await floor.opens("val")) == "active"


async def test_the_six_seconds_begin_when_it_hands_over_and_count_for_ana_from_then(floor: Floor) -> None:
    chat = await floor.opens("vera")
    await floor.robin_says(chat)
    await floor.writes("vera", chat, "And on Sunday?")
    await floor.passes(4)
    await floor.robin_hands_over(chat, summary="Asks about Sunday.", draft="On Sunday we")
    begun = floor.workspace.now()
    assert abs(await floor.number(chat, "turn") - begun) < 100
    assert await floor.number(chat, "due") == await floor.number(chat, "turn") + TARGET
    holder = await floor.holder(chat)
    live, _ = await floor.workspace.read_chat(chat)
    assert live.draft == "On Sunday we"
    handed = await floor.last(Transferred, chat)
    assert (handed.bot, handed.why, handed.note, handed.author.name) == (
        "robin",
        "handed",
        "Asks about Sunday.",
        "Robin",
    )
    await floor.passes(1)
    await floor.answers(holder, chat)
    figures = await floor.figures()
    assert (figures.of("v").n, figures.of("v").within) == (1, 1), "the bot's four seconds are not the team's"
    assert figures.of("f").quantile(0.5) < 2_000
    assert await floor.counted("bot", "bot_handed", "bot_solved") == (1, 1, 0)


async def test_a_chat_that_it_ends_alone_is_solved_and_nobodys_answer(floor: Floor) -> None:
    chat = await floor.opens("vera")
    await floor.robin_says(chat)
    await floor.robin_ends(chat)
    ended = await floor.last(Ended, chat)
    assert (ended.why, ended.bot, ended.solved, ended.waited, ended.wrapup) == ("bot", "robin", True, 0, 0)
    assert await floor.counted("bot", "bot_solved", "abandoned", "broke") == (1, 1, 0, 0)
    figures = await floor.figures()
    assert not figures.kinds, "no time of the team's was measured"


async def test_another_program_that_ends_its_chat_is_not_the_bot(floor: Floor) -> None:
    for visitor, author, why in (("vera", Author("crm", "CRM"), "integration"), ("max", ROBIN, "bot")):
        chat = await floor.opens(visitor)
        await floor.workspace.integration_end(author, chat, new_cid())
        ended = await floor.last(Ended, chat)
        assert (ended.why, ended.bot) == (why, "robin")


async def test_who_leaves_before_its_first_word_was_not_helped_and_gave_up_on_nobody(floor: Floor) -> None:
    chat = await floor.opens("vera")
    await floor.workspace.visitor_end(chat, Visitor("vera", "Vera"), new_cid())
    assert await floor.counted("bot", "bot_solved", "abandoned") == (1, 0, 0)


async def test_people_get_the_chat_when_it_is_silent_for_too_long(floor: Floor) -> None:
    chat = await floor.opens("vera")
    await floor.passes(4)
    await floor.writes("vera", chat, "Hello?")  # does not give it more time
    assert await floor.place(chat) == "bot"
    await floor.passes(2)
    assert await floor.place(chat) == "active"
    handed = await floor.last(Transferred, chat)
    assert (handed.why, handed.author.id) == ("silent", "robin")
    with pytest.raises(NotYours):
        await floor.robin_says(chat)


async def test_a_bot_that_streams_has_time_but_not_for_ever(floor: Floor) -> None:
    chat = await floor.opens("vera")
    for _ in range(14):
        await floor.passes(4)
        await floor.workspace.bot_streams("robin", floor.robin, chat)
    assert await floor.place(chat) == "bot"
    await floor.passes(6)
    assert await floor.place(chat) == "active", "a minute after she wrote it is over"


async def test_a_bot_that_comes_back_in_time_finds_its_chats(floor: Floor) -> None:
    chat = await floor.opens("vera")
    await floor.robin_says(chat)
    old = floor.robin
    await floor.robin_leaves()
    await floor.passes(8)
    assert await floor.robin_comes() == [chat]
    with pytest.raises(Fenced):
        await floor.workspace.bot_say(ROBIN, old, chat, new_cid(), "Too late.")
    await floor.passes(30)
    assert await floor.place(chat) == "bot"


async def test_people_get_the_chats_of_a_bot_that_does_not_come_back(floor: Floor) -> None:
    chat = await floor.opens("vera")
    await floor.robin_says(chat)
    floor.robin = 0
    await floor.passes(8)
    assert await floor.place(chat) == "bot", "its lease runs"
    await floor.passes(6)
    handed = await floor.last(Transferred, chat)
    assert (await floor.place(chat), handed.why) == ("active", "gone")
    assert (await floor.picture()).bots == {}


async def test_vera_gets_a_person_whenever_she_wants_one(floor: Floor) -> None:
    chat, vera, cid = await floor.opens("vera"), Visitor("vera", "Vera"), new_cid()
    first = await floor.workspace.ask_person(chat, vera, cid)
    assert await floor.place(chat) == "active"
    assert await floor.workspace.ask_person(chat, vera, cid) == first, "a resend gets the first result"
    with pytest.raises(NothingToDo):
        await floor.workspace.ask_person(chat, vera, new_cid())


async def test_ana_gives_the_chat_back_and_it_is_not_solved_alone(floor: Floor) -> None:
    chat = await floor.opens("vera")
    await floor.robin_hands_over(chat)
    ana = await floor.holder(chat)
    who = Author(ana, ana.title())
    await floor.workspace.transfer(who, floor.fences[ana], chat, new_cid(), to="robin", note="Tell her the hours.")
    assert (await floor.place(chat), await floor.held(ana)) == ("bot", {})
    await floor.robin_says(chat)
    await floor.robin_ends(chat)
    assert await floor.counted("bot", "bot_handed", "bot_solved") == (1, 1, 0)


async def test_ana_cannot_give_it_to_a_bot_that_is_full_or_gone(floor: Floor) -> None:
    chat = await floor.opens("vera")
    await floor.robin_hands_over(chat)
    ana = await floor.holder(chat)
    gives = Author(ana, ana.title()), floor.fences[ana], chat
    for visitor in ("vito", "vic"):
        await floor.opens(visitor)
    with pytest.raises(NoSlot):
        await floor.workspace.transfer(*gives, new_cid(), to="robin")
    await floor.robin_leaves()
    with pytest.raises(NotThere):
        await floor.workspace.transfer(*gives, new_cid(), to="robin")
    assert await floor.holder(chat) == ana


async def test_a_bot_answers_at_night_and_what_it_hands_over_waits(floor: Floor) -> None:
    for agent in ("ana", "ben"):
        await floor.workspace.set_status(agent, floor.fences[agent], "offline")
    chat = await floor.opens("vera")
    assert await floor.place(chat) == "bot"
    await floor.robin_hands_over(chat)
    assert await floor.place(chat) == "waiting"


async def test_vera_who_comes_back_to_what_it_has_solved_talks_to_it_again(floor: Floor) -> None:
    chat = await floor.opens("vera")
    await floor.robin_says(chat)
    await floor.robin_ends(chat)
    with pytest.raises(ChatEnded):
        await floor.robin_says(chat)
    await floor.writes("vera", chat, "One more thing")
    assert await floor.place(chat) == "bot"
    await floor.robin_hands_over(chat)
    assert await floor.place(chat) == "active"


async def test_a_visitor_who_says_nothing_more_is_asked_and_the_chat_ends(floor: Floor) -> None:
    quick = replace(ANSWERED, ask=10_000, end=20_000)
    await floor.configures([quick], [member("ana", "sales"), member("ben", "sales")])
    chat = await floor.opens("vera")
    await floor.robin_says(chat)
    await floor.passes(24)
    ended = await floor.last(Ended, chat)
    assert (ended.why, ended.solved) == ("silent", True)


async def test_sam_takes_a_chat_over_from_the_bot(floor: Floor) -> None:
    chat = await floor.opens("vera")
    await floor.workspace.take_over(Author("ben", "Ben"), chat, new_cid())
    assert await floor.holder(chat) == "ben"
    assert await floor.number(chat, "due") > floor.workspace.now()
