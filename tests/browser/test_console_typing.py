"""Ana types while everything moves: not a character, not the caret, not the focus is lost."""

import asyncio

from playwright.async_api import Page, expect

from tests.browser.stage import Play, Stage

TYPED = 250
SENTENCE = ("Mi dispiace per l'attesa: proviamo insieme ad aggiornare l'app della TV. " * 4)[:TYPED]
PACE = 0.02  # s between two fragments: fifty a second


async def busy(stage: Stage, chat: Play, done: asyncio.Event) -> int:
    """Fragments for the very pane that is typed in: lines, its head, its clock, the strip."""
    sent = 0
    while not done.is_set():
        chat.line.title = f"page {sent}"
        chat.line.here = sent % 2 == 0
        fact = chat.visitor_says(f"line {sent}", due=60_000)
        head = stage.views.header(chat.line, locale="en", now=0)
        line = stage.views.fact(fact, chat.line, locale="en")
        await stage.push(line + head + stage.strip(), due={"c1": chat.due})
        sent += 1
        await asyncio.sleep(PACE)
    return sent


async def test_250_characters_stay_exact_under_fifty_fragments_a_second(stage: Stage, desk: Page) -> None:
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    box = desk.get_by_label("Reply to Giulia")
    await box.focus()
    await desk.evaluate(
        "window.blurs = 0; document.activeElement.addEventListener('blur', () => { window.blurs += 1; })"
    )
    done = asyncio.Event()
    fragments = asyncio.create_task(busy(stage, chat, done))
    for place, character in enumerate(SENTENCE):
        await desk.keyboard.type(character, delay=8)
        if place == 80:
            await stage.push(stage.pane(1), due={"c1": chat.due})  # the whole pane anew
        if place == 120:
            await desk.keyboard.press("ArrowLeft")  # the caret is somewhere in the middle from now on
        if place == 160:
            await stage.close(1012)
    done.set()
    assert await fragments > 50
    expected = SENTENCE[:120] + SENTENCE[121:] + SENTENCE[120]
    await expect(box).to_have_value(expected)
    await expect(box).to_be_focused()
    assert await box.evaluate("box => [box.selectionStart, box.selectionEnd]") == [TYPED - 1, TYPED - 1]
    assert await desk.evaluate("window.blurs") == 0
    await desk.wait_for_selector('body[data-link="ready"]')
    assert len(stage.said("hello")) == 2
    await expect(desk.locator("#log-c1 > .m")).to_have_count(len(chat.facts))


async def test_lines_that_come_twice_or_out_of_order_stand_once_and_in_order(stage: Stage, desk: Page) -> None:
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
    top = await log.evaluate("log => log.scrollTop")
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
