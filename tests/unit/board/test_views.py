"""The board's fragments as HTML: what they say, and that all text is escaped."""

import re

import pytest
from msgspec.structs import replace

from console.board.agent_rows import agent_row
from console.board.late_answers import late_answers
from console.board.overview import overview
from console.board.sparkline import sparkline
from console.board.views import BoardViews
from console.domain.channels import ChannelRule
from console.domain.directory import Queue
from console.events import Assigned, Author, ChatFact, Message, Note, Opened, Transferred, Visitor, Withdrawn
from console.projection.models import BotState
from console.views.html import HtmlViews
from console.views.watch import WatchViews, traced
from tests.support.board_state import SUPPORT, Floor
from tests.unit.board.test_queue_cards import card_of
from tests.unit.views.test_html import ATTACKS, Elements

LINE = Queue("billing", "Billing", overflow_to="support", overflow_after=20_000)


def text(html: str) -> str:
    """What is read of it."""
    return re.sub(r"\s+", " ", "".join(Elements(html).texts)).strip()


def draw(floor: Floor, thing: object, *, locale: str = "en", wall: bool = False) -> str:
    return BoardViews(floor).part(thing, locale=locale, wall=wall, now=floor.now)  # type: ignore[arg-type]


def row(floor: Floor, agent: str = "ana") -> object:
    return agent_row(floor.picture, floor.picture.agents[agent], floor.directory, lost=0, now=floor.now)


def busy() -> Floor:
    floor = Floor(LINE, SUPPORT)
    floor.agent("ana", limit=2)
    floor.agent("chiara", connected=False)
    floor.agent("deniz", status="away", reason="Lunch", since=-8 * 60_000)
    floor.holds("ana", 1, name="Giulia", due=-3_000)
    floor.holds("ana", 2, name="Marco", due=4_000)
    floor.holds("chiara", 1, name="Paolo")
    floor.waits("vera", for_ms=11_000, due=8_000)
    return floor


@pytest.mark.parametrize(("limit", "words"), [(4, "4 of 6, own limit"), (6, "")])
def test_a_limit_that_the_agent_chose_stands_in_their_row(limit: int, words: str) -> None:
    floor = Floor()
    floor.agent("ana", limit=limit, most=6)
    drawn = draw(floor, row(floor))
    assert ("own limit" in text(drawn), words in text(drawn)) == (bool(words), True)
    assert 'data-limit="6"' in drawn, "the sheet shows the limit that supervisors set"
    assert drawn.count('data-kind="locked"') == 6 - limit


@pytest.mark.parametrize(("channel_slots", "highest"), [(None, 6), (0, 6), (2, 4)])
def test_a_row_tells_the_sheet_the_highest_limit_beside_slots_for_other_channels(
    channel_slots: int | None, highest: int
) -> None:
    floor = Floor()
    floor.agent("ana", limit=2, most=2, channel_slots=channel_slots)
    assert f'data-highest-limit="{highest}"' in draw(floor, row(floor))


def test_a_row_counts_the_free_slots_of_each_kind() -> None:
    floor = Floor()
    floor.agent("ana", limit=2, most=3, channel_slots=2, aside=1)
    for slot in (1, 2, 3):
        floor.holds("ana", slot)
    drawn = draw(floor, row(floor))
    assert 'data-free="0" data-free-aside="1"' in drawn
    assert "3 in use out of 4" in text(drawn)
    assert "2 of 3, own limit" in text(drawn), "slots for other channels are no chats at once"
    floor.picture.agents["ana"].breather = floor.now + 60_000
    assert 'data-free="0" data-free-aside="0"' in draw(floor, row(floor))
    floor.agent("ben", limit=3)
    assert 'data-free="3" data-free-aside="3"' in draw(floor, row(floor, "ben")), "they share them"


@pytest.mark.parametrize(
    ("channel", "rules", "aside"),
    [
        ("web", (), False),
        ("api", (), False),
        ("sms", (), True),
        ("fax", (), True),
        ("sms", (ChannelRule("sms", push=True),), False),
        ("fax", (ChannelRule("other", push=True),), False),
        ("email", (ChannelRule("sms", push=True),), True),
    ],
)
def test_a_watched_chat_says_which_kind_of_slot_it_takes(
    channel: str, rules: tuple[ChannelRule, ...], aside: bool
) -> None:
    floor = Floor(replace(SUPPORT, channels=rules))
    floor.agent("ana")
    chat = floor.holds("ana", 1, channel=channel)
    head = WatchViews(HtmlViews(floor)).head(chat, locale="en", now=floor.now)
    assert ("data-aside" in head) == aside
    assert ("data-aside" in HtmlViews(floor).who(1, chat, locale="en")) == aside


def test_a_chat_that_the_bot_has_can_be_watched_from_its_queues_card() -> None:
    floor = Floor(replace(SUPPORT, bot="robin"))
    floor.agent("ana")
    floor.waits("c1", name="<b>Vera</b>", for_ms=11_000).place = "bot"
    assert "With the bot" not in draw(floor, card_of(floor)), "no bot is connected"
    floor.picture.bots["robin"] = BotState("robin", "Robin", connected=True, limit=5, fence=1)
    drawn = draw(floor, card_of(floor))
    assert "With the bot Robin 1" in text(drawn)
    assert '<button type="button" class="plain" data-chat="c1"' in drawn
    assert "<b>Vera" not in drawn


def test_a_card_tells_the_channels_apart_once_there_are_some() -> None:
    floor = Floor()
    floor.agent("ana")
    floor.holds("ana", 1)
    assert "Channels today" not in draw(floor, card_of(floor))
    floor.waits("c1", for_ms=90_000, channel="email")
    drawn = draw(floor, card_of(floor))
    assert "Live chat10–" in text(drawn)
    assert "E-mail111:30" in text(drawn)
    assert 'data-channels="live email"' in drawn
    assert '<li id="line-c1" data-channel="email">' in drawn


def test_slots_for_other_channels_stand_behind_those_of_the_limit() -> None:
    floor = Floor()
    floor.agent("ana", limit=3, channel_slots=2)
    drawn = draw(floor, row(floor))
    assert (drawn.count('data-kind="free"'), drawn.count('data-kind="locked"')) == (5, 1)


def test_a_card_says_what_to_act_on_in_words() -> None:
    floor = busy()
    says = text(draw(floor, card_of(floor, "billing")))
    assert "1 promise broken, for 0:03" in says
    assert "No free agents. Overflow to Support in 9 s" in says
    assert "1 promise will break within 30 s" in says
    assert "waiting 0:11" in says


def test_a_card_speaks_italian() -> None:
    floor = busy()
    says = text(draw(floor, card_of(floor, "billing"), locale="it"))
    assert "Nessun operatore libero. Overflow su Support tra 9 s" in says


def test_an_empty_queue_says_so_and_where_the_picture_will_be() -> None:
    floor = Floor()
    floor.agent("ana")
    says = text(draw(floor, card_of(floor)))
    assert "Nothing needs attention" in says
    assert "No chats waiting." in says
    assert "appears after the first full hour" in says


def test_a_row_says_the_status_and_a_slot_whose_chat_it_holds() -> None:
    floor = busy()
    html = draw(floor, row(floor))
    assert "Online 1:00" in text(html)
    assert f'data-due="{floor.now - 3_000}"' in html
    assert 'data-name="Giulia"' in html
    assert html.count('data-kind="locked"') == 4
    assert "Away 8:00 Lunch" in text(draw(floor, row(floor, "deniz")))
    assert "Disconnected" in text(draw(floor, row(floor, "chiara")))


def test_the_totals_count_everybody_once() -> None:
    floor = busy()
    rows = {
        agent: agent_row(floor.picture, line, floor.directory, lost=0, now=floor.now)
        for agent, line in floor.picture.agents.items()
    }
    says = text(draw(floor, overview(floor.picture, rows, floor.directory, 1)))
    assert says == "1 agent online 1 away 1 disconnected 2 of 2 slots in use 3 chats 1 waiting 1 late now"


def test_a_late_answer_prints_the_seconds_of_its_stages() -> None:
    floor = busy()
    floor.late("ana", "c1", 200, 100, 7_800, 1_000)
    html = draw(floor, late_answers(floor.picture, floor.directory, {"c1": Visitor("v1", "Giulia")}))
    assert "Giulia Billing · Ana · 9.1 s" in text(html)
    assert "queue 0.2 s delivery 0.1 s noticing 7.8 s composing 1.0 s" in text(html)
    widths = [int(width) for width in re.findall(r'<rect class="st-\w+" x="\d+" y="0" width="(\d+)"', html)]
    assert widths == [22, 11, 857, 110]


@pytest.mark.parametrize(("visitors", "says"), [({"c1": Visitor("v-04f2")}, "Visitor 4f2"), ({}, "Visitor")])
def test_a_late_answers_visitor_without_a_name_is_called_as_in_the_queues(
    visitors: dict[str, Visitor], says: str
) -> None:
    floor = busy()
    floor.late("ana", "c1", 200, 100, 7_800, 1_000)
    assert f"<bdi>{says}</bdi>" in draw(floor, late_answers(floor.picture, floor.directory, visitors))
    assert "<bdi>Giulia</bdi>" in draw(
        floor, late_answers(floor.picture, floor.directory, {"c1": Visitor("v-04f2", "Giulia")})
    )


def test_the_picture_is_as_high_as_its_highest_and_has_a_table_beside_it() -> None:
    line = re.search(r'class="stroke" d="M([^"]+)"', sparkline([0, 5, 10]))
    assert line is not None
    assert line[1] == "0 34 120 18 240 2"
    assert sparkline([3]) == ""
    assert 'd="M0 34 120 34 240 34"' in sparkline([0, 0, 0])


@pytest.mark.parametrize("wall", [False, True])
def test_every_part_is_one_element_with_an_id_and_a_place(wall: bool) -> None:
    floor = busy()
    rows = {"ana": agent_row(floor.picture, floor.picture.agents["ana"], floor.directory, lost=0, now=floor.now)}
    things = (
        card_of(floor, "billing"),
        row(floor),
        overview(floor.picture, rows, floor.directory, 0),
        late_answers(floor.picture, floor.directory, {}),
    )
    for thing in things:
        html = draw(floor, thing, wall=wall)
        assert re.match(r"<\w+ [^>]*id=\"[\w-]+\"[^>]*data-in=\"\w+\"", html), html[:200]
        name = re.match(r"<(\w+)", html)[1]  # type: ignore[index]
        assert html.endswith(f"</{name}>")


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("wall", [False, True])
def test_nothing_anybody_writes_is_alive(attack: str, wall: bool) -> None:
    floor = Floor(Queue("support", attack, overflow_to="support"))
    floor.agent("ana", name=attack, status="away", reason=attack, limit=1)
    floor.holds("ana", 1, name=attack, due=-1)
    floor.waits("vera", name=attack, due=-1, locale=attack)
    floor.late("ana", "ana1", 1, 1, 1, 1)
    lates = late_answers(floor.picture, floor.directory, {"ana1": Visitor(attack, attack)})
    for thing in (card_of(floor), row(floor), lates):
        inert(draw(floor, thing, wall=wall))


def inert(html: str) -> None:
    found = Elements(html)
    assert not {"script", "img", "iframe", "hx-partial", "hx-upsert", "template", "textarea"} & set(found.tags)
    for name, value in found.attributes:
        assert not name.startswith(("on", "hx-"))
        assert name not in {"autofocus", "style", "src", "href"}
        assert name != "id" or re.fullmatch(r"(queue|agent|late|line|m|watch)-[\w-]+|lates|overview", value)


# --- looking on -----------------------------------------------------------------------------------------


def facts(words: str) -> list[ChatFact]:
    return [
        Opened(1, "c", 1, 0, visitor=Visitor("v", words, words), queue="support", site="demo", due=1, page=words),
        Message(1, "c", 2, 1, by="visitor", author=Author("v", words), cid="c" * 22, text=words),
        Assigned(
            2, "c", 3, 2, agent="ana", name=words, slot=1, why="next_in_line", candidates=1, clocks=2, waited=14_200,
            stuck="all_busy", expected=12_000, line="support",
        ),
        Note(3, "c", 4, 3, author=Author("sam", words), cid="n" * 22, text=words, whisper=True),
        Transferred(
            4, "c", 5, 4, author=Author("ana", words), cid="t" * 22, agent="ana", queue="support", due=1, note=words
        ),
        Withdrawn(5, "c", 6, 5, agent="ana", why="declined"),
    ]  # fmt: skip


def watching(floor: Floor) -> WatchViews:
    return WatchViews(HtmlViews(floor))


def test_why_this_agent_and_why_the_wait_is_told_step_by_step() -> None:
    floor = busy()
    says = text(watching(floor).trace(traced(facts("Ana")), locale="en"))
    for words in (
        "Added to Support",
        "Ana: next in line when a slot freed up (2 running clocks, 1 had a free slot).",
        "Waited 14 s: everyone was full.",
        "Expected 12 s. Came from Support.",
        "Ana transferred it to Support: Ana",
        "Ana declined",
    ):
        assert words in says


@pytest.mark.parametrize("place", ["waiting", "offered", "active", "wrapup", "ended"])
def test_the_panel_says_where_the_chat_stands(place: str) -> None:
    floor = busy()
    chat = floor.holds("ana", 1, name="Giulia", place=place)
    says = text(watching(floor).head(chat, locale="en", now=floor.now))
    wanted = {
        "waiting": "Waiting",
        "offered": "Offered to Ana",
        "active": "With Ana, slot 1",
        "wrapup": "Ended, in wrap-up with Ana",
        "ended": "Ended",
    }
    assert wanted[place] in says


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_a_visitor_writes_is_alive_in_the_panel(attack: str) -> None:
    floor = Floor(Queue("support", attack))
    floor.agent("ana", name=attack)
    chat = floor.holds(
        "ana", 1, name=attack, email=attack, page=attack, title=attack, locale=attack, reason=attack, tags=[attack],
        watchers=["sam"],
    )  # fmt: skip
    views, log = watching(floor), facts(attack)
    whole = views.whole(chat, log, locale="en", now=floor.now)
    for html in (whole, *(views.fact(fact, chat, log, locale="en") for fact in log)):
        found = Elements(html)
        assert not {"script", "img", "hx-partial", "template", "textarea"} & set(found.tags)
        assert not [name for name, _ in found.attributes if name.startswith(("on", "hx-")) or name == "style"]
