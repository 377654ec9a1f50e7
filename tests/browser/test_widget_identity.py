"""Vera's page signs her identity: her widget follows her through two tabs, and forgets her when she signs out."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from console.domain.identity import SiteIdentity
from tests.browser.widget_people import Ana, Vera
from tests.support.eventually import eventually
from tests.support.identities import SHARED, token_of, trusts
from tests.support.server_process import RunningServer

EARLY = "window.sestetto = window.sestetto || function () { (sestetto.q = sestetto.q || []).push(arguments); };"
HEARD = "window.told = []; for (const e of ['identity', 'error']) sestetto('on', e, (it) => told.push([e, it]));"
VISITOR = "sestetto.element.visitor"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = RunningServer(tmp_path_factory.mktemp("shop") / "data")
    server.start_and_wait()
    yield server
    server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def ana(shop: RunningServer) -> AsyncIterator[Ana]:
    await trusts(shop, SiteIdentity(keys=(SHARED,)))
    ana = await Ana.at_her_desk(shop)
    yield ana
    await ana.goes()


def page_of(*tokens: str) -> str:
    """What stands in a page that passes a function, which gives these tokens in turn and then fails."""
    return (
        f"{EARLY}{HEARD} window.tokens = {json.dumps(tokens)};"
        "sestetto('identify', {token: async () => tokens.shift() ?? Promise.reject('signed out')});"
    )


async def held(ana: Ana, text: str) -> dict[str, object]:
    """The chat as Ana got it."""
    await eventually(lambda: text in ana.heard(), f"Ana to read {text!r}")
    return next(frame["chat"] for frame in reversed(ana.of("assigned")) if frame["chat"]["id"] == ana.chat)


async def test_vera_is_known_comes_back_and_is_forgotten(shop: RunningServer, browser: Browser, ana: Ana) -> None:
    vera = await Vera.at(shop, browser, script=page_of(token_of("42", name="Vera"), token_of("42", name="Vera")))
    await vera.starts_with("Hello, it is me.")
    chat = await held(ana, "Hello, it is me.")
    assert (chat["name"], chat["verified"], chat["external"]) == ("Vera", True, "42")
    assert await vera.page.evaluate("told") == [["identity", {"user": "42"}]]
    await vera.page.reload()
    await vera.sees("Hello, it is me.")
    await vera.says("Still me.")
    await eventually(lambda: "Still me." in ana.heard(), "Ana to read it")
    other = await vera.another_tab(shop)
    await eventually(lambda: _chat_of(other), "her chat in the other tab")
    await vera.page.evaluate("sestetto('logout')")
    assert not [name for name in await vera.stored() if name.startswith("sestetto:demo:") and "open" not in name]
    await eventually(lambda: _is_blank(other), "the other tab to forget her too")
    assert await _is_blank(vera)
    await other.page.reload()
    await other.opens()
    await other.screen("start")
    assert "Hello, it is me." not in await other.panel.inner_text()
    await vera.context.close()


async def _chat_of(vera: Vera) -> str:
    return str(await vera.page.evaluate(f"{VISITOR}.chat.facts.length && {VISITOR}.chat.id || ''"))


async def _is_blank(vera: Vera) -> bool:
    return bool(
        await vera.page.evaluate(f"!{VISITOR}.token && !{VISITOR}.chat.id && {VISITOR}.connection.state === 'idle'")
    )


async def test_signing_in_in_the_middle_keeps_the_chat_and_the_next_person_sees_none_of_it(
    shop: RunningServer, browser: Browser, ana: Ana
) -> None:
    vera = await Vera.at(shop, browser, script=EARLY + HEARD)
    await vera.starts_with("I cannot sign in.")
    await held(ana, "I cannot sign in.")
    await vera.page.evaluate("(jwt) => sestetto('identify', jwt)", token_of("43", name="Kim"))
    await eventually(lambda: vera.page.evaluate("told.length"), "the page to be told")
    await vera.says("Now I can.")
    await eventually(lambda: "Now I can." in ana.heard(), "Ana to read it")
    assert await vera.reads() == ["I cannot sign in.", "Now I can."]
    facts = [frame["fact"] for frame in ana.of("fact") if frame["fact"]["kind"] == "profile"]
    assert facts[-1]["visitor"] == {"id": facts[-1]["visitor"]["id"], "name": "Kim", "verified": True, "external": "43"}
    await vera.page.evaluate("(jwt) => sestetto('identify', {token: jwt})", token_of("44", name="Lou"))
    await vera.screen("start")
    assert "I cannot" not in await vera.panel.inner_text()
    assert "I cannot" not in json.dumps(await vera.stored())
    await eventually(lambda: vera.page.evaluate("told.length > 1"), "the page to be told")
    assert await vera.page.evaluate("told.at(-1)") == ["identity", {"user": "44"}]
    assert vera.complaints == []
    await vera.context.close()


async def test_a_bad_token_says_why_in_the_console_and_the_chat_goes_on_unverified(
    shop: RunningServer, browser: Browser, ana: Ana
) -> None:
    vera = await Vera.at(shop, browser, script=page_of(token_of("45", site="blog")))
    await vera.starts_with("Am I here?")
    chat = await held(ana, "Am I here?")
    assert not chat.get("verified")
    [[event, told]] = await vera.page.evaluate("told")
    assert (event, told["code"], told["reason"]) == ("error", "identity", "audience")
    assert any("data-site" in said for said in vera.complaints), "the developer reads what to do"
    await vera.page.evaluate("window.tokens = ['unused']")
    await vera.page.evaluate("sestetto('identify', {token: () => { throw Error('no session'); }})")
    await eventually(lambda: vera.page.evaluate("told.length > 1"), "the page to be told")
    assert (await vera.page.evaluate("told[1][1].reason"), await vera.reads()) == ("no_token", ["Am I here?"])
    await vera.says("I am.")
    await eventually(lambda: "I am." in ana.heard(), "Ana to read it")
    await vera.leaves()
