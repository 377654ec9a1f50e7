"""Search in a chat: it ignores case and accents, highlights matches, and leaves the keyboard focus where Ana types."""

from playwright.async_api import Locator, Page, expect

from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage

MARKED = "name => [...CSS.highlights.get(name) ?? []].map((range) => range.toString())"


async def long_chat(stage: Stage, desk: Page) -> Locator:
    play = Play("c1", 1, "Giulia")
    play.visitor_says("Perché il film non parte? È PERCHE\u0301 sono in Łódź?")
    for number in range(20):
        play.ana_says(f"Line {number} of a long answer about something else altogether")
    play.visitor_says("See https://shop.example/perche for it")
    await stage.play(play)
    await desk.get_by_label("Reply to Giulia").fill("half a sentence")
    await desk.keyboard.press("Alt+KeyF")
    box = desk.locator("#pane-1").get_by_role("searchbox", name="Search the chat with Giulia")
    await expect(box).to_be_focused()
    return box


async def test_words_are_found_without_case_and_accents_also_in_links(stage: Stage, desk: Page) -> None:
    await long_chat(stage, desk)
    await desk.keyboard.type("perche")
    await expect(desk.locator("#pane-1 .find .num")).to_have_text("3 of 3")
    assert await desk.evaluate(MARKED, "find") == ["Perché", "PERCHE\u0301", "perche"]
    assert await desk.evaluate(MARKED, "find-now") == ["perche"]


async def test_enter_goes_to_the_older_match_and_the_log_shows_it(stage: Stage, desk: Page) -> None:
    await long_chat(stage, desk)
    await expect(desk.locator("#m-c1-3")).not_to_be_in_viewport()
    await desk.keyboard.type("lodz")
    await expect(desk.locator("#m-c1-3")).to_be_in_viewport(ratio=0.9)
    assert await desk.evaluate(MARKED, "find-now") == ["Łódź"]
    await desk.keyboard.press("Control+KeyA")
    await desk.keyboard.type("perche")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#pane-1 .find .num")).to_have_text("2 of 3")
    await desk.keyboard.press("Shift+Enter")
    await desk.keyboard.press("Shift+Enter")
    await expect(desk.locator("#pane-1 .find .num")).to_have_text("1 of 3")


async def test_what_comes_meanwhile_is_found_too_and_nothing_is_sent(stage: Stage, desk: Page) -> None:
    await long_chat(stage, desk)
    await desk.keyboard.type("perche")
    play = stage.plays["c1"]
    await stage.show(play, play.visitor_says("perché no?"))
    await expect(desk.locator("#pane-1 .find .num")).to_have_text("3 of 4")
    assert stage.said("say") == []


async def test_escape_goes_back_to_the_sentence_and_takes_the_marks_away(stage: Stage, desk: Page) -> None:
    await long_chat(stage, desk)
    await desk.keyboard.type("nothing like it")
    await expect(desk.locator("#pane-1 .find .num")).to_have_text("No matches.")
    await desk.keyboard.press("Control+KeyA")
    await desk.keyboard.type("perche")
    await desk.keyboard.press("Escape")
    await expect(desk.locator("#pane-1 .find")).to_be_hidden()
    assert await desk.evaluate(MARKED, "find") == []
    await desk.keyboard.press("End")
    await desk.keyboard.type(" more")
    await expect(desk.get_by_label("Reply to Giulia")).to_have_value("half a sentence more")


async def test_another_chat_in_the_pane_closes_the_search(stage: Stage, desk: Page) -> None:
    await long_chat(stage, desk)
    await desk.keyboard.type("perche")
    await stage.leave(1, then=Play("c2", 1, "Marco"))
    await expect(desk.locator("#pane-1 .find")).to_be_hidden()
    await desk.keyboard.type("x")
    await expect(desk.get_by_label("Reply to Marco")).to_have_value("")
