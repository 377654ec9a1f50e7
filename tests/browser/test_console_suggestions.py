"""Suggested replies: for what a visitor wrote or is writing; a chord inserts one, another sends it."""

import asyncio

from playwright.async_api import BrowserContext, Locator, Page, Route, expect

from console.domain.directory import Canned
from console.pages.suggestions import Hint, QueueHints
from console.protocol import Typing
from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage, open_console
from tests.browser.side_panels import GREETING, TV

SETTLED = 0.5  # s after which a key may send what is suggested

CHORD = """const press = new KeyboardEvent("keydown", {
    code: "Digit7", key: "&", altKey: true, shiftKey: true, bubbles: true, cancelable: true });"""
# In the page, so that the chord follows what is drawn at once.
ONCE_DRAWN = """new MutationObserver((_, watcher) => {
    watcher.disconnect();
    document.activeElement.dispatchEvent(press);
  }).observe(document.querySelector("#pane-1 .suggested"), { childList: true });"""


async def giulia(stage: Stage, desk: Page, text: str) -> Locator:
    """Giulia wrote this; her composer has the focus."""
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    await stage.show(chat, chat.visitor_says(text, due=6_000))
    box = desk.get_by_label("Reply to Giulia")
    await box.focus()
    return box


async def what_was_learned_comes_late(desk: Page) -> asyncio.Event:
    """As on a slow line: later than the canned replies, once that is set."""
    come = asyncio.Event()

    async def late(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await desk.route("**/suggestions.json", late)
    return come


def suggested(desk: Page) -> Locator:
    return desk.locator("#pane-1 .suggested button .text")


async def test_a_reply_that_fits_is_inserted_by_one_chord_and_sent_by_enter(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk, "The screen of my TV stays blakc, only the app")
    await expect(suggested(desk)).to_have_text(["Black screen on TV"])
    await box.press("Alt+Digit7")
    await expect(box).to_have_value(TV.text)
    await expect(box).to_be_focused()
    assert stage.said("say") == []
    await box.press("Enter")
    said = (await stage.hears("say"))[0]
    assert (said["text"], said["canned"], said["suggestion"]) == (TV.text, TV.id, "taken")


async def test_another_chord_inserts_and_sends(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk, "black screen!")
    await expect(suggested(desk)).to_have_count(1)
    await asyncio.sleep(SETTLED)
    await box.press("Alt+Shift+Digit7")
    said = (await stage.hears("say"))[0]
    assert (said["text"], said["chat"], said["suggestion"]) == (TV.text, "c1", "taken")
    await expect(box).to_have_value("")


async def test_what_stands_there_is_sent_though_it_was_drawn_anew_when_more_was_learned(
    stage: Stage, desk: Page
) -> None:
    come = await what_was_learned_comes_late(desk)
    stage.side.hints = {"support": QueueHints({TV.id: Hint(9, 1, 2, "", {"black": 7})}, [])}
    await giulia(stage, desk, "black screen!")
    await expect(suggested(desk)).to_have_count(1)
    await asyncio.sleep(SETTLED)
    await desk.evaluate(f"() => {{ {CHORD} {ONCE_DRAWN} }}")
    come.set()
    assert (await stage.hears("say"))[0]["text"] == TV.text


async def test_what_was_learned_reaches_every_pane_that_waits_for_it(stage: Stage, desk: Page) -> None:
    come = await what_was_learned_comes_late(desk)
    stage.side.hints = {"support": QueueHints({}, [Hint(9, 1, 2, "Parcels take two days.", {"parcel": 7}, {"en": 9})])}
    for slot, name in ((1, "Giulia"), (2, "Marco")):
        chat = Play(f"c{slot}", slot, name)
        await stage.play(chat)
        await stage.show(chat, chat.visitor_says("black screen, and where is my parcel?", due=60_000))
        await expect(desk.locator(f"#pane-{slot} .suggested button")).to_have_count(1)
    come.set()
    for slot in (1, 2):
        await expect(desk.locator(f"#pane-{slot} .suggested button")).to_have_count(2)


async def test_what_could_not_be_read_is_asked_for_again_by_itself(stage: Stage, own_context: BrowserContext) -> None:
    """The server was away for a moment, and Giulia waits for her answer."""
    desk = await open_console(stage, own_context)
    tries: list[Route] = []

    async def only_the_second(route: Route) -> None:
        tries.append(route)
        await (route.abort() if len(tries) == 1 else route.continue_())

    await desk.route("**/suggestions.json", only_the_second)
    stage.side.hints = {"support": QueueHints({}, [Hint(9, 1, 2, "Parcels take two days.", {"parcel": 7}, {"en": 9})])}
    await giulia(stage, desk, "Where is my parcel?")
    await expect(suggested(desk)).to_have_text(["Parcels take two days."], timeout=30_000)  # after ten seconds
    assert len(tries) == 2


async def test_what_came_to_its_place_just_now_is_only_inserted(stage: Stage, desk: Page) -> None:
    stage.side.written.clear()
    await giulia(stage, desk, "black screen!")
    await desk.evaluate(f"() => {{ {CHORD} {ONCE_DRAWN} }}")
    stage.side.written.set()
    await expect(desk.get_by_label("Reply to Giulia")).to_have_value(TV.text)
    assert stage.said("say") == []


async def test_an_answer_that_changes_the_suggestion_is_marked_edited(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk, "black screen")
    await expect(suggested(desk)).to_have_count(1)
    await box.press("Alt+Digit7")
    await box.press_sequentially(" Does it work?")
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["suggestion"] == "edited"


async def test_an_answer_of_her_own_says_that_something_was_suggested(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk, "black screen")
    await expect(suggested(desk)).to_have_count(1)
    await box.press_sequentially("Which TV?")
    await box.press("Enter")
    assert (await stage.hears("say"))[0]["suggestion"] == "shown"


async def test_a_promise_to_be_back_is_no_answer_without_the_suggestion(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk, "black screen")
    await expect(suggested(desk)).to_have_count(1)
    await box.press_sequentially("Let me see.")
    await desk.locator("#pane-1 [data-act=back]").click()
    await desk.locator("#pane-1 [data-act=hold120]").click()
    said = (await stage.hears("say"))[0]
    assert (said["promise"], "suggestion" in said) == (120_000, False)
    await box.press_sequentially("Which TV?")
    await box.press("Enter")
    assert (await stage.hears("say", 2))[1]["suggestion"] == "shown"


async def test_her_own_words_are_kept_and_never_sent_by_a_chord(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk, "black screen")
    await expect(suggested(desk)).to_have_count(1)
    await asyncio.sleep(SETTLED)
    await box.press_sequentially("One moment.")
    await box.press("Alt+Shift+Digit7")
    await expect(box).to_have_value(f"One moment. {TV.text}")
    assert stage.said("say") == []


async def test_an_unfilled_placeholder_is_selected_not_sent(stage: Stage, desk: Page) -> None:
    stage.side.replies = [Canned("k9", "Refund", "Your refund for {field:order} is on its way.")]
    box = await giulia(stage, desk, "where is my refund")
    await expect(suggested(desk)).to_have_text(["Refund"])
    await asyncio.sleep(SETTLED)
    await box.press("Alt+Shift+Digit7")
    assert await box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)") == "{field:order}"
    assert stage.said("say") == []


async def test_what_she_is_typing_is_read_while_it_grows(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk, "Hi there")
    await expect(suggested(desk)).to_have_count(0)
    await stage.send(Typing("visitor", 3, "c1", "my screen is bla"))
    await expect(suggested(desk)).to_have_count(1)
    await stage.send(Typing("visitor", 3, "c1", "my screen is black"))
    await expect(suggested(desk)).to_have_text(["Black screen on TV"])


async def test_what_the_team_answers_often_is_suggested_with_the_reason(stage: Stage, desk: Page) -> None:
    phrase = "Hello {first_name}, parcels take two days."
    hint = Hint(9, 1, 2, phrase, {"parcel": 7, "arrive": 5}, {"en": 9})
    stage.side.hints = {"support": QueueHints({}, [hint])}
    box = await giulia(stage, desk, "When does my parcel arive?")
    await expect(suggested(desk)).to_have_text(["Hello Giulia, parcels take two days."])
    button = desk.locator("#pane-1 .suggested button")
    await expect(button).to_have_attribute(
        "title", "Hello Giulia, parcels take two days.\n\nSent 9 times after: parcel, arive"
    )
    await button.click()
    await expect(box).to_have_value("Hello Giulia, parcels take two days.")
    await expect(box).to_be_focused()
    await box.press("Enter")
    assert "canned" not in (await stage.hears("say"))[0]


async def test_after_her_answer_nothing_is_suggested_any_more(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    await stage.show(chat, chat.visitor_says("black screen", due=6_000))
    await expect(suggested(desk)).to_have_count(1)
    await stage.show(chat, chat.ana_says("Try the app."))
    await expect(suggested(desk)).to_have_count(0)


async def test_suggestions_are_switched_off_from_the_palette_and_stay_off(stage: Stage, desk: Page) -> None:
    box = await giulia(stage, desk, "black screen")
    await expect(suggested(desk)).to_have_count(1)
    await box.press("Control+k")
    await desk.keyboard.type("suggested replies")
    await desk.keyboard.press("Enter")
    await expect(suggested(desk)).to_have_count(0)
    await desk.reload()
    await expect(desk.get_by_label("Reply to Giulia")).to_be_visible()
    await expect(suggested(desk)).to_have_count(0)


async def test_a_server_that_has_learned_nothing_leaves_the_canned_replies(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk, "hello, who is this? Greeting from Rome")
    await expect(suggested(desk)).to_have_text([GREETING.title])


async def test_three_long_ones_share_the_line_evenly(stage: Stage, desk: Page) -> None:
    phrases = [
        f"{start} is a long sentence about parcels that nobody can show whole" for start in ("One", "Two", "Six")
    ]
    stage.side.hints = {"support": QueueHints({}, [Hint(9, 1, 2, text, {"parcel": 7}, {}) for text in phrases])}
    await giulia(stage, desk, "Where is my parcel?")
    await expect(suggested(desk)).to_have_count(3)
    widths = await desk.locator("#pane-1 .suggested button").evaluate_all("all => all.map((one) => one.offsetWidth)")
    assert max(widths) - min(widths) <= 1
    assert min(widths) > 80


async def test_a_word_of_two_letters_alone_suggests_nothing(stage: Stage, desk: Page) -> None:
    await giulia(stage, desk, "it came on Monday")  # as in "Black screen on TV"
    await stage.send(Typing("visitor", 3, "c1", "and on Tuesday, greetings"))
    await expect(desk.locator("#pane-1 .typing")).to_be_visible()
    await expect(suggested(desk)).to_have_text([GREETING.title])


async def test_a_first_word_leaves_the_suggestions_where_they_are(stage: Stage, desk: Page) -> None:
    """The time until the answer is when they are of use."""
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    await stage.show(chat, chat.visitor_says("black screen", due=6_000))
    await expect(suggested(desk)).to_have_text([TV.title])
    await stage.show(chat, chat.ana_promises("One moment, please.", 30_000))
    await expect(desk.locator("#pane-1 .talk li.m.agent")).to_have_count(1)
    await stage.show(chat, chat.visitor_says("are you there?", due=30_000))
    await expect(desk.locator("#pane-1 .talk li.m.visitor")).to_have_count(2)
    await expect(suggested(desk)).to_have_text([TV.title])
    await stage.show(chat, chat.ana_says("Switch it off and on again."))
    await expect(suggested(desk)).to_have_count(0)
