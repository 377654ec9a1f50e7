"""Canned replies: found by a few letters, filled in, counted if sent unchanged, never sent by accident."""

import asyncio

import pytest
from playwright.async_api import Locator, Page, Route, expect

from console.domain.directory import Canned
from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage
from tests.browser.side_panels import GREETING, REFUND, TV
from tests.browser.test_console_keys import press
from tests.support.eventually import eventually


async def giulia(stage: Stage, desk: Page, **line: object) -> Locator:
    """Giulia's composer, focused."""
    await stage.play(Play("c1", 1, "Giulia", **line))
    box = desk.get_by_label("Reply to Giulia")
    await box.focus()
    return box


def titles(desk: Page) -> Locator:
    return desk.locator("#canned [role=option] b")


def menu(desk: Page) -> Locator:
    return desk.locator("#canned")


async def test_a_slash_in_an_empty_composer_shows_her_own_the_queues_and_the_shared(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press("/")
    await expect(titles(desk)).to_have_text(["Goodbye", "Black screen on TV", "Greeting"])
    await expect(menu(desk).locator(".chip")).to_have_text(["mine", "Support", "shared"])
    await expect(box).to_be_focused()


async def test_another_queues_chat_gets_that_queues_replies(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk, queue="billing")
    await box.press("/")
    await expect(titles(desk)).to_have_text(["Goodbye", "Refund date", "Greeting"])


async def test_a_few_letters_and_enter_insert_a_reply_filled_in(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("/gree")
    await expect(titles(desk)).to_have_text(["Greeting"])
    await box.press("Enter")
    await expect(box).to_have_value("Hello Giulia, this is Ana. How can I help?")
    assert stage.said("say") == []
    await box.press("Enter")
    said = (await stage.hears("say"))[0]
    assert (said["text"], said["canned"]) == ("Hello Giulia, this is Ana. How can I help?", GREETING.id)


async def test_what_was_typed_before_the_replies_came_is_found_when_they_come(stage: Stage, desk: Page) -> None:
    stage.side.written.clear()
    box = await giulia(stage, desk)
    await box.press_sequentially("/black screen")
    await eventually(lambda: "/canned.json" in stage.side.asked, "the replies to be asked for")
    await expect(titles(desk)).to_have_count(0)
    stage.side.written.set()
    await expect(titles(desk)).to_have_text(["Black screen on TV"])
    await box.press("Enter")
    await expect(box).to_have_value(TV.text)


async def test_a_sentence_typed_before_the_replies_came_stays_a_sentence(stage: Stage, desk: Page) -> None:
    stage.side.written.clear()
    box = await giulia(stage, desk)
    await box.press_sequentially("/etc is a folder")
    await expect(menu(desk)).to_be_visible()
    stage.side.written.set()
    await expect(menu(desk)).to_be_hidden()
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["text"] == "/etc is a folder"


async def test_letters_may_be_scattered_and_accents_do_not_count(stage: Stage, desk: Page) -> None:
    stage.side.replies = [Canned("k1", "Perché non va", "Mi spiace."), GREETING]
    box = await giulia(stage, desk)
    await box.press_sequentially("/prche")
    await expect(titles(desk)).to_have_text(["Perché non va"])


async def test_every_placeholder_has_its_value(stage: Stage, desk: Page) -> None:
    text = "{visitor} {agent} {queue} {site} {page} {field:order}"
    stage.side.replies = [Canned("k1", "All", text)]
    box = await giulia(stage, desk, site="demo", title="Blue wool", fields={"order": "{agent}"})
    await box.press("/")
    await titles(desk).first.wait_for()
    await box.press("Enter")
    await expect(box).to_have_value("Giulia Ana Support Lana Blue wool {agent}")


async def test_a_first_name_is_the_first_word_of_the_name(stage: Stage, desk: Page) -> None:
    stage.side.replies = [Canned("k1", "Hello", "Hi {first_name}, {agent} here.")]
    await stage.play(Play("c1", 1, "Giulia Ferri"))
    box = desk.get_by_label("Reply to Giulia Ferri")
    await box.press("/")
    await titles(desk).first.wait_for()
    await box.press("Enter")
    await expect(box).to_have_value("Hi Giulia, Ana here.")


async def test_a_reply_that_was_changed_is_her_own_words(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("/gree")
    await titles(desk).first.wait_for()
    await box.press("Enter")
    await box.press_sequentially("!")
    await box.press("Enter")
    assert "canned" not in (await stage.hears("say"))[0]


async def test_the_next_answer_is_not_counted_as_canned(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("/gree")
    await titles(desk).first.wait_for()
    await box.press("Enter")
    await box.press("Enter")
    await box.press_sequentially("And?")
    await box.press("Enter")
    assert ["canned" in frame for frame in await stage.hears("say", 2)] == [True, False]


async def test_escape_leaves_the_slash_as_text(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("/gree")
    await menu(desk).wait_for()
    await box.press("Escape")
    await expect(menu(desk)).to_be_hidden()
    await box.press_sequentially("n is a path")
    await expect(menu(desk)).to_be_hidden()
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["text"] == "/green is a path"


async def test_a_slash_within_a_text_is_a_slash(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("either/or")
    await expect(menu(desk)).to_be_hidden()
    await expect(box).to_have_value("either/or")


async def test_a_sentence_that_begins_with_a_slash_is_let_go(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("/wool is the page")
    await expect(menu(desk)).to_be_hidden()
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["text"] == "/wool is the page"


async def test_when_nothing_fits_enter_sends_nothing(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("/zzz")
    await expect(menu(desk)).to_contain_text("No replies match “zzz”.")
    await box.press("Enter")
    await expect(box).to_have_value("/zzz")
    assert stage.said("say") == []


async def test_arrows_choose_and_the_box_says_which(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press("/")
    await titles(desk).first.wait_for()
    await box.press("ArrowDown")
    await box.press("ArrowDown")
    chosen = menu(desk).locator('[aria-selected="true"]')
    await expect(chosen.locator("b")).to_have_text("Greeting")
    await expect(box).to_have_attribute("aria-activedescendant", str(await chosen.get_attribute("id")))
    await box.press("ArrowDown")
    await expect(chosen.locator("b")).to_have_text("Goodbye")
    await box.press("ArrowUp")
    await box.press("Enter")
    await expect(box).to_have_value("Hello Giulia, this is Ana. How can I help?")


async def test_what_nobody_knows_stays_in_braces_selected(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk, queue="billing")
    await box.press_sequentially("/refund")
    await titles(desk).first.wait_for()
    await box.press("Enter")
    await expect(box).to_have_value(REFUND.text)
    assert await box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)") == "{field:order}"
    await box.press_sequentially("order 88213")
    await box.press("Enter")
    said = (await stage.hears("say"))[0]
    assert said["text"] == "Your refund for order 88213 arrives within five days."
    assert "canned" not in said


async def test_a_visitor_without_a_name_is_not_greeted_by_a_number(stage: Stage, desk: Page) -> None:
    await stage.play(Play("c1", 1, ""))
    box = desk.get_by_label("Reply to Visitor vc1")
    await box.press_sequentially("/gree")
    await titles(desk).first.wait_for()
    await box.press("Enter")
    await expect(box).to_have_value("Hello {visitor}, this is Ana. How can I help?")


@pytest.mark.parametrize("way", ["enter", "button"])
async def test_braces_go_out_only_when_asked_for_twice(stage: Stage, desk: Page, way: str) -> None:
    box = await giulia(stage, desk)
    send = desk.locator("#pane-1 .send")
    await box.fill("Hello {visitor}")
    await (box.press("Enter") if way == "enter" else send.click())
    await expect(menu(desk)).to_contain_text("Fill in {visitor}.")
    assert await box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)") == "{visitor}"
    assert stage.said("say") == []
    await (box.press("Enter") if way == "enter" else send.click())
    assert (await stage.hears("say"))[0]["text"] == "Hello {visitor}"


async def test_enter_that_ends_a_composition_inserts_and_sends_nothing(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press("/")
    await titles(desk).first.wait_for()
    assert not await press(desk, "Enter", "Enter", isComposing=True)
    assert not await press(desk, "ArrowDown", "ArrowDown", isComposing=True)
    await expect(box).to_have_value("/")
    await box.fill("Hello {visitor}")
    assert not await press(desk, "Enter", "Enter", isComposing=True)
    await expect(menu(desk)).to_be_hidden()
    assert stage.said("say") == []


async def test_a_held_enter_inserts_once_and_sends_nothing(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("/gree")
    await titles(desk).first.wait_for()
    assert await press(desk, "Enter", "Enter")
    assert await press(desk, "Enter", "Enter", repeat=True)
    await expect(box).to_have_value("Hello Giulia, this is Ana. How can I help?")
    assert stage.said("say") == []


async def test_the_button_inserts_where_the_caret_is(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.fill("Well. Bye!")
    await box.evaluate("box => box.setSelectionRange(6, 6)")
    await desk.locator("#pane-1 [data-act=canned]").click()
    await expect(titles(desk)).to_have_text(["Goodbye", "Black screen on TV", "Greeting"])
    await desk.get_by_role("option", name="Black screen").click()
    await expect(box).to_have_value("Well. Please update the app: open Settings, then About.Bye!")
    await expect(box).to_be_focused()


async def test_a_chat_that_goes_takes_its_menu_along(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await box.press_sequentially("/gree")
    await titles(desk).first.wait_for()
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    await desk.locator(".composer[data-ended]").wait_for()
    await expect(menu(desk)).to_be_hidden()
    await desk.keyboard.press("Enter")
    await expect(desk.locator(".composer[data-ended] textarea")).to_have_value("/gree")
    await expect(desk.get_by_label("Reply to Marco")).to_have_value("")
    assert stage.said("say") == []


async def test_replies_away_are_said_and_a_slash_is_still_text(stage: Stage, desk: Page) -> None:
    stage.side.status = 503
    box = await giulia(stage, desk)
    await box.press("/")
    await expect(menu(desk)).to_contain_text("Can't load canned replies.")
    await box.press("Escape")
    stage.side.status = 200
    await box.fill("")
    await box.press("/")
    await expect(titles(desk)).to_have_text(["Goodbye", "Black screen on TV", "Greeting"])
    stage.complaints.clear()  # the browser grumbles about the 503


async def test_a_team_without_replies_is_told_how_to_get_some(stage: Stage, desk: Page) -> None:
    stage.side.replies = []
    box = await giulia(stage, desk)
    await box.press("/")
    await expect(menu(desk)).to_contain_text("No canned replies yet.")
    link = menu(desk).get_by_role("link", name="Manage replies")
    assert await link.get_attribute("href") == "/settings/canned"
    await box.press("Tab")
    await expect(link).to_be_focused()
    await expect(menu(desk)).to_be_visible()


async def test_in_a_note_a_slash_is_a_slash(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk)
    await desk.keyboard.press("Alt+KeyM")
    await desk.get_by_label("Internal note").press_sequentially("/gree")
    await expect(menu(desk)).to_be_hidden()


async def test_the_key_can_be_another_and_the_slash_is_text_then(stage: Stage, desk: Page) -> None:
    await desk.evaluate("localStorage.setItem('sestetto.keys', JSON.stringify({ canned: 'Alt+KeyY' }))")
    await desk.reload()
    await desk.wait_for_selector('body[data-link="ready"]')
    box = await giulia(stage, desk)
    await box.press("/")
    await expect(menu(desk)).to_be_hidden()
    await box.fill("")
    await desk.keyboard.press("Alt+KeyY")
    await box.press_sequentially("gree")
    await expect(titles(desk)).to_have_text(["Greeting"])
    await box.press("Enter")
    await expect(box).to_have_value("Hello Giulia, this is Ana. How can I help?")


@pytest.mark.parametrize(
    ("code", "shift"), [("Slash", False), ("Digit7", True), ("Period", True)], ids=["us", "italian", "french"]
)
async def test_a_slash_beside_the_text_leads_into_it(stage: Stage, desk: Page, code: str, shift: bool) -> None:
    box = await giulia(stage, desk)
    await desk.locator("#pane-1 .scroll").focus()
    assert await press(desk, code, "/", shiftKey=shift)
    await expect(titles(desk).first).to_be_visible()
    await expect(box).to_be_focused()
    await expect(box).to_have_value("")


async def test_whoever_goes_to_another_pane_leaves_no_menu_behind(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    await stage.play(Play("c2", 2, "Marco"))
    await box.press("/")
    await menu(desk).wait_for()
    await desk.keyboard.press("Alt+Digit2")
    await expect(desk.get_by_label("Reply to Marco")).to_be_focused()
    await expect(menu(desk)).to_be_hidden()


async def test_replies_are_asked_for_once_in_a_while_not_at_every_slash(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk)
    assert stage.side.asked == []
    for _ in range(3):
        await box.press("/")
        await titles(desk).first.wait_for()
        await box.fill("")
    await eventually(lambda: stage.side.asked == ["/canned.json"], "one question")


async def test_replies_of_a_queue_that_was_not_told_of_are_asked_for_at_once(stage: Stage, desk: Page) -> None:
    """Giulia's chat stands there; Marco's is handed over from a queue that is none of Ana's."""
    stage.side.replies, stage.side.queues = [TV, GREETING], ["support"]
    box = await giulia(stage, desk)
    await box.press("/")
    await expect(titles(desk)).to_have_text(["Black screen on TV", "Greeting"])
    await box.fill("")
    stage.side.replies, stage.side.queues = [TV, REFUND, GREETING], ["billing", "support"]
    await asyncio.sleep(1)  # no sooner than that
    await stage.play(Play("c2", 2, "Marco", queue="billing"))
    other = desk.get_by_label("Reply to Marco")
    await other.press("/")
    await expect(titles(desk)).to_have_text(["Refund date", "Greeting"])
    assert stage.side.asked == ["/canned.json"] * 2


async def test_a_search_of_two_words_waits_for_replies_that_come_late(stage: Stage, desk: Page) -> None:
    come = asyncio.Event()

    async def late(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await desk.route("**/canned.json", late)
    box = await giulia(stage, desk)
    await box.press_sequentially("/black screen")
    await box.press("Enter")
    await expect(menu(desk)).to_be_visible()
    assert stage.said("say") == []
    come.set()
    await expect(titles(desk)).to_have_text(["Black screen on TV"])


async def test_letters_with_strokes_and_vowel_signs_do_not_count(stage: Stage, desk: Page) -> None:
    stage.side.replies = [Canned("k1", "Łódź", "A"), Canned("k2", "Đorđe Ørsted", "B"), Canned("k3", "مُحَمَّد", "C")]
    box = await giulia(stage, desk)
    for typed, found in (("/lodz", "Łódź"), ("/dorde", "Đorđe Ørsted"), ("/orsted", "Đorđe Ørsted"), ("/محمد", "مُحَمَّد")):
        await box.fill("")
        await box.press_sequentially(typed)
        await expect(titles(desk)).to_have_text([found])
