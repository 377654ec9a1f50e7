"""axe on the panels beside the panes: light, dark and on a phone; all targets are large enough."""

from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page

from tests.browser import side_scenes
from tests.browser.axe import SCREENS, audit, wears
from tests.browser.console_stage import Stage, open_console
from tests.browser.side_scenes import SIDE_SCENES, canned
from tests.browser.test_console_look import LUMINANCE, TARGETS

# axe cannot judge the contrast of what lies under a menu, nor of the menu over it: that is measured here.
WORDS = f"""() => {{ {LUMINANCE}
  const texts = '.float *, .sheet :is(button, dt, dd, a), .context *, #shift *';
  return [...document.querySelectorAll(texts)]
    .filter(one => one.checkVisibility() && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(one => [ratio(getComputedStyle(one).color, ground(one)), one.outerHTML.slice(0, 100)])
    .filter(([contrast]) => contrast < 4.5); }}"""
LINKS = TARGETS.replace(".fig a", ".fig a, #canned-foot a, #places a")


def grumbles(stage: Stage) -> list[str]:
    """What the browser says of a request that a scene lets fail is no fault of the page."""
    return [line for line in stage.complaints if "503" not in line]


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("scene", SIDE_SCENES)
async def test_axe_finds_nothing(stage: Stage, context: BrowserContext, scene: str, screen: str) -> None:
    size, schemes = SCREENS[screen]
    page = await open_console(stage, context, **size, color_scheme=schemes[0])
    await SIDE_SCENES[scene](stage, page)
    for scheme in schemes:
        await wears(page, scheme)
        found = await audit(page, colors=scheme != schemes[0])
        assert found["violations"] == [], f"{scene}, {scheme}, {screen}"
        assert {rule for rule, _ in found["incomplete"]} <= {"color-contrast"}, f"{scene}, {scheme}, {screen}"
        assert await page.evaluate(WORDS) == [], f"{scene}, {scheme}, {screen}"
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), f"{scene}, {screen}"
    assert grumbles(stage) == []


@pytest.mark.parametrize("scene", SIDE_SCENES)
async def test_everything_to_press_is_at_least_24_pixels(stage: Stage, desk: Page, scene: str) -> None:
    await SIDE_SCENES[scene](stage, desk)
    assert await desk.evaluate(LINKS) == []
    stage.complaints[:] = grumbles(stage)


async def test_axe_looks_at_the_menu_and_the_panel(stage: Stage, desk: Page) -> None:
    await canned(stage, desk)
    assert "#canned-list-0" in " ".join((await audit(desk, all_nodes=True))["checked"])
    await desk.keyboard.press("Escape")
    await side_scenes.context(stage, desk)
    assert "#context-1" in " ".join((await audit(desk, all_nodes=True))["checked"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_what_is_chosen_survives_forced_colours(stage: Stage, context: BrowserContext, scheme: Any) -> None:
    page = await open_console(stage, context, forced_colors="active", color_scheme=scheme)
    await canned(stage, page)
    looks = await page.evaluate(
        """[...document.querySelectorAll('#canned [role=option]')]
          .map(one => getComputedStyle(one).outlineStyle + getComputedStyle(one).borderTopColor)"""
    )
    assert looks[0] != looks[1]
