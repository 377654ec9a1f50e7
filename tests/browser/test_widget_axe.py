"""axe on the widget's named states, in light, dark and on a phone: no violation, and no undecided rule."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.widget_people import LOOKS, Ana, Crowd, Vera
from tests.browser.widget_script import Scripted, now
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RUN = """() => axe.run({ include: [['sestetto-widget']] }).then(found => ({
  violations: found.violations.map(one => [one.id, one.nodes.map(node => node.html)]),
  incomplete: found.incomplete.map(one => [one.id, one.nodes.map(node => [node.html, node.any[0]?.message])]),
  checked: found.passes.flatMap(one => one.nodes.map(node => node.html)),
}))"""
# What axe cannot decide, and why that is well: single signs (×, ⋮, ↑, the agent's initial) in the header's colours,
# which its title passes with; fields that are empty; a button's name that does not repeat its sign.
UNDECIDED = (
    "too short to determine",
    "only non-text characters",
    "has no value",
    "part of the accessible name",
    "partially obscured by another element",  # a line of the log half under its edge, where the survey stands
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = RunningServer(tmp_path_factory.mktemp("shop") / "data")
    server.start_and_wait()
    yield server
    server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def ana(shop: RunningServer) -> AsyncIterator[Ana]:
    ana = await Ana.at_her_desk(shop)
    yield ana
    await ana.goes()


async def audit(page: Page) -> dict[str, Any]:
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    found: dict[str, Any] = await page.evaluate(RUN)
    return found


def undecided(found: dict[str, Any]) -> list[list[str]]:
    """Nodes axe gave up on for a reason that is not listed."""
    nodes = [node for _, nodes in found["incomplete"] for node in nodes]
    return [node for node in nodes if not any(why in str(node[1]) for why in UNDECIDED)]


async def chatting(vera: Vera, ana: Ana) -> None:
    await vera.starts_with("How do I wash it?")
    await vera.screen("chat")
    await ana.says("See https://example.com/")
    await vera.sees("example.com")
    await vera.says("I see")


async def in_line(vera: Vera, ana: Ana) -> None:
    await vera.starts_with("Am I next?")
    await vera.screen("line")
    await vera.sees("in line.")


async def ended(vera: Vera, ana: Ana) -> None:
    await chatting(vera, ana)
    await eventually(lambda: "I see" in ana.heard(), "Vera's last words")  # after the end they would open it again
    await ana.ends()
    await vera.screen("ended")
    await vera.widget.locator(".survey").wait_for()


async def refused(vera: Vera, ana: Ana) -> None:
    await chatting(vera, ana)
    await vera.page.evaluate(
        "sestetto.element.visitor.connection.stop(); sestetto.element.visitor.connection.state = 'refused';"
        "sestetto.element.changed()"
    )
    await vera.sees("Can't reach the chat.")


async def closed(vera: Vera, ana: Ana) -> None:
    await vera.launcher.wait_for()


STATES = {"closed": closed, "line": in_line, "chat": chatting, "error": refused, "ended": ended}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", STATES)
async def test_axe_finds_nothing(shop: RunningServer, browser: Browser, ana: Ana, state: str, look: str) -> None:
    crowd = Crowd()
    await crowd.come(shop, 6 if state == "line" else 0)
    vera = await Vera.at(shop, browser, **LOOKS[look])
    await STATES[state](vera, ana)
    found = await audit(vera.page)
    await vera.leaves()
    await crowd.go()
    assert (found["violations"], undecided(found)) == ([], [])
    assert "<textarea" in "".join(found["checked"]) or state == "closed"


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_when_nobody_is_there(shop: RunningServer, browser: Browser, look: str) -> None:
    vera = await Vera.at(shop, browser, **LOOKS[look])
    await vera.opens()
    await vera.screen("away")
    found = await audit(vera.page)
    await vera.leaves()
    assert (found["violations"], undecided(found)) == ([], [])
    assert "<textarea" in "".join(found["checked"])


# --- states of which the server's part is a script -----------------------------------------------


async def asks(server: Scripted, vera: Vera) -> None:
    await vera.starts_with("Where is my parcel?")
    await server.ana_comes()
    await vera.screen("chat")


async def line_full(server: Scripted, vera: Vera) -> None:
    server.refusals["open"] = "line_full"
    await vera.starts_with("Is there room for me?")
    await vera.screen("full")


async def after_hours(server: Scripted, vera: Vera) -> None:
    server.send("team", online=False, back_at=now() + 40_000_000)
    await vera.screen("away")
    await vera.sees("We're back: ")


async def promised(server: Scripted, vera: Vera) -> None:
    await asks(server, vera)
    server.ana_says("I ask the carrier", promise=now() + 102_000)
    await vera.sees("Ana will be back in 1:")


async def too_late(server: Scripted, vera: Vera) -> None:
    await asks(server, vera)
    server.ana_says("I ask the carrier", promise=now() - 1)
    await vera.sees("Ana is running late.")


async def handed_on(server: Scripted, vera: Vera) -> None:
    await asks(server, vera)
    server.fact("transferred")
    server.send("line", position=2, wait=45)
    await vera.sees("You're number 2 in line.")


async def way_out(server: Scripted, vera: Vera) -> None:
    await vera.starts_with("Anybody?")
    server.send("line", position=2, wait=-1, can_leave=True)
    await vera.widget.get_by_role("button", name="Leave a message").wait_for()


SCRIPTED = {
    "way out": way_out,
    "full": line_full,
    "after hours": after_hours,
    "promised": promised,
    "too late": too_late,
    "handed on": handed_on,
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", SCRIPTED)
async def test_axe_finds_nothing_in_what_is_rare(shop: RunningServer, browser: Browser, state: str, look: str) -> None:
    server = Scripted(typing_preview=True, privacy_url=f"{shop.url}/privacy")
    vera = await server.start(shop, browser, **LOOKS[look])
    if state == "after hours":
        await vera.opens()
        await vera.screen("start")
    await SCRIPTED[state](server, vera)
    found = await audit(vera.page)
    await vera.context.close()
    assert (found["violations"], undecided(found)) == ([], [])
    assert "<textarea" in "".join(found["checked"])


async def test_axe_finds_a_planted_fault(shop: RunningServer, browser: Browser, ana: Ana) -> None:
    vera = await Vera.at(shop, browser)
    await chatting(vera, ana)
    await vera.composer.evaluate("box => { box.removeAttribute('aria-label'); box.removeAttribute('placeholder'); }")
    found = await audit(vera.page)
    await vera.leaves()
    rules = {rule for rule, _ in found["violations"]}
    assert rules & {"label", "label-title-only"}  # the second when the widget has just set its placeholder anew
