"""The check before a shift: it says in words what works and what does not, and never blocks Ana's work."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage, open_console
from tests.support.eventually import eventually


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(whole_browser: Browser) -> Browser:
    """The check asks whether this browser may notify."""
    return whole_browser


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    fresh = await browser.new_context(locale="en-GB")
    yield fresh
    await fresh.close()


def verdict(desk: Page, what: str) -> Locator:
    return desk.locator(f"#shift-{what}")


async def begin(desk: Page) -> None:
    await desk.locator("#status-menu summary").click()
    await desk.get_by_role("button", name="Start-of-shift check").click()
    await desk.get_by_role("dialog", name="Start-of-shift check").wait_for()


async def test_it_is_offered_once_a_tab_when_she_goes_online(stage: Stage, desk: Page) -> None:
    offer = desk.get_by_role("button", name="Check sound and connection")
    stage.status = "offline"
    await stage.push(stage.strip())
    await expect(offer).to_be_hidden()
    await desk.locator("#go-online").click()
    await expect(offer).to_be_visible()
    await expect(desk.locator("#announcer")).to_contain_text("You can check sound and connection")
    await desk.get_by_role("button", name="Not now").click()
    await desk.reload()
    await desk.wait_for_selector('body[data-link="ready"]')
    stage.status = "offline"
    await stage.push(stage.strip())
    await desk.locator("#go-online").click()
    await desk.wait_for_selector('body[data-status="online"]')
    await expect(offer).to_be_hidden()


async def test_the_offer_leads_to_the_check_and_goes(stage: Stage, desk: Page) -> None:
    stage.status = "offline"
    await stage.push(stage.strip())
    await desk.locator("#go-online").click()
    await desk.get_by_role("button", name="Check sound and connection").click()
    await expect(desk.get_by_role("dialog", name="Start-of-shift check")).to_be_visible()
    await expect(desk.get_by_role("button", name="Check sound and connection")).to_be_hidden()


async def test_a_good_line_and_clock_are_called_good(stage: Stage, desk: Page) -> None:
    before = len(stage.said("ping"))
    await begin(desk)
    for what in ("link", "trip", "clock"):
        await expect(verdict(desk, what)).to_have_attribute("data-verdict", "good")
        await expect(verdict(desk, what).locator(".verdict")).to_have_text("good")
    await expect(verdict(desk, "trip")).to_contain_text("ms, slowest")
    assert len(stage.said("ping")) - before >= 5


async def test_a_sound_is_played_and_asked_about(stage: Stage, desk: Page) -> None:
    await desk.evaluate(
        "document.addEventListener('sestetto:sound', (event) => { window.played = event.detail.state; })"
    )
    await begin(desk)
    await desk.get_by_role("button", name="Play a sound").click()
    await eventually(lambda: desk.evaluate("window.played === 'on'"), "a sound")
    await desk.get_by_role("button", name="Yes, I heard it").click()
    await expect(verdict(desk, "sound")).to_have_attribute("data-verdict", "good")
    await expect(desk.get_by_role("button", name="Yes, I heard it")).to_be_hidden()


async def test_a_sound_nobody_heard_comes_with_what_to_do(stage: Stage, desk: Page) -> None:
    await begin(desk)
    await desk.get_by_role("button", name="Play a sound").click()
    await desk.get_by_role("dialog").get_by_role("button", name="No", exact=True).click()
    await expect(verdict(desk, "sound")).to_have_attribute("data-verdict", "bad")
    await expect(verdict(desk, "sound")).to_contain_text("Turn up the volume")
    await expect(desk.locator("#shift-sum")).to_contain_text("Needs attention: 1. You can still work.")


async def test_sound_switched_off_is_switched_on_here(stage: Stage, desk: Page) -> None:
    await desk.keyboard.press("Alt+KeyU")
    await begin(desk)
    await expect(verdict(desk, "sound")).to_have_attribute("data-verdict", "bad")
    await desk.get_by_role("button", name="Turn sound on").click()
    await expect(verdict(desk, "sound")).to_have_attribute("data-verdict", "todo")


async def test_all_good_is_said_in_one_sentence(stage: Stage, browser: Browser) -> None:
    context = await browser.new_context(locale="en-GB", permissions=["notifications"])
    desk = await open_console(stage, context)
    await begin(desk)
    await desk.get_by_role("button", name="Play a sound").click()
    await desk.get_by_role("button", name="Yes, I heard it").click()
    await expect(desk.locator("#shift-sum")).to_have_text("All good.")
    await expect(desk.locator("#announcer")).to_contain_text("All good.")
    await context.close()


async def test_a_computers_clock_that_is_off_is_told_by_how_much(stage: Stage, browser: Browser) -> None:
    context = await browser.new_context(locale="en-GB")
    await context.add_init_script("const real = Date.now; Date.now = () => real() + 90_000")
    desk = await open_console(stage, context)
    await begin(desk)
    await expect(verdict(desk, "clock")).to_have_attribute("data-verdict", "bad")
    await expect(verdict(desk, "clock")).to_contain_text("1:30 ahead of the server.")
    await context.close()


async def test_without_a_connection_the_rest_is_still_told(stage: Stage, desk: Page) -> None:
    stage.refusing = True
    await stage.close(1012)
    await desk.wait_for_selector('body[data-link="waiting"], body[data-link="connecting"]')
    await begin(desk)
    await expect(verdict(desk, "link")).to_have_attribute("data-verdict", "bad")
    await expect(verdict(desk, "trip")).to_have_attribute("data-verdict", "bad")
    await expect(verdict(desk, "sound")).to_have_attribute("data-verdict", "todo")


async def test_a_line_that_swallows_pings_is_called_bad(stage: Stage, desk: Page) -> None:
    stage.answering = False
    await begin(desk)
    await expect(verdict(desk, "trip")).to_have_attribute("data-verdict", "bad", timeout=12_000)


async def test_she_answers_while_the_check_stands_open(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c2", 2, "Marco"))
    await begin(desk)
    await desk.keyboard.press("Alt+Digit2")
    await desk.keyboard.type("On it")
    await desk.keyboard.press("Enter")
    assert (await stage.hears("say"))[0]["text"] == "On it"
    await expect(desk.get_by_role("dialog", name="Start-of-shift check")).to_be_visible()


async def test_escape_closes_it_and_gives_the_focus_back(stage: Stage, desk: Page) -> None:
    await begin(desk)
    await desk.keyboard.press("Escape")
    await expect(desk.get_by_role("dialog", name="Start-of-shift check")).to_be_hidden()
    await expect(desk.locator("#status-menu summary")).to_be_focused()
