"""A pane's log is for messages: event lines fold behind a button, and a colleague's note stands out."""

from playwright.async_api import Locator, Page, expect

from console.events import Author, ChatFact, Late, Overflowed, Released, Transferred
from tests.browser.console_chats import Play, now
from tests.browser.console_stage import Stage
from tests.support.eventually import eventually


def is_released(play: Play) -> ChatFact:
    return play.add(Released, agent="ben", why="gone", due=0)


def is_handed_over(play: Play, note: str) -> ChatFact:
    ben = Author("ben", "Ben")
    return play.add(Transferred, author=ben, cid="t" * 22, agent="ben", queue="support", to="ana", due=0, note=note)


async def busy_chat(stage: Stage) -> Play:
    """Opened, assigned, overflowed; then words; then released and assigned again; then words."""
    play = Play("c1", 1, "Giulia")
    play.add(Overflowed, queue="billing")
    play.visitor_says("Where is my order?")
    is_released(play)
    play.is_assigned("next_in_line")
    play.visitor_says("Hello?", due=60_000)
    await stage.play(play)
    return play


def buttons(desk: Page) -> Locator:
    return desk.locator("#log-c1 .why:visible")


async def test_each_run_of_machinery_is_one_small_button(stage: Stage, desk: Page) -> None:
    await busy_chat(stage)
    await expect(buttons(desk)).to_have_text(["Details (3)", "Details (2)"])
    await expect(desk.locator("#log-c1 p:visible")).to_have_text(["Where is my order?", "Hello?"])
    heights = await desk.locator("#log-c1 .m.event:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert max(heights) <= 26


async def test_the_button_opens_its_run_by_keyboard_and_says_so(stage: Stage, desk: Page) -> None:
    await busy_chat(stage)
    first = buttons(desk).first
    await expect(first).to_have_attribute("aria-expanded", "false")
    await first.press("Enter")
    await expect(first).to_have_attribute("aria-expanded", "true")
    await expect(first).to_be_focused()
    lines = desk.locator("#log-c1 .event p:visible")
    await expect(lines).to_have_count(3)
    await expect(lines.first).to_have_text("Chat opened")
    await expect(lines.last).to_have_text("Overflowed to Billing: nobody was free in time")
    await first.press("Space")
    await expect(lines).to_have_count(0)


async def test_an_open_run_stays_open_when_it_grows_and_when_it_is_drawn_anew(stage: Stage, desk: Page) -> None:
    play = await busy_chat(stage)
    play.ana_says("It is on its way")
    await stage.show(play, play.facts[-1])
    await stage.show(play, is_released(play))
    last = buttons(desk).last
    await expect(last).to_have_text("Details")
    await last.click()
    await stage.show(play, play.is_assigned("next_in_line"))
    await expect(last).to_have_text("Details (2)")
    await expect(last).to_have_attribute("aria-expanded", "true")
    await stage.push(stage.pane(1), due={"c1": play.due})
    await expect(last).to_have_attribute("aria-expanded", "true")
    await expect(last).to_be_focused()
    await expect(desk.locator("#log-c1 .event p:visible")).to_have_count(2)
    await expect(buttons(desk).first).to_have_attribute("aria-expanded", "false")


async def test_another_chat_in_the_pane_begins_with_everything_folded(stage: Stage, desk: Page) -> None:
    await busy_chat(stage)
    await buttons(desk).first.click()
    await stage.leave(1)
    await busy_chat(stage)
    await expect(buttons(desk).first).to_have_attribute("aria-expanded", "false")


async def test_a_late_line_is_folded_too_as_the_clock_says_it(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    play.visitor_says("Anybody?", due=-3_000)
    await stage.play(play)
    await stage.show(play, play.add(Late, queue="support", due=now()))
    await expect(desk.locator("#log-c1 .late p")).to_be_hidden()
    await expect(desk.locator("#pane-1 header .clock")).to_have_attribute("data-state", "late")


async def test_only_the_most_urgent_pane_is_framed(stage: Stage, desk: Page) -> None:
    frame = "slot => getComputedStyle(document.getElementById('pane-' + slot), '::after').borderTopWidth"
    for slot, due in ((1, -5_000), (2, -65_000), (3, -20_000)):
        play = Play(f"c{slot}", slot, f"Visitor {slot}")
        play.visitor_says("Anybody?", due=due)
        await stage.play(play)
    await expect(desk.locator("#pane-2")).to_have_attribute("data-first", "")
    assert [await desk.evaluate(frame, slot) for slot in (1, 2, 3)] == ["0px", "3px", "0px"]
    stage.plays["c2"].ana_says("Here I am")
    await stage.show(stage.plays["c2"], stage.plays["c2"].facts[-1])
    await expect(desk.locator("#pane-3")).to_have_attribute("data-first", "")
    await expect(desk.locator("[data-first].pane")).to_have_count(1)


async def test_a_colleagues_note_stands_out_is_heard_and_stays_until_the_first_answer(stage: Stage, desk: Page) -> None:
    play = Play("c1", 1, "Giulia")
    for number in range(12):
        play.visitor_says(f"Line {number} of a long story about a film that did not start last night")
    is_handed_over(play, "She speaks **Italian**. Offer the refund.")
    for number in range(12):
        play.visitor_says(f"And line {number} of what came after it, while nobody wrote anything back")
    await stage.play(play)
    note = desk.locator("#log-c1 .handed")
    await expect(note.locator("blockquote")).to_be_in_viewport()
    await expect(note).to_contain_text("Ben transferred it to Ana")
    size = "one => parseFloat(getComputedStyle(one).fontSize)"
    assert await note.locator("blockquote").evaluate(size) >= 14
    await expect(desk.locator("#announcer")).to_contain_text(
        "Ben transferred it to Ana: She speaks Italian. Offer the refund."
    )
    await stage.show(play, play.ana_says("Buongiorno"))
    await expect(note).to_have_css("position", "static")
    await expect(note.locator("blockquote")).not_to_be_in_viewport()


async def test_a_log_that_the_browser_scrolls_as_lines_come_stays_at_its_end(stage: Stage, desk: Page) -> None:
    """More room above and a new line below, at once, as when a menu in the pane's foot closes: nobody has scrolled."""
    await desk.set_viewport_size({"width": 1440, "height": 900})
    chat = Play("c1", 1, "Giulia")
    await stage.play(chat)
    for number in range(8):
        await stage.show(chat, chat.visitor_says(f"Question {number}, and some more words", due=6_000))
        await stage.show(chat, chat.ana_says(f"Answer {number}"))
    await expect(desk.locator("#pane-1 .talk li.m").last).to_be_in_viewport(ratio=1)
    await desk.evaluate(
        """() => {
            const list = document.getElementById("log-c1");
            const line = list.lastElementChild.cloneNode(true);
            line.id = "m-c1-999";
            list.append(line);
            document.querySelector("#pane-1 .scroll").scrollTop -= 60;
        }"""
    )
    await stage.show(chat, chat.ana_promises("One moment", 120_000))
    await expect(desk.locator("#pane-1 .talk")).to_contain_text("One moment")
    left = "box => Math.round(box.scrollHeight - box.scrollTop - box.clientHeight)"
    await eventually(lambda: _is(desk, left, 0), "the log to be at its end")
    await expect(desk.locator("#pane-1 .newer")).to_be_hidden()


async def _is(desk: Page, expression: str, value: int) -> bool:
    return bool(await desk.locator("#pane-1 .scroll").evaluate(expression) == value)
