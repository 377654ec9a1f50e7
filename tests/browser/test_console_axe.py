"""axe on the console's named states: light, dark and on a phone."""

import re

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.axe import SCREENS, audit, undecided, wears
from tests.browser.console_scenes import SCENES, busy
from tests.browser.console_stage import Stage, open_console

# What axe leaves open, all of it about contrast: a number over its ring (measured in test_console_look.py), a line of
# the log that is half under the edge, a reason under its own see-through radio button (ink on the surface), and the
# chips beside a name that is cut short on a phone.
UNDECIDED = re.compile(
    r'<span class="digits">|<button type="button" class="why"|<p>|<p dir|<span class="by|<time|<label class="pick">'
    r'|<span class="chip( strong)?"[^>]*>(Support|DE)<'
)
COMPACT = """select => {
  select.value = 'compact';
  select.dispatchEvent(new Event('change', { bubbles: true }));
}"""  # without a press, which would let the page sound


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("scene", SCENES)
async def test_axe_finds_nothing(stage: Stage, context: BrowserContext, scene: str, screen: str) -> None:
    size, schemes = SCREENS[screen]
    page = await open_console(stage, context, **size, color_scheme=schemes[0])
    await SCENES[scene](stage, page)
    for scheme in schemes:
        await wears(page, scheme)
        found = await audit(page, colors=scheme != schemes[0])
        assert found["violations"] == [], f"{scene}, {scheme}, {screen}"
        assert [one for one in undecided(found) if not UNDECIDED.match(one)] == [], f"{scene}, {scheme}, {screen}"
    assert stage.complaints == []


@pytest.mark.parametrize("screen", SCREENS)
async def test_axe_finds_nothing_in_compact_density_while_the_page_may_not_sound(
    stage: Stage, context: BrowserContext, screen: str
) -> None:
    size, schemes = SCREENS[screen]
    page = await open_console(stage, context, **size, color_scheme=schemes[0])
    await page.locator("#density").evaluate(COMPACT)
    await busy(stage, page)
    await expect(page.locator("#sound-off")).to_be_visible()
    await expect(page.locator("body")).to_have_attribute("data-density", "compact")
    for scheme in schemes:
        await wears(page, scheme)
        found = await audit(page, all_nodes=True, colors=scheme != schemes[0])
        assert found["violations"] == [], f"{scheme}, {screen}"
        assert [one for one in undecided(found) if not UNDECIDED.match(one)] == [], f"{scheme}, {screen}"
        assert "#sound-off" in found["checked"]


async def test_axe_looks_at_composers_logs_and_clocks(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    checked = " ".join((await audit(desk, all_nodes=True))["checked"])
    for part in ("#box-c1", "#m-c1-3", "#pane-3", "#strip-slots", "#who-6"):
        assert part in checked


async def test_axe_finds_a_planted_fault(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    await desk.evaluate("document.querySelector('#box-c1').removeAttribute('aria-label')")
    await desk.evaluate("document.querySelector('#box-c1').removeAttribute('placeholder')")
    assert [rule for rule, _ in (await audit(desk))["violations"]] == ["label"]
