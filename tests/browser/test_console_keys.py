"""Ana's shortcuts: they follow a key's position, not its character, and do not override the browser's own."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage
from tests.support.eventually import eventually

# code, key as the layout types it, modifiers
US = [
    ("Digit1", "1"),
    ("Digit4", "4"),
    ("Digit0", "0"),
    ("KeyJ", "j"),
    ("KeyM", "m"),
    ("KeyE", "e"),
    ("KeyO", "o"),
    ("KeyV", "v"),
]
ITALIAN = [
    ("Digit1", "1"),
    ("Digit4", "4"),
    ("Digit0", "0"),
    ("KeyJ", "j"),
    ("KeyM", "m"),
    ("KeyE", "e"),
    ("KeyO", "o"),
    ("KeyV", "v"),
]
FRENCH = [
    ("Digit1", "&"),
    ("Digit4", "'"),
    ("Digit0", "à"),
    ("KeyJ", "j"),
    ("KeyM", ","),
    ("KeyE", "e"),
    ("KeyO", "o"),
    ("KeyV", "v"),
]
PRESS = """([code, key, more]) => {
  const event = new KeyboardEvent('keydown', { code, key, bubbles: true, cancelable: true, ...more });
  (document.activeElement ?? document.body).dispatchEvent(event);
  return event.defaultPrevented;
}"""


async def press(page: Page, code: str, key: str, **more: Any) -> bool:
    """Whether the page took the key for itself."""
    return bool(await page.evaluate(PRESS, [code, key, more]))


@pytest.mark.parametrize("layout", [US, ITALIAN, FRENCH], ids=["us", "italian", "french"])
async def test_a_key_of_ours_never_reaches_the_browser(stage: Stage, desk: Page, layout: list[tuple[str, str]]) -> None:
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("ciao", due=60_000)
    await stage.play(chat)
    await desk.locator("#pane-1 textarea").focus()
    for code, key in layout:
        assert await press(desk, code, key, altKey=True), code
    assert await press(desk, "F1", "F1")
    assert await press(desk, "KeyK", "k", ctrlKey=True)


@pytest.mark.parametrize(
    "more",
    [
        {"altKey": True, "ctrlKey": True},
        {"altKey": True, "metaKey": True},
        {"altKey": True, "shiftKey": True},
        {"altKey": True, "modifierAltGraph": True},
        {"ctrlKey": True},
        {},
    ],
    ids=["ctrl-alt", "meta-alt", "shift-alt", "altgraph", "ctrl", "nothing"],
)
async def test_only_alt_alone_makes_a_key_ours(desk: Page, more: dict[str, Any]) -> None:
    assert not await press(desk, "Digit1", "1", **more)


async def test_the_number_pad_is_left_to_the_browser(desk: Page) -> None:
    assert not await press(desk, "Numpad1", "1", altKey=True)


async def test_alt_and_a_number_goes_to_that_pane(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"), Play("c4", 4, "Dana"))
    await desk.get_by_label("Reply to Dana").wait_for()
    await desk.keyboard.press("Alt+Digit4")
    await expect(desk.get_by_label("Reply to Dana")).to_be_focused()
    await desk.keyboard.press("Alt+Digit1")
    await expect(desk.get_by_label("Reply to Giulia")).to_be_focused()
    await desk.keyboard.press("Alt+Digit6")
    await expect(desk.locator("#pane-6")).to_be_focused()


@pytest.mark.parametrize("key", ["Alt+Digit0", "Alt+KeyJ"])
async def test_one_key_goes_to_the_most_urgent_clock(stage: Stage, desk: Page, key: str) -> None:
    calm, pressing = Play("c1", 1, "Giulia"), Play("c3", 3, "Kim")
    calm.visitor_says("no hurry", due=50_000)
    pressing.visitor_says("quick", due=20_000)
    await stage.play(calm, pressing)
    await expect(desk.locator("#pane-3")).to_have_attribute("data-state", "fine")
    await desk.keyboard.press(key)
    await expect(desk.get_by_label("Reply to Kim")).to_be_focused()


async def test_every_key_has_a_button_that_shows_it(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").wait_for()
    shown = await desk.evaluate(
        "[...document.querySelectorAll('[data-do],[data-act]')].map(b => b.dataset.do ?? b.dataset.act)"
    )
    assert {f"pane{slot}" for slot in range(1, 7)} | {
        "urgent",
        "help",
        "alarms",
        "note",
        "no_reply",
        "end",
        "palette",
        "canned",
        "context",
    } <= set(shown)
    assert await desk.locator("#pane-1 [data-act=end] kbd").text_content() == "Alt E"


async def test_a_key_can_be_moved_to_another_and_stays_there(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.keyboard.press("F1")
    await desk.get_by_role("button", name="Change key: End the chat").click()
    await desk.keyboard.press("Alt+KeyQ")
    await desk.get_by_role("dialog").get_by_role("button", name="Close").click()
    await desk.reload()
    await desk.wait_for_selector('body[data-link="ready"]')
    await desk.get_by_label("Reply to Giulia").focus()
    assert not await press(desk, "KeyE", "e", altKey=True)
    assert await press(desk, "KeyQ", "q", altKey=True)
    await expect(desk.get_by_text("Ending the chat with Giulia")).to_be_visible()


async def test_a_key_that_is_taken_is_not_given_twice(desk: Page) -> None:
    await desk.keyboard.press("F1")
    await desk.get_by_role("button", name="Change key: End the chat").click()
    await desk.keyboard.press("Alt+KeyM")
    await expect(desk.get_by_text("That key is already used for: Note or reply")).to_be_visible()


async def test_a_key_can_be_switched_off(desk: Page) -> None:
    await desk.keyboard.press("F1")
    await desk.get_by_label("Enable key: Keyboard shortcuts (outside text fields)").uncheck()
    await desk.get_by_role("dialog").get_by_role("button", name="Close").click()
    assert not await press(desk, "Slash", "?", shiftKey=True)
    await desk.keyboard.press("F1")
    await desk.get_by_role("button", name="Reset to defaults").click()
    await desk.get_by_role("dialog").get_by_role("button", name="Close").click()
    assert await press(desk, "Slash", "?", shiftKey=True)


async def test_a_question_mark_in_a_text_is_a_question_mark(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").press_sequentially("Which TV?")
    await expect(desk.get_by_label("Reply to Giulia")).to_have_value("Which TV?")
    assert not await desk.locator("#help").is_visible()


async def test_on_a_mac_control_stands_in_for_alt(stage: Stage, own_context: Any) -> None:
    await own_context.add_init_script("Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' })")
    page = await own_context.new_page()
    await page.goto(f"{stage.url}/console")
    await page.wait_for_selector('body[data-link="ready"]')
    await stage.play(Play("c1", 1, "Giulia"))
    for code, key in [("Digit1", "1"), ("Digit0", "0")]:
        assert await press(page, code, key, ctrlKey=True)
        assert not await press(page, code, "¡", altKey=True)  # Option types characters there
    assert await press(page, "KeyE", "E", ctrlKey=True, shiftKey=True)
    await eventually(lambda: page.locator("#pane-1 [data-act=end] kbd").text_content(), "a key on the button")
    assert await page.locator("#pane-1 [data-act=end] kbd").text_content() == "Control Shift E"


async def test_a_held_key_acts_once(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, "Giulia"))
    await desk.get_by_label("Reply to Giulia").focus()
    assert await press(desk, "KeyM", "m", altKey=True)
    assert await press(desk, "KeyM", "m", altKey=True, repeat=True)
    await expect(desk.locator("#pane-1 .composer")).to_have_attribute("data-mode", "note")
