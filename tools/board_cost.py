"""What a board costs a browser: `python -m tools.board_cost`, with 200 agents and 1,200 chats at work.

Server and load share one core, Chromium has another. The page itself counts its tasks over 50 ms
(`window.sestettoBoard`). Development only: it needs Playwright and Chromium, as the browser tests do.
"""

import argparse
import asyncio
import os
import shlex
import tempfile
from pathlib import Path
from typing import Any

import uvloop
from playwright.async_api import async_playwright

from console.bench.boards import floor
from console.bench.processes import Target, store_of, yardstick
from tests.browser.chromium import flags, get

SERVER_CORE, BROWSER_CORE = 0, 1
LONG = 50  # ms
COSTS = "() => ({...window.sestettoBoard, now: performance.now()})"


def main() -> None:
    words = argparse.ArgumentParser(description="Long tasks of the board's page, in a browser pinned to a core.")
    words.add_argument("--agents", type=int, default=200)
    words.add_argument("--each", type=float, default=4, help="messages a minute in each chat")
    words.add_argument("--seconds", type=float, default=20)
    given = words.parse_args()
    uvloop.run(measure(get(), given.agents, given.agents * 6 * given.each / 60, given.seconds))


async def measure(chromium: str, agents: int, rate: float, seconds: float) -> None:
    os.sched_setaffinity(0, {SERVER_CORE})
    async with floor(agents, rate) as ready:
        for pid in (ready.target.pid, store_of(ready.target.pid)):
            os.sched_setaffinity(pid, {SERVER_CORE})
        with tempfile.TemporaryDirectory() as folder:
            begin, end = await watched(ready.target, pinned(chromium, Path(folder)), seconds)
    tasks = [task["ms"] for task in end["longTasks"]]
    first = [task["ms"] for task in end["longTasks"] if task["at"] < begin["now"]]
    took = (end["now"] - begin["now"]) / 1000
    later = sorted(tasks[len(first) :])
    print(f"{agents} agents, {6 * agents} chats, {rate:.0f} messages/s; the board watched for {took:.0f} s")
    print(f"frames a second: {(end['frames'] - begin['frames']) / took:.2f}")
    print(f"main thread on them: {(end['spent'] - begin['spent']) / took:.1f} ms of each second")
    print(f"tasks over {LONG} ms while it was watched: {len(later)}, the longest {max(later, default=0):.0f} ms")
    print(f"while the page was loading: {len(first)}, the longest {max(first, default=0):.0f} ms")
    print(f"yardstick, a million additions in Python: {yardstick()} ms of CPU; load average {os.getloadavg()[0]:.1f}")


def pinned(chromium: str, folder: Path) -> str:
    """Return a program that is Chromium on its own core."""
    script = folder / "chromium"
    script.write_text(f'#!/bin/sh\nexec taskset -c {BROWSER_CORE} {shlex.quote(chromium)} "$@"\n')
    script.chmod(0o700)
    return str(script)


async def watched(target: Target, chromium: str, seconds: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the page's costs after it is drawn, and after so many seconds."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=flags())
        context = await browser.new_context(viewport={"width": 1920, "height": 1080})
        await context.add_cookies([{"name": "sestetto_session", "value": target.cookie, "url": target.url}])
        page = await context.new_page()
        await page.goto(f"{target.url}/board", timeout=60_000)
        await page.wait_for_function("() => window.sestettoBoard.frames > 2", timeout=60_000)
        begin = await page.evaluate(COSTS)
        await asyncio.sleep(seconds)
        end = await page.evaluate(COSTS)
        await browser.close()
        return begin, end


if __name__ == "__main__":
    main()
