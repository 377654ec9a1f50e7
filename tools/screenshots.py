"""Draws docs/images/console.png from a real server: six visitors, Ana at her console, clocks in every state.

`make screenshots`. Scripts the system has no font for show as boxes: install fonts-noto-core fonts-noto-cjk first.
"""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright

from console.crowd.lines import ANSWERS, PEOPLE, Person
from console.crowd.pace import Pace
from console.crowd.tab import VisitorTab
from console.protocol import Page as Where
from tests.browser.chromium import find, flags
from tests.eventually import eventually
from tests.people import sign_in_link
from tests.running import RunningServer

IMAGES = Path(__file__).parent.parent / "docs" / "images"
NAMES = ("Giulia Ferri", "Camille Laurent", "김서연", "Hannah Vogel", "田中 葵", "Emma Clarke")
SIZE = {"width": 1440, "height": 900}


async def main() -> None:
    people = [next(person for person in PEOPLE if person.name == name) for name in NAMES]
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer(Path(folder) / "data")
        await server.start()
        try:
            await draw(server, people)
        finally:
            server.stop()


async def draw(server: RunningServer, people: list[Person]) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find() or None, args=flags())
        ana = await (await browser.new_context(viewport=SIZE, locale="en-GB")).new_page()
        await ana.goto(await sign_in_link(server, "ana"))
        await ana.wait_for_url("**/console")
        tabs = [open_tab(server, person) for person in people]
        visits = [asyncio.create_task(tab.run()) for tab in tabs]
        for tab, person in zip(tabs, people, strict=True):
            await eventually(lambda tab=tab: tab.online, "Ana to be there", within=60)
            await tab.open(person.says[0], name=person.name, queue=person.queue)
            await answer(ana, person, 0)
        await talk_on(ana, tabs, people)
        IMAGES.mkdir(exist_ok=True)
        await ana.screenshot(path=IMAGES / "console.png")
        for visit in visits:
            visit.cancel()
        await browser.close()


async def talk_on(ana: Page, tabs: list[VisitorTab], people: list[Person]) -> None:
    """A second round, and then questions of different ages: one late, one nearly, some fresh, one answered."""
    for tab, person in zip(tabs, people, strict=True):
        await tab.say(person.says[1])
        await answer(ana, person, 1)
    for number, wait in ((2, 4.5), (0, 2.0), (5, 1.0), (3, 0.8)):
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
