"""Alarms reach Ana in time, by sound and on screen, even while she is looking elsewhere."""

import msgspec
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage, open_console
from tests.support.eventually import eventually

LISTEN = "window.sounds = []; document.addEventListener('sestetto:sound', event => window.sounds.push(event.detail))"
NOTICES = """window.notices = []; window.Notification = class {
  static permission = 'granted';
  static requestPermission() { window.asked = (window.asked ?? 0) + 1; return Promise.resolve('granted'); }
  constructor(title, options) { this.options = options; window.notices.push(this); }
  close() {}
}"""


async def sounds(page: Page) -> list[str]:
    return [one["name"] for one in await page.evaluate("window.sounds")]


async def hears(page: Page, *names: str) -> None:
    await eventually(lambda: _has(page, names), f"the sounds {names}", within=15)


async def _has(page: Page, names: tuple[str, ...]) -> bool:
    return (await sounds(page))[: len(names)] == list(names)


async def test_a_chat_that_comes_runs_out_and_is_late_sounds_each_time(stage: Stage, desk: Page) -> None:
    await desk.evaluate(LISTEN)
    await desk.keyboard.press("Shift")  # a key lets the page sound, when the browser is ready for it
    await expect(desk.locator("#sound-words")).to_have_text("Sound")
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("ciao", due=3_500)
    await stage.play(chat)
    await hears(desk, "chat", "soon", "late", "late")  # and again while it stays late
    assert {one["state"] for one in await desk.evaluate("window.sounds")} == {"on"}
    await expect(desk).to_have_title("(1 late) Console · Sestetto")
    await expect(desk.locator("#announcer")).to_contain_text("Pane 1, Giulia: late")
    await stage.show(chat, chat.ana_says("eccomi"))
    await expect(desk).to_have_title("Console · Sestetto")


async def test_a_new_message_has_its_own_sound_once_in_a_while(stage: Stage, desk: Page) -> None:
    await desk.evaluate(LISTEN)
    chats = [Play(f"c{slot}", slot, f"Visitor {slot}") for slot in range(1, 5)]
    await stage.play_at_once(*chats)
    await hears(desk, "chat")
    await desk.get_by_label("Reply to Visitor 1").focus()
    over = await desk.evaluate("performance.now() + 500")  # the page may have taken long until that sound
    await eventually(lambda: desk.evaluate(f"performance.now() > {over}"), "the sound of the new chats to be over")
    lines = [stage.views.fact(chat.visitor_says("ciao", due=60_000), chat.line, locale="en") for chat in chats]
    await stage.push("".join(lines), due={chat.line.id: chat.due for chat in chats})
    await expect(desk.locator("#pane-4 .talk")).to_contain_text("ciao")
    await hears(desk, "chat", "message")
    assert await sounds(desk) == ["chat", "message"], "four messages at once are one sound"


async def test_who_is_in_the_pane_hears_no_message_there(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.evaluate(LISTEN)
    await stage.show(chat, chat.visitor_says("ciao", due=60_000))
    await expect(desk.locator("#announcer")).to_contain_text("new message")
    assert await sounds(desk) == []


async def test_six_chats_that_are_late_together_are_one_sound(stage: Stage, desk: Page) -> None:
    await desk.evaluate(LISTEN)
    chats = [Play(f"c{slot}", slot, f"Visitor {slot}") for slot in range(1, 7)]
    for chat in chats:
        chat.visitor_says("ciao", due=-1_000)
    await stage.play_at_once(*chats)
    await expect(desk).to_have_title("(6 late) Console · Sestetto")
    await hears(desk, "chat")
    assert (await sounds(desk)).count("late") == 1


async def test_each_sound_can_be_switched_off_for_this_agent(stage: Stage, desk: Page) -> None:
    await desk.locator("#sound-open").click()
    dialog = desk.get_by_role("dialog", name="Sound and notifications")
    await dialog.get_by_role("checkbox", name="New chat").uncheck()
    await desk.reload()
    await desk.wait_for_selector('body[data-link="ready"]')
    await desk.evaluate(LISTEN)
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("ciao", due=3_000)
    await stage.play(chat)
    await hears(desk, "soon")
    await desk.locator("#sound-open").click()
    await expect(dialog.get_by_role("checkbox", name="New chat")).not_to_be_checked()
    await dialog.get_by_role("button", name="Play: New chat").click()
    await eventually(lambda: _plays(desk, "chat"), "the sound that was asked for")
    stage.member = msgspec.structs.replace(
        stage.member, member=msgspec.structs.replace(stage.member.member, id="ben", name="Ben")
    )
    await desk.reload()
    await desk.locator("#sound-open").click()
    await expect(dialog.get_by_role("checkbox", name="New chat")).to_be_checked()


async def _plays(page: Page, name: str) -> bool:
    return name in await sounds(page)


async def test_chats_that_were_there_already_make_no_noise(stage: Stage, own_context: BrowserContext) -> None:
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("ciao", due=60_000)
    stage.plays["c1"] = chat
    await own_context.add_init_script(LISTEN)
    page = await open_console(stage, own_context)
    await expect(page.locator("#pane-1")).to_have_attribute("data-state", "fine")
    await stage.close(1012)
    await stage.hears("hello", 2)
    await expect(page.locator("#pane-1")).to_have_attribute("data-state", "fine")
    assert await sounds(page) == []


FRAMELESS = """said => { const { borderTopWidth, backgroundColor } = getComputedStyle(said);
  return borderTopWidth === '0px' && backgroundColor === 'rgba(0, 0, 0, 0)'; }"""


async def test_until_a_key_is_pressed_the_page_says_that_it_is_silent(stage: Stage, desk: Page) -> None:
    said = desk.get_by_text("Sound is off. Tap or press a key.", exact=True)
    await expect(said.first).to_be_visible()
    assert await said.first.evaluate(FRAMELESS), "it is no alarm: the first key or click settles it"
    assert await desk.locator("#sound-open.alarm").count() == 0
    await desk.keyboard.press("Shift")
    await expect(desk.locator("#sound-off")).to_be_hidden()
    await expect(desk.locator("#sound-words")).to_have_text("Sound")


async def test_one_tap_turns_the_sound_on(stage: Stage, browser: Browser) -> None:
    context = await browser.new_context(has_touch=True, locale="en-GB")
    page = await open_console(stage, context, width=390, height=844)
    await expect(page.locator("#sound-off")).to_be_visible()
    await page.locator("#pane-1").tap()
    await expect(page.locator("#sound-off")).to_be_hidden()
    await context.close()


@pytest.mark.parametrize("width", [1440, 1100, 390])
async def test_that_it_is_silent_is_said_in_the_strip_and_covers_nothing(
    stage: Stage, context: BrowserContext, width: int
) -> None:
    page = await open_console(stage, context, width=width, height=844)
    await page.locator("#sound-off").wait_for()
    inside = """() => { const box = document.getElementById('sound-off').getBoundingClientRect();
      const others = [...document.querySelectorAll('.top button, .top summary, .pane, .fig')]
        .filter(one => one.checkVisibility({ visibilityProperty: true })).map(one => one.getBoundingClientRect());
      return others.filter(its => its.left < box.right && its.right > box.left
        && its.top < box.bottom && its.bottom > box.top).length; }"""
    assert await page.evaluate(inside) == 0
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_sound_can_be_switched_off_and_stays_off(stage: Stage, desk: Page) -> None:
    await desk.keyboard.press("Alt+KeyU")
    await expect(desk.locator("#sound-words")).to_have_text("Sound off")
    await desk.reload()
    await desk.keyboard.press("Shift")
    await expect(desk.locator("#sound-words")).to_have_text("Sound off")
    await desk.locator("#sound-open").click()
    await expect(desk.get_by_text("Sound is muted")).to_be_visible()
    await desk.get_by_label("Mute sounds").uncheck()
    await expect(desk.get_by_text("Sound is on")).to_be_visible()


async def test_new_messages_are_announced_by_one_polite_voice(stage: Stage, desk: Page) -> None:
    chat = Play("c3", 3, "Kim")
    await stage.play(chat)
    await expect(desk.locator("#announcer")).to_have_text("Pane 3, Kim: new chat")
    await stage.show(chat, chat.visitor_says("hello?", due=5_900))
    await expect(desk.locator("#announcer")).to_contain_text("Pane 3, Kim: new message, 6 seconds left")


async def test_permission_for_notifications_is_asked_once_by_a_click(stage: Stage, own_context: BrowserContext) -> None:
    await own_context.add_init_script(NOTICES + "; Notification.permission = 'default'")
    page = await open_console(stage, own_context)
    assert await page.evaluate("window.asked") is None
    await page.locator("#sound-open").click()
    await expect(page.get_by_text("Get notified of new and late chats")).to_be_visible()
    await page.get_by_role("button", name="Allow notifications").click()
    assert await page.evaluate("window.asked") == 1


async def test_blocked_and_plain_http_are_named(stage: Stage, own_context: BrowserContext) -> None:
    await own_context.add_init_script(NOTICES + "; Notification.permission = 'denied'")
    page = await open_console(stage, own_context)
    await page.locator("#sound-open").click()
    await expect(page.get_by_text("Notifications are blocked")).to_be_visible()
    await expect(page.get_by_role("button", name="Allow notifications")).to_be_hidden()
    await own_context.add_init_script("Object.defineProperty(window, 'isSecureContext', { get: () => false })")
    await page.reload()
    await page.locator("#sound-open").click()
    await expect(page.get_by_text("Notifications need https")).to_be_visible()


async def test_a_hidden_console_keeps_pinging_sounds_and_notifies(stage: Stage, sleepy_browser: Browser) -> None:
    context = await sleepy_browser.new_context()
    await context.add_init_script(NOTICES)
    await context.add_init_script(LISTEN)
    page = await open_console(stage, context)
    await page.keyboard.press("Shift")
    front = await context.new_page()
    await front.bring_to_front()
    await page.evaluate(
        "Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });"
        "Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })"
    )
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("ciao", due=3_000)
    await stage.play(chat)
    await hears(page, "chat", "soon", "late", "late")
    told = await page.evaluate("window.notices.map(one => one.options.body)")
    assert told[0].startswith("Pane 1, Giulia: new chat")
    assert told[-1] == "Pane 1, Giulia: late"
    pings = len(stage.said("ping"))
    await eventually(lambda: len(stage.said("ping")) > pings, "another ping", within=15)
    assert len(stage.sockets) == 1
    await context.close()
