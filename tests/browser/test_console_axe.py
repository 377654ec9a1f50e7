"""axe over the console's named states, in light, dark and on a phone."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.browser.scenes import SCENES, busy
from tests.browser.stage import Stage, open_console

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RUN = """() => axe.run(document, { resultTypes: ['violations', 'incomplete', 'passes'] }).then(found => ({
  violations: found.violations.map(one => [one.id, one.nodes.map(node => node.html)]),
  incomplete: found.incomplete.map(one => [one.id, one.nodes.map(node => node.html)]),
  checked: [...new Set(found.passes.flatMap(one => one.nodes.map(node => node.target.join(' '))))],
}))"""
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1366, "height": 768}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1366, "height": 768}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}
# What axe leaves open, all of it about contrast: a number over its ring (measured in test_console_look.py), a line of
# the log that is half under the edge, and a reason under its own see-through radio button (ink on the surface).
UNDECIDED = re.compile(r'<span class="digits">|<p>|<p dir|<span class="by|<time|<label class="pick">')


async def audit(page: Page) -> dict[str, Any]:
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    found: dict[str, Any] = await page.evaluate(RUN)
    return found


def undecided(found: dict[str, Any]) -> list[str]:
    """Each element axe could not judge, under `rule: ` unless the rule is contrast."""
    return [
        html if rule == "color-contrast" else f"{rule}: {html}" for rule, nodes in found["incomplete"] for html in nodes
    ]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("scene", SCENES)
async def test_axe_finds_nothing(stage: Stage, browser: Browser, scene: str, look: str) -> None:
    context = await browser.new_context(locale="en-GB", **LOOKS[look])
    size = LOOKS[look]["viewport"]
    page = await open_console(stage, context, **size)
    await SCENES[scene](stage, page)
    found = await audit(page)
    await context.close()
    assert found["violations"] == []
    assert [one for one in undecided(found) if not UNDECIDED.match(one)] == []
    assert stage.complaints == []


async def test_axe_looks_at_composers_logs_and_clocks(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    checked = " ".join((await audit(desk))["checked"])
    for part in ("#box-c1", "#m-c1-3", "#pane-3", "#strip-slots", "#who-6"):
        assert part in checked


async def test_axe_finds_a_planted_fault(stage: Stage, desk: Page) -> None:
    await busy(stage, desk)
    await desk.evaluate("document.querySelector('#box-c1').removeAttribute('aria-label')")
    await desk.evaluate("document.querySelector('#box-c1').removeAttribute('placeholder')")
    assert [rule for rule, _ in (await audit(desk))["violations"]] == ["label"]
