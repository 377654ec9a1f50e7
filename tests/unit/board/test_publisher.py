"""All boards of a process: changes are found and rendered once, and only changes are sent."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from console.board.agent_rows import AgentRow
from console.board.publisher import BEAT, Boards, BoardVariant
from console.board.views import BoardViews
from console.domain.directory import Directory, Queue
from console.errors import Unknown
from console.events import AgentChanged, Author, Late, Message, Stalled, Turn, Visitor
from console.projection.picture import Picture
from console.protocol.supervisor import BoardHtml
from tests.support.board_state import SUPPORT, Floor
from tests.support.eventually import eventually

ENGLISH, ITALIAN, WALL = BoardVariant("en"), BoardVariant("it"), BoardVariant("en", wall=True)


class Store:
    """The live state as boards ask for it."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.away = False
        self.ahead = 0  # facts that the picture has not got yet

    def now(self) -> int:
        return int(time.time() * 1000)

    async def newest(self) -> int:
        if self.away:
            raise Unknown
        return self.floor.picture.n + self.ahead


class Sam:
    """A board: what it was sent."""

    def __init__(self) -> None:
        self.frames: list[BoardHtml] = []

    def push(self, frame: str) -> None:
        self.frames.append(msgspec.json.decode(frame, type=BoardHtml))

    def ids(self) -> list[str]:
        return [part.split('id="')[1].split('"')[0] for frame in self.frames for part in frame.parts]


class House:
    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.store = Store(floor)
        self.boards = Boards(
            self.store,  # type: ignore[arg-type]
            BoardViews(floor),
            floor,
            self.visitors_of,
        )
        self.archived: dict[str, Visitor] = {}
        self.asked: list[list[str]] = []
        self.sql_away = False

    async def visitors_of(self, chats: Collection[str]) -> dict[str, Visitor]:
        """As the archive answers."""
        self.asked.append(sorted(chats))
        if self.sql_away:
            raise Unknown
        return {id: self.archived[id] for id in chats if id in self.archived}

    def happens(self, *agents: str) -> None:
        """Something about these agents that is no alarm."""
        self.floor.picture.n += 1
        words = Message(1, "c", 1, 0, by="visitor", author=Author("v"), cid="c" * 22, text="hello")
        self.boards.on_fact(words, set(agents))

    async def frames(self, sam: Sam, more: int = 1) -> None:
        wanted = len(sam.frames) + more
        await eventually(lambda: len(sam.frames) >= wanted, f"{more} more frames")

    def drawn(self) -> int:
        return self.boards.costs().fragments


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    floor = Floor(SUPPORT, Queue("billing", "Billing"), now=int(time.time() * 1000))
    for name in ("ana", "ben", "chiara"):
        floor.agent(name)
    made = House(floor)
    running = asyncio.create_task(made.boards.run())
    yield made
    running.cancel()


async def test_a_board_that_comes_is_told_everything(house: House) -> None:
    _, _, parts = await house.boards.join(Sam(), ENGLISH)
    assert len(parts) == 2 + 3 + 3  # queues, agents, totals, left messages and late answers


async def test_five_boards_cost_one_rendering(house: House) -> None:
    sams = [Sam() for _ in range(5)]
    for sam in sams:
        await house.boards.join(sam, ENGLISH)
    assert house.drawn() == 8
    await house.frames(sams[0])
    house.floor.holds("ana", 1, due=30_000)
    house.happens("ana")
    await house.frames(sams[4], 2)
    assert house.drawn() == 8 + 4  # the row, the totals, and both cards, which count a free slot less
    assert [sorted(sam.ids()) for sam in sams] == [["agent-ana", "overview", "queue-billing", "queue-support"]] * 5


async def test_each_language_and_the_wall_are_drawn_once_each(house: House) -> None:
    for face in (ENGLISH, ENGLISH, ITALIAN, ITALIAN, WALL, WALL):
        await house.boards.join(Sam(), face)
    assert house.drawn() == 3 * 8


async def test_a_face_nobody_looks_at_any_more_is_drawn_no_more(house: House) -> None:
    ana, sam = Sam(), Sam()
    await house.boards.join(ana, ITALIAN)
    await house.boards.join(sam, ENGLISH)
    house.boards.leave(ana)
    before = house.drawn()
    house.floor.holds("ana", 1)
    house.happens("ana")
    await house.frames(sam, 2)
    assert house.drawn() - before == 4


async def test_what_a_failed_beat_was_to_show_is_shown_by_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    await house.frames(sam)
    draw, failed = BoardViews.part, []

    def fails_once(views: BoardViews, thing: Any, **how: Any) -> str:
        if isinstance(thing, AgentRow) and not failed:
            failed.append(thing.id)
            raise RuntimeError
        return draw(views, thing, **how)

    monkeypatch.setattr(BoardViews, "part", fails_once)
    house.floor.holds("ana", 1, due=30_000)
    house.happens("ana")
    await house.frames(sam, 2)
    assert failed == ["ana"]
    assert {"agent-ana", "overview", "queue-billing", "queue-support"} <= set(sam.ids())


async def test_when_nothing_changes_a_frame_says_so_once_a_second(house: House) -> None:
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    await house.frames(sam, 3)
    assert sam.ids() == []
    gaps = [later.now - earlier.now for earlier, later in zip(sam.frames[1:], sam.frames[2:], strict=False)]
    assert all(gap > 0.8 * BEAT * 1000 for gap in gaps)


async def test_without_boards_nothing_is_drawn_and_nothing_asked(house: House) -> None:
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    await house.frames(sam)
    house.boards.leave(sam)
    before = house.drawn()
    house.floor.holds("ana", 1)
    house.happens("ana")
    await asyncio.sleep(1.2 * BEAT)
    assert house.drawn() == before
    assert len(sam.frames) == 1
    _, _, parts = await house.boards.join(Sam(), ENGLISH)
    assert any('data-chat="ana1"' in part for part in parts)


async def test_an_alarm_does_not_wait_for_the_second(house: House) -> None:
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    await house.frames(sam)
    await asyncio.sleep(0.3)
    at = time.monotonic()
    chat = house.floor.holds("ana", 1, due=-1)
    house.floor.picture.n += 1
    house.boards.on_fact(Late(1, chat.id, 1, 0, queue="support", due=chat.due, agent="ana"), {"ana"})
    await house.frames(sam)
    assert time.monotonic() - at < 0.5 * BEAT
    assert "queue-support" in sam.ids()


async def test_a_hundred_alarms_at_once_are_few_frames(house: House) -> None:
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    await house.frames(sam)
    until = time.monotonic() + 1
    while time.monotonic() < until:
        house.boards.on_fact(Stalled(1, 1), set())
        await asyncio.sleep(0.01)
    assert len(sam.frames) <= 7


async def test_whoever_is_lost_is_shown_with_the_moment_and_whoever_is_removed_goes(house: House) -> None:
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    house.floor.holds("ana", 1)
    house.floor.picture.agents["ana"].connected = False
    lost = AgentChanged(house.store.now(), "ana", "Ana", "online", False, 6, 1)
    house.boards.on_fact(lost, {"ana"})
    await eventually(lambda: [f for f in sam.frames if f'data-since="{lost.at}"' in "".join(f.parts)], "when it was")
    del house.floor.picture.agents["ben"]
    house.boards.on_fact(msgspec.structs.replace(lost, agent="ben", removed=True), {"ben"})
    await eventually(lambda: [frame for frame in sam.frames if frame.gone == ["agent-ben"]], "ben to go")


async def test_a_new_queue_comes_with_the_settings_and_an_old_one_goes(house: House) -> None:
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    house.floor.directory = Directory(2, queues={"sales": Queue("sales", "Sales")})
    await eventually(lambda: "queue-sales" in sam.ids(), "the new card")
    assert sorted(id for frame in sam.frames for id in frame.gone) == ["queue-billing", "queue-support"]


async def test_a_picture_taken_anew_is_drawn_where_it_differs(house: House) -> None:
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    await house.frames(sam)
    old = house.floor.picture
    house.floor.picture = Picture("e2", 1)
    house.floor.picture.agents = {"ana": old.agents["ana"]}
    await eventually(lambda: any("agent-ben" in frame.gone for frame in sam.frames), "the others to go")
    assert "agent-ana" not in sam.ids()


async def test_a_late_answer_keeps_its_visitor_s_name(house: House) -> None:
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    chat = house.floor.holds("ana", 1, name="Giulia")
    house.floor.late("ana", chat.id, 1_000, 0, 7_000, 500)
    turn = Turn(2, 1, 8_500, 7_500, late=True)
    house.boards.on_fact(
        Message(1, chat.id, 3, 2, by="agent", author=Author("ana"), cid="c" * 22, text="x", turn=turn), set()
    )
    del house.floor.picture.chats[chat.id]
    await eventually(lambda: "Giulia" in "".join("".join(frame.parts) for frame in sam.frames), "her name")


# --- how old it is -----------------------------------------------------------------------------------


async def test_the_data_is_as_fresh_as_the_feed_is_read(house: House) -> None:
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    await house.frames(sam)
    assert 0 <= sam.frames[-1].now - sam.frames[-1].fresh < 200


async def test_while_the_store_is_away_frames_come_and_grow_old(house: House) -> None:
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    await house.frames(sam)
    house.store.away = True
    await house.frames(sam, 2)
    assert sam.frames[-1].fresh == sam.frames[0].fresh
    house.store.away = False
    await house.frames(sam)
    assert sam.frames[-1].fresh > sam.frames[0].fresh


async def test_a_picture_that_lags_behind_the_feed_is_not_called_fresh(house: House) -> None:
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    await house.frames(sam)
    house.store.ahead = 3
    await house.frames(sam)
    assert sam.frames[-1].fresh == sam.frames[0].fresh


async def test_a_board_opened_while_the_store_is_away_claims_nothing(house: House) -> None:
    house.store.away = True
    _, fresh, _ = await house.boards.join(Sam(), ENGLISH)
    assert fresh == 0


async def test_late_answers_of_before_a_restart_keep_their_visitors_names(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.board.publisher.ASK", 1.5)
    house.archived = {"gone1": Visitor("v1", "Giulia"), "gone2": Visitor("visitor-abc")}
    for chat in ("gone1", "gone2", "gone3"):
        house.floor.late("ana", chat, 1_000, 0, 7_000, 500)
    still = house.floor.holds("ana", 1, name="Marco")
    house.floor.late("ana", still.id, 1_000, 0, 7_000, 500)
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    await house.frames(sam)
    (lates,) = (part for frame in sam.frames for part in frame.parts if 'id="lates"' in part)
    for name in ("Giulia", "Visitor abc", "Marco", "Visitor"):
        assert f"<bdi>{name}</bdi>" in lates
    await house.frames(sam, 2)
    assert house.asked == [["gone1", "gone2", "gone3"], ["gone3"]], "asked in a while, and only for what is not known"


async def test_an_archive_that_is_away_holds_no_board_up(house: House) -> None:
    house.sql_away = True
    house.floor.late("ana", "gone", 1_000, 0, 7_000, 500)
    sam = Sam()
    await house.boards.join(sam, ENGLISH)
    await house.frames(sam, 2)
    assert house.asked == [["gone"]]
