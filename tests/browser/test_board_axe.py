"""axe over the board's named states, in light, dark, on a phone and on a wall."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.browser.board_scenes import SCENES, busy, watched
from tests.browser.board_stage import BoardStage, open_board
from tests.browser.test_console_axe import audit, undecided

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1366, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1366, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}
# What axe leaves open, all of it about contrast: a number within its ring (measured in test_board_look.py), and what
# stands under the panel, the sheet or an edge.
UNDECIDED = re.compile(
    r'<(button|span)[^>]* class="slot"|<span class="(digits|chip|quiet|dot|words|by|took)'
    r"|<(p|b|bdi|dt|dd|h2|h3|li|time|td|th|summary|label)\b"
    r'|<span (data-own|data-stage|role="columnheader")|<button type="button" class="plain"|<div role="cell"'
)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("scene", SCENES)
async def test_axe_finds_nothing(board_stage: BoardStage, browser: Browser, scene: str, look: str) -> None:
    context = await browser.new_context(locale="en-GB", **LOOKS[look])
    page = await open_board(board_stage, context, **LOOKS[look]["viewport"])
    await SCENES[scene](board_stage, page)
    found = await audit(page)
    await context.close()
    assert found["violations"] == []
    assert [one for one in undecided(found) if not UNDECIDED.match(one)] == []
    assert board_stage.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_on_a_wall(board_stage: BoardStage, browser: Browser, theme: Any) -> None:
    context = await browser.new_context(locale="en-GB", color_scheme=theme)
    page = await open_board(board_stage, context, width=1920, height=1080, wall=True)
    await busy(board_stage, page)
    found = await audit(page)
    await context.close()
    assert found["violations"] == []
    assert [one for one in undecided(found) if not UNDECIDED.match(one)] == []


async def test_axe_looks_at_cards_slots_and_the_panel(board_stage: BoardStage, browser: Browser) -> None:
    context = await browser.new_context(locale="en-GB")
    page = await open_board(board_stage, context, height=900)
    await watched(board_stage, page)
    checked = " ".join((await audit(page))["checked"])
    await context.close()
    for part in ("#queue-billing", "#agent-ana", "#watch-whisper", "#show", "#overview"):
        assert part in checked


async def test_axe_finds_a_planted_fault(board_stage: BoardStage, browser: Browser) -> None:
    context = await browser.new_context(locale="en-GB")
    page = await open_board(board_stage, context, height=900)
    await watched(board_stage, page)
    await page.evaluate("document.querySelector('label[for=watch-whisper]').remove()")
    assert [rule for rule, _ in (await audit(page))["violations"]] == ["label"]
    await context.close()
