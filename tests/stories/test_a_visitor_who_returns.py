"""Vera returns the next day: what she and Ana wrote is shown again, only to her, for as long as the site says."""

from collections.abc import Sequence

from msgspec.structs import replace

from console.demo.socket_client import SocketClosed
from tests.support.credentials import stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Frame, Visitor
from tests.support.returning import a_day_passes, is_filed
from tests.support.server_process import RunningServer

ANSWER = "I have looked it up."


async def at_her_desk(server: RunningServer) -> Agent:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    await ana.command("status", status="online")
    return ana


async def spoken(server: RunningServer, ana: Agent, *texts: str, **given: str) -> Visitor:
    """A visitor whose chat with Ana is over and in the archive."""
    vera = await Visitor.comes(server)
    await vera.opens(texts[0], **given)
    await over(server, vera, ana, *texts[1:])
    return vera


async def over(
    server: RunningServer, vera: Visitor, ana: Agent, *texts: str, answers: Sequence[str] = (ANSWER,)
) -> None:
    await ana.gets(vera.chat)
    for text in texts:
        await vera.says(text)
    for text in answers:
        await ana.answers(vera.chat, text, read=2)
    await vera.command("end")
    await ana.wraps_up(vera.chat)
    await vera.leave()
    await is_filed(server, vera.chat)


async def comes_back(server: RunningServer, vera: Visitor) -> tuple[Visitor, Frame]:
    """Vera with nothing but her token, and what she is shown."""
    again = await Visitor.comes(server, knows=vera)
    return again, await again.hears("past")


async def remember_for(server: RunningServer, days: int) -> None:
    async with stores_of(server) as stores:
        site = (await stores.directory.read()).sites["demo"]
        await stores.sites.put(replace(site, remember_days=days))


def texts_of(past: Frame) -> list[str]:
    return [fact["text"] for fact in past["facts"] if fact["kind"] == "message"]


async def test_vera_returns_the_next_day_and_is_no_stranger(server: RunningServer) -> None:
    ana = await at_her_desk(server)
    vera = await spoken(server, ana, "Where is my parcel?", "It is A-17.", name="Vera", email="vera@example.com")
    await a_day_passes(server, vera.chat)
    again, past = await comes_back(server, vera)
    assert "chat" not in next(frame for frame in again.heard if frame["t"] == "welcome")
    assert texts_of(past) == ["Where is my parcel?", "It is A-17.", "I have looked it up."]
    assert (past["name"], past["email"], past["agent"]) == ("Vera", "vera@example.com", "Ana")
    await again.opens("It is still not here.")
    held = await ana.gets(again.chat)
    assert held["name"] == "Vera", "she need not say it twice"
    await ana.leave()


async def test_pages_lead_back_to_the_first_word(server: RunningServer) -> None:
    ana = await at_her_desk(server)
    vera = await Visitor.comes(server)
    await vera.opens("Tell me everything.")
    await over(server, vera, ana, answers=[f"Line {number}" for number in range(110)])
    await a_day_passes(server, vera.chat)
    again, past = await comes_back(server, vera)
    assert (len(past["facts"]), past["more"]) == (100, True)
    first = past["facts"][0]
    await again.say_frame("history", chat=first["chat"], before=first["seq"])
    page = await again.hears(lambda frame: frame["t"] == "past" and frame.get("before") == first["seq"])
    assert page["facts"][0]["kind"] == "opened"
    assert page["facts"][-1]["seq"] == first["prev"]
    assert not page.get("more")
    await ana.leave()


async def test_kim_reads_nothing_of_veras_whatever_is_asked_for(server: RunningServer) -> None:
    ana = await at_her_desk(server)
    vera = await spoken(server, ana, "My address is Elm Street 7.")
    kim = await spoken(server, ana, "What do you sell?")
    await a_day_passes(server, kim.chat)
    back, past = await comes_back(server, kim)
    assert texts_of(past) == ["What do you sell?", "I have looked it up."]
    await back.say_frame("history", chat=vera.chat, before=1_000)
    page = await back.hears(lambda frame: frame["t"] == "past" and frame.get("chat") == vera.chat)
    assert (page["facts"], page.get("more", False)) == ([], False)
    stranger = await Visitor.comes(server)
    await stranger.say_frame("history", chat=vera.chat, before=1_000)
    page = await stranger.hears("past")
    assert page["facts"] == []
    assert "Elm" not in str(back.heard + stranger.heard)
    await ana.leave()


async def test_a_site_that_remembers_nobody_shows_nothing_and_keeps_no_name(server: RunningServer) -> None:
    ana = await at_her_desk(server)
    vera = await spoken(server, ana, "Where is my parcel?", name="Vera")
    await remember_for(server, 0)
    await a_day_passes(server, vera.chat)

    async def nothing() -> Visitor | None:
        again, past = await comes_back(server, vera)
        return again if past["facts"] == [] and "name" not in past else None

    again = await eventually(nothing, "the setting to be live")
    await again.say_frame("history", chat=vera.chat, before=1_000)
    page = await again.hears(lambda frame: frame["t"] == "past" and frame.get("chat") == vera.chat)
    assert page["facts"] == []
    await again.opens("Hello")
    assert (await ana.gets(again.chat)).get("name", "") == ""
    await ana.leave()


async def test_a_visitor_without_a_past_is_told_so_and_a_stranger_hears_nothing(server: RunningServer) -> None:
    vera = await Visitor.comes(server)
    _, past = await comes_back(server, vera)
    assert past["facts"] == []
    await vera.say_frame("ping", at=1)
    await vera.hears("pong")
    assert not [frame for frame in vera.heard if frame["t"] == "past"]


async def test_a_token_that_is_no_longer_good_leaves_nothing_of_the_past_on_the_page(server: RunningServer) -> None:
    vera = await Visitor.comes(server)
    vera.token = vera.token[:-2] + ("AA" if vera.token[-2:] != "AA" else "BB")
    _, past = await comes_back(server, vera)
    assert past["facts"] == []


async def test_two_sites_of_one_company_do_not_share_what_they_remember(server: RunningServer) -> None:
    ana = await at_her_desk(server)
    vera = await spoken(server, ana, "Where is my parcel?", name="Vera")
    await a_day_passes(server, vera.chat)
    async with stores_of(server) as stores:
        site = (await stores.directory.read()).sites["demo"]
        await stores.sites.put(replace(site, key="blog", name="Blog"))
    blog = await eventually(lambda: at_the_blog(server, vera), "the blog to be live")
    past = await blog.hears("past")
    assert (past["facts"], past.get("name", "")) == ([], "")
    assert past.get("more", False) is False
    await blog.say_frame("history", chat=vera.chat, before=1_000)
    page = await blog.hears(lambda frame: frame["t"] == "past" and frame.get("chat") == vera.chat)
    assert page["facts"] == []
    await blog.leave()
    again, past = await comes_back(server, vera)
    assert past["name"] == "Vera", "the shop still knows her"
    await again.leave()
    await ana.leave()


async def at_the_blog(server: RunningServer, vera: Visitor) -> Visitor | None:
    """None while the server does not know the site yet."""
    try:
        return await Visitor.comes(server, knows=vera, site="blog")
    except SocketClosed:
        return None
