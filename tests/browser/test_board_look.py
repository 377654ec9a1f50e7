"""What Sam can see and press on his board: nothing that moves under the pointer, nothing old that looks new."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from console.directory import Queue
from console.events import Author, Message
from console.protocol import Nack
from tests.browser.board_scenes import SCENES, busy, watched
from tests.browser.board_stage import BoardStage, open_board
from tests.browser.test_console_look import LUMINANCE

TARGETS = """() => [...document.querySelectorAll('button, summary, select, input, textarea, main a')]
  .filter(one => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }))
  .map(one => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
DIGITS = f"""() => {{ {LUMINANCE}
  return Math.min(...[...document.querySelectorAll('.slot')].filter(one => one.dataset.digits && one.checkVisibility())
    .map(one => ratio(getComputedStyle(one).color, getComputedStyle(one).backgroundColor === 'rgba(0, 0, 0, 0)'
      ? ground(one.parentElement) : getComputedStyle(one).backgroundColor))); }}"""
ROWS = "[...document.querySelectorAll('.agent:not([hidden])')].map(one => one.id)"
SIZES = """() => [...document.querySelectorAll('main *')].filter(one => one.checkVisibility()
    && !one.closest('.vh') && [...one.childNodes].some(node => node.nodeType === 3 && node.nodeValue.trim()))
  .map(one => parseFloat(getComputedStyle(one).fontSize))"""


# --- nothing moves -----------------------------------------------------------------------------------


async def test_rows_stand_by_name_whatever_happens_in_them(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    order = await page.evaluate(ROWS)
    assert order == ["agent-ana", "agent-ben", "agent-chiara", "agent-deniz"]
    board_stage.floor.picture.agents["deniz"].status = "online"
    board_stage.floor.holds("deniz", 2, due=-60_000, queue="support")
    board_stage.change()
    await page.locator('#agent-deniz .slot[data-state="late"]').wait_for()
    assert await page.evaluate(ROWS) == order


async def test_nobody_comes_or_goes_under_the_pointer(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await page.locator("#agent-chiara").hover()
    board_stage.floor.agent("aaron", name="Aaron")
    del board_stage.floor.picture.agents["ben"]
    board_stage.floor.picture.agents["deniz"].reason = "Training"
    board_stage.change()
    await expect(page.locator("#agent-deniz .state")).to_contain_text("Training")  # in its place all is current
    assert await page.evaluate(ROWS) == ["agent-ana", "agent-ben", "agent-chiara", "agent-deniz"]
    await page.mouse.move(5, 5)
    await page.locator("#agent-aaron").wait_for()
    assert await page.evaluate(ROWS) == ["agent-aaron", "agent-ana", "agent-chiara", "agent-deniz"]


async def test_late_answers_wait_while_somebody_reads_them(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    first = page.locator("#lates li").first
    await expect(first).to_contain_text("Paolo")
    await first.hover()
    board_stage.floor.now = board_stage.store.now()
    board_stage.floor.late("ben", "new", 0, 0, 9_000, 0, ago=0)
    board_stage.change()
    await board_stage.hears("ping")
    await page.wait_for_timeout(1_200)
    await expect(first).to_contain_text("Paolo")
    await page.mouse.move(5, 5)
    await expect(page.locator("#lates li").first).to_contain_text("9.0 s")


async def test_cards_keep_their_size_when_alarms_come_and_go(board_stage: BoardStage, page: Page) -> None:
    box = await page.locator("#queue-billing").bounding_box()
    await busy(board_stage, page)
    await page.locator('#queue-billing[data-state="late"]').wait_for()
    after = await page.locator("#queue-billing").bounding_box()
    assert box is not None
    assert after is not None
    assert (box["height"], box["width"]) == (after["height"], after["width"])


async def test_what_is_pressed_is_what_is_opened_though_another_chat_came_meanwhile(
    board_stage: BoardStage, page: Page
) -> None:
    await busy(board_stage, page)
    slot = page.locator('#agent-ana .slot[data-slot="1"]')
    await slot.hover()
    await page.mouse.down()
    board_stage.floor.picture.chats["other"] = board_stage.floor._chat("other", "A stranger", place="active")
    board_stage.floor.picture.agents["ana"].held[1] = "other"
    board_stage.change()
    await page.locator('#agent-ana .slot[data-chat="other"]').wait_for()
    await page.mouse.up()
    assert (await board_stage.hears("watch"))[0]["chat"] == "ana1"


async def test_the_focus_and_an_open_line_survive_every_redrawing(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await page.locator("#queue-billing .line summary").click()
    slot = page.locator('#agent-ana .slot[data-slot="3"]')
    await slot.focus()
    board_stage.floor.waits("new", name="Nora", queue="billing", due=3_000)
    board_stage.floor.holds("ana", 3, name="Someone else", due=5_000, queue="billing")
    board_stage.change()
    await expect(page.locator("#queue-billing .line")).to_contain_text("Nora")
    await expect(slot).to_be_focused()


# --- how old it is ------------------------------------------------------------------------------------


async def test_the_age_of_what_is_shown_is_always_said(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await expect(page.locator("#age")).to_have_text(re.compile(r"data [01]\.\d s old"))
    assert await page.locator("#stale").is_hidden()


async def test_when_the_store_is_away_the_board_greys_and_says_so_once(board_stage: BoardStage, page: Page) -> None:
    await SCENES["stale"](board_stage, page)
    await expect(page.locator("#stale")).to_contain_text("the server cannot reach its store")
    await expect(page.locator('#agent-ana .slot[data-slot="1"]')).to_have_attribute("data-digits", "?")
    assert "grayscale" in await page.locator(".queues").evaluate("one => getComputedStyle(one).filter")
    await expect(page.locator("#announcer")).to_contain_text("the server cannot reach its store")
    board_stage.store.away = False
    await expect(page.locator("#stale")).to_be_hidden()
    await expect(page.locator("#announcer")).to_contain_text("The board is current again")


async def test_without_a_connection_it_says_since_when_and_comes_back_by_itself(
    board_stage: BoardStage, page: Page
) -> None:
    await SCENES["disconnected"](board_stage, page)
    await expect(page.locator("#stale")).to_contain_text("No connection since")
    board_stage.refusing = False
    await expect(page.locator("#stale")).to_be_hidden(timeout=15_000)
    assert await page.evaluate(ROWS) == ["agent-ana", "agent-ben", "agent-chiara", "agent-deniz"]


async def test_a_cut_that_is_not_noticed_yet_is_not_blamed_on_the_store(
    board_stage: BoardStage, context: BrowserContext
) -> None:
    page = await context.new_page()
    await page.route_web_socket("**/ws/board", lambda its: watch_line(its, heard))
    heard: list[bool] = []
    await page.goto(f"{board_stage.url}/board")
    await page.locator("#queue-billing").wait_for()
    heard.append(True)  # from now on nothing comes through
    await expect(page.locator("#stale")).to_contain_text("nothing comes from the server any more")


def watch_line(its: WebSocketRoute, cut: list[bool]) -> None:
    server = its.connect_to_server()
    server.on_message(lambda message: None if cut else its.send(message))


async def test_who_missed_offers_is_away_for_that_in_words(board_stage: BoardStage, page: Page) -> None:
    board_stage.floor.agent("ana", name="Ana", status="away", reason="missed_offers")
    board_stage.change()
    await expect(page.locator("#agent-ana .state")).to_contain_text("offers missed")


# --- alarms ---------------------------------------------------------------------------------------------


async def test_there_is_one_live_region_and_it_says_alarms_only(board_stage: BoardStage, page: Page) -> None:
    assert await page.locator("[aria-live], [role=alert], [role=status]").count() == 1
    await page.wait_for_timeout(300)
    await page.evaluate("document.getElementById('announcer').textContent = ''")
    await busy(board_stage, page)
    await expect(page.locator("#announcer")).to_contain_text("Billing: 2 promises broken")
    await expect(page).to_have_title(re.compile(r"^\(\d late\) Board"))
    await page.evaluate("document.getElementById('announcer').textContent = ''")
    board_stage.floor.picture.agents["ben"].reason = "x"
    board_stage.change()
    await page.wait_for_timeout(1_300)
    assert await page.locator("#announcer").text_content() == ""


# --- keys -----------------------------------------------------------------------------------------------


async def test_the_most_urgent_clock_is_one_key_away(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await page.keyboard.press("Alt+KeyJ")
    slot = page.locator('#agent-ana .slot[data-slot="3"]')
    await expect(slot).to_be_focused()
    await expect(slot).to_have_attribute(
        "aria-label", re.compile(r"^Ana Conti, slot 3: 김서연, Billing\. late, late by \d")
    )
    await page.keyboard.press("Enter")
    assert (await board_stage.hears("watch"))[0]["chat"] == "ana3"
    await page.keyboard.press("Escape")
    await expect(slot).to_be_focused()
    assert board_stage.said("watch")[-1] == {"t": "watch", "chat": "ana3", "on": False}


async def test_arrows_go_from_slot_to_slot_and_from_row_to_row(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await page.locator('#agent-ana .slot[data-slot="1"]').focus()
    for key, agent, slot in (
        ("ArrowRight", "ana", 2),
        ("ArrowDown", "ben", 2),
        ("ArrowLeft", "ben", 1),
        ("ArrowDown", "chiara", 1),
        ("ArrowUp", "ben", 1),
    ):
        await page.keyboard.press(key)
        await expect(page.locator(f'#agent-{agent} .slot[data-slot="{slot}"]')).to_be_focused()


async def test_one_slot_of_a_row_is_on_the_way_of_the_tab_key(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    reached = "[...document.querySelectorAll('#agent-ana button.slot')].filter(one => one.tabIndex === 0).length"
    assert await page.evaluate(reached) == 1


# --- acting ------------------------------------------------------------------------------------------------


async def test_a_refusal_is_told_in_words_and_nothing_is_lost(board_stage: BoardStage, page: Page) -> None:
    await watched(board_stage, page)
    board_stage.nacks["whisper"] = Nack("", "chat_full", "The chat has reached its length limit.", True)
    box = page.locator("#watch-whisper")
    await box.fill("one more thing")
    await box.press("Enter")
    await expect(page.locator("#watch [data-note]")).to_have_text("The chat has reached its length limit.")
    await expect(box).to_have_value("one more thing")


async def test_a_held_enter_whispers_once_and_an_empty_box_never(board_stage: BoardStage, page: Page) -> None:
    await watched(board_stage, page)
    box = page.locator("#watch-whisper")
    await box.press("Enter")
    await box.fill("once")
    await box.dispatch_event("keydown", {"key": "Enter", "repeat": True, "bubbles": True})
    assert board_stage.said("whisper") == []
    await box.press("Enter")
    assert [frame["text"] for frame in await board_stage.hears("whisper")] == ["once"]


async def test_what_is_said_in_the_chat_comes_into_the_panel_once_and_in_its_place(
    board_stage: BoardStage, page: Page
) -> None:
    await watched(board_stage, page)
    words = Message(
        board_stage.store.now(), "ana3", 6, 5, by="visitor", author=Author("v"), cid="x" * 22, text="<img src=x> hello"
    )
    for _ in range(2):
        await board_stage.tells("ana3", words)
    await expect(page.locator("#watch .m p").last).to_have_text("<img src=x> hello")
    assert await page.locator('#watch .m[data-seq="6"]').count() == 1
    assert await page.locator("#watch img").count() == 0


async def test_after_a_loss_the_panel_looks_on_again(board_stage: BoardStage, page: Page) -> None:
    await watched(board_stage, page)
    await board_stage.close(1012)
    await board_stage.hears("watch", 2)


async def test_a_move_that_waited_too_long_is_not_done(board_stage: BoardStage, page: Page) -> None:
    await SCENES["moving"](board_stage, page)
    board_stage.refusing = True
    await board_stage.close(1012)
    await page.locator("body[data-stale]").wait_for()
    await page.get_by_role("combobox", name="To").select_option("Support")
    await page.get_by_role("button", name="Move the chat").click()
    await page.evaluate("const now = Date.now; Date.now = () => now() + 60_000")
    board_stage.refusing = False
    await expect(page.locator("#stale")).to_be_hidden(timeout=15_000)
    await expect(page.locator("#watch [data-note]")).to_contain_text("Not done")
    assert board_stage.said("move") == []


async def test_the_choices_of_a_move_are_those_who_can_take_it(board_stage: BoardStage, page: Page) -> None:
    await SCENES["moving"](board_stage, page)
    options = page.get_by_role("combobox", name="To").locator("option")
    await expect(options).to_have_text(["Choose …", "Premium", "Billing", "Support", "Ben Okafor (3)"])


# --- finding ------------------------------------------------------------------------------------------------


async def test_sam_finds_who_is_late_or_a_name_or_a_queue(board_stage: BoardStage, page: Page) -> None:
    await busy(board_stage, page)
    await page.get_by_label("Show").select_option("late")
    assert await page.evaluate(ROWS) == ["agent-ana"]
    await page.get_by_label("Show").select_option("all")
    assert "agent-eve" in await page.evaluate(ROWS)
    await page.get_by_label("Name").fill("oka")
    assert await page.evaluate(ROWS) == ["agent-ben"]
    await page.get_by_label("Name").fill("nobody")
    await expect(page.get_by_text("Nobody here fits what you chose above.")).to_be_visible()
    await page.get_by_label("Name").fill("")
    await page.get_by_role("combobox", name="Queue").select_option("Support")
    assert "agent-eve" not in await page.evaluate(ROWS)


async def test_empty_floors_say_what_will_stand_there_and_how_to_get_it(board_stage: BoardStage, page: Page) -> None:
    await expect(page.get_by_text("Nobody is on duty.")).to_be_visible()
    await expect(page.locator("#queue-support .alerts")).to_contain_text("Nobody is online")
    await expect(page.get_by_text("No late answer so far.")).to_be_visible()
    await SCENES["no_queues"](board_stage, page)
    await expect(page.get_by_text("There is no queue yet.")).to_be_visible()


# --- looks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", ["busy", "watched", "moving", "sheet", "opened_up", "disconnected"])
@pytest.mark.parametrize("width", [1366, 390])
async def test_everything_to_press_is_at_least_24_pixels(
    board_stage: BoardStage, context: BrowserContext, scene: str, width: int
) -> None:
    page = await open_board(board_stage, context, width=width, height=900)
    await SCENES[scene](board_stage, page)
    assert await page.evaluate(TARGETS) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_numbers_in_slots_stand_out(board_stage: BoardStage, context: BrowserContext, theme: Any) -> None:
    page = await open_board(board_stage, context, color_scheme=theme)
    await busy(board_stage, page)
    assert await page.evaluate(DIGITS) >= 4.5


async def test_on_a_phone_nothing_is_wider_than_the_screen(board_stage: BoardStage, context: BrowserContext) -> None:
    page = await open_board(board_stage, context, width=390, height=844)
    await watched(board_stage, page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.locator("#watch-whisper").is_visible()


async def test_at_four_times_the_size_one_column_scrolls(board_stage: BoardStage, context: BrowserContext) -> None:
    page = await open_board(board_stage, context, width=320, height=256)
    await busy(board_stage, page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_signs_differ_in_forced_colours(board_stage: BoardStage, context: BrowserContext) -> None:
    page = await open_board(board_stage, context, forced_colors="active")
    await busy(board_stage, page)
    looks = await page.evaluate("""() => ['fine', 'soon', 'late'].map(state => {
      const style = getComputedStyle(document.querySelector(`#agent-ana .slot[data-state="${state}"]`));
      return `${style.borderStyle} ${style.borderWidth} ${style.backgroundColor}`;
    })""")
    assert len(set(looks)) == 3


async def test_with_less_motion_a_ring_moves_in_six_steps(board_stage: BoardStage, context: BrowserContext) -> None:
    page = await open_board(board_stage, context, reduced_motion="reduce")
    await busy(board_stage, page)
    lefts = await page.evaluate("""() => new Promise(done => {
      const seen = new Set();
      const slot = document.querySelector('#agent-chiara .slot[data-slot="1"]');
      const look = setInterval(() => seen.add(slot.style.getPropertyValue('--left')), 20);
      setTimeout(() => { clearInterval(look); done([...seen]); }, 1500);
    })""")
    assert len(lefts) <= 3


async def test_the_board_speaks_italian(board_stage: BoardStage, browser: Browser) -> None:
    context = await browser.new_context(locale="it-IT")
    page = await open_board(board_stage, context)
    await expect(page.get_by_role("heading", name="Cruscotto")).to_be_visible()
    await expect(page.locator("#age")).to_have_text(re.compile(r"dati di [01],\d s fa"))
    await context.close()


# --- the wall -------------------------------------------------------------------------------------------------


async def on_the_wall(stage: BoardStage, context: BrowserContext, agents: int, queues: int = 3) -> Page:
    stage.floor.directory.queues.clear()
    for number in range(queues):
        stage.floor.directory.queues[f"q{number}"] = Queue(f"q{number}", f"Queue {number}")
    for number in range(agents):
        stage.floor.agent(f"a{number:03}", name=f"Agent {number}")
        for slot in range(1, 6):
            stage.floor.holds(f"a{number:03}", slot, due=6_000 - number % 40 * 200)
    page = await open_board(stage, context, width=1920, height=1080, wall=True)
    await page.locator("body[data-agents]").wait_for()
    return page


@pytest.mark.parametrize(("agents", "queues"), [(0, 1), (4, 3), (12, 5), (20, 8), (200, 12)])
async def test_a_wall_shows_everybody_without_scrolling_and_has_nothing_to_press(
    board_stage: BoardStage, context: BrowserContext, agents: int, queues: int
) -> None:
    page = await on_the_wall(board_stage, context, agents, queues)
    await page.wait_for_timeout(300)
    assert await page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == [
        1080,
        1920,
    ]
    outside = (
        "[...document.querySelectorAll('.queue, .agent')].filter(one => one.getBoundingClientRect().bottom > 1080)"
    )
    assert await page.evaluate(f"{outside}.length") == 0 or await page.locator("#unseen").is_visible()
    assert await page.locator("button:visible, a:visible, select:visible, input:visible, summary:visible").count() == 0


async def test_what_is_read_from_afar_is_large(board_stage: BoardStage, context: BrowserContext) -> None:
    page = await open_board(board_stage, context, width=1920, height=1080, wall=True)
    await busy(board_stage, page)
    assert min(await page.evaluate(SIZES)) >= 22
    figures = "[...document.querySelectorAll('.queue dd')].map(one => parseFloat(getComputedStyle(one).fontSize))"
    assert min(await page.evaluate(figures)) >= 64


async def test_nothing_on_a_wall_is_cut_at_its_side(board_stage: BoardStage, context: BrowserContext) -> None:
    page = await open_board(board_stage, context, width=1920, height=1080, wall=True)
    await busy(board_stage, page)
    for slot in (1, 2):
        board_stage.floor.holds("ben", slot, name="Nicoletta Bartholomew-Worthington", due=-1_100_000, queue="support")
    board_stage.floor.late("ben", "one", 90_000, 0, 9_000, 0, ago=0)
    board_stage.change()
    await expect(page.locator('#agent-ben .slot[data-digits="18m"]')).to_have_count(2)
    out = """() => { const edge = document.getElementById('lates').getBoundingClientRect().right;
      const beyond = one => one.getBoundingClientRect().right > edge;
      return [...document.querySelectorAll('#lates li, #lates .bar')].filter(beyond).length
        + [...document.querySelectorAll('.slot')].filter(one => one.scrollWidth > one.clientWidth).length; }"""
    assert await page.evaluate(out) == 0


async def test_a_wall_says_how_old_it_is_and_greys_as_the_board_does(
    board_stage: BoardStage, context: BrowserContext
) -> None:
    page = await open_board(board_stage, context, width=1920, height=1080, wall=True)
    await busy(board_stage, page)
    await expect(page.locator("#age")).to_have_text(re.compile(r"data [01]\.\d s old"))
    board_stage.store.away = True
    await expect(page.locator("#stale")).to_contain_text("the server cannot reach its store")
