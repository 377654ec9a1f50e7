"""Disconnects: Ana sees them, nothing she sent is lost or doubled, and only one tab is active."""

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage, open_console
from tests.support.eventually import eventually

HIDE = """hidden => {
  const say = (name, value) => Object.defineProperty(document, name, { configurable: true, get: () => value });
  say('visibilityState', hidden ? 'hidden' : 'visible');
  say('hidden', hidden);
  document.dispatchEvent(new Event('visibilitychange'));
}"""


async def test_a_hello_names_the_tab_and_what_is_on_the_screen(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("ciao")
    await stage.play(chat)
    await expect(desk.get_by_text("ciao")).to_be_visible()
    await stage.close(1012)
    first, again = await stage.hears("hello", 2)
    assert first["have"] == {}
    assert again == {"t": "hello", "tab": first["tab"], "epoch": "e1", "have": {"c1": 3}}


async def test_after_a_restore_the_lines_are_those_of_the_new_history(stage: Stage, desk: Page) -> None:
    """It is shorter than the one before: its next message has a number that was there already."""
    chat = Play("c1", 1, "Giulia")
    for text in ("one", "two", "three", "four"):
        chat.visitor_says(text)
    await stage.play(chat)
    await expect(desk.get_by_text("four")).to_be_visible()
    restored = Play("c1", 1, "Giulia")
    restored.visitor_says("one")
    stage.plays["c1"], stage.epoch = restored, "e2"
    await stage.close(1012)
    await expect(desk.locator("#log-c1 > .m[data-by=visitor]")).to_have_count(1)
    await stage.show(restored, restored.visitor_says("five", due=60_000))
    await expect(desk.locator("#announcer")).to_contain_text("Giulia: new message")
    five = restored.line.seq
    await desk.get_by_label("Reply to Giulia").fill("Yes?")
    await desk.keyboard.press("Enter")
    assert (await stage.hears("say"))[0]["read"] == five
    await stage.close(1012)
    again = (await stage.hears("hello", 3))[-1]
    assert (again["epoch"], again["have"]["c1"]) == ("e2", restored.line.seq)


async def test_what_is_sent_while_away_waits_and_arrives_once_in_order(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    box = desk.get_by_label("Reply to Giulia")
    await box.wait_for()
    stage.refusing = True
    await stage.close(1012)
    await desk.wait_for_selector('body[data-link="waiting"]')
    for text in ("one", "two", "three"):
        await box.fill(text)
        await box.press("Enter")
    await expect(desk.locator("#pane-1 .log.pending .m")).to_have_count(3)
    await expect(desk.locator("#pane-1 .log.pending .state").first).to_have_text("waiting for connection")
    stage.refusing = False
    assert [said["text"] for said in await stage.hears("say", 3)] == ["one", "two", "three"]
    await expect(desk.locator("#log-c1 .m.agent p")).to_have_text(["one", "two", "three"])
    await expect(desk.locator("#pane-1 .log.pending .m")).to_have_count(0)


async def test_what_was_not_acknowledged_is_sent_again_with_the_same_cid(stage: Stage, desk: Page) -> None:
    stage.answering = False
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    await box.fill("ciao")
    await box.press("Enter")
    await stage.hears("say")
    await stage.close(1012)
    first, again = await stage.hears("say", 2)
    assert first == again


async def test_a_line_of_ones_own_counts_as_the_ack(stage: Stage, desk: Page) -> None:
    stage.answering = False
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    box = desk.get_by_label("Reply to Giulia")
    await box.fill("ciao")
    await box.press("Enter")
    cid = (await stage.hears("say"))[0]["cid"]
    await stage.show(chat, chat.ana_says("ciao", cid))
    await expect(desk.locator("#pane-1 .log.pending .m")).to_have_count(0)
    await stage.close(1012)
    await stage.hears("hello", 2)
    await desk.wait_for_selector('body[data-link="ready"]')
    assert len(stage.said("say")) == 1


async def test_a_reload_sends_what_was_still_waiting(stage: Stage, desk: Page) -> None:
    stage.answering = False
    await stage.play(Play("c1", 1, "Giulia"))
    box = desk.get_by_label("Reply to Giulia")
    await box.fill("ciao")
    await box.press("Enter")
    await stage.hears("say")
    stage.answering = True
    await desk.reload()
    first, again = await stage.hears("say", 2)
    assert first == again
    assert stage.said("hello")[0]["tab"] == stage.said("hello")[1]["tab"]
    await expect(desk.locator("#log-c1 .m.agent p")).to_have_text("ciao")


async def test_a_lost_connection_greys_the_clocks_and_says_since_when(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("ciao", due=60_000)
    await stage.play(chat)
    await expect(desk.locator("#pane-1")).to_have_attribute("data-state", "fine")
    stage.refusing = True
    await stage.close(1012)
    await expect(desk.locator("#pane-1")).to_have_attribute("data-state", "stale")
    await expect(desk.locator("#link-words")).to_contain_text("since ")
    await expect(desk.locator("#link-figure")).to_have_text("No connection")
    await expect(desk.locator("#announcer")).to_contain_text("Messages wait here until you reconnect")
    stage.refusing = False
    await expect(desk.locator("#pane-1")).to_have_attribute("data-state", "fine")
    await expect(desk.locator("#link-words")).to_have_text("connection")
    await expect(desk.locator("#announcer")).to_contain_text("Reconnected")


async def test_a_connection_that_swallows_everything_is_noticed(stage: Stage, desk: Page) -> None:
    await stage.hears("ping")
    stage.answering = False
    await desk.evaluate("window.dispatchEvent(new Event('online'))")  # asks for a ping at once
    await stage.hears("ping", 2)
    await stage.hears("hello", 2)


async def test_another_tab_takes_over_only_by_a_click(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    await desk.get_by_label("Reply to Giulia").fill("half a sentence")
    await stage.close(4409)
    taken = desk.get_by_role("dialog", name="The console is open in another tab")
    await expect(taken).to_be_visible()
    await desk.evaluate("window.dispatchEvent(new Event('online')); window.dispatchEvent(new Event('pageshow'))")
    await taken.get_by_role("button", name="Use it here").click()
    _, again = await stage.hears("hello", 2)
    assert again["take"] is True
    await expect(taken).to_be_hidden()
    await expect(desk.get_by_label("Reply to Giulia")).to_have_value("half a sentence")
    await stage.close(1012)
    assert "take" not in (await stage.hears("hello", 3))[2]


async def test_credentials_that_ended_lead_to_the_sign_in_page(stage: Stage, desk: Page) -> None:
    await stage.close(4401)
    await desk.wait_for_url("**/sign-in?next=/console")


async def test_a_refused_connection_waits_for_a_person(stage: Stage, desk: Page) -> None:
    await stage.close(1008)
    refused = desk.get_by_role("dialog", name="The server refused the connection")
    await expect(refused).to_be_visible()
    await refused.get_by_role("button", name="Try again").click()
    await stage.hears("hello", 2)
    await expect(refused).to_be_hidden()


async def test_a_duplicated_tab_is_another_tab(stage: Stage, own_context: BrowserContext) -> None:
    desk = await open_console(stage, own_context)
    kept = await desk.evaluate("JSON.stringify(sessionStorage)")
    await own_context.add_init_script(
        f"if (!sessionStorage.length) for (const [k, v] of Object.entries({kept})) sessionStorage.setItem(k, v)"
    )
    await open_console(stage, own_context)
    first, second = await stage.hears("hello", 2)
    assert first["tab"] != second["tab"]
    assert stage.complaints == []


async def test_a_chat_is_reported_as_shown_when_eyes_can_see_it(stage: Stage, desk: Page) -> None:
    await desk.evaluate(HIDE, True)
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("ciao")
    await stage.play(chat)
    assert (await stage.hears("shown"))[0] == {"t": "shown", "chat": "c1", "seq": 3, "hidden": True}
    await desk.evaluate(HIDE, False)
    assert (await stage.hears("shown", 2))[1] == {"t": "shown", "chat": "c1", "seq": 3}
    await stage.show(chat, chat.visitor_says("there?"))
    assert (await stage.hears("shown", 3))[2] == {"t": "shown", "chat": "c1", "seq": 4}


async def test_a_status_is_chosen_here_and_said_by_the_server(stage: Stage, desk: Page) -> None:
    await desk.locator("#status-menu summary").click()
    await desk.get_by_role("button", name="Away", exact=True).click()
    assert (await stage.hears("status"))[0]["status"] == "away"
    await expect(desk.locator("#strip-status")).to_contain_text("Away")
    await expect(desk.locator("#pane-1").get_by_text("You're away. Go online to get new chats.")).to_be_visible()
    await desk.get_by_role("button", name="Go online").click()
    await expect(desk.locator("#strip-status")).to_contain_text("Online")


@pytest.mark.parametrize("off", [-31_536_000_000, 31_536_000_000], ids=["a year slow", "a year fast"])
async def test_a_browser_with_a_wrong_clock_shows_the_right_seconds(
    stage: Stage, own_context: BrowserContext, off: int
) -> None:
    await own_context.add_init_script(f"const real = Date.now; Date.now = () => real() + {off}")
    page = await open_console(stage, own_context)
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("ciao", due=50_500)
    await stage.play(chat)
    digits = page.locator("#pane-1 .clock .digits")
    await eventually(lambda: _between(page, 44, 51), "about fifty seconds")
    assert await digits.text_content() != "·"


async def _between(page: Page, low: int, high: int) -> bool:
    text = await page.locator("#pane-1 .clock .digits").text_content() or ""
    return text.isdigit() and low <= int(text) <= high


async def test_a_new_build_asks_for_a_reload(stage: Stage, desk: Page) -> None:
    await expect(desk.get_by_role("button", name="New version: reload")).to_be_hidden()
    stage.build = "next"
    await stage.close(1012)
    await expect(desk.get_by_role("button", name="New version: reload")).to_be_visible()


async def test_two_losses_at_once_make_one_new_connection(stage: Stage, desk: Page) -> None:
    await stage.close(1012)
    await desk.evaluate("for (let i = 0; i < 5; i += 1) window.dispatchEvent(new Event('online'))")
    await stage.hears("hello", 2)
    await desk.wait_for_selector('body[data-link="ready"]')
    assert len(stage.sockets) == 1
