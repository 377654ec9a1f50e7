"""Chats from assignment to transfer, as an agent's JSON client sees them on a real server."""

import pytest

from console.domain.directory import Queue
from tests.stories.teams import at_work, person, set_up
from tests.support.board_client import Board
from tests.support.credentials import stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Frame, Visitor
from tests.support.server_process import RunningServer
from tests.unit.protocol.test_protocol_docs import assert_valid

ANNA, BRUNO = person("anna", "desk"), person("bruno", "desk")


async def desk_of(server: RunningServer, *people: str, **settings: object) -> list[Agent]:
    """Anna and Bruno at a queue of their own; those named are at work."""
    await set_up(server, [Queue("desk", "Desk", **settings)], [ANNA, BRUNO])  # type: ignore[arg-type]
    return await at_work(server, *people)


async def comes(server: RunningServer, text: str = "Hello?") -> Visitor:
    visitor = await Visitor.comes(server)
    await visitor.opens(text, name="Vera", queue="desk")
    return visitor


async def is_rid_of(agent: Agent, chat: str) -> str:
    frame = await agent.hears(lambda f: f["t"] == "released" and f["chat"] == chat, f"{chat} to go")
    return str(frame["why"])


async def test_an_offer_is_accepted_and_becomes_a_chat(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna", mode="offer", accept=60_000)
    vera = await comes(server)
    offered = (await anna.hears("offered"))["chat"]
    assert (offered["id"], offered["place"], offered["slot"]) == (vera.chat, "offered", 1)
    assert offered["until"] > offered["facts"][0]["at"]
    assert "Hello?" in [fact.get("text") for fact in offered["facts"]]
    assert (await anna.command("accept", chat=vera.chat))["t"] == "ack"
    assert (await anna.gets(vera.chat))["slot"] == 1
    assert (await vera.is_told("assigned"))["name"] == "Anna"


async def test_nobody_types_in_a_chat_they_have_not_accepted(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna", mode="offer", accept=60_000)
    vera = await comes(server)
    await anna.hears("offered")
    await anna.say_frame("typing", chat=vera.chat)
    await anna.command("accept", chat=vera.chat)
    await vera.is_told("assigned")
    assert not [frame for frame in vera.heard if frame["t"] == "typing"]
    await anna.say_frame("typing", chat=vera.chat)
    await vera.hears("typing")


async def test_an_offer_that_is_declined_moves_on(server: RunningServer) -> None:
    anna, bruno = await desk_of(server, "anna", "bruno", mode="offer", accept=60_000)
    vera = await comes(server)
    first = await eventually(lambda: next((a for a in (anna, bruno) if has(a, "offered")), None), "an offer")
    second = bruno if first is anna else anna
    await first.command("decline", chat=vera.chat)
    assert await is_rid_of(first, vera.chat) == "declined"
    await second.hears("offered")
    late = await first.command("accept", chat=vera.chat)
    assert (late["t"], late["code"]) == ("nack", "nothing_to_do")


def has(agent: Agent, kind: str) -> bool:
    return any(frame["t"] == kind for frame in agent.heard)


async def test_an_unanswered_offer_is_withdrawn_as_missed(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna", mode="offer", accept=3_000, misses=1)
    vera = await comes(server)
    await anna.hears("offered")
    assert await is_rid_of(anna, vera.chat) == "missed"
    assert (await vera.is_told("opened"))["chat"] == vera.chat


async def test_in_pull_mode_chats_wait_until_they_are_taken(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna", mode="pull")
    empty = await anna.command("take")
    assert (empty["t"], empty["code"]) == ("nack", "nothing_to_do")
    one, two = await comes(server, "First"), await comes(server, "Second")
    assert not anna.chats()
    taken = await anna.command("take")
    assert taken["chat"] == one.chat
    await anna.gets(one.chat)
    await anna.command("take", chat=two.chat)
    await anna.gets(two.chat)
    again = await anna.command("take", cid=taken["cid"])
    assert again["chat"] == one.chat, "a resend takes no other chat"


async def test_a_transfer_brings_note_draft_and_clock(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna")
    vera = await comes(server)
    held = await anna.gets(vera.chat)
    (bruno,) = await at_work(server, "bruno")
    await anna.say_frame("draft", chat=vera.chat, text="Your parcel is")
    handed = await anna.command("transfer", chat=vera.chat, agent="bruno", note="She waits for parcel 12")
    assert handed["t"] == "ack"
    assert await is_rid_of(anna, vera.chat) == "transferred"
    got = await bruno.gets(vera.chat)
    assert (got["draft"], got["due"]) == ("Your parcel is", held["due"])
    assert (await bruno.is_told("transferred"))["note"] == "She waits for parcel 12"
    refused = await anna.command("say", chat=vera.chat, text="mine still?", read=3)
    assert refused["code"] == "not_found"


async def test_a_transfer_to_an_away_colleague_is_refused(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna")
    vera = await comes(server)
    await anna.gets(vera.chat)
    refused = await anna.command("transfer", chat=vera.chat, agent="bruno")
    assert (refused["code"], refused["final"]) == ("not_there", True)
    both = await anna.command("transfer", chat=vera.chat, agent="bruno", queue="desk")
    assert both["code"] == "bad_frame"
    assert (await anna.answers(vera.chat, "Still here"))["t"] == "ack"


async def test_after_the_end_the_slot_waits_for_reason_and_tags(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna", wrapup=60_000, reasons=("Parcel", "Refund"))
    vera = await comes(server)
    await anna.gets(vera.chat)
    await anna.command("label", chat=vera.chat, reason="Parcel", tags=[])
    await anna.command("label", chat=vera.chat, reason="", tags=[" lost ", "lost", "vip"])
    await anna.command("end", chat=vera.chat)
    ended = await anna.is_told("ended")
    assert ended["wrapup"] > ended["at"]
    assert not [frame for frame in anna.heard if frame["t"] == "released"]
    away = await Agent.comes(server, "anna", tab="other", take=True)
    (kept,) = (await away.is_welcome())["chats"]
    assert (kept["place"], kept["until"], kept["tags"]) == ("wrapup", ended["wrapup"], ["lost", "vip"])
    await away.command("label", chat=vera.chat, reason="Refund", tags=["vip"], done=True)
    assert await is_rid_of(away, vera.chat) == "done"


async def test_a_reason_that_the_queue_does_not_list_is_refused(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna", reasons=("Parcel", "Refund"))
    vera = await comes(server)
    await anna.gets(vera.chat)
    refused = await anna.command("label", chat=vera.chat, reason="Weather", tags=[])
    assert (refused["t"], refused["code"]) == ("nack", "bad_frame")
    assert (await anna.command("label", chat=vera.chat, reason="Parcel", tags=[]))["t"] == "ack"


async def test_a_holding_reply_is_a_promise_until_the_next_answer(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna")
    vera = await comes(server)
    await anna.gets(vera.chat)
    held = await anna.command("say", chat=vera.chat, text="One moment", read=3, promise=30_000)
    said = await anna.reads("One moment")
    assert said["promise"] == held["at"] + 30_000
    odd = await anna.command("say", chat=vera.chat, text="An odd promise", read=3, promise=30_000)
    assert odd["t"] == "ack"
    assert (await anna.reads("An odd promise"))["promised"] == {"due": said["promise"], "kept": True}
    await anna.say_frame("say", cid="c" * 22, chat=vera.chat, text="x", read=3, promise=7)
    assert "promise" in (await anna.hears("nack"))["message"]


async def test_an_invalid_canned_reply_id_is_refused(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna")
    vera = await comes(server)
    await anna.gets(vera.chat)
    await anna.say_frame("say", cid="c" * 22, chat=vera.chat, text="x", read=3, canned='","text":"y')
    await anna.hears("nack")
    await anna.say_frame("say", cid="c" * 22, chat=vera.chat, text="x", read=3, canned="hello-1\n")
    await anna.say_frame("say", cid="c" * 22 + "\n", chat=vera.chat, text="x", read=3)
    await anna.say_frame("ping", at=1)
    await anna.hears("pong")
    refused = [(frame["t"], frame["code"]) for frame in anna.heard if frame["t"] in ("nack", "error")]
    assert refused == [("nack", "bad_frame"), ("nack", "bad_frame"), ("error", "bad_frame")]
    await anna.command("say", chat=vera.chat, text="Canned", read=3, canned="hello-1")
    assert (await anna.reads("Canned"))["canned"] == "hello-1"


async def test_an_invited_colleague_may_whisper_and_nobody_else_may(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna")
    vera = await comes(server)
    await anna.gets(vera.chat)
    (bruno,) = await at_work(server, "bruno")
    refused = await bruno.command("whisper", chat=vera.chat, text="psst")
    assert refused["code"] == "not_found"
    await bruno.say_frame("watch", chat=vera.chat)
    assert (await bruno.hears("error"))["code"] == "not_found"
    await anna.command("invite", chat=vera.chat, agent="bruno")
    invited = (await bruno.hears("invited"))["chat"]
    (opened,) = [fact for fact in anna.facts() if fact["kind"] == "opened"]
    by_anna = {"chat": vera.chat, "name": "Vera", "queue": "desk", "by": "Anna"}
    assert invited == {**by_anna, "visitor": opened["visitor"]["id"]}
    await bruno.command("whisper", chat=vera.chat, text="She has a second parcel")
    assert (await anna.reads("She has a second parcel"))["whisper"] is True
    assert "She has a second parcel" not in vera.texts()
    await bruno.say_frame("watch", chat=vera.chat)
    began = await bruno.hears("watching")
    assert "Hello?" in [fact.get("text") for fact in began["chat"]["facts"]]
    await anna.hears(lambda f: f["t"] == "fact" and f["fact"]["kind"] == "watched" and f["fact"]["name"] == "Bruno")
    await vera.says("Anybody?")
    await bruno.hears(lambda f: f["t"] == "fact" and f["fact"].get("text") == "Anybody?")
    await bruno.say_frame("watch", chat=vera.chat, on=False)
    assert (await bruno.hears("unwatched"))["why"] == "off"
    back = await Agent.comes(server, "bruno", tab="other", take=True)
    assert (await back.is_welcome())["invited"] == [invited]


async def test_colleagues_are_listed_with_status_and_free_slots(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna")
    await anna.say_frame("colleagues")
    team = await anna.hears("colleagues")
    assert there(team, "bruno").get("free", 0) == 0
    (bruno,) = await at_work(server, "bruno")
    team = await anna.hears(lambda f: f["t"] == "colleagues" and there(f, "bruno").get("free") == 6)
    assert there(team, "bruno")["status"] == "online"
    assert next(queue for queue in team["queues"] if queue["id"] == "desk")["online"] == 2
    assert "breather" not in there(team, "bruno")
    await bruno.command("breather", ms=60_000)
    team = await anna.hears(lambda f: f["t"] == "colleagues" and there(f, "bruno").get("breather"))
    assert (there(team, "bruno")["status"], there(team, "bruno").get("free", 0)) == ("online", 0)
    await bruno.command("status", status="away", reason="Lunch")
    team = await anna.hears(lambda f: f["t"] == "colleagues" and there(f, "bruno").get("status") == "away")
    assert there(team, "bruno")["reason"] == "Lunch"
    assert "anna" not in [one["id"] for one in team["agents"]]


def there(team: Frame, agent: str) -> Frame:
    return next((one for one in team["agents"] if one["id"] == agent), {})


@pytest.mark.parametrize("end", [False, True], ids=["to a colleague", "by its end"])
async def test_a_returning_agent_learns_where_their_chats_went(server: RunningServer, end: bool) -> None:
    (anna,) = await desk_of(server, "anna")
    vera = await comes(server)
    await anna.gets(vera.chat)
    (bruno,) = await at_work(server, "bruno")
    await anna.leave()
    await bruno.gets(vera.chat)
    if end:
        await bruno.command("end", chat=vera.chat)
        await bruno.is_told("ended")
    back = await Agent.comes(server, "anna", tab="anna", have={vera.chat: 3, "neverheardof": 1})
    (went,) = (await back.is_welcome())["went"]
    assert (went["chat"], went["name"]) == (vera.chat, "Vera")
    assert (went["place"], went.get("agent", "")) == (("ended", "") if end else ("active", "Bruno"))
    last = (
        bruno.facts()[-1]
        if end
        else next(f for f in bruno.facts() if f["kind"] == "assigned" and f["agent"] == "bruno")
    )
    assert went["at"] == last["at"]


async def test_agents_learn_nothing_of_chats_they_never_had(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna")
    vera = await comes(server)
    await anna.gets(vera.chat)
    nosy = await Agent.comes(server, "bruno", have={vera.chat: 1})
    assert "went" not in await nosy.is_welcome()


async def test_an_agent_is_notified_of_status_and_limit_changes(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna")
    sam = await Board.comes(server)
    await sam.is_welcome()
    await sam.command("status", agent="anna", status="away", reason="Call me")
    told = await anna.hears("status")
    assert (told["status"], told["limit"], told["reason"], told["by"]) == ("away", 6, "Call me", "sam")
    await sam.command("limit", agent="anna", limit=2)
    await anna.hears(lambda frame: frame["t"] == "status" and (frame["status"], frame["limit"]) == ("away", 2))
    await anna.command("status", status="online")
    own = await anna.hears(lambda frame: frame["t"] == "status" and frame["status"] == "online")
    assert "by" not in own
    assert "reason" not in own
    assert_valid([frame for frame in anna.heard if frame["t"] == "status"], "AnAgentHears")


async def test_a_status_already_in_the_welcome_is_not_repeated(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna")
    vera = await comes(server)
    await anna.gets(vera.chat)
    await anna.answers(vera.chat, "Hello")
    await anna.reads("Hello")
    assert not has(anna, "status")


async def test_a_foreign_chat_is_answered_like_none_at_all(server: RunningServer) -> None:
    (anna,) = await desk_of(server, "anna")
    vera = await comes(server)
    await anna.gets(vera.chat)
    (bruno,) = await at_work(server, "bruno")
    for verb in ("accept", "decline"):
        foreign, none = [await bruno.command(verb, chat=chat) for chat in (vera.chat, "nothing")]
        assert [{**answer, "cid": "", "at": 0} for answer in (foreign, none)] == [{**none, "cid": "", "at": 0}] * 2
        assert (none["t"], none["code"]) == ("nack", "nothing_to_do")
    for chat in (vera.chat, "nothing"):
        await bruno.say_frame("watch", chat=chat)
    answers = await eventually(lambda: two(bruno, "error"), "two answers")
    assert answers[0] == answers[1]
    assert not has(bruno, "unwatched")


def two(agent: Agent, kind: str) -> list[Frame]:
    found = [frame for frame in agent.heard if frame["t"] == kind]
    return found if len(found) == 2 else []


async def test_a_visitor_opens_only_where_the_site_leads(server: RunningServer) -> None:
    async with stores_of(server) as stores:
        await stores.queues.put(Queue("partners", "Partners"))
    vera = await Visitor.comes(server)
    foreign, none = [await vera.command("open", text="Hello", queue=queue) for queue in ("partners", "nowhere")]
    assert (foreign["t"], foreign["code"]) == ("nack", "no_queue")
    assert {**foreign, "cid": ""} == {**none, "cid": ""}
