"""Runs axe: once per scene, in light and in dark."""

from pathlib import Path
from typing import Any, TypedDict

from playwright.async_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RUN = """(options) => axe.run(document, options).then(found => ({
  violations: found.violations.map(one => [one.id, one.nodes.map(node => node.html)]),
  incomplete: found.incomplete.map(one => [one.id, one.nodes.map(node => node.html)]),
  checked: [...new Set(found.passes.flatMap(one => one.nodes.map(node => node.target.join(' '))))],
}))"""
WORN = (
    "Promise.allSettled(document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished))"
)


class Size(TypedDict):
    width: int
    height: int


SCREENS: dict[str, tuple[Size, tuple[Any, ...]]] = {  # with the schemes that are looked at on it
    "desk": ({"width": 1366, "height": 768}, ("light", "dark")),
    "phone": ({"width": 390, "height": 844}, ("light",)),
}


async def audit(page: Page, *, all_nodes: bool = False, colors: bool = False) -> dict[str, Any]:
    """What axe finds. `checked` is whole only with `all_nodes`, which costs half as much again.

    `colors`: only the contrast, for a page that was looked at in another scheme; that costs a third.
    """
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    results = ["violations", "incomplete", *(["passes"] if all_nodes else [])]
    only = {"runOnly": ["color-contrast"]} if colors else {}
    found: dict[str, Any] = await page.evaluate(RUN, {"resultTypes": results, **only})
    return found


async def wears(page: Page, scheme: Any) -> None:
    """The page as somebody sees it who wants it light or dark, once nothing fades any more."""
    await page.emulate_media(color_scheme=scheme)
    await page.evaluate(WORN)


def undecided(found: dict[str, Any]) -> list[str]:
    """Each element axe could not judge, under `rule: ` unless the rule is contrast."""
    return [
        html if rule == "color-contrast" else f"{rule}: {html}" for rule, nodes in found["incomplete"] for html in nodes
    ]
