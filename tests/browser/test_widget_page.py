"""The widget as a guest: what a host page may do to it, and what it never does to the page."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.widget_people import Ana, Crowd, Vera
from tests.eventually import eventually
from tests.running import RunningServer

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RUN = """() => axe.run({ include: [['sestetto-widget']] }).then(found => ({
  violations: found.violations.map(one => [one.id, one.nodes.map(node => node.html)]),
  incomplete: found.incomplete.map(one => [one.id, one.nodes.map(node => [node.html, node.any[0]?.message])]),
  checked: found.passes.flatMap(one => one.nodes.map(node => node.html)),
}))"""
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 760}, "has_touch": True, "is_mobile": True},
}
HOSTILE = """
Object.prototype.evil = () => 'evil';
Object.prototype.chat = 'stolen';
Object.prototype.toJSON = () => 'hijacked';
Array.prototype.toJSON = () => 'hijacked';
Array.prototype.extra = 'extra';
String.prototype.toJSON = () => 'hijacked';
"""
NO_STORAGE = """
for (const name of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });
"""
EARLY = """
window.sestetto = window.sestetto || function () { (sestetto.q = sestetto.q || []).push(arguments); };
window.told = [];
for (const event of ['ready', 'open', 'close', 'chat', 'message', 'unread', 'availability'])
  sestetto('on', event, (detail) => told.push([event, detail ?? null]));
sestetto('prefill', { name: 'Vera', text: 'Written by the page' });
sestetto('set', { fields: { plan: 'gold' }, tags: ['vip', 'wool'] });
"""
# What axe cannot decide, and why that is well: single signs (×, ⋮, ↑, the agent's initial) in the header's colours,
# which its title passes with; fields that are empty; a button's name that does not repeat its sign.
UNDECIDED = ("too short to determine", "only non-text characters", "has no value", "part of the accessible name")
# Variables of ours that are also properties of every window: shadowed on purpose.


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


async def test_hostile_prototypes_change_nothing(shop: RunningServer, browser: Browser, ana: Ana) -> None:
    vera = await Vera.at(shop, browser, script=HOSTILE)
    await vera.starts_with("Still working?")
    await vera.screen("chat")
    await vera.page.reload()
    await vera.says("Yes")
    await eventually(lambda: ana.heard() == ["Still working?", "Yes"])
    await vera.leaves()


async def test_a_browser_that_stores_nothing_still_chats(shop: RunningServer, browser: Browser, ana: Ana) -> None:
    vera = await Vera.at(shop, browser, script=NO_STORAGE)
    await vera.starts_with("In private")
    await vera.screen("chat")
    await ana.says("And answered")
    await vera.sees("And answered")
    assert vera.complaints == []
    await vera.leaves()


async def test_loaded_twice_it_is_there_once(shop: RunningServer, browser: Browser) -> None:
    vera = await Vera.at(shop, browser)
    await vera.page.evaluate(
        """() => new Promise((done) => {
          const script = document.createElement('script');
          script.dataset.site = 'demo';
          script.onload = done;
          const policy = trustedTypes.createPolicy('test', { createScriptURL: (url) => url });
          script.src = policy.createScriptURL('/widget.js?again');
          document.body.append(script);
        })"""
    )
    assert await vera.widget.count() == 1
    assert vera.complaints == []
    await vera.leaves()


async def test_a_body_swapped_by_a_framework_leaves_the_chat_open(
    shop: RunningServer, browser: Browser, ana: Ana
) -> None:
    vera = await Vera.at(shop, browser)
    await vera.starts_with("Before the route")
    await vera.screen("chat")
    await vera.page.evaluate(
        "history.pushState(null, '', '/wool/merino'); document.body.replaceWith(document.createElement('body'))"
    )
    await vera.says("After the route")
    await eventually(lambda: ana.heard() == ["Before the route", "After the route"])
    await eventually(lambda: f"{shop.url}/wool/merino" in pages_told(ana), "the new page to be told", within=20)
    await vera.leaves()


def pages_told(ana: Ana) -> list[str]:
    return [frame["fact"].get("page", "") for frame in ana.of("fact") if frame["fact"]["kind"] == "profile"]


async def test_calls_made_before_the_script_came_are_kept(shop: RunningServer, browser: Browser, ana: Ana) -> None:
    vera = await Vera.at(shop, browser, script=EARLY)
    await vera.opens()
    await vera.screen("start")
    assert await vera.widget.get_by_label("Your name").input_value() == "Vera"
    assert await vera.widget.get_by_label("Your message").input_value() == "Written by the page"
    await vera.page.keyboard.press("Enter")
    await vera.screen("chat")
    await ana.says("Hello Vera")
    await vera.sees("Hello Vera")
    assert ana.of("assigned")[-1]["chat"]["name"] == "Vera"
    told = await vera.page.evaluate("told")
    assert told[0][0] == "ready"
    assert {"availability", "open", "chat", "message"} <= {event for event, _ in told}
    await vera.leaves()


async def test_the_page_opens_hides_sends_off_and_destroys(shop: RunningServer, browser: Browser) -> None:
    vera = await Vera.at(shop, browser)
    await vera.page.evaluate("sestetto('message', 'From the page')")
    assert await vera.widget.get_by_label("Your message").input_value() == "From the page"
    await vera.page.evaluate("sestetto('hide')")
    assert not await vera.launcher.is_visible()
    await vera.page.evaluate("sestetto('show'); sestetto('toggle')")
    await vera.panel.wait_for()
    await vera.page.evaluate("sestetto('set', { theme: 'dark' }); sestetto('no such verb')")
    assert await vera.widget.get_attribute("data-theme") == "dark"
    await vera.page.evaluate("sestetto('logout')")
    assert [slot for slot in await vera.stored() if not slot.endswith(":open")] == []
    await vera.page.evaluate("sestetto('destroy')")
    assert await vera.widget.count() == 0
    assert await vera.page.evaluate("typeof sestetto") == "undefined"
    assert vera.complaints == []
    await vera.leaves()


async def test_keys_typed_in_the_widget_are_not_the_pages_shortcuts(
    shop: RunningServer, browser: Browser, ana: Ana
) -> None:
    vera = await Vera.at(shop, browser)
    await vera.page.evaluate("window.keys = []; addEventListener('keydown', (event) => keys.push(event.key))")
    await vera.opens()
    await vera.widget.get_by_label("Your message").press_sequentially("/help")
    await vera.page.keyboard.press("Escape")
    await vera.panel.wait_for(state="detached")
    assert await vera.page.evaluate("keys") == []
    assert await vera.page.evaluate("document.activeElement.localName") == "sestetto-widget"
    await vera.leaves()


async def test_the_widget_speaks_the_pages_language(shop: RunningServer, browser: Browser, ana: Ana) -> None:
    vera = await Vera.at(shop, browser)
    await vera.page.evaluate("sestetto('set', { locale: 'it-IT' })")
    await vera.opens()
    await vera.sees("Inizia la chat")
    assert await vera.widget.get_attribute("lang") == "it-IT"
    await vera.leaves()


async def test_right_to_left_turns_the_widget_round(shop: RunningServer, browser: Browser) -> None:
    vera = await Vera.at(shop, browser)
    await vera.page.evaluate("sestetto('set', { locale: 'ar' })")
    await vera.opens()
    box = await vera.launcher.bounding_box()
    assert await vera.widget.get_attribute("dir") == "rtl"
    assert box is not None
    assert box["x"] < 40
    await vera.leaves()


async def test_on_a_phone_it_fills_the_screen_with_fields_that_do_not_zoom(
    shop: RunningServer, browser: Browser
) -> None:
    vera = await Vera.at(shop, browser, **LOOKS["phone"])
    await vera.opens()
    box = await vera.panel.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 760}
    sizes = await vera.widget.locator("input, textarea").evaluate_all(
        "all => all.map(one => getComputedStyle(one).fontSize)"
    )
    assert set(sizes) == {"16px"}
    await vera.leaves()


async def test_the_launcher_shifts_nothing_and_blocks_nothing(shop: RunningServer, browser: Browser) -> None:
    watch = """
    window.shifts = 0;
    new PerformanceObserver((list) => { for (const one of list.getEntries()) shifts += one.value; })
      .observe({ type: 'layout-shift', buffered: true });
    """
    vera = await Vera.at(shop, browser, script=watch)
    await vera.page.wait_for_load_state("networkidle")
    assert await vera.page.evaluate("shifts") == 0
    asked = await vera.page.evaluate("performance.getEntriesByType('resource').map(one => new URL(one.name).pathname)")
    ours = [path for path in asked if path.startswith("/widget")]
    assert sorted(ours) == ["/widget.js", "/widget/availability"]
    await vera.leaves()


# --- axe, over the named states -----------------------------------------------------------------


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
    await ana.ends()
    await vera.screen("ended")
    await vera.widget.locator(".survey").wait_for()


async def refused(vera: Vera, ana: Ana) -> None:
    await chatting(vera, ana)
    await vera.page.evaluate(
        "sestetto.element.visitor.connection.stop(); sestetto.element.visitor.connection.state = 'refused';"
        "sestetto.element.changed()"
    )
    await vera.sees("The chat cannot be reached.")


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


async def test_axe_finds_a_planted_fault(shop: RunningServer, browser: Browser, ana: Ana) -> None:
    vera = await Vera.at(shop, browser)
    await chatting(vera, ana)
    await vera.composer.evaluate("box => { box.removeAttribute('aria-label'); box.removeAttribute('placeholder'); }")
    found = await audit(vera.page)
    await vera.leaves()
    assert "label" in [rule for rule, _ in found["violations"]]
