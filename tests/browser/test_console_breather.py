"""Ana takes a breather with one key, sees it count down, and is ready again with the same key."""

import re

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.axe import audit
from tests.browser.console_chats import Play, now
from tests.browser.console_stage import Stage, open_console
from tests.support.eventually import eventually


async def goes_online(stage: Stage) -> None:
    stage.status = "online"
    await stage.push(stage.strip())


async def test_one_key_takes_a_breather_and_ends_it(stage: Stage, desk: Page) -> None:
    await goes_online(stage)
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.locator("#pane-1 textarea").focus()
    await desk.keyboard.press("Alt+KeyP")
    assert (await stage.hears("breather"))[0]["ms"] == 120_000
    await expect(desk.locator("#strip-status")).to_contain_text(re.compile(r"Breather 1:\d\d|2:00"))
    await expect(desk.locator("#announcer")).to_contain_text("Breather: no new chats; you keep yours")
    await expect(desk.get_by_role("button", name="I'm ready")).to_be_visible()
    await expect(desk.locator("#pane-1 textarea")).to_be_focused()
    await desk.keyboard.press("Alt+KeyP")
    assert (await stage.hears("breather", 2))[1]["ms"] == 0
    await expect(desk.locator("#strip-status .is")).to_have_text("Online")
    await expect(desk.locator("#announcer")).to_have_text("The breather is over; new chats can arrive")
    await expect(desk.get_by_role("button", name="I'm ready")).to_be_hidden()


async def test_the_time_left_counts_down(stage: Stage, desk: Page) -> None:
    stage.breather = now() + 45_000
    await goes_online(stage)
    place = desk.locator("#strip-status [data-until]")
    await expect(place).to_have_text(re.compile(r"^4\d s$"))
    first = await place.text_content()

    async def less() -> bool:
        return await place.text_content() != first

    await eventually(less, "the time to count down")


async def test_a_minute_is_chosen_in_the_menu_where_the_rest_of_the_hour_stands(stage: Stage, desk: Page) -> None:
    await goes_online(stage)
    await desk.locator("#status-menu summary").click()
    await expect(desk.locator("#strip-breathers")).to_contain_text("3 of 3 left this hour")
    await desk.get_by_role("button", name="Breather, 1 minute").click()
    assert (await stage.hears("breather"))[0]["ms"] == 60_000
    await expect(desk.locator("#status-menu summary")).to_be_focused()
    await desk.locator("#status-menu summary").click()
    await expect(desk.locator("#strip-breathers")).to_contain_text("2 of 3 left this hour")
    await expect(desk.get_by_role("button", name="Breather, 1 minute")).to_be_disabled()


async def test_the_button_beside_the_status_ends_it(stage: Stage, desk: Page) -> None:
    stage.breather = now() + 60_000
    await goes_online(stage)
    await desk.get_by_role("button", name="I'm ready").click()
    assert (await stage.hears("breather"))[0]["ms"] == 0


@pytest.mark.parametrize(("status", "left"), [("away", 3), ("online", 0)], ids=["away", "none left"])
async def test_the_key_does_nothing_without_one_to_take(stage: Stage, desk: Page, status: str, left: int) -> None:
    stage.status, stage.breathers_left = status, left  # type: ignore[assignment]
    await stage.push(stage.strip())
    await expect(desk.locator("body")).to_have_attribute("data-status", status)
    await desk.keyboard.press("Alt+KeyP")
    await desk.keyboard.press("Control+KeyK")
    await desk.locator("#palette-box").fill("Breather")
    await expect(desk.locator('#palette-list [role="option"]').first).to_have_attribute("aria-disabled", "true")
    assert stage.said("breather") == []


async def test_a_reload_shows_it_again_without_a_word_of_its_start(stage: Stage, desk: Page) -> None:
    stage.breather = now() + 60_000
    await goes_online(stage)
    await desk.reload()
    await desk.wait_for_selector('body[data-link="ready"][data-breather]')
    await expect(desk.locator("#strip-status")).to_contain_text("Breather")
    await expect(desk.get_by_role("button", name="I'm ready")).to_be_visible()
    assert "Breather" not in (await desk.locator("#announcer").text_content() or "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_with_the_menu_open(stage: Stage, context: BrowserContext, scheme: str) -> None:
    stage.breather = now() + 100_000
    stage.status = "online"
    desk = await open_console(stage, context, color_scheme=scheme)
    await desk.locator("#status-menu summary").click()
    assert (await audit(desk))["violations"] == []


@pytest.mark.parametrize("width", [1366, 390])
async def test_the_clocks_stay_where_they_are(stage: Stage, context: BrowserContext, width: int) -> None:
    stage.status = "online"
    desk = await open_console(stage, context, width=width)
    clocks = desk.locator(".mini")
    before = [await clocks.nth(number).bounding_box() for number in range(6)]
    stage.breather = now() + 100_000
    await stage.push(stage.strip())
    await expect(desk.get_by_role("button", name="I'm ready")).to_be_visible()
    assert [await clocks.nth(number).bounding_box() for number in range(6)] == before
    assert await desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
