"""Vera returns the next day: her widget shows what she and Ana wrote, and Ana's console who spoke with her last."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.console_people import Desk
from tests.browser.widget_people import Vera
from tests.support.credentials import without_wrapup
from tests.support.eventually import eventually
from tests.support.returning import a_day_passes, is_filed
from tests.support.server_process import RunningServer

QUESTION, ANSWER, NEXT = "Does merino felt?", "A little, in the first wash.", "It felted a lot."
NOTHING_WAITS = "!sestetto.element.visitor.outbox.frames.length"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = RunningServer(tmp_path_factory.mktemp("shop") / "data")
    server.start_and_wait()
    yield server
    server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def ana(shop: RunningServer, browser: Browser) -> AsyncIterator[Desk]:
    await without_wrapup(shop)
    desk = await Desk.of(shop, browser)
    yield desk
    await desk.goes()
    assert desk.complaints == []


async def yesterday(shop: RunningServer, browser: Browser, ana: Desk) -> Vera:
    """Vera has asked, Ana has answered, the chat is over, and a day has passed."""
    vera = await Vera.at(shop, browser)
    await vera.starts_with(QUESTION, name="Vera")
    box = ana.page.get_by_label("Reply to Vera")
    await box.fill(ANSWER)
    await box.press("Enter")
    await vera.sees(ANSWER)
    chat = str(await vera.page.evaluate("sestetto.element.visitor.chat.id"))
    await vera.picks("End chat")
    await vera.screen("ended")
    await expect(box).to_be_hidden()
    await vera.page.goto("about:blank")
    await is_filed(shop, chat)
    await a_day_passes(shop, chat)
    return vera


async def test_vera_finds_her_earlier_chat_and_ana_knows_who_spoke_with_her(
    shop: RunningServer, browser: Browser, ana: Desk
) -> None:
    vera = await yesterday(shop, browser, ana)
    await vera.goes_to(shop, "/delivery")
    await vera.opens()
    await vera.sees(ANSWER)
    assert await vera.reads() == [QUESTION, ANSWER]
    assert await vera.widget.locator(".them b").inner_text() == "Ana"
    await vera.sees("New conversation")
    assert not await vera.widget.get_by_label("Your name").is_visible(), "she has said it before"
    await vera.says(NEXT)
    await vera.screen("chat")
    assert await vera.reads() == [QUESTION, ANSWER, NEXT]
    await ana.page.get_by_label("Reply to Vera").focus()
    await ana.page.keyboard.press("Alt+KeyV")
    panel = ana.page.locator("#context-1")
    await expect(panel).to_contain_text("Last spoke with Ana on")
    async with ana.context.expect_page() as opening:
        await panel.locator(".earlier a").first.click()
    earlier = await opening.value
    await expect(earlier.locator("main")).to_contain_text(QUESTION)
    await expect(earlier.locator("main")).to_contain_text(ANSWER)
    assert vera.complaints == []
    await vera.leaves()


async def test_a_private_window_and_a_forgotten_device_know_nothing_of_it(
    shop: RunningServer, browser: Browser, ana: Desk
) -> None:
    vera = await yesterday(shop, browser, ana)
    private = await Vera.at(shop, browser, "/delivery")
    await vera.goes_to(shop, "/delivery")
    await vera.opens()
    await vera.sees(ANSWER)
    await vera.picks("End and forget me on this device")
    for visitor in (vera, private):
        await visitor.page.reload()
        await visitor.opens()
        await visitor.screen("start")
        await visitor.is_connected()
        await visitor.widget.get_by_label("Your name").wait_for()
        assert await visitor.reads() == []
        await visitor.leaves()


async def test_what_is_older_than_a_page_comes_when_vera_asks_for_it(
    shop: RunningServer, browser: Browser, ana: Desk
) -> None:
    """Lines keep their order and their place, and the button goes when there is nothing older."""
    vera = await Vera.at(shop, browser)
    await vera.starts_with("Line 0", name="Vera")
    await ana.page.get_by_label("Reply to Vera").wait_for()
    for number in range(1, 110):
        await vera.page.evaluate("text => sestetto.element.visitor.say(text)", f"Line {number}")
    await eventually(lambda: vera.page.evaluate(NOTHING_WAITS), "her lines to be sent", within=60)
    chat = str(await vera.page.evaluate("sestetto.element.visitor.chat.id"))
    await vera.picks("End chat")
    await vera.screen("ended")
    await vera.page.goto("about:blank")
    await is_filed(shop, chat)
    await a_day_passes(shop, chat)
    await vera.goes_to(shop, "/delivery")
    await vera.opens()
    older = vera.widget.get_by_role("button", name="Earlier messages")
    await older.click()
    await older.wait_for(state="hidden")
    assert await vera.reads() == [f"Line {number}" for number in range(110)]
    await vera.leaves()
