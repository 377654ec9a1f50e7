"""Video platform: two tiers, partners straight to the second, French and English, shifts in three cities."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from console.domain.directory import Hours, Queue
from console.domain.opening_hours import open_at
from tests.stories.teams import at_work, person, set_up
from tests.support.json_clients import Visitor
from tests.support.server_process import RunningServer

WEEK = tuple(range(7))
LEVEL_1 = Queue("l1", "Level 1", languages=("en", "fr"), overflow_to="l2", overflow_after=1_500)
LEVEL_2 = Queue("l2", "Level 2", languages=("en", "fr"))
TEAM = [
    person("alice", "l1", languages=("en",), limit=1),
    person("amelie", "l1", languages=("fr",), limit=1),
    person("paul", "l2", limit=1),
]


async def asks(server: RunningServer, text: str, queue: str, locale: str = "en") -> Visitor:
    visitor = await Visitor.comes(server)
    await visitor.command("set", locale=locale)
    await visitor.opens(text, queue=queue)
    return visitor


async def test_a_french_visitor_meets_an_agent_who_speaks_french(server: RunningServer) -> None:
    await set_up(server, [LEVEL_1, LEVEL_2], TEAM)
    alice, amelie = await at_work(server, "alice", "amelie")
    french = await asks(server, "Bonjour, ma vidéo ne se charge pas", "l1", "fr-FR")
    english = await asks(server, "My video does not load", "l1", "en-US")
    await amelie.gets(french.chat)
    await alice.gets(english.chat)


async def test_an_english_browser_that_writes_french_meets_who_speaks_french(server: RunningServer) -> None:
    """By the words alone: nobody here speaks English, and the chat would wait for ever."""
    await set_up(server, [replace(LEVEL_1, language_after=0), LEVEL_2], TEAM)
    (amelie,) = await at_work(server, "amelie")
    vera = await asks(server, "Bonjour, ma vidéo ne se charge pas depuis ce matin", "l1", "en-GB")
    held = await amelie.gets(vera.chat)
    kinds = [fact["kind"] for fact in held["facts"]]
    assert kinds.index("language_set") < kinds.index("assigned")
    assert (held["locale"], held["language"], held["language_by"]) == ("en-GB", "fr", "text")

    await amelie.command("language", chat=vera.chat, language="en")
    await vera.command("say", text="Je ne parle pas du tout anglais, je suis désolé")
    await amelie.reads("Je ne parle pas du tout anglais, je suis désolé")
    told = [fact for fact in amelie.facts() if fact["kind"] == "language_set"]
    assert [(one["language"], one["by"]) for one in told] == [("fr", "text"), ("en", "agent")]


async def test_a_partner_goes_straight_to_the_second_level(server: RunningServer) -> None:
    await set_up(server, [LEVEL_1, LEVEL_2], TEAM)
    alice, paul = await at_work(server, "alice", "paul")
    partner = await asks(server, "Our channel is down", "l2")
    await paul.gets(partner.chat)
    assert alice.chats() == []


async def test_what_the_first_level_cannot_take_overflows_to_the_second(server: RunningServer) -> None:
    await set_up(server, [LEVEL_1, LEVEL_2], TEAM)
    alice, paul = await at_work(server, "alice", "paul")
    first = await asks(server, "One", "l1")
    await alice.gets(first.chat)
    second = await asks(server, "Two", "l1")
    held = await paul.gets(second.chat)
    assigned = next(fact for fact in held["facts"] if fact["kind"] == "assigned")
    assert (assigned["line"], assigned["stuck"]) == ("l2", "all_busy")
    assert assigned["waited"] >= 1_500


def test_three_cities_cover_the_day() -> None:
    shifts = [
        Hours("Europe/Paris", tuple((day, 8 * 60, 16 * 60) for day in WEEK)),
        Hours("America/New_York", tuple((day, 9 * 60, 18 * 60) for day in WEEK)),
        Hours("Asia/Singapore", tuple((day, 6 * 60, 15 * 60) for day in WEEK)),
    ]
    start = datetime(2026, 3, 20, tzinfo=UTC)  # New York has its summer time, Paris has not yet
    for quarter in range(4 * 24 * 14):
        ms = int((start + timedelta(minutes=15 * quarter)).timestamp() * 1000)
        there = sum(open_at(hours, ms) for hours in shifts)
        assert there >= 1, start + timedelta(minutes=15 * quarter)


async def test_outside_the_hours_nobody_is_kept_waiting(server: RunningServer) -> None:
    now = datetime.now(UTC)
    shut = Hours("UTC", ((now.weekday(), 0, 1),) if now.hour else ((now.weekday(), 1439, 1440),))
    await set_up(server, [Queue("l1", "Level 1", hours=shut)], [person("alice", "l1")])
    await at_work(server, "alice")
    vera = await Visitor.comes(server)
    answer = await vera.opens("Anybody?", queue="l1")
    assert (answer["t"], answer["code"]) == ("nack", "closed")
