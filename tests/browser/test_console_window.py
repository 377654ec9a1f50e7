"""Long chats: the log is a window on the last lines, and older ones are loaded on request."""

from playwright.async_api import Locator, Page, expect

from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage

MOST, SLACK = 100, 30  # lines of a window, and over that


def long_chat(lines: int, slot: int = 1) -> Play:
    """Line 1 is that it was opened, 2 that Ana has it; then `lines` messages in turn, numbered from 0."""
    play = Play(f"c{slot}", slot, f"Visitor {slot}")
    for number in range(lines):
        (play.ana_says if number % 2 else play.visitor_says)(f"Message {number} of a very long conversation")
    return play


def lines(desk: Page, slot: int = 1) -> Locator:
    return desk.locator(f"#log-c{slot} > .m")


def older(desk: Page) -> Locator:
    return desk.locator("#pane-1").get_by_role("button", name="Show earlier messages")


async def scroll_to(desk: Page, top: int) -> None:
    """And until the page has noticed."""
    await desk.locator("#pane-1 .scroll").evaluate("(one, top) => { one.scrollTop = top; }", top)
    await desk.evaluate("new Promise((then) => requestAnimationFrame(() => setTimeout(then)))")


async def top_of(desk: Page, line: str) -> float:
    box = await desk.locator(line).bounding_box()
    assert box is not None
    return box["y"]


async def at_the_end(desk: Page) -> None:
    await expect(lines(desk)).to_have_count(MOST)
    await expect(lines(desk).last).to_be_in_viewport()


async def test_a_long_chat_begins_with_its_last_lines_and_at_its_end(stage: Stage, desk: Page) -> None:
    await stage.play(long_chat(1_000))
    await expect(lines(desk)).to_have_count(MOST)
    await expect(lines(desk).last).to_be_in_viewport()
    await expect(older(desk)).to_be_attached()


async def test_a_short_chat_has_nothing_earlier_to_show(stage: Stage, desk: Page) -> None:
    await stage.play(long_chat(8))
    await expect(lines(desk)).to_have_count(10)
    await expect(older(desk)).to_be_hidden()


async def test_a_thousand_messages_later_the_page_is_as_small_as_before(stage: Stage, desk: Page) -> None:
    play = long_chat(MOST)
    await stage.play(play)
    await at_the_end(desk)
    before = await desk.evaluate("document.querySelectorAll('*').length")
    for number in range(1_000):
        await stage.show(play, play.visitor_says(f"And message {number}"))
    await expect(lines(desk).last).to_contain_text("And message 999", timeout=30_000)
    assert await lines(desk).count() <= MOST + SLACK
    assert await desk.evaluate("document.querySelectorAll('*').length") <= before + SLACK * 8
    await expect(lines(desk).last).to_be_in_viewport()


async def test_earlier_lines_come_by_scrolling_and_nothing_jumps(stage: Stage, desk: Page) -> None:
    await stage.play(long_chat(298))
    await at_the_end(desk)
    for count in (2 * MOST, 3 * MOST):
        first = f"#m-c1-{301 - count + MOST}"
        await scroll_to(desk, 0)
        await expect(lines(desk)).to_have_count(count)
        await expect(desk.locator(first)).to_be_in_viewport()
    await expect(older(desk)).to_be_hidden()
    assert [frame["before"] for frame in stage.said("history")] == [201, 101]
    seqs = await lines(desk).evaluate_all("all => all.map(one => Number(one.dataset.seq))")
    assert seqs == list(range(1, 301))


async def test_the_line_that_is_read_stays_where_it_is_when_earlier_ones_come(stage: Stage, desk: Page) -> None:
    await stage.play(long_chat(298))
    await at_the_end(desk)
    stage.answering = False
    await scroll_to(desk, 0)
    asked = (await stage.hears("history"))[0]
    was = await top_of(desk, "#m-c1-205")
    await stage.tell_history(asked)
    await expect(lines(desk)).to_have_count(2 * MOST)
    assert abs(await top_of(desk, "#m-c1-205") - was) < 2


async def test_earlier_lines_come_by_keyboard_and_are_announced(stage: Stage, desk: Page) -> None:
    await stage.play(long_chat(148))
    await expect(lines(desk)).to_have_count(MOST)
    await older(desk).focus()
    await desk.keyboard.press("Enter")
    await expect(lines(desk)).to_have_count(150)
    await expect(desk.locator("#announcer")).to_contain_text("50 earlier lines")
    await expect(older(desk)).to_be_hidden()
    await expect(desk.locator("#pane-1 .scroll")).to_be_focused()


async def test_who_reads_above_is_not_taken_to_the_end_and_sees_that_there_is_more(stage: Stage, desk: Page) -> None:
    play = long_chat(298)
    await stage.play(play)
    await at_the_end(desk)
    await scroll_to(desk, 0)
    await expect(lines(desk)).to_have_count(2 * MOST)
    was = await top_of(desk, "#m-c1-201")
    for number in range(SLACK + 5):
        await stage.show(play, play.visitor_says(f"New {number}"))
    await expect(lines(desk)).to_have_count(2 * MOST + SLACK + 5)
    assert abs(await top_of(desk, "#m-c1-201") - was) < 2
    newer = desk.locator("#pane-1 .newer")
    await newer.click()
    await expect(lines(desk).last).to_be_in_viewport()
    await expect(newer).to_be_hidden()
    await stage.show(play, play.visitor_says("The last one"))
    await expect(lines(desk)).to_have_count(MOST)
    await expect(lines(desk).last).to_be_in_viewport()


async def test_search_finds_what_was_said_long_before_the_window(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    play.visitor_says("My order is 4711")
    for number in range(350):
        play.ana_says(f"Message {number}")
    play.visitor_says("Order 4711, I said")
    await stage.play(play)
    await at_the_end(desk)
    await desk.get_by_label("Reply to Giulia").focus()
    await desk.keyboard.press("Alt+KeyF")
    await desk.keyboard.type("4711")
    await expect(desk.locator("#pane-1 .find .num")).to_have_text("2 of 2")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#m-c1-3")).to_be_in_viewport()
    await desk.keyboard.press("Escape")
    await scroll_to(desk, 1_000_000)
    await stage.show(play, play.visitor_says("Hello?"))
    await expect(lines(desk)).to_have_count(MOST)


async def test_who_reads_above_stays_there_when_the_connection_comes_back(stage: Stage, desk: Page) -> None:
    play = long_chat(298)
    await stage.play(play)
    await at_the_end(desk)
    await scroll_to(desk, 0)
    await expect(lines(desk)).to_have_count(2 * MOST)
    was = await top_of(desk, "#m-c1-201")
    await stage.close()
    play.visitor_says("While you were away")
    await expect(lines(desk).last).to_contain_text("While you were away")
    await expect(lines(desk)).to_have_count(2 * MOST + 1)
    assert abs(await top_of(desk, "#m-c1-201") - was) < 2


async def test_after_a_long_absence_the_window_has_no_gap(stage: Stage, desk: Page) -> None:
    play = long_chat(98)
    await stage.play(play)
    await at_the_end(desk)
    await stage.close()
    for number in range(2 * MOST):
        play.visitor_says(f"Missed {number}")
    await expect(lines(desk).last).to_contain_text("Missed 199")
    seqs = await lines(desk).evaluate_all("all => all.map(one => Number(one.dataset.seq))")
    assert seqs == list(range(201, 301))


async def test_text_that_somebody_marks_is_not_taken_away(stage: Stage, desk: Page) -> None:
    play = long_chat(98)
    await stage.play(play)
    await at_the_end(desk)
    await desk.locator("#m-c1-3 p").evaluate("one => getSelection().selectAllChildren(one)")
    for number in range(SLACK + 5):
        await stage.show(play, play.visitor_says(f"New {number}"))
    await expect(lines(desk)).to_have_count(MOST + SLACK + 5)
    assert await desk.evaluate("getSelection().toString()") == "Message 0 of a very long conversation"
    await desk.evaluate("getSelection().empty()")
    await stage.show(play, play.visitor_says("The last one"))
    await expect(lines(desk)).to_have_count(MOST)


async def test_a_line_before_the_window_that_is_redacted_leaves_no_gap(stage: Stage, desk: Page) -> None:
    play = long_chat(298)
    await stage.play(play)
    await at_the_end(desk)
    await stage.show(play, play.facts[49])
    await stage.show(play, play.visitor_says("And then"))
    await expect(lines(desk).last).to_contain_text("And then")
    await expect(lines(desk).first).to_have_attribute("data-seq", "201")


# What a frame makes the scripts do before they return to the browser: searches of the document, and questions that make
# it lay itself out at once.
COUNTING = """() => {
  const counts = { searches: 0, layouts: 0 };
  let drawing = false;
  const { get: data } = Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data");
  Object.defineProperty(MessageEvent.prototype, "data", { get() {
    drawing = true;
    queueMicrotask(() => { drawing = false; });
    return data.call(this);
  } });
  const counted = (what, own) => function (...words) {
    if (drawing) counts[what] += 1;
    return own.apply(this, words);
  };
  for (const { prototype } of [Document, Element])
    prototype.querySelectorAll = counted("searches", prototype.querySelectorAll);
  for (const name of ["getBoundingClientRect", "checkVisibility", "scrollIntoView"])
    Element.prototype[name] = counted("layouts", Element.prototype[name]);
  for (const name of ["scrollHeight", "scrollTop", "clientHeight"]) {
    const own = Object.getOwnPropertyDescriptor(Element.prototype, name);
    Object.defineProperty(Element.prototype, name, { ...own, get: counted("layouts", own.get) });
  }
  window.counts = counts;
}"""


async def test_a_message_makes_no_layout_and_no_search_of_the_log(stage: Stage, desk: Page) -> None:
    plays = [long_chat(98, slot) for slot in range(1, 7)]
    await stage.play(*plays)
    for slot in range(1, 7):
        await expect(lines(desk, slot)).to_have_count(MOST)
    await desk.evaluate(COUNTING)
    for number in range(SLACK - 1):
        await stage.show(plays[0], plays[0].visitor_says(f"New {number}"))
    await expect(lines(desk)).to_have_count(MOST + SLACK - 1)
    assert await desk.evaluate("window.counts") == {"searches": SLACK - 1, "layouts": 0}
