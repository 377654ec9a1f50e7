"""The widget in print, in forced colours, on small screens, and in other pages' styles and languages."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.host_pages import HostPages, put_on_the_list
from tests.browser.page_server import House
from tests.browser.widget_people import Ana, Vera
from tests.browser.widget_script import Scripted
from tests.support.eventually import eventually
from tests.support.link_cases import CASES
from tests.support.server_process import RunningServer

SMALL = {
    "on its side with the keyboard up": {
        "viewport": {"width": 740, "height": 180},
        "has_touch": True,
        "is_mobile": True,
    },
    "at 400 %": {"viewport": {"width": 320, "height": 256}},
}


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


async def test_the_widget_is_not_printed(shop: RunningServer, browser: Browser) -> None:
    vera = await Vera.at(shop, browser)
    await vera.opens()
    await vera.page.emulate_media(media="print")
    assert not await vera.panel.is_visible()
    assert not await vera.launcher.is_visible()
    await vera.leaves()


async def test_the_launcher_has_its_sign_in_forced_colours(shop: RunningServer, browser: Browser) -> None:
    vera = await Vera.at(shop, browser, forced_colors="active")
    sign, ground = await vera.launcher.evaluate(
        "one => [getComputedStyle(one.firstChild).backgroundColor, getComputedStyle(one).backgroundColor]"
    )
    assert sign != ground
    await vera.leaves()


@pytest.mark.parametrize("look", SMALL.values(), ids=SMALL.keys())
async def test_on_a_small_screen_the_log_keeps_three_lines(
    shop: RunningServer, browser: Browser, look: dict[str, object]
) -> None:
    server = Scripted()
    vera = await server.start(shop, browser, **look)
    await vera.starts_with("Hello")
    await server.ana_comes()
    await vera.screen("chat")
    server.ana_says("Good day\nHow can I help?\nTell me")
    await vera.sees("Tell me")
    log = await vera.widget.locator(".log").bounding_box()
    composer = await vera.composer.bounding_box()
    assert log is not None
    assert composer is not None
    assert log["height"] >= 66
    assert composer["y"] + composer["height"] <= look["viewport"]["height"]  # type: ignore[index]
    await vera.leaves()


async def test_a_kept_draft_is_seen_whole_after_a_reload_and_so_is_the_last_message(
    shop: RunningServer, browser: Browser, ana: Ana
) -> None:
    vera = await Vera.at(shop, browser)
    await vera.starts_with("Hello")
    await vera.screen("chat")
    await ana.says("\n".join(f"Line {number}" for number in range(60)))
    await vera.sees("Line 59")
    await vera.composer.fill("\n".join("abcd"))
    await eventually(lambda: at_the_end(vera), "the log to be at its end while the composer is taller")
    await vera.page.reload()
    await vera.sees("Line 59")
    await eventually(lambda: whole(vera), "all of the draft")
    await eventually(lambda: at_the_end(vera), "the log to be at its end")
    await vera.leaves()


async def whole(vera: Vera) -> bool:
    return bool(await vera.composer.evaluate("area => area.value && area.scrollHeight === area.clientHeight"))


async def at_the_end(vera: Vera) -> bool:
    hidden = "log => log.scrollHeight - log.scrollTop - log.clientHeight"
    return bool(await vera.widget.locator(".log").evaluate(hidden) < 1)


async def test_on_a_page_that_is_zoomed_by_its_style_the_panel_keeps_inside_the_window(
    shop: RunningServer, browser: Browser
) -> None:
    vera = await Vera.at(shop, browser, viewport={"width": 1000, "height": 700})
    await vera.page.evaluate("document.documentElement.style.zoom = 1.5")
    await vera.opens()
    box = await vera.panel.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["x"] >= 0
    await vera.leaves()


@pytest.mark.parametrize("style", ["transform: translateX(0)", "filter: grayscale(1)"])
async def test_on_a_page_whose_body_is_transformed_the_launcher_stays_in_the_window(
    shop: RunningServer, browser: Browser, style: str
) -> None:
    styled = f"document.body.style.cssText = 'height: 3000px; {style}'"
    script = f"addEventListener('DOMContentLoaded', () => {styled})"
    vera = await Vera.at(shop, browser, script=script, viewport={"width": 1000, "height": 700})
    await eventually(lambda: in_the_window(vera), "the launcher in the window")
    await vera.page.evaluate("scrollTo(0, 900)")
    assert await in_the_window(vera)
    await vera.opens()
    box = await vera.panel.bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 700 - box["height"]
    assert await vera.page.evaluate("document.querySelectorAll('sestetto-widget').length") == 1
    await vera.leaves()


async def in_the_window(vera: Vera) -> bool:
    box = await vera.launcher.bounding_box()
    return bool(box and 0 <= box["y"] <= 700 - box["height"])


async def test_addresses_are_links_as_they_are_in_the_console(shop: RunningServer, browser: Browser) -> None:
    server = Scripted()
    vera = await server.start(shop, browser)
    await vera.starts_with("Hello")
    await server.ana_comes()
    await vera.screen("chat")
    await vera.page.wait_for_function("() => sestetto.element.shadowRoot.querySelector('summary')")
    for text, _ in CASES:
        server.ana_says(text)
    await eventually(lambda: bubbles(vera, len(CASES) + 1), "all messages")
    found = await vera.widget.locator(".them .bubble").evaluate_all(
        "all => all.map(one => [one.textContent, [...one.querySelectorAll('a')].map(link => link.textContent)])"
    )
    assert found == [[text, links] for text, links in CASES]
    await vera.leaves()


async def bubbles(vera: Vera, number: int) -> bool:
    return await vera.widget.locator(".bubble").count() == number


async def test_what_was_read_in_one_tab_is_read_in_the_other(shop: RunningServer, browser: Browser, ana: Ana) -> None:
    vera = await Vera.at(shop, browser)
    await vera.starts_with("I look elsewhere")
    await vera.screen("chat")
    other = await vera.another_tab(shop)
    for tab in (vera, other):
        await eventually(lambda tab=tab: tab.welcomed, "the tab to be connected")  # type: ignore[misc]
    await vera.page.keyboard.press("Escape")
    if await other.panel.count():
        await other.launcher.click()
    await ana.says("Are you there?")
    for tab in (vera, other):
        await tab.widget.locator(".badge").get_by_text("1").wait_for()
    await vera.opens()
    await other.widget.locator(".badge").wait_for(state="hidden")
    assert not (await other.page.title()).startswith("(")
    await vera.leaves()


async def test_escape_that_ends_a_composition_does_not_close_the_panel(shop: RunningServer, browser: Browser) -> None:
    vera = await Vera.at(shop, browser)
    await vera.opens()
    field = vera.widget.get_by_label("Your message")
    await field.focus()
    devtools = await vera.context.new_cdp_session(vera.page)
    await devtools.send(
        "Input.dispatchKeyEvent", {"type": "keyDown", "key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 229}
    )
    assert await vera.panel.is_visible()
    await vera.page.keyboard.press("Escape")
    await vera.panel.wait_for(state="detached")
    await vera.leaves()


@pytest_asyncio.fixture(loop_scope="session")
async def pages(shop: RunningServer, house: House, ana: Ana) -> HostPages:
    pages = HostPages()
    pages.carries(shop.url)
    house.on = pages.app
    await put_on_the_list(shop, house.url)
    return pages


async def at(house: House, browser: Browser, path: str, locale: str = "en-GB", *, own_clock: bool = False) -> Vera:
    context = await browser.new_context(locale=locale)
    vera = Vera(context, await context.new_page())
    if own_clock:
        await vera.page.clock.install()
    await vera.page.goto(f"{house.url}{path}")
    return vera


async def test_the_page_says_what_is_spoken_and_the_browser_whom_to_ask(
    shop: RunningServer, house: House, browser: Browser, pages: HostPages, ana: Ana
) -> None:
    vera = await at(house, browser, "/plain/one?lang=it_IT", "ar-EG")
    await vera.launcher.wait_for()
    await eventually(lambda: labelled(vera, "Apri la chat"), "the launcher in Italian before it is opened")
    assert await vera.widget.get_attribute("lang") == "it-IT"
    assert await vera.page.evaluate("sestetto.element.visitor.hello().then(hello => hello.locale)") == "ar-EG"
    await vera.page.evaluate("sestetto('set', { locale: 'it' })")
    assert await vera.page.evaluate("sestetto.element.visitor.hello().then(hello => hello.locale)") == "it"
    await vera.leaves()


async def labelled(vera: Vera, label: str) -> bool:
    return await vera.launcher.get_attribute("aria-label") == label


async def test_a_tag_manager_may_strip_the_data_and_other_scripts_have_theirs(
    shop: RunningServer, house: House, browser: Browser, pages: HostPages
) -> None:
    pages.widget = (
        '<script async src="/other/widget.js" data-site="another"></script>'
        f'<script async src="{shop.url}/widget.js?site=demo&locale=it"></script>'
    )
    vera = await at(house, browser, "/plain/one")
    await vera.launcher.wait_for()
    assert await vera.page.evaluate("sestetto.element.visitor.site") == "demo"
    assert await vera.page.evaluate("sestetto.element.lang") == "it"
    await vera.leaves()
    pages.widget = f'<script async src="{shop.url}/widget.js"></script>'
    silent = await at(house, browser, "/plain/one")
    await eventually(lambda: [said for said in silent.complaints if "no data-site" in said], "the owner to be told")
    await silent.context.close()


async def test_in_a_frame_without_forms_vera_can_write(
    shop: RunningServer, house: House, browser: Browser, pages: HostPages, ana: Ana
) -> None:
    vera = await at(house, browser, "/plain/frame")
    await vera.page.evaluate(
        """() => new Promise(done => {
          const frame = document.createElement('iframe');
          Object.assign(frame, { src: '/plain/two', onload: done, width: 800, height: 700 });
          frame.sandbox = 'allow-scripts allow-same-origin';
          document.body.prepend(frame);
        })"""
    )
    inside = vera.page.frame_locator("iframe")
    await inside.locator(".launcher").click()
    await inside.get_by_label("Your message").fill("From a frame")
    await inside.get_by_label("Your message").press("Enter")
    await eventually(lambda: ana.heard()[-1:] == ["From a frame"], "what Vera wrote in the frame")
    await inside.locator(".composer textarea").fill("And by the button")
    await inside.get_by_role("button", name="Send", exact=True).click()
    await eventually(lambda: ana.heard()[-1:] == ["And by the button"], "what the button sent")
    await ana.ends()
    await vera.context.close()


async def test_a_hidden_launcher_comes_when_somebody_is_there(
    shop: RunningServer, house: House, browser: Browser, pages: HostPages, ana: Ana
) -> None:
    await ana.goes()
    pages.carries(shop.url, more='data-closed="hide"')
    vera = await at(house, browser, "/plain/one", own_clock=True)
    await vera.launcher.wait_for(state="attached")
    await vera.page.wait_for_load_state("networkidle")
    await vera.launcher.wait_for(state="hidden")
    again = await Ana.at_her_desk(shop)

    async def comes() -> bool:
        await vera.page.clock.fast_forward(20_000)  # ms until the page asks again
        return await vera.launcher.is_visible()

    await eventually(comes, "the launcher to come", within=30)
    await again.goes()
    await vera.context.close()


async def test_in_an_arabic_head_a_latin_name_stands_beside_its_picture(
    shop: RunningServer, browser: Browser, ana: Ana
) -> None:
    vera = await Vera.at(shop, browser)
    await vera.page.evaluate("sestetto('set', {locale: 'ar'})")
    await vera.starts_with("Hello")
    await vera.screen("chat")
    heading = vera.widget.locator("h2")
    await expect(heading).to_have_text("Ana")
    words = "one => { const range = new Range(); range.selectNodeContents(one); "
    words += "return range.getBoundingClientRect().right; }"
    face = await vera.widget.locator(".face").bounding_box()
    assert face is not None
    assert face["x"] - await heading.evaluate(words) < 20
    await vera.leaves()
