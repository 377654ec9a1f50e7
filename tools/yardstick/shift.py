"""One measured run: a server, the console in Chromium, six visitors and one scripted person."""

import asyncio
import os
import tempfile
import time
from pathlib import Path

import msgspec
from msgspec.structs import replace
from playwright.async_api import Page, async_playwright
from sqlalchemy import func, select

from console.archive.tables import chats
from tests.browser.chromium import find, flags
from tests.support.credentials import bearer_of, sign_in_link, stores_of
from tests.support.server_process import RunningServer
from tools.yardstick.agent import Agent, Answer
from tools.yardstick.conversations import asked_before
from tools.yardstick.human import TYPISTS, Nature
from tools.yardstick.past_chats import hold_past_chats
from tools.yardstick.visitors import Crowd, Heard, Turn
from tools.yardstick.ways import WAYS

AUTOMATIC = 1_500  # ms before the target
HERE = Path(__file__).parent


class Setting(msgspec.Struct, frozen=True):
    way: str
    pause: float  # s, mean, from an answer to the visitor's next message
    seconds: float
    seed: int
    typist: str


class Result(msgspec.Struct):
    """One run. Times are ms."""

    setting: Setting
    begun: float
    ended: float
    turns: list[Turn]
    heard: list[Heard]
    answers: list[Answer]
    spent: dict[str, float]
    ended_chats: int  # of the agent's, in the archive
    with_reason: int  # of them
    troubles: list[str]
    load: float  # of the machine at the end
    given_up: float  # s that the machine was too slow for the person


async def measure(setting: Setting, picture: Path | None = None) -> Result:
    """Run it. With `picture`, takes a screenshot halfway."""
    with tempfile.TemporaryDirectory() as folder:
        server = RunningServer(Path(folder) / "data", crowd=0, log="warning")
        await server.start()
        try:
            if WAYS[setting.way].automatic:
                await _give_first_words_automatically(server)
            await hold_past_chats(server.url, await bearer_of(server, "ben"), asked_before())
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=find() or None, args=flags())
                context = await browser.new_context(
                    viewport={"width": 1920, "height": 1080}, bypass_csp=WAYS[setting.way].threads
                )
                result = await _shift(setting, server, await context.new_page(), picture)
                await browser.close()
                return result
        finally:
            server.stop()


async def _give_first_words_automatically(server: RunningServer) -> None:
    async with stores_of(server) as stores:
        for queue in (await stores.directory.read()).queues.values():
            await stores.queues.put(replace(queue, automatic=AUTOMATIC))


async def _shift(setting: Setting, server: RunningServer, page: Page, picture: Path | None) -> Result:
    way = WAYS[setting.way]
    await page.add_init_script(path=HERE / "eyes.js")
    await _sign_in(page, await sign_in_link(server, "ana"))
    if way.threads:
        await page.evaluate((HERE / "thread_list.js").read_text())
    crowd = Crowd(server.url, setting.seed, setting.pause)
    agent = Agent(page, way, Nature(TYPISTS[setting.typist], setting.seed))

    async def taken() -> int:
        return int(await page.evaluate("() => window.eyes.taken()"))

    begun = time.time() * 1000
    coming = asyncio.create_task(crowd.fill(taken))
    looking = asyncio.create_task(_picture(page, setting.seconds / 2, picture))
    try:
        await agent.work(time.monotonic() + setting.seconds)
    finally:
        coming.cancel()
        looking.cancel()
    ended = time.time() * 1000
    await asyncio.sleep(0.5)  # for the last answer to arrive
    await crowd.leave()
    ended_chats, with_reason = await _reasons(server)
    return Result(
        setting=setting,
        begun=begun,
        ended=ended,
        turns=crowd.turns,
        heard=crowd.heard,
        answers=agent.answers,
        spent=dict(agent.spent),
        ended_chats=ended_chats,
        with_reason=with_reason,
        troubles=crowd.troubles + agent.troubles,
        load=os.getloadavg()[0],
        given_up=agent.hands.given_up,
    )


async def _reasons(server: RunningServer) -> tuple[int, int]:
    """Return how many of Ana's chats have ended, and how many of those have a reason, according to the archive."""
    ended = select(func.count(), func.count().filter(chats.c.reason != "")).where(
        chats.c.agent == "ana", chats.c.ended.is_not(None)
    )
    async with stores_of(server) as stores, stores.database.reading() as connection:
        all_of_them, given = (await connection.execute(ended)).one()
        return all_of_them, given


async def _sign_in(page: Page, link: str) -> None:
    await page.goto(link)
    await page.wait_for_selector('body[data-link="ready"]')
    if await page.is_visible("#go-online"):
        await page.click("#go-online")
    await page.wait_for_selector('body[data-status="online"]')
    if await page.is_visible("#shift-later"):
        await page.click("#shift-later")


async def _picture(page: Page, after: float, path: Path | None) -> None:
    if path is not None:
        await asyncio.sleep(after)
        await page.screenshot(path=path)
