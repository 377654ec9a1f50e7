"""Vera on the shop's page, Ana at her console, a real server between them, and a network that fails."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from console.proving.network import BadNetwork
from tests.support.credentials import sign_in_link, without_wrapup
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

PATIENCE = 20_000  # ms


class Window(NamedTuple):
    """A person's page, and the network it is on."""

    page: Page
    network: BadNetwork


class Two(NamedTuple):
    ana: Window
    vera: Window


@pytest_asyncio.fixture(loop_scope="session")
async def two(server: RunningServer, browser: Browser) -> AsyncIterator[Two]:
    async with at_desk(server, browser) as ana, on_the_shop(server, browser) as vera:
        yield Two(ana, vera)


@asynccontextmanager
async def at_desk(server: RunningServer, browser: Browser, member: str = "ana") -> AsyncIterator[Window]:
    async with AsyncExitStack() as stack:
        network = await stack.enter_async_context(BadNetwork(server.port))
        context = await browser.new_context(locale="en-GB", viewport={"width": 1366, "height": 768})
        stack.push_async_callback(context.close)
        page = await context.new_page()
        link = await sign_in_link(server, member)
        await page.goto(link.replace(server.url, network.url))
        await page.wait_for_url("**/console", timeout=PATIENCE)
        await page.wait_for_selector('body[data-link="ready"]', timeout=PATIENCE)
        yield Window(page, network)


@asynccontextmanager
async def on_the_shop(server: RunningServer, browser: Browser) -> AsyncIterator[Window]:
    async with AsyncExitStack() as stack:
        network = await stack.enter_async_context(BadNetwork(server.port))
        context = await browser.new_context(locale="en-GB")
        stack.push_async_callback(context.close)
        page = await context.new_page()
        await page.goto(network.url)
        yield Window(page, network)


async def vera_opens(page: Page, text: str) -> None:
    await page.get_by_role("button", name="Open the chat").click()
    await page.get_by_label("Your message").fill(text)
    await page.get_by_role("button", name="Start the chat").click()


async def vera_says(page: Page, text: str) -> None:
    await page.get_by_label("Your message").fill(text)
    await page.get_by_label("Your message").press("Enter")


async def ana_says(page: Page, text: str, pane: int = 1) -> None:
    box = page.locator(f"#pane-{pane} textarea").last
    await box.fill(text)
    await box.press("Enter")


async def said_to_vera(page: Page) -> list[str]:
    return await page.locator("sestetto-widget .log .bubble").all_inner_texts()


async def said_to_ana(page: Page, pane: int = 1) -> list[str]:
    """The settled lines of a pane, in order; what is pending stands in a log of its own."""
    lines = page.locator(f"#talk-{pane} .m:is(.visitor, .agent) p")
    return await lines.all_inner_texts()


async def both_show(two: Two, texts: list[str]) -> None:
    async def agree() -> bool:
        vera, ana = await said_to_vera(two.vera.page), await said_to_ana(two.ana.page)
        assert (vera, ana) == (texts, texts)
        return True

    await eventually(agree, "both windows to show the same conversation", within=30)


async def test_a_whole_conversation_with_a_reload_in_the_middle(two: Two) -> None:
    vera, ana = two.vera.page, two.ana.page
    await vera_opens(vera, "Is the blue wool back?")
    await expect(ana.locator("#pane-1").get_by_text("Is the blue wool back?")).to_be_visible(timeout=PATIENCE)
    await ana_says(ana, "On Friday")
    await expect(vera.get_by_text("On Friday")).to_be_visible(timeout=PATIENCE)
    await vera.reload()
    await ana_says(ana, "Shall I keep some for you?")
    await expect(vera.get_by_text("Shall I keep some for you?")).to_be_visible(timeout=PATIENCE)
    await vera_says(vera, "Yes please, six balls")
    await both_show(two, ["Is the blue wool back?", "On Friday", "Shall I keep some for you?", "Yes please, six balls"])
    await ana.reload()
    await both_show(two, ["Is the blue wool back?", "On Friday", "Shall I keep some for you?", "Yes please, six balls"])


@pytest.mark.parametrize("fault", ["cut", "up", "down", "half-open"])
async def test_networks_that_break_in_turn_lose_and_double_nothing(two: Two, fault: str) -> None:
    vera, ana = two.vera.page, two.ana.page
    await vera_opens(vera, "One")
    await expect(ana.locator("#pane-1").get_by_text("One", exact=True)).to_be_visible(timeout=PATIENCE)
    await ana_says(ana, "Two")
    await expect(vera.get_by_text("Two", exact=True)).to_be_visible(timeout=PATIENCE)
    spoil(two.vera.network, fault)
    await vera_says(vera, "Three")
    if fault == "cut":
        await expect(vera.get_by_text("No connection since")).to_be_visible(timeout=PATIENCE)
    two.vera.network.heal()
    await expect(ana.locator("#pane-1").get_by_text("Three", exact=True)).to_be_visible(timeout=PATIENCE)
    spoil(two.ana.network, fault)
    await ana_says(ana, "Four")
    if fault == "cut":
        await expect(ana.locator("#link-figure")).to_have_text("No connection", timeout=PATIENCE)
    two.ana.network.heal()
    await both_show(two, ["One", "Two", "Three", "Four"])


def spoil(network: BadNetwork, fault: str) -> None:
    match fault:
        case "cut":
            network.cut()
        case "half-open":
            network.swallow()
        case "up":
            network.swallow("up")
        case _:
            network.swallow("down")


async def test_words_for_one_visitor_never_reach_the_next(server: RunningServer, browser: Browser, two: Two) -> None:
    """Vera ends, the slot refills at once, Ana is in mid-sentence and presses Enter."""
    await without_wrapup(server)
    vera, ana = two.vera.page, two.ana.page
    await vera_opens(vera, "My secret order")
    await expect(ana.locator("#pane-1").get_by_text("My secret order")).to_be_visible(timeout=PATIENCE)
    box = ana.locator("#pane-1 textarea").first
    await box.click()
    await ana.keyboard.type("Your secret order is")
    async with on_the_shop(server, browser) as next_one:
        await vera.get_by_label("More").click()
        await vera.get_by_role("button", name="End chat").click()
        await expect(ana.locator("#talk-1").get_by_text("My secret order")).to_be_hidden(timeout=PATIENCE)
        await vera_opens(next_one.page, "I am somebody else")
        await expect(ana.locator("#pane-1").get_by_text("I am somebody else")).to_be_visible(timeout=PATIENCE)
        await ana.keyboard.type(" on its way")
        await ana.keyboard.press("Enter")
        ended = ana.locator("#pane-1 .composer[data-ended]").get_by_role("textbox")
        await expect(ended).to_have_value(re.compile("^Your secret order is"))
        await expect(ended).to_have_attribute("readonly", "")
        own = ana.locator("#pane-1 .composer:not([data-ended])").get_by_role("textbox")
        await expect(own).to_have_value("")
        await own.fill("Hello, somebody else")
        await own.press("Enter")
        await expect(next_one.page.get_by_text("Hello, somebody else")).to_be_visible(timeout=PATIENCE)
        assert await said_to_vera(next_one.page) == ["I am somebody else", "Hello, somebody else"]


async def test_a_hidden_console_gets_its_chat_and_keeps_it(
    server: RunningServer, browser: Browser, sleepy_browser: Browser
) -> None:
    """Browsers slow the timers of hidden tabs down to one a minute; the server's pings do not care."""
    async with at_desk(server, sleepy_browser) as ana, on_the_shop(server, browser) as vera:
        front = await ana.page.context.new_page()
        await front.goto(ana.network.url)
        await front.bring_to_front()
        await vera_opens(vera.page, "Hello, hidden Ana")
        await expect(vera.page.get_by_text("Ana has joined the chat")).to_be_visible(timeout=PATIENCE)
        await eventually(lambda: is_late(ana.page), "the clock to break its promise", within=30)
        assert await said_to_ana(ana.page) == ["Hello, hidden Ana"]
        assert await vera.page.get_by_text("You're next in line.").count() == 0


async def is_late(page: Page) -> bool:
    return await page.locator('#pane-1[data-state="late"]').count() == 1
