"""The command palette: every command by name, from any focus, which returns to where it was."""

import re
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.browser.console_chats import Play
from tests.browser.console_stage import SAM, Stage, open_console
from tests.browser.test_console_keys import press


async def two_chats(stage: Stage, desk: Page) -> Locator:
    """Giulia, focused, and Marco."""
    await stage.push(stage.strip())
    await stage.play(Play("c1", 1, "Giulia"), Play("c2", 2, "Marco"))
    box = desk.get_by_label("Reply to Giulia")
    await box.focus()
    await desk.get_by_label("Reply to Marco").wait_for()
    return box


def late_kim() -> Play:
    kim = Play("c1", 1, "Kim")
    kim.visitor_says("Hello?", due=-3_000)
    return kim


def palette(desk: Page) -> Locator:
    return desk.locator("#palette")


async def search(desk: Page, text: str) -> None:
    await desk.keyboard.press("Control+KeyK")
    await expect(desk.locator("#palette-box")).to_be_focused()
    await desk.keyboard.type(text)


async def test_every_action_of_the_keymap_stands_there_with_its_key(stage: Stage, desk: Page) -> None:
    await two_chats(stage, desk)
    await desk.keyboard.press("Control+KeyK")
    rows = (
        await palette(desk)
        .locator("[role=option]")
        .evaluate_all(
            "all => all.map(one => ['.label', 'kbd'].map(part => one.querySelector(part)?.textContent ?? ''))"
        )
    )
    table = await desk.evaluate(
        """async () => {
          const { src } = document.querySelector('script[src*="/bundles/"]');
          const keys = (await import(src))['console/shared/keymap.js'];
          return Object.keys(keys.DEFAULT_KEYS).map(name => [name, keys.keyLabel(keys.keyOf(name))]);
        }"""
    )
    shown = {key for _, key in rows if key}
    assert {key for name, key in table if not name.endswith("2") or name == "pane2"} - shown == {"Ctrl K"}
    assert ["Go to Marco", "Alt 2"] in rows
    assert ["Go to pane 3", "Alt 3"] in rows


async def test_a_few_letters_of_a_name_go_to_that_visitor(stage: Stage, desk: Page) -> None:
    await two_chats(stage, desk)
    await search(desk, "mrc")
    await expect(palette(desk).locator('[aria-selected="true"] .label')).to_have_text("Go to Marco")
    await desk.keyboard.press("Enter")
    await expect(desk.get_by_label("Reply to Marco")).to_be_focused()
    await expect(palette(desk)).to_be_hidden()


async def test_visitors_stand_there_with_their_clocks(stage: Stage, desk: Page) -> None:
    await stage.play(late_kim(), Play("c2", 2, "Marco"))
    await desk.locator('#pane-1[data-state="late"]').wait_for()
    await desk.keyboard.press("Control+KeyK")
    details = palette(desk).locator("[role=option] .quiet")
    await expect(details.nth(0)).to_have_text(re.compile(r"Pane 1 · late by \d+ seconds?"))
    await expect(details.nth(1)).to_have_text("Pane 2")


async def test_a_hand_over_begins_from_here_and_next_is_taken(stage: Stage, desk: Page) -> None:
    stage.waiting = 2
    await two_chats(stage, desk)
    await search(desk, "transfer the chat")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#pane-1 .handover")).to_contain_text("Giulia")
    await desk.keyboard.press("Escape")
    await search(desk, "take the next")
    await desk.keyboard.press("Enter")
    await stage.hears("take")


async def test_escape_goes_back_to_the_very_place(stage: Stage, desk: Page) -> None:
    box = await two_chats(stage, desk)
    await box.fill("Hello Giulia")
    await box.evaluate("box => box.setSelectionRange(5, 5)")
    await search(desk, "stat")
    await desk.keyboard.press("Escape")
    await expect(box).to_be_focused()
    await desk.keyboard.type(",")
    await expect(box).to_have_value("Hello, Giulia")


@pytest.mark.parametrize("way", ["Control+KeyK", "Tab"])
async def test_the_same_key_and_tab_close_it_too(stage: Stage, desk: Page, way: str) -> None:
    box = await two_chats(stage, desk)
    await search(desk, "")
    await desk.keyboard.press(way)
    await expect(palette(desk)).to_be_hidden()
    await expect(box).to_be_focused()


async def test_an_action_is_done_to_the_chat_she_was_in(stage: Stage, desk: Page) -> None:
    await two_chats(stage, desk)
    await search(desk, "note or")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#pane-1 .composer")).to_have_attribute("data-mode", "note")
    await expect(desk.locator("#pane-2 .composer")).to_have_attribute("data-mode", "reply")


async def test_by_mouse_too_it_is_about_the_chat_she_was_in(stage: Stage, desk: Page) -> None:
    await two_chats(stage, desk)
    await desk.get_by_role("button", name="Commands").click()
    await palette(desk).get_by_role("option", name="End the chat").click()
    await expect(desk.get_by_text("Ending the chat with Giulia")).to_be_visible()


async def test_a_chat_that_went_meanwhile_is_not_ended_in_anothers_place(stage: Stage, desk: Page) -> None:
    await two_chats(stage, desk)
    await search(desk, "end the")
    await stage.leave(1, then=Play("c3", 1, "Kim"))
    await desk.locator("#name-1").get_by_text("Kim").wait_for()
    await desk.keyboard.press("Enter")
    await expect(palette(desk)).to_be_hidden()
    await expect(desk.locator("#announcer")).to_contain_text("End the chat: not available right now")
    await expect(desk.get_by_text("Ending the chat with")).to_be_hidden()


async def test_what_cannot_be_done_says_so_and_does_nothing(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await search(desk, "no reply")
    row = palette(desk).get_by_role("option", name="No reply needed")
    await expect(row).to_have_attribute("aria-disabled", "true")
    await expect(row).to_contain_text("not available right now")
    await desk.keyboard.press("Enter")
    await expect(palette(desk)).to_be_visible()


async def test_a_status_is_set_with_its_reason(stage: Stage, desk: Page) -> None:
    box = await two_chats(stage, desk)
    await search(desk, "lunch")
    await desk.keyboard.press("Enter")
    said = (await stage.hears("status"))[0]
    assert (said["status"], said["reason"]) == ("away", "Lunch")
    await expect(box).to_be_focused()


async def test_pages_open_in_a_tab_of_their_own(stage: Stage, desk: Page) -> None:
    await two_chats(stage, desk)
    await search(desk, "ended chats")
    async with desk.context.expect_page() as opened:
        await desk.keyboard.press("Enter")
    await (await opened.value).wait_for_url("**/chats")
    assert desk.url.endswith("/console")


async def test_an_agent_is_not_shown_the_supervisors_places(stage: Stage, desk: Page) -> None:
    await two_chats(stage, desk)
    await search(desk, "board")
    await expect(palette(desk).get_by_role("option", name="Board", exact=True)).to_have_count(0)


async def test_it_is_a_combobox_that_says_what_is_meant(stage: Stage, desk: Page) -> None:
    await two_chats(stage, desk)
    await search(desk, "")
    box = desk.get_by_role("combobox", name="Command")
    await expect(box).to_have_attribute("aria-controls", "palette-list")
    await expect(box).to_have_attribute("aria-expanded", "true")
    await desk.keyboard.press("ArrowDown")
    chosen = palette(desk).locator('[aria-selected="true"]')
    await expect(chosen).to_have_count(1)
    await expect(box).to_have_attribute("aria-activedescendant", str(await chosen.get_attribute("id")))
    await desk.keyboard.type("zzzz")
    await expect(palette(desk)).to_contain_text("No matches.")
    await expect(desk.locator("#announcer")).to_contain_text("No matches.")
    await desk.keyboard.press("Enter")
    await expect(palette(desk)).to_be_visible()


async def test_a_new_chat_is_announced_and_takes_nothing_away(stage: Stage, desk: Page) -> None:
    await two_chats(stage, desk)
    await search(desk, "mar")
    await stage.play(Play("c3", 3, "Kim"))
    await expect(desk.locator("#announcer")).to_contain_text("Pane 3, Kim: new chat")
    await expect(desk.locator("#palette-box")).to_be_focused()
    await expect(desk.locator("#palette-box")).to_have_value("mar")


async def test_the_keys_of_panes_work_on_and_close_it(stage: Stage, desk: Page) -> None:
    await two_chats(stage, desk)
    await search(desk, "x")
    await desk.keyboard.press("Alt+Digit2")
    await expect(desk.get_by_label("Reply to Marco")).to_be_focused()
    await expect(palette(desk)).to_be_hidden()


async def test_enter_that_ends_a_composition_chooses_nothing(stage: Stage, desk: Page) -> None:
    await two_chats(stage, desk)
    await search(desk, "mar")
    assert not await press(desk, "Enter", "Enter", isComposing=True)
    await expect(palette(desk)).to_be_visible()


async def test_under_a_dialog_that_must_be_answered_it_does_not_open(stage: Stage, desk: Page) -> None:
    await stage.close(4409)
    await desk.get_by_role("dialog", name="The console is open in another tab").wait_for()
    assert await press(desk, "KeyK", "k", ctrlKey=True)
    await expect(palette(desk)).to_be_hidden()


async def test_on_a_mac_it_is_the_command_key(stage: Stage, own_context: Any) -> None:
    await own_context.add_init_script("Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' })")
    page = await open_console(stage, own_context)
    assert not await press(page, "KeyK", "k", ctrlKey=True)
    assert await press(page, "KeyK", "k", metaKey=True)
    await expect(page.locator("#palette-box")).to_be_focused()
    await expect(page.locator('[data-do="palette"] kbd')).to_have_text("Cmd K")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("transfer", "Transfer the chat"),
        ("board", "Board"),
        ("dark", "Theme: Dark"),
        ("theme", "Theme: Light"),
        ("promise", "First word: promise to be back within 30 seconds"),
        ("mute", "Mute or unmute"),
        ("sign out", "Sign out"),
    ],
)
async def test_the_palette_knows_the_word(stage: Stage, context: BrowserContext, word: str, found: str) -> None:
    stage.member = SAM
    desk = await open_console(stage, context)
    await two_chats(stage, desk)
    await search(desk, word)
    await expect(palette(desk).get_by_role("option").filter(has_text=re.compile(f"^{found}"))).to_be_visible()


async def test_the_theme_is_chosen_from_the_palette(stage: Stage, desk: Page) -> None:
    await two_chats(stage, desk)
    await search(desk, "dark")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
