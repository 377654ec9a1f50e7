"""Takes docs/images/*.png from real servers: the widget, all states of Ana's panes, and Sam's board in a busy hour.

`make screenshots`. Scripts without an installed font show as boxes: install fonts-noto-core fonts-noto-cjk first.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from playwright.async_api import Browser, Locator, Page, ViewportSize, async_playwright

from console.demo.pace import Pace
from console.demo.scripts import ANSWERS, PEOPLE, Person
from console.demo.visitor_client import VisitorTab
from console.protocol import Page as Where
from tests.browser.chromium import find, flags
from tests.support.credentials import sign_in_link, stores_of
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer
from tools.widget_picture import draw_widget

IMAGES = Path(__file__).parent.parent / "docs" / "images"
NAMES = ("Giulia Ferri", "Camille Laurent", "김서연", "Hannah Vogel", "田中 葵", "Emma Clarke")
NEXT = "Oliver Bennett"  # who is offered where somebody has gone
SIZE: ViewportSize = {"width": 1440, "height": 900}
WALL: ViewportSize = {"width": 1920, "height": 1080}
SHIFT = 150  # seconds after which the board has something to show


async def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find() or None, args=flags())
        async with running() as server:
            await draw_widget(server, browser, IMAGES / "widget.png")
            await draw_console(server, browser)
        async with running(crowd=22, agents=4) as server:
            await draw_board(server, browser)
        await browser.close()


@asynccontextmanager
async def running(**settings: int) -> AsyncIterator[RunningServer]:
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer(Path(folder) / "data", **settings)  # type: ignore[arg-type]
        await server.start()
        try:
            yield server
        finally:
            server.stop()


async def page_of(server: RunningServer, browser: Browser, member: str, size: ViewportSize) -> Page:
    page = await (await browser.new_context(viewport=size, locale="en-GB")).new_page()
    await page.goto(await sign_in_link(server, member))
    await page.wait_for_load_state()
    return page


async def shoot(page: Page, name: str) -> None:
    """Take it in light and in dark."""
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=IMAGES / (f"{name}-dark.png" if scheme == "dark" else f"{name}.png"))


async def draw_console(server: RunningServer, browser: Browser) -> None:
    people = [next(person for person in PEOPLE if person.name == name) for name in NAMES]
    ana = await page_of(server, browser, "ana", SIZE)
    await ana.wait_for_url("**/console")
    await ana.locator("#coach-close").click()  # new members see it, others do not
    tabs = [open_tab(server, person) for person in people]
    visits = [asyncio.create_task(tab.run()) for tab in tabs]
    for tab, person in zip(tabs, people, strict=True):
        await eventually(partial(getattr, tab, "online"), "Ana to be there", within=60)
        await tab.open(person.says[0], name=person.name, queue=person.queue)
        await answer(ana, person, 0)
    await talk_on(ana, tabs, people)
    newcomer = next(person for person in PEOPLE if person.name == NEXT)
    visits.append(await go_through_all(server, ana, people, newcomer))
    await ask_late(ana, tabs, people)
    await shoot(ana, "console")
    for visit in visits:
        visit.cancel()


async def draw_board(server: RunningServer, browser: Browser) -> None:
    """Simulated agents answer in time; Ana does not, so that a chat is late."""
    await page_of(server, browser, "ana", SIZE)
    await asyncio.sleep(SHIFT)
    sam = await page_of(server, browser, "sam", SIZE)
    await sam.goto(f"{server.url}/board")
    await asyncio.sleep(3)
    await shoot(sam, "board")
    await sam.set_viewport_size(WALL)
    await sam.goto(f"{server.url}/board?wall=1")
    await asyncio.sleep(3)
    await shoot(sam, "wall")


async def talk_on(ana: Page, tabs: list[VisitorTab], people: list[Person]) -> None:
    """Write a second round."""
    for tab, person in zip(tabs, people, strict=True):
        await tab.say(person.says[1])
        await answer(ana, person, 1)


async def go_through_all(
    server: RunningServer, ana: Page, people: list[Person], newcomer: Person
) -> asyncio.Task[None]:
    """Show a promise in the second pane, a wrap-up in the fourth, an offer in the fifth. Returns the new visitor's
    task.
    """
    async with stores_of(server) as stores:
        for queue in (await stores.directory.read()).queues.values():
            await stores.queues.put(replace(queue, mode="offer", accept=60_000, wrapup=120_000))
    await asyncio.sleep(3)  # the server checks every two seconds
    await ana.locator("#pane-2 [data-act=back]").click()
    await ana.locator("#pane-2 [data-act=hold120]").click()
    for slot in (4, 5):
        await ana.locator(f"#pane-{slot} [data-act=end]").click()
        await box(ana, people[0]).focus()
        await ana.locator(f"#pane-{slot} .foot.labels").wait_for()
    await asyncio.sleep(1)  # an earlier click would act on the former chat
    await ana.locator("#pane-5").get_by_text("Washing and care").click()
    await ana.locator("#pane-5 [data-act=done]").click()
    await box(ana, people[0]).focus()
    tab = open_tab(server, newcomer)
    visit = asyncio.create_task(tab.run())
    await eventually(lambda: tab.online, "Ana to be there", within=60)
    await tab.open(newcomer.says[0], name=newcomer.name, queue=newcomer.queue)
    await ana.locator("#pane-5 .foot.offered").wait_for()
    return visit


async def ask_late(ana: Page, tabs: list[VisitorTab], people: list[Person]) -> None:
    """Ask questions of different ages: one late, one nearly late, one new."""
    for number, wait in ((2, 6.4), (0, 3.2), (5, 0.5)):
        await tabs[number].say(people[number].says[2])
        await asyncio.sleep(wait)
    await box(ana, people[0]).fill(ANSWERS[people[0].locale][2][:24])


async def answer(ana: Page, person: Person, number: int) -> None:
    await box(ana, person).fill(ANSWERS[person.locale][number])
    await box(ana, person).press("Enter")
    await ana.get_by_text(ANSWERS[person.locale][number], exact=True).last.wait_for()


def box(ana: Page, person: Person) -> Locator:
    return ana.get_by_role("textbox", name=f"Reply to {person.name}")


def open_tab(server: RunningServer, person: Person) -> VisitorTab:
    where = Where(url=f"{server.url}/", title="Lana, the wool shop")
    return VisitorTab(server.url, "demo", person.locale, where, Pace())


if __name__ == "__main__":
    asyncio.run(main())
