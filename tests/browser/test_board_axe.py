"""axe on the board's named states: light, dark, on a phone and on a wall screen."""

import re

import pytest
from playwright.async_api import BrowserContext, Page

from tests.browser.axe import SCREENS, audit, undecided, wears
from tests.browser.board_scenes import SCENES, busy, watched
from tests.browser.board_stage import BoardStage, open_board

BOARD_SCREENS = {**SCREENS, "desk": ({"width": 1366, "height": 900}, ("light", "dark"))}
# What axe leaves open, all of it about contrast: a number within its ring (measured in test_board_look.py), and what
# stands under the panel, the sheet or an edge.
UNDECIDED = re.compile(
    r'<(button|span)[^>]* class="slot"|<span class="(digits|chip|quiet|dot|words|by|took)'
    r"|<(p|b|bdi|dt|dd|h2|h3|li|time|td|th|summary|label)\b"
    r'|<span (data-own|data-stage|role="columnheader")|<button type="button" class="plain"|<div role="cell"'
)


@pytest.mark.parametrize("screen", BOARD_SCREENS)
@pytest.mark.parametrize("scene", SCENES)
async def test_axe_finds_nothing(board_stage: BoardStage, context: BrowserContext, scene: str, screen: str) -> None:
    size, schemes = BOARD_SCREENS[screen]
    page = await open_board(board_stage, context, **size, color_scheme=schemes[0])
    await SCENES[scene](board_stage, page)
    for scheme in schemes:
        await wears(page, scheme)
        found = await audit(page, colors=scheme != schemes[0])
        assert found["violations"] == [], f"{scene}, {scheme}, {screen}"
        assert [one for one in undecided(found) if not UNDECIDED.match(one)] == [], f"{scene}, {scheme}, {screen}"
    assert board_stage.complaints == []


async def test_axe_finds_nothing_on_a_wall(board_stage: BoardStage, context: BrowserContext) -> None:
    page = await open_board(board_stage, context, width=1920, height=1080, wall=True, color_scheme="light")
    await busy(board_stage, page)
    for scheme in ("light", "dark"):
        await wears(page, scheme)
        found = await audit(page, colors=scheme == "dark")
        assert found["violations"] == [], scheme
        assert [one for one in undecided(found) if not UNDECIDED.match(one)] == [], scheme


async def test_axe_looks_at_cards_slots_and_the_panel(board_stage: BoardStage, page: Page) -> None:
    await watched(board_stage, page)
    checked = " ".join((await audit(page, all_nodes=True))["checked"])
    for part in ("#queue-billing", "#agent-ana", "#watch-whisper", "#show", "#overview"):
        assert part in checked


async def test_axe_finds_a_planted_fault(board_stage: BoardStage, page: Page) -> None:
    await watched(board_stage, page)
    await page.evaluate("document.querySelector('label[for=watch-whisper]').remove()")
    assert [rule for rule, _ in (await audit(page))["violations"]] == ["label"]
