"""The widget as a guest: what a host page may do to it, and what it never does to the page."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.widget_people import LOOKS, Ana, Vera
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

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
    await vera.is_connected()
    await vera.page.evaluate("sestetto('logout')")
    assert [slot for slot in await vera.stored() if not slot.endswith(":open")] == []
    await vera.is_connected()
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
    await vera.sees("اترك رسالة")
    assert await vera.widget.get_attribute("dir") == "rtl"
    box = await vera.launcher.bounding_box()
    assert box is not None
    assert box["x"] < 40
    await vera.leaves()


async def test_latin_names_stand_over_their_messages_from_right_to_left(
    shop: RunningServer, browser: Browser, ana: Ana
) -> None:
    """Each line has the direction of its own text; where it stands is the panel's direction."""
    vera = await Vera.at(shop, browser)
    await vera.page.evaluate("sestetto('set', { locale: 'ar' })")
    await vera.starts_with("أين طلبي 20417 (Merino)؟", name="علي")
    await eventually(lambda: ana.heard() == ["أين طلبي 20417 (Merino)؟"])
    await ana.says("Hello علي, order 20417 is on its way. It comes tomorrow between nine and ten.")
    await vera.sees("is on its way")
    edges = await vera.widget.locator(".them, .me").evaluate_all(
        """all => all.map(one => [...one.querySelectorAll("b, .bubble, small")].map(part => {
            const {left, right} = part.getBoundingClientRect(), {left: from, right: to} = one.getBoundingClientRect();
            return [one.className + " " + part.localName, Math.round(left - from), Math.round(to - right)];
        }))"""
    )
    inset = {name: (left, right) for parts in edges for name, left, right in parts}
    assert inset["them b"][1] == inset["them p"][1] == inset["them small"][1] == 0, "hers begin at the right"
    assert inset["me p"][0] == inset["me small"][0] == 0, "the visitor's own end at the left"
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

    async def both() -> list[str]:
        asked: list[str] = await vera.page.evaluate(
            "performance.getEntriesByType('resource').map(one => new URL(one.name).pathname)"
        )
        ours = sorted(path for path in asked if path.startswith("/widget"))
        return ours if len(ours) > 1 else []

    assert await eventually(both, "both to be asked for") == ["/widget.js", "/widget/availability"]
    assert await vera.page.evaluate("shifts") == 0
    await vera.leaves()


async def test_starting_a_chat_without_a_text_says_what_is_missing(
    shop: RunningServer, browser: Browser, ana: Ana
) -> None:
    vera = await Vera.at(shop, browser)
    await vera.opens()
    await vera.screen("start")
    text = vera.widget.get_by_label("Your message")
    for blank in ("", "  \n "):
        await text.fill(blank)
        await vera.widget.get_by_role("button", name="Start the chat").click()
        await expect(text).to_have_attribute("aria-invalid", "true")
        await vera.sees("Please fill out this field.")
        await expect(text).to_be_focused()
    await vera.screen("start")
    await text.fill("Now with words")
    await text.press("Enter")
    await vera.sees("Now with words")
    await vera.leaves()


async def test_a_message_without_address_and_text_hears_of_both_at_once(shop: RunningServer, browser: Browser) -> None:
    vera = await Vera.at(shop, browser)
    await vera.opens()
    await vera.screen("away")
    await vera.widget.get_by_role("button", name="Leave a message").click()
    await expect(vera.widget.locator("small").filter(has_text="Please fill out this field.")).to_have_count(2)
    await expect(vera.widget.locator("[aria-invalid=true]")).to_have_count(2)
    await vera.leaves()
