"""A newer release runs beside this one for some minutes: this one ignores its additional counts and names."""

import msgspec
import pytest

from console.archive.alerts import Alerts
from console.archive.database import Database
from console.archive.stores import Stores
from console.archive.tables import alert_incidents, members, queues, settings
from console.domain.blocks import Block
from console.domain.directory import Queue
from console.events import AgentChanged, Ended, Unreadable, decode_fact, read_log
from console.projection.current import Current
from console.projection.picture import Picture
from console.projection.statistics import Statistics
from console.queue.feed import decode_entry
from console.views.html import HtmlViews, Strip
from console.views.json import visitor_chat
from tests.support.archive_feed import fresh_database
from tests.support.queue_shift import Shift

HOUR = 3_600_000  # ms


async def put(shift: Shift, key: str, *pairs: object) -> None:
    await shift.workspace.store.command("HSET", key, *pairs)


async def picture_of(shift: Shift) -> Picture:
    return Picture.from_snapshot(await shift.workspace.snapshot())


async def test_what_a_newer_release_counts_besides_changes_no_figure(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.answers("ana", chat)
    before = await picture_of(shift)
    keys, hour = shift.workspace.keys, shift.workspace.now() // HOUR
    await put(
        shift, keys.of("times", "ana"), f"{hour}:q", 1, f"{hour}:b", 2, f"{hour}:bx", 3, "week:n", 4, "zone", "UTC"
    )
    span = keys.of("times", f"sales:h{hour}")
    await put(shift, span, "z12", 1, "zw", 2, "a", 3, "an", 4, "suggested_later", 5, "waved", "6.5", "", 7)
    assert await picture_of(shift) == before


async def test_spans_that_only_a_newer_release_keeps_are_dropped(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.answers("ana", chat)
    picture = await picture_of(shift)
    figures, kept = picture.queue("sales").figures, dict(picture.queue("sales").figures.spans)
    figures.spans |= {name: Statistics() for name in ("d20000", "week", "")}
    figures.prune(shift.workspace.now())
    assert figures.spans == kept


async def test_an_agent_in_an_unknown_status_gets_no_chats_and_is_shown(shift: Shift) -> None:
    await shift.puts("agent", "ana", status="training")
    agent = (await picture_of(shift)).agents["ana"]
    assert (agent.status, agent.connected, agent.online, agent.free_slots) == ("training", True, False, 0)
    assert "training" in HtmlViews(Current()).strip(Strip(agent, 0, 0, 0, 0, None, 1), locale="en")


@pytest.mark.parametrize(("holder", "place"), [("ana", "active"), ("", "waiting")])
async def test_vera_sees_a_chat_in_an_unknown_place(shift: Shift, holder: str, place: str) -> None:
    chat = await shift.opens("vera")
    await shift.puts("chat", chat, place="parked", agent=holder)
    live, _ = await shift.workspace.read_chat(chat)
    assert visitor_chat(live, {}, {}).place == place
    assert (await picture_of(shift)).chats[chat].place == "parked"


async def test_a_chat_that_ends_for_an_unknown_reason_has_ended_here_too(shift: Shift) -> None:
    chat = await shift.opens("vera")
    picture = await picture_of(shift)
    fact = next(one for one in await shift.facts("opened") if one.chat == chat)
    raw = msgspec.json.encode(
        {"kind": "ended", "at": fact.at, "chat": chat, "seq": 9, "prev": 8, "why": "merged", "into": "another"}
    )
    await shift.workspace.store.command("RPUSH", shift.workspace.keys.of("log", chat), raw)
    log = await shift.workspace.store.command("LRANGE", shift.workspace.keys.of("log", chat), 0, -1)
    last = read_log(log)[-1]
    assert isinstance(last, Ended)
    assert last.why == "merged"
    before = picture.chats[chat]
    picture.advance(picture.n + 1, last)
    assert chat not in picture.chats
    assert "merged" in HtmlViews(Current()).line(last, before, locale="en")


def test_an_unknown_status_arrives_as_it_is_and_what_is_no_fact_does_not() -> None:
    raw = b'{"kind":"agent","at":1,"agent":"ana","name":"Ana","status":"training","connected":true,"fence":1,"limit":6}'
    fact = decode_fact(raw)
    assert isinstance(fact, AgentChanged)
    assert fact.status == "training"
    for wrong in (b'{"kind":"hologram","at":1}', raw.replace(b'"training"', b"7"), raw.replace(b"6}", b'"six"}'), b"{"):
        assert isinstance(decode_entry("1-1", wrong).fact, Unreadable)


async def test_a_directory_with_unknown_modes_roles_and_blocks_is_read(database_url: str) -> None:
    async with fresh_database(database_url) as database:
        stores = Stores(database)
        await stores.queues.put(Queue("sales", "Sales", mode="offer"))
        await stores.members.add(id="ana", email="ana@x.example", name="Ana", password="", role="admin")
        await stores.blocks.put(Block("visitor", "mallory", until=5))
        async with database.writing() as connection:
            await connection.execute(queues.update().values(mode="auction"))
            await connection.execute(members.update().values(role="auditor"))
            known = msgspec.to_builtins(Block("visitor", "mallory", until=5))
            value = [known, {**known, "kind": "country", "who": "XX"}]
            await connection.execute(settings.update().where(settings.c.name == "blocks").values(value=value))
        stands = await stores.directory.read()
        assert stands.queues["sales"].mode == "push"
        assert stands.members["ana"].role == "agent", "the fewest rights"
        assert [block.who for block in stands.blocks.values()] == ["mallory"]


async def test_an_incident_of_an_unknown_kind_stays_with_the_newer_release(database_url: str) -> None:
    async with fresh_database(database_url) as database:
        await _open_incident(database, "late")
        await _open_incident(database, "left_message")
        _, found = await Alerts(database, locales=("en",)).incidents.begin("me", "e1", "1-1", 1)
        assert [one.kind for one in found] == ["late"]


async def _open_incident(database: Database, kind: str) -> None:
    values = {"rule": "r", "kind": kind, "queue": "sales", "opened": 1, "told": 1, "last": 1, "holds": True, "count": 1}
    async with database.writing() as connection:
        await connection.execute(alert_incidents.insert().values(workspace="main", **values))
