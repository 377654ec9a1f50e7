"""Vera is signed in at the shop, which vouches for her: Premium answers her, on each of her devices."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from console.archive.search import ChatQuery, ChatSearch
from console.domain.blocks import Block
from console.domain.card_numbers import MASK
from console.domain.directory import Queue
from console.domain.identity import ClaimRule, SiteIdentity
from console.domain.ids import new_cid
from tests.support.credentials import is_live, stores_of
from tests.support.eventually import eventually
from tests.support.identities import SECRET, SHARED, EdKey, claims_of, hash_of, token_of, trusts
from tests.support.json_clients import Agent, Frame, Visitor
from tests.support.returning import a_day_passes, is_filed
from tests.support.sent_files import Door, picture, vera_sends
from tests.support.server_process import RunningServer

PREMIUM = ClaimRule("plan", "premium", "premium", 60_000)
TRUSTED = SiteIdentity(keys=(SHARED,), rules=(PREMIUM,))
VERA: dict[str, Any] = {"name": "Vera", "email": "vera@shop.example", "fields": {"plan": "premium"}}


async def shop(server: RunningServer, identity: SiteIdentity = TRUSTED) -> None:
    """The demo's shop with a queue for premium customers, which no page may ask for, and what it trusts."""
    async with stores_of(server) as stores:
        await stores.queues.put(Queue("premium", "Premium"), members=["ben"])
    await trusts(server, identity)


async def at_the_desk(server: RunningServer, name: str) -> Agent:
    agent = await Agent.comes(server, name)
    await agent.is_welcome()
    await agent.command("status", status="online")
    return agent


def says(**more: Any) -> Frame:
    """What Vera's page says of her."""
    return {"jwt": token_of(**{**VERA, **more}), "cid": new_cid()}


def verdict(visitor: Visitor) -> Frame:
    return next(frame for frame in visitor.heard if frame["t"] == "identified")


async def known(server: RunningServer, identity: Frame | None = None) -> Visitor:
    """Vera with a token that holds."""
    vera = await Visitor.comes(server, identity=identity or says())
    assert verdict(vera)["ok"], verdict(vera)
    return vera


async def test_vera_is_known_and_premium_answers_her(server: RunningServer) -> None:
    await shop(server)
    ana, ben = await at_the_desk(server, "ana"), await at_the_desk(server, "ben")
    vera = await known(server)
    assert verdict(vera) | {"token": ""} == {"t": "identified", "ok": True, "user": "42", "token": ""}
    assert [frame["t"] for frame in vera.heard][:2] == ["identified", "welcome"]
    await vera.opens(
        "Where is my parcel?", name="Mallory", email="m@evil.example", fields={"plan": "free", "cart": "3"}
    )
    held = await ben.gets(vera.chat)
    assert (held["queue"], held["name"], held["email"]) == ("premium", "Vera", "vera@shop.example")
    assert (held["verified"], held["external"]) == (True, "42")
    assert held["fields"] == {"cart": "3", "plan": "premium"}
    assert held["proven"] == ["name", "email", "field:plan"], "her cart is the page's word"
    await vera.command("set", name="Mallory", email="m@evil.example", fields={"Plan": "free"})
    profile = await ben.is_told("opened")
    assert profile["visitor"]["name"] == "Vera"
    assert not [fact for fact in ben.facts() if "Mallory" in str(fact) or "evil" in str(fact)]
    assert not ana.chats()
    for one in (vera, ana, ben):
        await one.leave()


async def test_a_page_names_nobody_premium(server: RunningServer) -> None:
    await shop(server)
    ana = await at_the_desk(server, "ana")
    kim = await Visitor.comes(server)
    await kim.opens("Hello", name="Vera", email="vera@shop.example", fields={"plan": "premium", "sub": "42"})
    held = await ana.gets(kim.chat)
    assert held["queue"] != "premium"
    assert (held["name"], held.get("verified", False), held.get("external", "")) == ("Vera", False, "")
    assert not held.get("proven")
    back = await Visitor.comes(server)
    answer = await back.opens("Hello", queue="premium")
    assert answer["code"] == "no_queue", "pages cannot ask for what only a signature leads to"
    for one in (kim, back, ana):
        await one.leave()


async def test_vera_on_two_devices_is_one_visitor_with_one_chat_and_one_history(server: RunningServer) -> None:
    await shop(server)
    ben = await at_the_desk(server, "ben")
    phone = await known(server)
    await phone.opens("Where is my parcel?")
    await ben.gets(phone.chat)
    laptop = await known(server)
    assert laptop.chat == phone.chat
    assert laptop.texts() == ["Where is my parcel?"]
    await laptop.says("It is A-17.")
    await phone.reads("It is A-17.")
    await ben.answers(phone.chat, "I have looked it up.")
    await laptop.reads("I have looked it up.")
    await phone.command("end")
    await ben.wraps_up(phone.chat)
    await phone.leave()
    await laptop.leave()
    await is_filed(server, phone.chat)
    await a_day_passes(server, phone.chat)
    tablet = await known(server)
    past = await tablet.hears("past")
    assert [fact["text"] for fact in past["facts"] if fact["kind"] == "message"] == [
        "Where is my parcel?", "It is A-17.", "I have looked it up.",
    ]  # fmt: skip
    async with stores_of(server) as stores:
        found = await ChatSearch(stores.database).list_chats(ChatQuery(visitor="42"))
    filed = found.chats[0].chat
    assert (filed.external, filed.verified, filed.proven) == ("42", True, ["name", "email", "field:plan"])
    for one in (tablet, ben):
        await one.leave()


async def test_one_device_and_two_people_one_after_the_other(server: RunningServer) -> None:
    """An anonymous chat in the morning, Vera at noon, Kim in the evening: nobody reads what is not theirs."""
    await shop(server)
    ana, ben = await at_the_desk(server, "ana"), await at_the_desk(server, "ben")
    morning = await Visitor.comes(server)
    await morning.opens("This is nobody's business.")
    await ana.gets(morning.chat)
    await morning.leave()
    vera = await Visitor.comes(server, knows=morning, identity=says())
    assert verdict(vera)["changed"] == "visitor"
    assert vera.chat == ""
    assert vera.texts() == []
    await vera.opens("My address is Elm Street 7.")
    await ben.gets(vera.chat)
    await vera.leave()
    kim = await Visitor.comes(server, knows=vera, identity=says(sub="43", name="Kim", fields={}))
    assert verdict(kim)["changed"] == "person"
    assert (kim.chat, kim.texts()) == ("", [])
    await kim.says("and I say something")
    assert "Elm" not in str(kim.heard)
    await kim.opens("What do you sell?")
    assert kim.chat not in (vera.chat, morning.chat)
    assert (await ana.gets(kim.chat))["name"] == "Kim"
    again = await Visitor.comes(server, knows=vera)
    assert again.chat == vera.chat, "her own token still leads her back"
    anonymous = await Visitor.comes(server)
    assert anonymous.chat == ""
    for one in (kim, again, anonymous, ana, ben):
        await one.leave()


async def test_signing_in_in_the_middle_of_a_chat_takes_it_along(server: RunningServer) -> None:
    await shop(server)
    ana = await at_the_desk(server, "ana")
    visitor = await Visitor.comes(server)
    said = await visitor.opens("I cannot sign in.")
    opening = next(frame for frame in visitor.said if frame["t"] == "open")
    await ana.gets(visitor.chat)
    shot = await vera_sends(server, visitor, "shot.png", picture())
    cid, door = new_cid(), Door(server.url, visitor.token)
    ticket = (await door.uploads("bill.png", picture(), cid=cid)).json()["ticket"]
    await door.http.aclose()
    other_tab = await Visitor.comes(server, knows=visitor)
    identity = says() | {"began": True}
    vera = await Visitor.comes(server, knows=visitor, identity=identity)
    assert "changed" not in verdict(vera)
    assert vera.chat == visitor.chat
    resent = await vera.command("open", cid=opening["cid"], text="I cannot sign in.")
    assert (resent["t"], resent["seq"]) == ("ack", said["seq"]), "what was not acknowledged yet is not said twice"
    sent = await vera.command("say", cid=cid, text="", file=ticket)
    assert sent["t"] == "ack", "what she had uploaded before is hers"
    stranger = await Visitor.comes(server)
    refused = await stranger.command("open", cid=cid, text="", file=ticket)
    assert (refused["t"], refused["code"]) == ("nack", "bad_file")
    await stranger.leave()
    await vera.says("Now I can.")
    fact = await ana.is_told("profile")
    assert (fact["visitor"]["name"], fact["visitor"]["verified"], fact["visitor"]["external"]) == ("Vera", True, "42")
    await ana.reads("Now I can.")
    assert await other_tab.hears_close() == 4401, "her other tab comes again, as she is now"
    stale = await Visitor.comes(server, knows=visitor)
    assert (stale.chat, stale.texts()) == ("", []), "the anonymous token leads nowhere any more"

    async def fetched(token: str) -> int:
        async with Door(server.url, token).http as http:
            return (await http.get(f"/widget/files/{shot['id']}", params={"site": "demo"})).status_code

    async def is_hers() -> bool:
        return (await fetched(vera.token), await fetched(stale.token), await fetched(visitor.token)) == (200, 404, 404)

    await eventually(is_hers, "the picture to be hers alone, as its chat is")
    retry = await Visitor.comes(server, knows=visitor, identity=identity)
    assert (verdict(retry)["ok"], retry.chat) == (True, vera.chat), "a second try of hers is none of somebody else"
    assert "changed" not in verdict(retry)
    await ana.answers(vera.chat, "Good.")
    await vera.command("end")
    await ana.wraps_up(vera.chat)
    await is_filed(server, vera.chat)
    await a_day_passes(server, vera.chat)
    tablet = await known(server)
    past = await tablet.hears("past")
    assert "I cannot sign in." in str(past), "it is hers in the archive too"
    for one in (visitor, other_tab, stale, vera, retry, tablet, ana):
        await one.leave()


async def test_a_block_stays_though_she_signs_in(server: RunningServer) -> None:
    await shop(server)
    ana = await at_the_desk(server, "ana")
    visitor = await Visitor.comes(server)
    await visitor.opens("Spam")
    await ana.gets(visitor.chat)
    opened = await ana.is_told("opened")
    async with stores_of(server) as stores:
        until = round(time.time() * 1000) + 86_400_000
        stands = await stores.blocks.put(Block("visitor", opened["visitor"]["id"], until, note="Spam", by="Ana"))
        await eventually(lambda: is_live(stores.database, stands.version), "the block to be live")
    assert await visitor.hears_close() == 1008
    for began in (True, False):
        vera = await Visitor.comes(server, knows=visitor, identity=says() | {"began": began}, let_in=False)
        refused = await vera.hears("error")
        assert refused["code"] == "blocked", "as the visitor of that chat, and from then on"
        await vera.leave()
    for one in (visitor, ana):
        await one.leave()


async def test_a_card_number_is_hidden_though_she_signs_in_between_its_parts(server: RunningServer) -> None:
    await shop(server)
    ana = await at_the_desk(server, "ana")
    visitor = await Visitor.comes(server)
    await visitor.opens("my card is 4929 4219")
    await ana.gets(visitor.chat)
    vera = await Visitor.comes(server, knows=visitor, identity=says() | {"began": True})
    assert vera.chat == visitor.chat
    await vera.says("1234 5608, valid until 12/27")
    hidden = await ana.is_told("redacted")
    assert hidden["fact"]["text"] == f"my card is {MASK * 4} {MASK * 4}"
    assert "by" not in hidden, "it is her own"
    await ana.reads(f"{MASK * 4} 5608, valid until 12/27")
    for one in (visitor, vera, ana):
        await one.leave()


async def test_a_chat_of_vera_never_becomes_an_anonymous_ones_or_kims(server: RunningServer) -> None:
    await shop(server)
    ben = await at_the_desk(server, "ben")
    vera = await known(server)
    await vera.opens("Mine")
    await ben.gets(vera.chat)
    anonymous = await Visitor.comes(server)
    anonymous.chat, anonymous.epoch = vera.chat, vera.epoch
    for identity in (says(sub="43") | {"began": True}, {"jwt": "?", "began": True}):
        kim = await Visitor.comes(server, knows=anonymous, after=0, identity=identity)
        assert (kim.chat, kim.texts()) == ("", [])
        with_her_token = await Visitor.comes(server, knows=vera, after=0, identity=identity)
        assert (with_her_token.chat, with_her_token.texts()) == ("", [])
        await kim.leave()
        await with_her_token.leave()
    back = await Visitor.comes(server, knows=vera)
    assert back.chat == vera.chat
    for one in (vera, back, anonymous, ben):
        await one.leave()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One shop for the tests that only look at tokens, each with people of its own."""
    server = RunningServer(tmp_path_factory.mktemp("shop") / "data")
    server.start_and_wait()
    asyncio.run(shop(server))
    yield server
    server.stop()


async def test_a_token_holds_once_and_a_retry_is_the_same_use(shared: RunningServer) -> None:
    server, given = shared, says(sub="once")
    assert verdict(await Visitor.comes(server, identity=given))["ok"]
    assert verdict(await Visitor.comes(server, identity=given))["ok"], "the first answer may have been lost"
    thief = await Visitor.comes(server, identity=given | {"cid": new_cid()})
    assert (verdict(thief)["ok"], verdict(thief)["reason"], thief.chat) == (False, "used", "")
    nameless = await Visitor.comes(server, identity={"jwt": given["jwt"]})
    assert verdict(nameless)["reason"] == "used"


async def test_a_bad_token_locks_nobody_out_and_says_why_to_the_developer(shared: RunningServer) -> None:
    server = shared
    ana = await at_the_desk(server, "ana")
    vera = await Visitor.comes(server, identity={"jwt": token_of(site="blog"), "cid": new_cid()})
    told = verdict(vera)
    assert (told["ok"], told["reason"], "token" in told) == (False, "audience", False)
    assert "data-site" in told["message"]
    await vera.opens("Hello", name="Vera")
    held = await ana.gets(vera.chat)
    assert (held["name"], held.get("verified", False)) == ("Vera", False)
    later = await Visitor.comes(server, knows=vera, identity={"jwt": "?"})
    assert later.chat == vera.chat, "an anonymous visitor stays who they were"
    for one in (vera, later, ana):
        await one.leave()


async def test_a_person_stays_known_while_the_shops_function_fails_for_them_alone(shared: RunningServer) -> None:
    server, sub = shared, "alone"
    vera = await known(server, says(sub=sub))
    same = await Visitor.comes(server, knows=vera, identity={"jwt": token_of(sub, **VERA, exp=1)})
    assert (verdict(same)["reason"], "changed" in verdict(same)) == ("expired", False)
    assert same.token == vera.token
    unknown = await Visitor.comes(server, knows=vera, identity={"jwt": "?"})
    assert verdict(unknown)["changed"] == "person", "nobody knows whether it is still her"
    assert unknown.token != vera.token


async def test_rotating_keys_takes_nobody_out_until_the_old_one_is_removed(server: RunningServer) -> None:
    await shop(server)
    vera, new = await known(server), EdKey("shop-2")
    await trusts(server, replace(TRUSTED, keys=(SHARED, new.key)))
    with_the_new = await known(server, identity={"jwt": new.sign(claims_of(**VERA)), "cid": new_cid()})
    assert vera.closed is None
    with_the_old = await Visitor.comes(server, identity=says())
    assert verdict(with_the_old)["ok"]
    await trusts(server, replace(TRUSTED, keys=(new.key,)))
    assert await vera.hears_close() == 4401
    again = await Visitor.comes(server, knows=vera)
    assert (verdict(again)["reason"], verdict(again)["changed"]) == ("again", "person")
    assert with_the_new.closed is None


async def test_a_shop_that_enforces_takes_no_unsigned_names(server: RunningServer) -> None:
    await shop(server, replace(TRUSTED, enforced="identity"))
    ana = await at_the_desk(server, "ana")
    kim = await Visitor.comes(server)
    await kim.opens("Hello", name="Kim", email="vera@shop.example")
    held = await ana.gets(kim.chat)
    assert (held["name"], held.get("email", "")) == ("Kim", ""), "people may say their name; pages may not say who"
    await kim.command("set", name="Vera", email="vera@shop.example", fields={"cart": "3"})
    told = await kim.hears("error")
    assert told["code"] == "bad_identity"
    fact = await ana.is_told("profile")
    assert (fact["visitor"].get("name"), fact["fields"]) == ("Kim", {"cart": "3"})
    await trusts(server, replace(TRUSTED, enforced="chat"))

    async def refused() -> Frame | None:
        stranger = await Visitor.comes(server)
        answer = await stranger.opens("Hello")
        await stranger.leave()
        return answer if answer["t"] == "nack" else None

    answer = await eventually(refused, "the setting to be live")
    assert (answer["code"], answer["final"]) == ("identity_needed", True)
    assert (await kim.says("I may go on."))["t"] == "ack"
    vera = await known(server, says(fields={}))
    assert (await vera.opens("Hello"))["t"] == "ack"
    for one in (kim, vera, ana):
        await one.leave()


async def test_a_hash_of_the_id_is_enough_where_the_shop_allows_it_and_counts_less(server: RunningServer) -> None:
    await shop(server, SiteIdentity(hash_secret=SECRET, rules=(PREMIUM,)))
    ana = await at_the_desk(server, "ana")
    hashed = {"user": "42", "user_hash": hash_of("42")}
    phone = await known(server, identity=hashed)
    await phone.opens("Hello", name="Vera", fields={"plan": "premium"})
    held = await ana.gets(phone.chat)
    assert (held.get("verified", False), held["external"]) == (False, "42")
    laptop = await Visitor.comes(server, identity=hashed)
    assert laptop.chat == phone.chat, "it is one visitor"
    forged = await Visitor.comes(server, identity={"user": "43", "user_hash": hash_of("42")})
    assert (verdict(forged)["reason"], forged.chat) == ("hash", "")
    for one in (phone, laptop, forged, ana):
        await one.leave()
