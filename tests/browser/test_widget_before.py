"""Before a chat: the shop's questions, by keyboard, over a cut and a reload; and its greetings, without a socket."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from console.domain.greetings import Greeting
from tests.browser.axe import audit
from tests.browser.widget_people import LOOKS, Ana, Vera
from tests.support.before_the_chat import HELLO, asks, asks_nothing, greets
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

ARABIC = """window.sestetto = function () { (sestetto.q = sestetto.q || []).push(arguments); };
sestetto("set", {locale: "ar"});"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for the module: each test brings its own visitor."""
    server = RunningServer(tmp_path_factory.mktemp("shop") / "data")
    server.start_and_wait()
    yield server
    server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def ana(shop: RunningServer) -> AsyncIterator[Ana]:
    ana = await Ana.at_her_desk(shop)
    yield ana
    await ana.goes()


@pytest_asyncio.fixture(loop_scope="session")
async def asked(shop: RunningServer, ana: Ana) -> None:
    await greets(shop)
    await asks(shop, orders="ana")


@pytest_asyncio.fixture(loop_scope="session")
async def greeted(shop: RunningServer, ana: Ana) -> None:
    await asks_nothing(shop)
    await greets(shop, HELLO)


async def photographed(vera: Vera, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        await vera.page.screenshot(path=str(Path(folder) / f"{name}.png"))


async def stays(vera: Vera, shop: RunningServer, path: str) -> None:
    """She looks at a page for a minute."""
    await vera.page.clock.install()
    await vera.goes_to(shop, path)

    async def greeter() -> bool:
        return bool(await vera.page.evaluate("!!document.querySelector('sestetto-widget').greeter"))

    await eventually(greeter, "the widget to know its greetings")
    await vera.page.evaluate("document.querySelector('sestetto-widget').greeter")
    await vera.page.clock.run_for(60_000)


def requested(vera: Vera) -> list[str]:
    """Everything that the page has asked the widget's server for."""
    return [url for url in vera.requests if "/widget/" in url]


async def test_vera_answers_with_the_keyboard_and_is_told_what_is_missing(
    shop: RunningServer, browser: Browser, ana: Ana, asked: None
) -> None:
    vera = await Vera.at(
        shop, browser, script="addEventListener('load', () => sestetto('set', {fields: {cart: 'A-17'}}))"
    )
    await vera.opens()
    about, order = vera.widget.get_by_label("What is it about?"), vera.widget.get_by_label("Order number")
    await expect(about).to_be_visible()
    await expect(order).to_be_hidden()
    await vera.widget.get_by_label("Your message").fill("Where is it?")
    await vera.page.keyboard.press("Enter")
    await expect(vera.widget.locator(".asks [aria-invalid=true]")).to_have_count(2)
    assert not [frame for frame in vera.sent if frame["t"] == "open"]
    await about.focus()
    await vera.page.keyboard.press("ArrowDown")
    await expect(order).to_be_visible()
    assert await order.input_value() == "A-17", "what the page knows is filled in"
    await vera.widget.get_by_label("I agree that you store this").focus()
    await vera.page.keyboard.press("Space")
    await vera.widget.get_by_label("Your message").press("Enter")
    await vera.screen("chat")
    await eventually(lambda: ana.of("assigned"), "Ana to have the chat")
    answers = {one["key"]: one["answer"] for one in ana.of("assigned")[-1]["chat"]["answers"]}
    assert answers == {"about": "An order", "order": "A-17", "terms": "yes"}
    await vera.leaves()
    assert vera.complaints == []


async def test_nothing_is_lost_when_the_network_goes_while_vera_answers(
    shop: RunningServer, browser: Browser, ana: Ana, asked: None
) -> None:
    vera = await Vera.at(shop, browser)
    await vera.opens()
    await vera.widget.get_by_label("What is it about?").select_option("An order")
    await vera.widget.get_by_label("Order number").fill("B-2")
    await vera.widget.get_by_label("Your message").fill("Where is it?")
    await vera.page.reload()
    await vera.opens()
    await expect(vera.widget.get_by_label("Order number")).to_have_value("B-2")
    await expect(vera.widget.get_by_label("Your message")).to_have_value("Where is it?")
    await vera.context.set_offline(True)
    await vera.widget.get_by_label("I agree that you store this").check()
    await vera.widget.get_by_label("Your message").press("Enter")
    await vera.sees("Sending…")
    await vera.context.set_offline(False)
    await vera.screen("chat")
    [opened] = {frame["cid"]: frame for frame in vera.sent if frame["t"] == "open"}.values()
    assert opened["answers"] == {"about": "An order", "order": "B-2", "terms": "yes"}
    assert "B-2" not in str(await vera.stored()), "what was sent is not kept for the next chat"
    await vera.leaves()


async def test_a_widget_that_did_not_know_of_the_questions_asks_them_and_keeps_the_text(
    shop: RunningServer, browser: Browser, ana: Ana, greeted: None
) -> None:
    await greets(shop)
    vera = await Vera.at(shop, browser)
    await vera.opens()
    await vera.is_connected()
    await asks(shop, orders="ana")
    await vera.widget.get_by_label("Your message").fill("Hello?")
    await vera.page.keyboard.press("Enter")
    await vera.sees("Please answer the questions first.")
    await vera.widget.get_by_label("What is it about?").select_option("Something else")
    await vera.widget.get_by_label("I agree that you store this").check()
    await expect(vera.widget.get_by_label("Your message")).to_have_value("Hello?")
    await vera.widget.get_by_label("Your message").press("Enter")
    await vera.screen("chat")
    await vera.leaves()


@pytest.mark.parametrize("look", [*LOOKS, "arabic"])
async def test_questions_and_greetings_can_be_used_by_everybody(
    shop: RunningServer, browser: Browser, ana: Ana, look: str
) -> None:
    await asks(shop, orders="ana")
    await greets(shop, HELLO)
    chosen: dict[str, Any] = LOOKS.get(look, {})
    vera = await Vera.at(shop, browser, script=ARABIC if look == "arabic" else "", **chosen)
    bubble = vera.widget.locator(".greeting")
    await expect(bubble.locator("button").first).to_be_visible(timeout=10_000)
    await photographed(vera, f"greeting-{look}")
    assert (await audit(vera.page))["violations"] == []
    await bubble.locator("button").first.click()
    await vera.widget.locator(".asks select").select_option("An order")
    await photographed(vera, f"questions-{look}")
    assert (await audit(vera.page))["violations"] == []
    sideways = "(one) => one.scrollWidth > one.clientWidth"
    assert not await vera.widget.locator(".sheet").evaluate(sideways)
    await vera.leaves()


async def test_a_greeting_asks_once_whether_somebody_is_free_and_opens_no_socket_before_the_click(
    shop: RunningServer, browser: Browser, ana: Ana, greeted: None
) -> None:
    vera = await Vera.at(shop, browser)
    bubble = vera.widget.locator(".greeting")
    await expect(bubble).to_contain_text("Can we help you choose?", timeout=10_000)
    assert vera.sockets == []
    assert len([name for name in requested(vera) if "/free?" in name]) == 1
    assert await vera.page.evaluate("document.activeElement === document.body"), "it takes nobody's focus"
    await bubble.get_by_role("button", name="Can we help you choose?").click()
    await expect(bubble).to_have_count(0)
    await vera.sees("Can we help you choose?")
    await vera.widget.get_by_label("Your message").fill("Yes, please")
    await vera.page.keyboard.press("Enter")
    await vera.screen("chat")
    await vera.sees("Automatic greeting")
    assert await vera.reads() == ["Can we help you choose?", "Yes, please"]
    await vera.page.reload()
    await vera.sees("Yes, please")
    assert (await vera.reads())[:2] == ["Can we help you choose?", "Yes, please"]
    await vera.leaves()
    assert vera.complaints == []


async def test_a_dismissed_greeting_does_not_come_back(
    shop: RunningServer, browser: Browser, ana: Ana, greeted: None
) -> None:
    vera = await Vera.at(shop, browser)
    bubble = vera.widget.locator(".greeting")
    dismiss = bubble.get_by_role("button", name="Dismiss")
    await expect(dismiss).to_be_visible(timeout=10_000)
    await dismiss.press("Escape")
    await expect(bubble).to_have_count(0)
    assert await vera.widget.evaluate("(one) => one.shadowRoot.activeElement.className") == "launcher"
    other = await vera.another_tab(shop)  # another visit
    await stays(other, shop, "/")
    await expect(other.widget.locator(".greeting button")).to_have_count(0)
    assert not [name for name in requested(other) if "/free?" in name]
    await vera.leaves()


async def test_a_greeting_stays_away_from_other_pages_and_while_nobody_is_free(
    shop: RunningServer, browser: Browser, ana: Ana
) -> None:
    await asks_nothing(shop)
    await greets(shop, Greeting("far", ("/delivery*",), 1, {"en": "Where to?"}))
    vera = await Vera.at(shop, browser)
    await stays(vera, shop, "/")
    await expect(vera.widget.locator(".greeting button")).to_have_count(0)
    assert not [name for name in requested(vera) if "/free?" in name]
    await ana.goes()

    async def nobody_is_free() -> bool:
        async with httpx.AsyncClient(base_url=shop.url) as other:
            return bool((await other.get("/widget/free?site=demo")).json()["free"]) is False

    await eventually(nobody_is_free, "the server to know that Ana has gone")
    free = vera.page.expect_response(lambda response: "/free?" in response.url)
    async with free as answered:
        await vera.page.evaluate("history.pushState({}, '', '/delivery')")
        await vera.page.clock.run_for(3_000)
    assert (await (await answered.value).json())["free"] is False
    await vera.page.clock.run_for(60_000)
    await expect(vera.widget.locator(".greeting button")).to_have_count(0)
    assert len([name for name in requested(vera) if "/free?" in name]) == 1, "once a page"
    await vera.leaves()


async def test_a_site_without_greetings_and_questions_costs_no_request_more(
    shop: RunningServer, browser: Browser, ana: Ana
) -> None:
    await asks_nothing(shop)
    await greets(shop)
    vera = await Vera.at(shop, browser)
    await vera.starts_with("Hello")
    await vera.screen("chat")
    assert not [name for name in requested(vera) if "greetings-" in name or "questions-" in name or "/free" in name]
    await vera.leaves()
