"""Vera asks and Ana answers: the main job over real sockets."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from console.domain.ids import new_cid
from tests.support.credentials import stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer


@pytest.fixture
async def ana(server: RunningServer) -> AsyncIterator[Agent]:
    agent = await Agent.comes(server, "ana")
    await agent.is_welcome()
    yield agent
    await agent.leave()


async def test_vera_and_ana_talk(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("Is my parcel on its way?")
    await ana.gets(vera.chat)
    await ana.answers(vera.chat, "It left this morning")
    await vera.reads("It left this morning")
    await vera.says("Thank you!")
    await ana.reads("Thank you!")
    assert vera.texts() == ana.texts() == ["Is my parcel on its way?", "It left this morning", "Thank you!"]


async def test_formatting_is_the_sites_to_allow_and_the_text_stays_as_written(
    server: RunningServer, ana: Agent
) -> None:
    vera = await Visitor.comes(server)
    assert (await vera.hears("welcome"))["features"] == ["formatting", "emoji"]
    await vera.opens("Is it **really**\n- blue\n- wool?")
    await ana.gets(vera.chat)
    assert ana.texts() == ["Is it **really**\n- blue\n- wool?"]
    async with stores_of(server) as stores:
        site = (await stores.directory.read()).sites["demo"]
        await stores.sites.put(msgspec.structs.replace(site, formatting=False))

    async def only_emoji() -> bool:
        ben = await Visitor.comes(server)
        features = (await ben.hears("welcome"))["features"]
        await ben.leave()
        return bool(features == ["emoji"])

    await eventually(only_emoji, "the site to allow no formatting")


async def test_an_answer_closes_the_turn_it_has_read(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    first = await vera.opens("One question")
    await ana.gets(vera.chat)
    second = await vera.says("And another")
    await ana.reads("And another")
    await ana.answers(vera.chat, "About the first", read=first["seq"])
    answer = await ana.reads("About the first")
    assert answer["turn"]["seq"] == first["seq"]
    assert answer["since"] == second["at"], "what came later opens the next turn from its own time"


async def test_a_visitor_who_reloads_sees_the_reply_sent_meanwhile(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("Are you there?")
    await ana.gets(vera.chat)
    await vera.is_told("assigned")
    await vera.leave()
    await ana.answers(vera.chat, "Always")
    again = await Visitor.comes(server, knows=vera)
    welcome = await again.hears("welcome")
    assert welcome["recovered"] is True
    assert [fact["text"] for fact in welcome["facts"] if fact["kind"] == "message"] == ["Always"]


@pytest.mark.parametrize("ahead", [1, 1_000])
async def test_a_client_ahead_of_the_log_gets_it_anew(server: RunningServer, ana: Agent, ahead: int) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("Are you there?")
    await ana.gets(vera.chat)
    await vera.is_told("assigned")
    await ana.command("note", chat=vera.chat, text="The log is longer than what a visitor knows of it")
    again = await Visitor.comes(server, knows=vera, after=vera.last + ahead)
    welcome = await again.hears("welcome")
    assert welcome["recovered"] is False
    assert [fact["kind"] for fact in welcome["facts"]] == ["opened", "message", "assigned"]


async def test_a_command_sent_twice_is_done_once(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("Hello")
    await ana.gets(vera.chat)
    cid = new_cid()
    first = await vera.command("say", cid=cid, text="Only once")
    again = await Visitor.comes(server, knows=vera)
    second = await again.command("say", cid=cid, text="Only once")
    other = await again.command("say", cid=cid, text="Something else")
    assert (first["seq"], first["at"]) == (second["seq"], second["at"])
    assert other["code"] == "cid_reused"
    await ana.reads("Only once")
    assert ana.texts().count("Only once") == 1


async def test_both_tabs_of_vera_show_the_same_chat(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("From the first tab")
    tab = await Visitor.comes(server, knows=vera, after=0)
    await tab.says("From the second tab")
    await vera.reads("From the second tab")
    await ana.gets(vera.chat)
    await ana.answers(vera.chat, "To both")
    await vera.reads("To both")
    await tab.reads("To both")
    assert vera.texts() == tab.texts() == ["From the first tab", "From the second tab", "To both"]


async def test_a_second_tab_that_opens_speaks_in_the_open_chat(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    tab = await Visitor.comes(server, knows=vera)
    await vera.opens("First")
    await tab.opens("Second")
    assert tab.chat == vera.chat
    await ana.gets(vera.chat)
    await ana.reads("Second")
    assert ana.texts() == ["First", "Second"]


async def test_notes_leave_no_trace_on_the_visitors_wire(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("Hello")
    await ana.gets(vera.chat)
    await ana.command("note", chat=vera.chat, text="She was rude last week")
    await ana.answers(vera.chat, "Hi Vera")
    await vera.reads("Hi Vera")
    back = await Visitor.comes(server, knows=vera, after=0)
    everything = str(vera.heard) + str(back.heard)
    assert "rude" not in everything
    for tab in (vera, back):
        public = [fact for fact in tab.facts() if fact["chat"] == vera.chat]
        assert [fact["prev"] for fact in public[1:]] == [fact["seq"] for fact in public[:-1]]


async def test_both_sides_see_typing_and_seen_signals(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("Hello")
    await ana.gets(vera.chat)
    await vera.hears("seen")
    await vera.say_frame("typing", text="I was wonder")
    assert (await ana.hears("typing"))["chat"] == vera.chat
    await ana.say_frame("typing", chat=vera.chat)
    assert (await vera.hears("typing"))["who"] == "Ana"
    await vera.say_frame("seen", seq=vera.last)
    assert (await ana.hears("seen"))["seq"] == vera.last


async def test_vera_ends_rates_and_comes_back_within_ten_minutes(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("Hello")
    await ana.gets(vera.chat)
    await vera.command("end")
    await ana.wraps_up(vera.chat, reason="Order status")
    await ana.hears("released")
    assert (await vera.command("rate", score=5, comment="  "))["t"] == "ack"
    assert (await vera.command("rate", score=1))["code"] == "nothing_to_do"
    assert (await vera.says("One more thing"))["t"] == "ack"
    await vera.is_told("reopened")
    again = [frame for frame in ana.heard if frame["t"] == "assigned"]
    await eventually(lambda: len([f for f in ana.heard if f["t"] == "assigned"]) == 2, "the chat to come back to Ana")
    assert again[0]["chat"]["id"] == vera.chat


async def test_with_nobody_online_vera_leaves_a_message(server: RunningServer) -> None:
    vera = await Visitor.comes(server)
    assert (await vera.hears("welcome"))["team"]["online"] is False
    assert (await vera.opens("Anybody?"))["code"] == "closed"
    bad = await vera.command("leave_message", email="not an address", text="Call me")
    assert bad["code"] == "bad_text"
    good = await vera.command("leave_message", email="vera@example.com", text="Call me")
    assert good["t"] == "ack"
    ana = await Agent.comes(server, "ana")
    welcome = await ana.is_welcome()
    assert welcome.get("chats", []) == [], "a left message is nobody's chat"


async def test_card_numbers_never_reach_ana(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("Take 4111 1111 1111 1111 please")
    chat = await ana.gets(vera.chat)
    assert "4111 1111" not in str(chat)
    assert "1111" in str(chat), "the last four digits stay"


async def test_a_message_left_meanwhile_takes_nobody_out_of_a_chat(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("My parcel is lost")
    await ana.gets(vera.chat)
    left = await vera.command("leave_message", email="vera@example.com", text="Or write to me")
    assert left["t"] == "ack"
    assert left["chat"] != vera.chat
    await ana.answers(vera.chat, "Found it")
    await vera.reads("Found it")
    assert (await vera.says("Thank you"))["chat"] == vera.chat
    await vera.reads("Thank you")
    assert vera.texts() == ["My parcel is lost", "Found it", "Thank you"]


async def test_a_typing_preview_that_is_switched_off_is_off_on_open_pages_too(
    server: RunningServer, ana: Agent
) -> None:
    await preview(server, on=True)
    vera = await eventually(lambda: previewed(server), "the preview to be announced")
    await vera.opens("Hello")
    await ana.gets(vera.chat)
    await vera.say_frame("typing", text="While it is on")
    assert (await ana.hears("typing"))["text"] == "While it is on"
    await preview(server, on=False)
    await eventually(lambda: announced_no_more(server), "the preview to be off")
    before = len(ana.heard)
    await vera.say_frame("typing", text="Nobody is to see this")
    assert "text" not in await ana.hears("typing", start=before)


async def preview(server: RunningServer, *, on: bool) -> None:
    async with stores_of(server) as stores:
        site = (await stores.directory.read()).sites["demo"]
        privacy = "https://shop.example/privacy"
        await stores.sites.put(msgspec.structs.replace(site, typing_preview=on, privacy_url=privacy))


async def previewed(server: RunningServer) -> Visitor | None:
    """A visitor whose typing is shown, once the server has taken that over."""
    visitor = await Visitor.comes(server)
    return visitor if (await visitor.hears("welcome")).get("typing_preview") else None


async def announced_no_more(server: RunningServer) -> bool:
    return await previewed(server) is None


async def test_a_repeated_profile_adds_nothing_to_the_log(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("Hello", name="Vera")
    await ana.gets(vera.chat)
    cid = new_cid()
    first = await vera.command("set", cid=cid, fields={"order": "88213"})
    assert (await ana.is_told("profile"))["seq"] == first["seq"]
    again = await vera.command("set", name="Vera", fields={"order": "88213"})
    assert (again["t"], again["seq"]) == ("ack", 0)
    other_tab = await Visitor.comes(server, knows=vera)
    resent = await other_tab.command("set", cid=cid, fields={"order": "88213"})
    assert (resent["seq"], resent["at"]) == (first["seq"], first["at"]), "the first result, not: nothing new"
    assert (await other_tab.command("set", cid=cid, name="Vera"))["code"] == "cid_reused"
    assert [fact["kind"] for fact in ana.facts()].count("profile") == 1


async def test_what_another_tab_has_changed_can_be_set_back(server: RunningServer, ana: Agent) -> None:
    vera = await Visitor.comes(server)
    await vera.opens("Hello", name="Vera")
    await ana.gets(vera.chat)
    other_tab = await Visitor.comes(server, knows=vera)
    await other_tab.command("set", name="Veronica")
    await ana.is_told("profile")
    assert (await vera.command("set", name="Vera"))["seq"] > 0
    again = await Visitor.comes(server, knows=vera)
    await ana.hears(lambda frame: frame["t"] == "fact" and frame["fact"].get("visitor", {}).get("name") == "Vera")
    assert (await again.command("set", name="Vera"))["seq"] == 0


async def test_more_fields_than_anybody_can_read_are_refused(server: RunningServer) -> None:
    vera = await Visitor.comes(server)
    refused = await vera.command("set", fields={f"field {number}": "\u00e9" * 500 for number in range(20)})
    assert (refused["code"], refused["final"]) == ("profile_full", True)
    assert (await vera.command("set", fields={"order": "88213"}))["t"] == "ack"
