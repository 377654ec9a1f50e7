"""The widget on pages made with Turbo, htmx, Bootstrap and React: it appears once and keeps its keyboard input."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.host_pages import HostPages, install, put_on_the_list
from tests.browser.page_server import House
from tests.browser.widget_people import Ana, Vera
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

COUNT = "document.querySelectorAll('sestetto-widget').length"
LAST = "sestetto.element.shadowRoot.querySelector('.panel textarea').value"
RENDERED = "addEventListener('turbo:render', done, {once: true})"
TURBO_VISITS = f"new Promise(done => {{ {RENDERED}; Turbo.visit('two') }})"
TURBO_MORPHS = f"new Promise(done => {{ {RENDERED}; Turbo.session.refresh(location.href) }})"
MODAL = """new Promise(done => {
  modal.addEventListener('shown.bs.modal', done);
  new bootstrap.Modal(modal).show();
})"""
PORTAL = "new Promise(done => { show(); setTimeout(done, 100) })"
SEARCH = "document.querySelector('#search').value"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    install()
    server = RunningServer(tmp_path_factory.mktemp("shop") / "data")
    server.start_and_wait()
    yield server
    server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def pages(shop: RunningServer, house: House) -> HostPages:
    """Somebody's website, on the list of the demo's site."""
    pages = HostPages()
    pages.carries(shop.url)
    house.on = pages.app
    await put_on_the_list(shop, house.url)
    return pages


@pytest_asyncio.fixture(loop_scope="session")
async def ana(shop: RunningServer) -> AsyncIterator[Ana]:
    ana = await Ana.at_her_desk(shop)
    yield ana
    await ana.goes()


@pytest_asyncio.fixture(loop_scope="session")
async def vera(pages: HostPages, house: House, browser: Browser) -> AsyncIterator[Vera]:
    context = await browser.new_context(locale="en-GB")
    vera = Vera(context, await context.new_page())
    yield vera
    await vera.leaves()


async def visits(vera: Vera, house: House, path: str) -> None:
    await vera.page.goto(f"{house.url}{path}")
    await vera.launcher.wait_for()


async def follows(vera: Vera, link: str) -> None:
    await vera.page.get_by_role("link", name=link, exact=True).click()
    await vera.page.get_by_role("heading", name=link.lower(), exact=True).wait_for()


async def types_around(vera: Vera, what: str) -> None:
    """Half a sentence, then what the page does, then the rest."""
    field = vera.panel.locator("textarea")
    await field.click()
    await vera.page.keyboard.type("Does merino ")
    await vera.page.evaluate(what)
    await vera.page.keyboard.type("felt/shrink?")
    await eventually(lambda: reads(vera, LAST, "Does merino felt/shrink?"), "the whole sentence in Vera's field")


async def reads(vera: Vera, script: str, text: str) -> bool:
    return bool(await vera.page.evaluate(script) == text)


@pytest.mark.parametrize("kind", ["turbo", "htmx2", "htmx4"])
async def test_pages_that_are_cached_and_restored_have_one_launcher(
    vera: Vera, house: House, ana: Ana, kind: str
) -> None:
    await visits(vera, house, f"/{kind}/one")
    for link in ("Two", "Three", "One", "Two"):
        await follows(vera, link)
    for heading in ("one", "three", "two"):
        await vera.page.go_back()
        await vera.page.get_by_role("heading", name=heading, exact=True).wait_for()
    await eventually(lambda: reads(vera, COUNT, 1), "one widget")  # type: ignore[arg-type]
    await vera.starts_with("Still one of you?")
    await vera.screen("chat")
    await follows(vera, "Three")
    await vera.says("And here")
    await eventually(lambda: ana.heard()[-2:] == ["Still one of you?", "And here"])
    assert await vera.page.evaluate(COUNT) == 1


async def test_a_copy_that_never_began_takes_itself_off_the_page(vera: Vera, house: House) -> None:
    await visits(vera, house, "/plain/one")
    await vera.page.evaluate("document.body.append(document.querySelector('sestetto-widget').cloneNode(true))")
    await vera.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<sestetto-widget></sestetto-widget>')")
    assert await vera.page.evaluate(COUNT) == 1
    assert await vera.page.evaluate("!!document.querySelector('sestetto-widget').visitor")


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/turbo/one", "document.body.replaceWith(document.body.cloneNode(true)); search.focus()"),
        ("/turbo/one", TURBO_VISITS),
        ("/turbo/one", TURBO_MORPHS),
        ("/bootstrap/one", MODAL),
        ("/react/one", PORTAL),
        ("/plain/one", "document.activeElement.blur()"),
        ("/plain/one", "search.onblur = () => search.focus(); search.focus()"),
    ],
    ids=["body swapped", "Turbo visits", "Turbo morphs", "Bootstrap's modal", "React's portal", "blurred", "autofocus"],
)  # fmt: skip
async def test_what_the_page_does_while_vera_types_takes_no_letter_from_her(
    vera: Vera, house: House, path: str, what: str
) -> None:
    await visits(vera, house, path)
    await vera.opens()
    await vera.page.wait_for_function("() => sestetto.element.shadowRoot.querySelector('summary')")
    await types_around(vera, what)
    assert await vera.page.evaluate("document.querySelector('#newsletter')?.value || ''") == ""
    assert await vera.page.evaluate(SEARCH) == ""


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/bootstrap/one", MODAL),
        ("/react/one", PORTAL),
    ],
    ids=["Bootstrap", "React"],
)  # fmt: skip
async def test_vera_writes_and_scrolls_beside_a_modal_window(
    vera: Vera, house: House, ana: Ana, path: str, what: str
) -> None:
    await visits(vera, house, path)
    await vera.starts_with("First")
    await vera.screen("chat")
    for number in range(12):
        await ana.says(f"Line {number}\nand its second")
    await vera.sees("Line 11")
    await vera.page.evaluate(what)
    await vera.composer.click()
    await vera.page.keyboard.type("/help me")
    await vera.page.keyboard.press("Enter")
    await eventually(lambda: ana.heard()[-1:] == ["/help me"], "what Vera wrote beside the modal")
    assert not await vera.page.evaluate("window.keys")
    log = vera.widget.locator(".log")
    before = await log.evaluate("log => log.scrollTop")
    await log.hover()
    await vera.page.mouse.wheel(0, -300)
    await eventually(lambda: scrolled(vera, before), "the log to scroll")


async def scrolled(vera: Vera, before: float) -> bool:
    return bool(await vera.widget.locator(".log").evaluate("log => log.scrollTop") < before)


async def test_who_leaves_the_widget_by_herself_is_not_called_back(vera: Vera, house: House) -> None:
    await visits(vera, house, "/plain/one")
    await vera.opens()
    await vera.panel.locator("textarea").click()
    await vera.page.keyboard.type("Half a")
    await vera.page.locator("#search").click()
    await vera.page.keyboard.type("wool")
    assert await vera.page.evaluate(SEARCH) == "wool"
    assert await vera.page.evaluate(LAST) == "Half a"


async def test_the_log_stays_where_it_was_when_the_body_is_swapped(vera: Vera, house: House, ana: Ana) -> None:
    await visits(vera, house, "/turbo/one")
    await vera.starts_with("First")
    await vera.screen("chat")
    for number in range(12):
        await ana.says(f"Line {number}\nand its second")
    await vera.sees("Line 11")
    log = vera.widget.locator(".log")
    await log.evaluate("log => { log.scrollTop = 120 }")
    await follows(vera, "Two")
    assert await log.evaluate("log => log.scrollTop") == 120
