"""The board's layout: large enough in every theme and size, and on a wall screen."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from console.domain.directory import Queue
from tests.browser.board_scenes import SCENES, busy, watched
from tests.browser.board_stage import BoardStage, open_board
from tests.browser.test_console_look import LUMINANCE
from tests.support.eventually import eventually

TARGETS = """() => [...document.querySelectorAll('button, summary, select, input, textarea, main a')]
  .filter(one => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }))
  .map(one => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
DIGITS = f"""() => {{ {LUMINANCE}
  return Math.min(...[...document.querySelectorAll('.slot')].filter(one => one.dataset.digits && one.checkVisibility())
    .map(one => ratio(getComputedStyle(one).color, getComputedStyle(one).backgroundColor === 'rgba(0, 0, 0, 0)'
      ? ground(one.parentElement) : getComputedStyle(one).backgroundColor))); }}"""
SIZES = """() => [...document.querySelectorAll('main *')].filter(one => one.checkVisibility()
    && !one.closest('.vh') && [...one.childNodes].some(node => node.nodeType === 3 && node.nodeValue.trim()))
  .map(one => parseFloat(getComputedStyle(one).fontSize))"""

OUTSIDE = """[...document.querySelectorAll('.queue, .agent')]
  .filter(one => one.getBoundingClientRect().bottom > 1080).length"""
ROWS = """() => [...new Set([...document.querySelectorAll('.top > *')].filter(one => one.checkVisibility())
  .map(one => one.getBoundingClientRect()).map(box => Math.round((box.top + box.bottom) / 2 / 20)))]"""


# --- looks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", ["busy", "left", "watched", "moving", "sheet", "opened_up", "disconnected"])
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


@pytest.mark.parametrize("locale", ["en-GB", "it-IT"])
async def test_on_a_phone_the_header_is_two_rows(board_stage: BoardStage, browser: Browser, locale: str) -> None:
    phone = await browser.new_context(locale=locale)
    page = await open_board(board_stage, phone, width=390, height=844)
    await page.locator(".me > summary").evaluate("one => one.textContent = 'Maria Antonietta Esposito'")
    assert len(await page.evaluate(ROWS)) == 2
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await phone.close()


async def test_at_four_times_the_size_one_column_scrolls(board_stage: BoardStage, context: BrowserContext) -> None:
    page = await open_board(board_stage, context, width=320, height=256)
    await busy(board_stage, page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_in_large_letters_no_figure_of_an_agent_stands_over_the_late_answers(
    board_stage: BoardStage, own_context: BrowserContext
) -> None:
    page = await open_board(board_stage, own_context)
    tools = await own_context.new_cdp_session(page)
    await tools.send("Page.setFontSizes", {"fontSizes": {"standard": 24, "fixed": 20}})
    await busy(board_stage, page)
    over = "rows => rows.filter(row => row.lastElementChild.getBoundingClientRect().right > "
    over += "row.getBoundingClientRect().right).length"
    assert await page.locator(".heads:visible, .agent:visible").evaluate_all(over) == 0


async def test_signs_differ_in_forced_colours(board_stage: BoardStage, context: BrowserContext) -> None:
    page = await open_board(board_stage, context, forced_colors="active")
    await busy(board_stage, page)
    looks = await page.evaluate("""() => ['fine', 'soon', 'late'].map(state => {
      const slot = document.querySelector('#agent-ana .slot[data-state="late"]').cloneNode(true);
      slot.dataset.state = state;
      document.querySelector('#agent-ana .slot').before(slot);
      const style = getComputedStyle(slot);
      return `${style.borderStyle} ${style.borderWidth} ${style.backgroundColor}`;
    })""")
    assert len(set(looks)) == 3


async def test_with_less_motion_a_ring_moves_in_six_steps(board_stage: BoardStage, context: BrowserContext) -> None:
    page = await open_board(board_stage, context, reduced_motion="reduce")
    await busy(board_stage, page)
    lefts = await page.evaluate("""() => new Promise(done => {
      const seen = new Set();
      const slot = document.querySelector('#agent-chiara .slot[data-slot="1"]');
      const until = performance.now() + 1500;
      const look = setInterval(() => {
        if (performance.now() < until) return seen.add(slot.style.getPropertyValue('--left'));
        clearInterval(look);
        done([...seen]);
      }, 20);
    })""")
    assert len(lefts) <= 3


async def test_the_board_speaks_italian(board_stage: BoardStage, browser: Browser) -> None:
    context = await browser.new_context(locale="it-IT")
    page = await open_board(board_stage, context)
    await expect(page.get_by_role("heading", name="Cruscotto")).to_be_visible()
    await expect(page.locator("#age")).to_have_text(re.compile(r"dati di [01],\d s fa"))
    await context.close()


# --- the wall ----------------------------------------------------------------------------------------


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

    async def fits() -> bool:
        size = await page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
        assert size == [1080, 1920]
        return await page.evaluate(OUTSIDE) == 0 or await page.locator("#unseen").is_visible()

    await eventually(fits, "everybody to be shown")
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
    await expect(page.locator('#agent-ben .slot[data-digits^="18:"]')).to_have_count(2)
    # A ring lies on the border, 2 px beyond what a slot holds.
    out = """() => { const edge = document.getElementById('lates').getBoundingClientRect().right;
      const beyond = one => one.getBoundingClientRect().right > edge;
      return [...document.querySelectorAll('#lates li, #lates .bar')].filter(beyond).length
        + [...document.querySelectorAll('.slot')].filter(one => one.scrollWidth > one.clientWidth + 2).length; }"""
    assert await page.evaluate(out) == 0


async def test_a_wall_says_how_old_it_is_and_greys_as_the_board_does(
    board_stage: BoardStage, context: BrowserContext
) -> None:
    page = await open_board(board_stage, context, width=1920, height=1080, wall=True)
    await busy(board_stage, page)
    await expect(page.locator("#age")).to_have_text(re.compile(r"data [01]\.\d s old"))
    board_stage.store.away = True
    await expect(page.locator("#stale")).to_contain_text("The server can't reach its store")
