"""Sam's board uses all of a large screen, and an agent's slots are circles on every screen."""

from itertools import pairwise
from math import ceil

import pytest
from playwright.async_api import BrowserContext, Page

from console.domain.directory import Queue
from tests.browser.board_scenes import busy
from tests.browser.board_stage import BoardStage, open_board

BOXES = """selector => [...document.querySelectorAll(selector)].filter(one => one.checkVisibility())
  .map(one => one.getBoundingClientRect()).map(({left, right, top, bottom}) => ({left, right, top, bottom}))"""
SHAPES = """() => [...document.querySelectorAll('.agents .slot')].filter(one => one.checkVisibility()).map(one => {
  const box = one.getBoundingClientRect();
  return [Math.round(box.width) === Math.round(box.height), getComputedStyle(one).borderRadius, box.width >= 36];
})"""
WIDTH, MOST = 352, 6  # px that a card needs with its gap, and cards in a row
GAP = 24  # px between neighbours, and at the sides

Box = dict[str, float]


async def with_queues(stage: BoardStage, context: BrowserContext, count: int, width: int) -> Page:
    stage.floor.directory.queues.clear()
    for number in range(count):
        stage.floor.directory.queues[f"q{number}"] = Queue(f"q{number}", f"Queue {number}")
    stage.floor.agent("ana", name="Ana Conti")
    page = await open_board(stage, context, width=width, height=1080)
    await page.locator("#agent-ana").wait_for()
    return page


async def boxes(page: Page, selector: str) -> list[Box]:
    found: list[Box] = await page.evaluate(BOXES, selector)
    return found


def rows(cards: list[Box]) -> list[list[Box]]:
    """The cards row by row, from left to right."""
    tops = sorted({card["top"] for card in cards})
    return [sorted((card for card in cards if card["top"] == top), key=lambda card: card["left"]) for top in tops]


@pytest.mark.parametrize("width", [1366, 1920, 2560, 3440])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 9, 12])
async def test_cards_of_queues_leave_no_holes(
    board_stage: BoardStage, context: BrowserContext, count: int, width: int
) -> None:
    page = await with_queues(board_stage, context, count, width)
    [place] = await boxes(page, ".queues")
    lines = rows(await boxes(page, ".queue"))
    widths = {round(card["right"] - card["left"]) for line in lines for card in line}
    assert len(widths) == 1
    assert min(widths) >= 330
    for line in lines:
        assert all(after["left"] - before["right"] <= GAP for before, after in pairwise(line))
    for line in lines[:-1] or lines:
        assert place["right"] - line[-1]["right"] <= 2
    assert len(lines) * len(lines[0]) - count < len(lines)  # no row could do with a card less
    fit = min(int(place["right"] - place["left"]) // WIDTH, MOST) or 1
    assert len(lines) == ceil(count / fit)


@pytest.mark.parametrize("width", [1920, 2560])
async def test_queues_agents_and_late_answers_fill_the_screen_from_side_to_side(
    board_stage: BoardStage, context: BrowserContext, width: int
) -> None:
    page = await open_board(board_stage, context, width=width, height=1080)
    await busy(board_stage, page)
    [queues], [table], [lates] = [await boxes(page, one) for one in (".queues", "#agents-table", ".lates")]
    assert queues["left"] == table["left"] <= GAP
    assert abs(queues["right"] - table["right"]) <= 1
    assert 0 < lates["left"] - table["right"] <= GAP
    assert width - lates["right"] <= GAP
    assert lates["top"] == queues["top"]  # beside the queues, not under them


@pytest.mark.parametrize("width", [320, 390, 1366, 1920, 2560])
async def test_slots_are_circles_that_fit(board_stage: BoardStage, context: BrowserContext, width: int) -> None:
    page = await open_board(board_stage, context, width=width, height=900)
    await busy(board_stage, page)
    assert {tuple(one) for one in await page.evaluate(SHAPES)} == {(True, "50%", True)}
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("agents", [1, 7])
async def test_slots_on_a_wall_are_circles(board_stage: BoardStage, context: BrowserContext, agents: int) -> None:
    page = await open_board(board_stage, context, width=1920, height=1080, wall=True)
    for number in range(agents):
        board_stage.floor.agent(f"a{number}", name=f"Agent {number}")
    await busy(board_stage, page)
    assert {tuple(one) for one in await page.evaluate(SHAPES)} == {(True, "50%", True)}
