"""Sam's board on a whole server: who may open one, what it shows, and what it can do."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import httpx
import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from console.queue.embedded import EmbeddedStore
from console.queue.store import Store
from console.queue.workspace import Workspace
from tests.support.board_client import Board, cookie_of
from tests.support.credentials import stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.queue_shift import Shift
from tests.support.server_process import RunningServer
from tests.unit.protocol.test_protocol_docs import assert_valid
from tools.protocol import codes

SILENT_WITHIN = 2.0  # s


async def sign_out(server: RunningServer, cookie: str, csrf: str) -> None:
    async with httpx.AsyncClient(cookies={"sestetto_session": cookie}, headers={"origin": server.url}) as browser:
        assert (await browser.post(f"{server.url}/sign-out", data={"csrf": csrf})).status_code == 303


@asynccontextmanager
async def another_process(server: RunningServer) -> AsyncIterator[Workspace]:
    """The same live state, as another process of the installation has it."""
    store = Store(EmbeddedStore(server.data / "store").url)
    try:
        yield Workspace(store, "main")
    finally:
        await store.close()


async def ana_and_vera(server: RunningServer, text: str = "My parcel is lost") -> tuple[Agent, Visitor]:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens(text, name="Vera")
    await ana.gets(vera.chat)
    return ana, vera


# --- who may ---------------------------------------------------------------------------------------


async def test_a_supervisor_sees_the_board_and_an_agent_does_not(server: RunningServer) -> None:
    sam = await Board.comes(server)
    welcome = await sam.is_welcome()
    assert {"queue-support", "queue-billing", "agent-ana", "agent-sam", "overview", "lates"} <= sam.parts.keys()
    assert welcome["supervisor"] == "sam"
    ana = await Board.comes(server, "ana")
    assert await ana.hears_close() == 4401
    assert ana.heard == []


async def test_without_a_session_nothing_is_shown(server: RunningServer) -> None:
    nobody = await Board.comes(server, cookie="nothing")
    assert await nobody.hears_close() == 4401
    assert nobody.heard == []


async def test_a_foreign_page_is_refused_before_the_upgrade(server: RunningServer) -> None:
    cookie = await cookie_of(server, "sam")
    with pytest.raises(InvalidStatus, match="403"):
        await Board.comes(server, cookie=cookie, origin="https://evil.example")


async def test_a_board_without_a_hello_is_refused(server: RunningServer) -> None:
    sam = await Board.comes(server)
    await sam.is_welcome()
    await sam.say_frame("hello")
    await sam.hears("error")
    await sam.say_frame("say", cid="c" * 22, chat="x", text="an agent's word")
    await sam.hears(lambda frame: frame["t"] == "error" and frame["code"] == "bad_frame", "a constant error")


async def test_signing_out_closes_the_board(server: RunningServer) -> None:
    cookie = await cookie_of(server, "sam")
    sam = await Board.comes(server, cookie=cookie)
    await sam.is_welcome()
    async with stores_of(server) as stores:
        me = await stores.sessions.holder(cookie)
    assert me is not None
    other = await Board.comes(server)
    await other.is_welcome()
    at = time.monotonic()
    await sign_out(server, cookie, me.csrf)
    assert await sam.hears_close() == 4401
    assert time.monotonic() - at < SILENT_WITHIN
    assert other.closed is None


async def test_a_former_supervisor_is_disconnected(server: RunningServer) -> None:
    sam = await Board.comes(server)
    await sam.is_welcome()
    async with stores_of(server) as stores, another_process(server) as workspace:
        known = (await stores.directory.read()).members["sam"]
        directory = await stores.members.update(msgspec.structs.replace(known, role="agent"))
        at = time.monotonic()
        await workspace.configure(directory)
        assert await sam.hears_close() == 4401
        assert time.monotonic() - at < SILENT_WITHIN


# --- what it shows -----------------------------------------------------------------------------------


async def test_changes_are_on_the_board_within_a_second(server: RunningServer) -> None:
    sam = await Board.comes(server)
    await sam.is_welcome()
    ana, vera = await ana_and_vera(server)
    at = time.monotonic()
    await sam.shows("agent-ana", f'data-chat="{vera.chat}"', 'data-kind="active"')
    assert time.monotonic() - at < 1.5
    await sam.shows("overview", "<b>1</b>")
    await ana.answers(vera.chat, "Let me look")
    await sam.shows("agent-ana", f'data-chat="{vera.chat}"', 'data-due="0"')
    await ana.leave()
    await sam.shows("agent-ana", "Disconnected")


async def test_frames_come_once_a_second_and_say_how_old_they_are(server: RunningServer) -> None:
    sam = await Board.comes(server)
    await sam.is_welcome()
    frames = await eventually(
        lambda: len(found := [f for f in sam.heard if f["t"] == "html"]) >= 4 and found, "four frames"
    )
    assert all(frame["now"] - frame["fresh"] < 1_000 for frame in frames)
    assert 2_000 < frames[3]["now"] - frames[0]["now"] < 5_000


async def test_a_wall_is_shown_no_controls(server: RunningServer) -> None:
    wall = await Board.comes(server, wall=True)
    await wall.is_welcome()
    assert not [part for part in wall.parts.values() if "<button" in part or "<details" in part]


async def test_every_board_frame_matches_the_schema(server: RunningServer) -> None:
    ana, vera = await ana_and_vera(server)
    sam = await Board.comes(server)
    await sam.is_welcome()
    await sam.looks_on(vera.chat)
    await sam.command("whisper", chat=vera.chat, text="she is a patient one")
    await sam.command("status", agent="ben", status="away", reason="Lunch")
    await sam.command("limit", agent="ben", limit=3)
    await sam.command("move", chat=vera.chat, queue="billing", note="about an invoice")
    await sam.command("take_over", chat=vera.chat)
    await vera.say_frame("typing", text="a")
    await sam.hears("typing")
    await sam.say_frame("watch", chat=vera.chat, on=False)
    await sam.hears("unwatched")
    await sam.say_frame("ping", at=1)
    await sam.hears("pong")
    assert_valid(sam.said, "ASupervisorSays")
    assert_valid(sam.heard, "ABoardHears")
    await ana.leave()


# --- looking on ----------------------------------------------------------------------------------------


async def test_sam_watches_a_chat_live(server: RunningServer) -> None:
    ana, vera = await ana_and_vera(server)
    sam = await Board.comes(server)
    await sam.is_welcome()
    whole = await sam.looks_on(vera.chat)
    assert "My parcel is lost" in whole["content"]
    assert "fewest running clocks" in whole["content"]  # why this agent
    await ana.answers(vera.chat, "Let me look")
    await sam.sees("Let me look")
    await sam.shows("agent-ana", "data-watched")
    await sam.say_frame("watch", chat=vera.chat, on=False)
    await sam.hears("unwatched")
    await vera.says("Thanks")
    await ana.reads("Thanks")
    assert not [frame for frame in sam.heard if frame["t"] == "watched" and "Thanks" in frame["content"]]


async def test_a_closed_board_stops_watching(server: RunningServer) -> None:
    _, vera = await ana_and_vera(server)
    sam, other = await Board.comes(server), await Board.comes(server)
    await sam.is_welcome()
    await sam.looks_on(vera.chat)
    await other.shows("agent-ana", "data-watched")
    await sam.leave()
    await eventually(lambda: "data-watched" not in other.parts["agent-ana"], "nobody to look on")


async def test_a_whisper_reaches_ana_and_leaves_no_trace_with_vera(server: RunningServer) -> None:
    ana, vera = await ana_and_vera(server)
    sam = await Board.comes(server)
    await sam.is_welcome()
    await sam.looks_on(vera.chat)
    first = await sam.command("whisper", cid="w" * 22, chat=vera.chat, text="refund approved, card 4111 1111 1111 1111")
    again = await sam.command("whisper", cid="w" * 22, chat=vera.chat, text="refund approved, card 4111 1111 1111 1111")
    assert first == again
    fact = await eventually(lambda: next((f for f in ana.facts() if f["kind"] == "note"), None), "the whisper")
    assert (fact["whisper"], fact["author"]["name"]) == (True, "Sam")
    assert "4111" not in fact["text"]
    await ana.answers(vera.chat, "It is refunded")
    await vera.reads("It is refunded")
    assert "approved" not in str(vera.heard)


async def test_a_watched_chat_that_ends_is_reported(server: RunningServer) -> None:
    ana, vera = await ana_and_vera(server)
    sam = await Board.comes(server)
    await sam.is_welcome()
    await sam.looks_on(vera.chat)
    await vera.command("end")
    await ana.wraps_up(vera.chat)
    assert (await sam.hears("unwatched"))["why"] == "ended"
    await sam.say_frame("watch", chat=vera.chat)
    await eventually(lambda: len([f for f in sam.heard if f["t"] == "unwatched"]) == 2, "the same answer again")


# --- acting ----------------------------------------------------------------------------------------------


async def test_sam_takes_a_chat_over_into_a_console_of_his_own(server: RunningServer) -> None:
    ana, vera = await ana_and_vera(server)
    await ana.say_frame("draft", chat=vera.chat, text="I was about to")
    board = await Board.comes(server)
    await board.is_welcome()
    refused = await board.command("take_over", chat=vera.chat)
    assert (refused["t"], refused["code"]) == ("nack", "not_there")
    sam = await Agent.comes(server, "sam")
    await sam.is_welcome()
    await sam.command("status", status="away")
    taken = await board.command("take_over", chat=vera.chat)
    assert taken["t"] == "ack"
    held = await sam.gets(vera.chat)
    assert held["draft"] == "I was about to"
    await board.shows("agent-sam", f'data-chat="{vera.chat}"')
    assert vera.chat not in board.parts["agent-ana"]


async def test_sam_moves_a_chat_to_ben_by_name_and_out_of_a_line(server: RunningServer) -> None:
    ana, vera = await ana_and_vera(server)
    board = await Board.comes(server)
    await board.is_welcome()
    assert (await board.command("move", chat=vera.chat, agent="ben"))["code"] == "not_there"
    ben = await Agent.comes(server, "ben")
    await ben.is_welcome()
    assert (await board.command("move", chat=vera.chat, agent="ben", note="yours"))["t"] == "ack"
    await ben.gets(vera.chat)
    assert "yours" in str(ben.facts())
    assert "yours" not in str(vera.heard)
    for agent in (ana, ben):
        await agent.command("status", status="away")
    luca = await Visitor.comes(server)
    refused = await luca.opens("Is anybody there?")
    assert refused["code"] == "closed"
    assert (await board.command("move", chat="nothing", queue="billing"))["code"] in ("gone", "not_found")


async def test_a_limit_is_in_sql_and_live_and_written_down(server: RunningServer) -> None:
    ana, _ = await ana_and_vera(server)
    board = await Board.comes(server)
    await board.is_welcome()
    assert (await board.command("limit", agent="ana", limit=2))["t"] == "ack"
    await board.shows("agent-ana", 'data-limit="2"', 'data-kind="locked"')
    async with stores_of(server) as stores:
        assert (await stores.directory.read()).members["ana"].limit == 2
        latest = (await stores.audit.read())[0]
    assert (latest.name, latest.target, latest.after["limit"]) == ("Sam", "member:ana", 2)
    assert (await board.command("limit", agent="nobody", limit=2))["code"] == "not_found"
    await board.say_frame("limit", cid="l" * 22, agent="ana", limit=7)
    await board.hears(lambda frame: frame["t"] == "nack" and frame["code"] == "bad_frame", "no limit of seven")
    assert ana.closed is None


async def test_a_limit_while_the_database_is_away_is_refused_by_its_name(server: RunningServer) -> None:
    board = await Board.comes(server)
    await board.is_welcome()
    with closing(sqlite3.connect(server.data / "sestetto.db", isolation_level=None)) as rival:
        rival.execute("BEGIN EXCLUSIVE")
        refused = await board.command("limit", agent="ana", limit=2)
    assert (refused["code"], refused["final"]) == ("database_away", True)
    assert f"`{refused['code']}`" in codes()
    assert board.closed is None


async def test_sams_actions_are_in_the_audit_log(server: RunningServer) -> None:
    ana, vera = await ana_and_vera(server)
    board = await Board.comes(server)
    await board.is_welcome()
    await board.command("whisper", chat=vera.chat, text="Ask for the order number")
    await board.command("move", chat=vera.chat, queue="billing")
    await board.command("status", agent="ana", status="away", reason="Lunch")
    async with httpx.AsyncClient(cookies={"sestetto_session": await cookie_of(server, "sam")}) as browser:

        async def page() -> str:
            text = (await browser.get(f"{server.url}/settings/changes")).text
            return text if "Status changed" in text else ""

        told = await eventually(page, "the changes in the archive")
        assert (await browser.get(f"{server.url}/chats/{vera.chat}")).status_code == 200
    assert told.index("Status changed") < told.index("Chat moved") < told.index("Whisper sent")
    assert told.count(f'href="/chats/{vera.chat}"') == 2
    assert ana.closed is None


async def test_a_late_answer_keeps_its_visitors_name_over_a_restart(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Hello?", name="Giulia")
    await ana.gets(vera.chat)
    await ana.is_told("late")
    await ana.answers(vera.chat, "Sorry for the wait")
    await ana.ends(vera.chat)
    server.stop()
    await server.start()
    board = await Board.comes(server)
    await board.shows("lates", "<bdi>Giulia</bdi>")


async def test_a_status_is_changed_and_says_by_whom(server: RunningServer) -> None:
    ana, _ = await ana_and_vera(server)
    board = await Board.comes(server)
    await board.is_welcome()
    await board.command("status", agent="ana", status="away", reason="Lunch")
    await board.shows("agent-ana", 'data-status="away"', "Lunch")
    await ana.command("status", status="away", reason="Card 4111 1111 1111 1111")
    await board.shows("agent-ana", "Card •••• •••• •••• 1111")
    assert (await board.command("status", agent="nobody", status="away"))["code"] == "not_found"
    assert ana.closed is None


async def test_a_chat_that_is_not_there_is_not_found(server: RunningServer) -> None:
    sam = await Board.comes(server)
    await sam.is_welcome()
    for command, more in (("whisper", {"text": "Hm"}), ("take_over", {}), ("move", {"agent": "ana"})):
        assert (await sam.command(command, chat="nothing", **more))["code"] == "not_found"


async def test_reconnecting_and_watching_skip_unknown_facts(
    server: RunningServer,
) -> None:
    _, vera = await ana_and_vera(server)
    async with another_process(server) as workspace:
        live, _ = await workspace.read_chat(vera.chat)
        seq = live.number("seq") + 1
        fact = {"kind": "hologram", "at": 1, "chat": vera.chat, "seq": seq, "prev": seq - 1}
        await workspace.store.command("RPUSH", workspace.keys.of("log", vera.chat), msgspec.json.encode(fact))
        await Shift(workspace).puts("chat", vera.chat, seq=seq)
    assert "My parcel is lost" in (await Visitor.comes(server, knows=vera, after=0)).texts()
    sam = await Board.comes(server)
    await sam.is_welcome()
    await sam.looks_on(vera.chat)
    await sam.sees("My parcel is lost")


@pytest.mark.parametrize("shown", [True, False])
async def test_ana_sees_watchers_unless_the_admin_hides_them(server: RunningServer, shown: bool) -> None:
    async with stores_of(server) as stores, another_process(server) as workspace:
        await workspace.configure(await stores.preferences.set_watch_shown(shown))
    ana, vera = await ana_and_vera(server)
    sam = await Board.comes(server)
    await sam.is_welcome()
    await sam.looks_on(vera.chat)
    await sam.sees("Watching:")
    await sam.command("whisper", chat=vera.chat, text="hello Ana")
    await ana.is_told("note")
    assert ("watched" in [fact["kind"] for fact in ana.facts()]) is shown
    await ana.command("invite", chat=vera.chat, agent="ben")
    ben = await Agent.comes(server, "ben")
    await ben.is_welcome()
    await ben.say_frame("watch", chat=vera.chat)
    await ben.hears("watching")
    await sam.say_frame("watch", chat=vera.chat, on=False)
    await sam.hears("unwatched")
    await vera.says("Anybody?")
    await ben.hears(lambda frame: frame["t"] == "fact" and frame["fact"].get("text") == "Anybody?", "Vera's words")
    told = [frame["fact"]["kind"] for frame in ben.heard if frame["t"] == "fact"]
    assert ("watched" in told) is shown
