"""A page that may not use the widget: its owner can read why, and its visitors are told nothing untrue."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.host_pages import HostPages, install
from tests.browser.page_server import House
from tests.browser.widget_people import Ana, Vera
from tests.support.credentials import allow_origin, stores_of
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

LISTEN = """
window.sestetto = function () { (sestetto.q = sestetto.q || []).push(arguments); };
window.errors = [];
sestetto('on', 'error', (detail) => errors.push(detail.code));
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    install()
    server = RunningServer(tmp_path_factory.mktemp("shop") / "data")
    server.start_and_wait()
    yield server
    server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def ana(shop: RunningServer) -> AsyncIterator[Ana]:
    ana = await Ana.at_her_desk(shop)
    yield ana
    await ana.goes()


@pytest.fixture
def pages(house: House) -> HostPages:
    pages = HostPages()
    house.on = pages.app
    return pages


async def at(house: House, browser: Browser) -> Vera:
    context = await browser.new_context(locale="en-GB")
    await context.add_init_script(LISTEN)
    vera = Vera(context, await context.new_page())
    await vera.page.goto(f"{house.url}/plain/one")
    await vera.launcher.wait_for()
    return vera


@pytest.mark.parametrize(("key", "code"), [("demo", "origin"), ("dmeo", "site")])
async def test_the_owner_reads_why_and_the_visitor_is_not_misled(
    shop: RunningServer, house: House, browser: Browser, pages: HostPages, ana: Ana, key: str, code: str
) -> None:
    pages.carries(shop.url, key=key)
    vera = await at(house, browser)
    await eventually(lambda: errors(vera, [code]), "the page's own listener to hear why")
    await vera.opens()
    await vera.screen("barred")
    await vera.sees("Chat is not available on this page.")
    assert await vera.panel.get_by_text("online").count() == 0
    assert await vera.panel.locator("textarea").count() == 0
    why = [said for said in vera.complaints if said.startswith("Sestetto:")]
    assert len(why) == 1
    assert (key in why[0], house.url in why[0]) == (True, code == "origin")
    assert "visitor.refused" in shop.log
    assert house.url in shop.log
    assert vera.sockets == []
    await vera.leaves()


async def errors(vera: Vera, codes: list[str]) -> bool:
    return bool(await vera.page.evaluate("errors") == codes)


async def test_a_page_that_comes_onto_the_list_may_chat_at_the_next_look(
    shop: RunningServer, house: House, browser: Browser, pages: HostPages, ana: Ana
) -> None:
    pages.carries(shop.url)
    vera = await at(house, browser)
    await vera.opens()
    await vera.screen("barred")
    await allow_origin(shop, house.url)

    async def may_chat() -> bool:
        await vera.page.evaluate("dispatchEvent(new Event('online'))")
        return await vera.widget.locator(".panel[data-screen=start]").count() == 1

    await eventually(may_chat, "the form for a first message")
    await vera.widget.get_by_label("Your message").fill("At last")
    await vera.page.keyboard.press("Enter")
    await vera.screen("chat")
    await eventually(lambda: ana.heard()[-1:] == ["At last"])
    await vera.leaves()
    async with stores_of(shop) as stores:
        site = (await stores.directory.read()).sites["demo"]
    assert house.url in site.origins
