"""Ana types while everything around changes: she loses no character, caret or focus."""

import asyncio

from playwright.async_api import Page, expect

from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage
from tests.support.eventually import eventually

TYPED = 250
SENTENCE = ("Mi dispiace per l'attesa: proviamo insieme ad aggiornare l'app della TV. " * 4)[:TYPED]
# Its place, once it moves no more; browsers scroll smoothly.
RESTS = """log => new Promise(done => {
  const top = log.scrollTop;
  setTimeout(() => done(top === log.scrollTop && top), 150);
})"""


async def fragment(stage: Stage, chat: Play, place: int) -> None:
    """For the very pane that is typed in: a line, its head, its clock, the strip."""
    chat.line.title = f"page {place}"
    chat.line.here = place % 4 == 0
    fact = chat.visitor_says(f"line {place}", due=60_000)
    head = stage.views.header(chat.line, locale="en", now=0)
    line = stage.views.fact(fact, chat.line, locale="en")
    await stage.push(line + head + stage.strip(), due={"c1": chat.due})


async def test_250_characters_stay_exact_while_a_fragment_comes_with_every_other_one(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    box = desk.get_by_label("Reply to Giulia")
    await box.focus()
    await desk.evaluate(
        "window.blurs = 0; document.activeElement.addEventListener('blur', () => { window.blurs += 1; })"
    )
    for place, character in enumerate(SENTENCE):
        typing = desk.keyboard.type(character, delay=8)
        await (asyncio.gather(typing, fragment(stage, chat, place)) if place % 2 == 0 else typing)
        if place == 80:
            await stage.push(stage.pane(1), due={"c1": chat.due})  # the whole pane anew
        if place == 120:
            await desk.keyboard.press("ArrowLeft")  # the caret is somewhere in the middle from now on
        if place == 160:
            await stage.close(1012)
    expected = SENTENCE[:120] + SENTENCE[121:] + SENTENCE[120]
    await expect(box).to_have_value(expected)
    await expect(box).to_be_focused()
    assert await box.evaluate("box => [box.selectionStart, box.selectionEnd]") == [TYPED - 1, TYPED - 1]
    assert await desk.evaluate("window.blurs") == 0
    await desk.wait_for_selector('body[data-link="ready"]')
    assert len(stage.said("hello")) == 2
    await expect(desk.locator("#log-c1 > .m")).to_have_count(len(chat.facts), timeout=20_000)


async def test_duplicate_and_unordered_messages_show_once_in_order(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    facts = [chat.visitor_says(f"line {place}") for place in range(12)]
    await stage.show(chat, *reversed(facts))
    await stage.show(chat, *facts)
    await expect(desk.locator("#log-c1 .m.visitor p")).to_have_text([f"line {place}" for place in range(12)])


async def test_a_reader_further_up_is_not_pulled_down(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    for place in range(40):
        chat.visitor_says(f"line {place}")
    await stage.play(chat)
    await expect(desk.get_by_text("line 39")).to_be_in_viewport()
    log = desk.locator("#pane-1 .scroll")
    await log.hover()
    await desk.mouse.wheel(0, -600)
    await expect(desk.get_by_text("line 39")).not_to_be_in_viewport()
    top = await eventually(lambda: log.evaluate(RESTS), "the log to have scrolled")
    await stage.show(chat, chat.visitor_says("line 40"))
    await expect(desk.get_by_role("button", name="New messages")).to_be_visible()
    assert await log.evaluate("log => log.scrollTop") == top
    await desk.get_by_role("button", name="New messages").click()
    await expect(desk.get_by_text("line 40")).to_be_in_viewport()


async def test_a_selection_in_the_log_survives_what_comes(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    chat.visitor_says("order 88213")
    await stage.play(chat)
    await desk.get_by_text("order 88213").select_text()
    await stage.show(chat, chat.visitor_says("and another"))
    await stage.push(stage.pane(1))
    await expect(desk.get_by_text("and another")).to_be_visible()
    assert (await desk.evaluate("getSelection().toString()")).strip() == "order 88213"
