"""Console and board fetch their scripts in one file, and nothing twice."""

from typing import Any

from playwright.async_api import BrowserContext, Page

from console.views.assets import static
from console.views.bundles import address, modules
from tests.browser.board_stage import BoardStage, open_board
from tests.browser.console_stage import Stage, open_console

CONNECTED = 'body[data-link="ready"]'
FETCHED = """() => performance.getEntriesByType('resource')
  .map(one => ({path: new URL(one.name).pathname, sent: one.transferSize}))
  .filter(one => one.path.startsWith('/static/') && /[.](js|css)$/.test(one.path))"""


async def fetched(page: Page) -> dict[str, int]:
    """The scripts and styles the page asked for: bytes over the network, 0 for what the browser had."""
    rows = await page.evaluate(FETCHED)
    assert len(rows) == len({row["path"] for row in rows}), "something was asked for twice"
    return {row["path"]: row["sent"] for row in rows}


async def starters_of_requests(page: Page) -> dict[str, str]:
    """Loads the page anew, as if for the first time. Who asked for each file: the page's parser, or a script."""
    asked: dict[str, str] = {}

    def note(event: dict[str, Any]) -> None:
        asked[event["request"]["url"]] = event["initiator"]["type"]

    tools = await page.context.new_cdp_session(page)
    tools.on("Network.requestWillBeSent", note)
    await tools.send("Network.enable")
    await tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await page.reload()
    await page.wait_for_selector(CONNECTED)
    await tools.detach()
    return asked


def scripts_of(starters: dict[str, str]) -> set[str]:
    return {url for url in starters if "/static/" in url and url.endswith(".js")}


async def test_the_console_asks_for_one_file_of_all_its_modules(stage: Stage, own_context: BrowserContext) -> None:
    starters = await starters_of_requests(await open_console(stage, own_context))
    assert len(modules("console")) > 50
    others = {static(name) for name in ("vendor/htmx.min.js", "console/shared/ticker.js")}
    assert scripts_of(starters) == {stage.url + path for path in {address("console"), *others}}
    assert starters[stage.url + address("console")] == "parser"


async def test_the_board_asks_for_one_file_of_all_its_modules(
    board_stage: BoardStage, own_context: BrowserContext
) -> None:
    starters = await starters_of_requests(await open_board(board_stage, own_context))
    assert len(modules("board")) > 20
    assert board_stage.url + address("board") in scripts_of(starters)
    assert not any("/board/" in url or "/console/net/" in url for url in scripts_of(starters))


async def test_the_second_load_of_the_console_fetches_no_script_and_no_style(
    stage: Stage, own_context: BrowserContext
) -> None:
    desk = await open_console(stage, own_context)
    first = await fetched(desk)
    assert all(first.values())
    await desk.goto(f"{stage.url}/console")
    await desk.wait_for_selector(CONNECTED)
    second = await fetched(desk)
    assert second.keys() == first.keys()
    assert {path for path, sent in second.items() if sent} == set()
    await desk.reload()
    await desk.wait_for_selector(CONNECTED)
    assert {path for path, sent in (await fetched(desk)).items() if sent} == set()
