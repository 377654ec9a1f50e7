"""What a message costs a browser that shows a console: `python -m tools.console_cost`, with long and short chats.

The console is the real page in Chromium, and the stage of the browser tests acts as the server: messages arrive in six
panes in turn. It measures the CPU of the page's scripts, style and layout for each, in chats of several lengths, then
the time from a key press to its frame while messages arrive. Development only, as `tools.board_cost`.
"""

import argparse
import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import quantiles

from playwright.async_api import CDPSession, Page, async_playwright

from console.bench.processes import yardstick
from tests.browser.chromium import flags, get
from tests.browser.console_chats import Play
from tests.browser.console_stage import Stage, open_console
from tests.browser.page_server import House

PARTS = {"scripts": "ScriptDuration", "style": "RecalcStyleDuration", "layout": "LayoutDuration"}
# From the key's own time to the first moment after the frame that shows it.
KEYS = """() => {
  window.painted = [];
  document.addEventListener("keydown", ({ timeStamp }) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.painted.push(performance.now() - timeStamp);
    port2.postMessage(0);
  }), true);
}"""


def main() -> None:
    words = argparse.ArgumentParser(description="The cost of a message in the console, by the length of its chat.")
    words.add_argument("--lines", type=int, nargs="+", default=[30, 300, 1_000])
    words.add_argument("--messages", type=int, default=120)
    words.add_argument("--rate", type=float, default=50, help="messages a second while somebody types")
    words.add_argument("--keys", type=int, default=150)
    given = words.parse_args()
    asyncio.run(measure(given.lines, given.messages, given.rate, given.keys))


async def measure(lengths: list[int], messages: int, rate: float, keys: int) -> None:
    costs = {lines: await cost_of_messages(lines, messages) for lines in lengths}
    for part in PARTS:
        first = costs[lengths[0]][part]
        shares = ", ".join(f"{cost[part]:.2f} ms at {n} lines ({cost[part] / first:.2f})" for n, cost in costs.items())
        print(f"{part} a message, CPU: {shares}")
    calm, busy = await keys_to_paint(lengths[-1], 0, keys), await keys_to_paint(lengths[-1], rate, keys)
    for name, at in (("p50", 49), ("p99", 98)):
        print(f"key to painted, {name}: {busy[at]:.0f} ms at {rate:.0f} messages/s, {calm[at]:.0f} ms without any")
    print(f"yardstick, a million additions in Python: {yardstick()} ms of CPU; load average {os.getloadavg()[0]:.1f}")


@asynccontextmanager
async def console(lines: int) -> AsyncIterator[tuple[Stage, Page, list[Play]]]:
    """Show six chats of so many lines on a console."""
    house = House()
    await house.opens()
    stage = Stage(house)
    stage.run()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=get(), args=flags())
        page = await open_console(stage, await browser.new_context(locale="en-GB"))
        plays = [chat(slot, lines) for slot in range(1, 7)]
        await stage.play(*plays)
        await page.wait_for_timeout(1_500)
        yield stage, page, plays
        await browser.close()
    await stage.stop()
    await house.closes()


def chat(slot: int, lines: int) -> Play:
    play = Play(f"c{slot}", slot, f"Visitor {slot}")
    for number in range(lines):
        (play.visitor_says if number % 2 else play.ana_says)(f"Line {number}, with some words in it")
    return play


async def cost_of_messages(lines: int, messages: int) -> dict[str, float]:
    """Return ms of CPU by part for each message, less the console's cost when nothing arrives."""
    async with console(lines) as (stage, page, plays):
        cdp = await page.context.new_cdp_session(page)
        await cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        idle, idle_time = await spent(cdp, page.wait_for_timeout(3_000))
        busy, busy_time = await spent(cdp, send(stage, plays, messages, 20))
    return {part: 1000 * (busy[part] - idle[part] * busy_time / idle_time) / messages for part in PARTS}


async def spent(cdp: CDPSession, work: object) -> tuple[dict[str, float], float]:
    """Return seconds of CPU by part while the work was done, and its duration."""
    before, began = await figures(cdp), time.monotonic()
    await work  # type: ignore[misc]
    after = await figures(cdp)
    return {part: after[part] - before[part] for part in PARTS}, time.monotonic() - began


async def figures(cdp: CDPSession) -> dict[str, float]:
    all_of_them = {one["name"]: one["value"] for one in (await cdp.send("Performance.getMetrics"))["metrics"]}
    return {part: all_of_them[name] for part, name in PARTS.items()}


async def send(stage: Stage, plays: list[Play], messages: int, rate: float) -> None:
    began = time.monotonic()
    for number in range(messages):
        play = plays[number % len(plays)]
        await stage.show(play, play.visitor_says(f"Message {number} has come", due=0 if play.due else 60_000))
        await asyncio.sleep(max(0, began + (number + 1) / rate - time.monotonic()))


async def keys_to_paint(lines: int, rate: float, keys: int) -> list[float]:
    """Return the percentiles 1 to 99, in ms."""
    async with console(lines) as (stage, page, plays):
        await page.evaluate(KEYS)
        await page.get_by_label("Reply to Visitor 1").focus()
        coming = asyncio.create_task(send(stage, plays, 1_000_000, rate)) if rate else None
        for number in range(keys):
            await page.keyboard.press("abcdefgh "[number % 9])
            await asyncio.sleep(0.06)
        if coming:
            coming.cancel()
        painted: list[float] = await page.evaluate("window.painted")
    return quantiles(painted, n=100)


if __name__ == "__main__":
    main()
