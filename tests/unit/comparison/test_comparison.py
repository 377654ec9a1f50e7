"""The comparison: all contestants' messages are read alike, each does the work it claims, and the tables are right."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from console.bench.people import Memory
from console.bench.phases import Closed, Steady
from tools.comparison.environment import SERVERS
from tools.comparison.people import Agent, Dialect, Echo, Plain, Said, SocketIO, Visitor
from tools.comparison.picture import picture
from tools.comparison.report import Report, spread_of, tables
from tools.comparison.turn import Turn


@pytest.mark.parametrize("dialect", [Plain(), Echo()])
def test_plain_messages_are_json(dialect: Dialect) -> None:
    assert json.loads(dialect.say("7", "c1", "Hello")) == {"room": "7", "cid": "c1", "text": "Hello"}


def test_an_acknowledgement_and_a_fact_are_told_apart() -> None:
    plain = Plain()
    assert plain.read(b'{"t":"ack","cid":"c1","seq":3}') == Said("c1", 3)
    assert plain.read(b'{"t":"fact","seq":4,"room":"7","by":"agent","cid":"c2","text":"x"}') == Said(
        "c2", 4, "7", "agent"
    )


def test_socket_io_matches_an_acknowledgement_by_its_number() -> None:
    dialect = SocketIO()
    assert dialect.say("7", "c1", "x").startswith(b'421["say",')
    dialect.say("7", "c2", "x")
    assert dialect.read(b'432[{"seq":9}]') == Said("c2", 9)
    assert dialect.read(b'431[{"seq":8}]') == Said("c1", 8)
    fact = b'42["fact",{"room":"7","seq":8,"by":"visitor","cid":"c1","text":"x"}]'
    assert dialect.read(fact) == Said("c1", 8, "7", "visitor")
    assert (dialect.reply(b"2"), dialect.reply(fact)) == (b"3", b"")
    assert dialect.welcomes(b'40{"sid":"a"}')


class Sent(list[bytes]):
    """A wire that keeps what is sent."""

    def send(self, text: bytes, kind: int = 1) -> None:
        self.append(text)


def test_an_agent_answers_once_and_both_ways_are_measured() -> None:
    memory, dialect = Memory(), Plain()
    vera, ana = Visitor(memory, dialect, "7"), Agent(memory, dialect, 0, ["7"])
    vera.wire, ana.wire = Sent(), Sent()  # type: ignore[assignment]
    vera.say()
    (cid,) = memory.sent
    for person in (vera, ana):
        person._heard(b'{"t":"fact","seq":1,"room":"7","by":"visitor","cid":"%s"}' % cid.encode())
    (answer,) = ana._answering
    for person in (vera, ana):
        person._heard(b'{"t":"fact","seq":2,"room":"7","by":"agent","cid":"%s"}' % answer.encode())
    assert memory.open_ends == 3  # two acknowledgements, and when the answer was sent
    vera._heard(b'{"cid":"%s","seq":1}' % cid.encode())
    ana._heard(b'{"cid":"%s","seq":2}' % answer.encode())
    assert (memory.open_ends, len(memory.acks), len(memory.deliveries)) == (0, 2, 2)


@pytest_asyncio.fixture
async def redis(store_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(store_url) as redis:
        yield redis


async def test_the_others_script_keeps_a_message_once_and_numbers_it(redis: Redis, workspace_name: str) -> None:
    say = redis.register_script((SERVERS / "say.lua").read_text())
    keys = [f"{{{workspace_name}}}:{name}" for name in ("room", "log", "feed")]
    try:
        answers = [await say(keys=keys, args=[cid, "7", f'{{"cid":"{cid}"}}']) for cid in ("a", "b", "a")]
        assert answers == [1, 2, 1]
        assert await redis.lrange(keys[1], 0, -1) == [b'{"cid":"a"}', b'{"cid":"b"}']
        assert [fields[b"seq"] for _, fields in await redis.xrange(keys[2])] == [b"1", b"2"]
    finally:
        await redis.delete(*keys)


def test_everything_the_environment_copies_is_there() -> None:
    assert {"say.lua", "package.json", "package-lock.json", "requirements.txt"} <= {f.name for f in SERVERS.iterdir()}
    assert "resolved" not in (SERVERS / "package-lock.json").read_text()


def turn(contestant: str, us: float, spread: str = "one", shares: tuple[float, ...] = (1.0,)) -> Turn:
    steady = Steady(200, 200, 1, 2, us / 100, us / 50, us, 10)
    full = Closed(4, 100, 25, us, 9, 4, 1, 2)
    return Turn(contestant, spread, 1.5, full, [steady], [*shares], {"lost": 0, "doubled": 0, "disordered": 1})  # type: ignore[arg-type]


def test_tables_have_medians_ratios_and_what_a_second_process_costs(tmp_path: Path) -> None:
    turns = [turn("Socket.IO", us) for us in (100, 50, 200)] + [turn("Sestetto", us) for us in (100, 100, 100)]
    turns += [turn("Sestetto", 160, "across"), turn("bare loop", 80, "across")]
    turns += [turn("Sestetto", 100, "beside", (0.8, 0.2))]
    found = tables(Report({}, turns))
    assert "| full load: server CPU, us a message | 100 (50 to 200) | 100 (100 to 100) |" in found
    assert "full load: server CPU, us a message: Sestetto 1.00 (0.50 to 2.00) times Socket.IO" in found
    assert "at 200/s, a message between two processes of Sestetto costs 1.60 (1.60 to 1.60) times one" in found
    assert "at full load, by CPU, two processes of Sestetto carry 1.25 (1.25 to 1.25) times one" in found
    assert "an idle second process of Sestetto costs 25.0 (25.0 to 25.0) %" in found
    assert "p50: 2.00 (2.00 to 2.00) times the bare loop" in found
    assert picture(Report({}, turns)).count('class="bar ours"') == 2


def test_no_values_are_an_empty_cell() -> None:
    assert spread_of([]) == ""
