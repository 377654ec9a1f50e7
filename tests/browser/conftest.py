"""One browser for the whole run. Browser tests are async and share one event loop, as Playwright's objects need it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright

from tests.browser.board_scenes import QUEUES
from tests.browser.board_stage import BoardStage, open_board
from tests.browser.chromium import KEPT_AWAKE, find, find_light, flags
from tests.browser.console_stage import Stage, open_console
from tests.browser.page_server import House

HERE = Path(__file__).parent
STORED = "local_storage,indexeddb,service_workers,cache_storage"  # all that outlives a tab; servers have other ports


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder runs on the session's loop, where the browser lives."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(playwright: Playwright) -> AsyncIterator[Browser]:
    """Chromium, headless. None on this machine: a failure, never a skip (`make browser` gets one)."""
    running = await playwright.chromium.launch(executable_path=find_light() or None, args=flags())
    yield running
    await running.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def whole_browser(playwright: Playwright) -> AsyncIterator[Browser]:
    """One with what the headless shell leaves out, such as notifications."""
    running = await playwright.chromium.launch(executable_path=find() or None, args=flags())
    yield running
    await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sleepy_browser(playwright: Playwright) -> AsyncIterator[Browser]:
    """A whole browser that slows hidden tabs down, as people's do."""
    running = await playwright.chromium.launch(
        executable_path=find() or None, args=flags(), ignore_default_args=list(KEPT_AWAKE)
    )
    yield running
    await running.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lasting(browser: Browser) -> AsyncIterator[BrowserContext]:
    """The context behind `context`. Its first tab stays and keeps the renderer of 127.0.0.1 running and warm."""
    kept = await browser.new_context(locale="en-GB")
    tab = await kept.new_page()
    await tab.route("**", lambda route: route.fulfill(content_type="text/html", body=""))
    await tab.goto("http://127.0.0.1/")
    yield kept
    await kept.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house() -> AsyncIterator[House]:
    """Where the stages stand, one after the other."""
    opened = House()
    await opened.opens()
    yield opened
    await opened.closes()


@pytest_asyncio.fixture(loop_scope="session")
async def context(lasting: BrowserContext, house: House) -> AsyncIterator[BrowserContext]:
    """A person's browser without tabs and cookies, and with nothing stored.

    It lasts from test to test, as opening it costs more than most tests do. What changes it for good (init scripts,
    permissions) is for `own_context`. Another person: `await browser.new_context()`.
    """
    yield lasting
    for tab in lasting.pages[1:]:
        await tab.close()
    await lasting.clear_cookies()
    tools = await lasting.new_cdp_session(lasting.pages[0])
    await tools.send("Storage.clearDataForOrigin", {"origin": house.url, "storageTypes": STORED})
    await tools.detach()


@pytest_asyncio.fixture(loop_scope="session")
async def own_context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser of this test alone."""
    fresh = await browser.new_context(locale="en-GB")
    yield fresh
    await fresh.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(house: House) -> AsyncIterator[Stage]:
    """The console's page with a server whose part the test speaks."""
    standing = Stage(house)
    standing.run()
    yield standing
    await standing.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(stage: Stage, context: BrowserContext) -> AsyncIterator[Page]:
    """Ana's console, connected to the stage. A script error or a breach of the page's CSP fails the test."""
    page = await open_console(stage, context)
    yield page
    assert stage.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def board_stage(house: House) -> AsyncIterator[BoardStage]:
    """The board's page over a floor that the test makes up: queues premium, support and billing, and nobody there."""
    standing = BoardStage(house, *QUEUES)
    standing.run()
    yield standing
    await standing.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def page(board_stage: BoardStage, context: BrowserContext) -> AsyncIterator[Page]:
    """Sam's board on that stage. A script error or a breach of the page's CSP fails the test."""
    opened = await open_board(board_stage, context, height=900)
    yield opened
    assert board_stage.complaints == []
