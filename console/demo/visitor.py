"""One simulated visitor from arrival to leaving: asks, waits, answers, thanks; sometimes gives up.

A visitor who finds the queue full or nobody online leaves a message, or leaves.
"""

import asyncio

from console.demo.pace import Pace
from console.demo.scripts import STILL_THERE, Person
from console.demo.visitor_client import VisitorTab
from console.protocol import Page

PATIENCE = (60.0, 150.0)  # s without an answer until they ask whether anybody is there, and again until they leave
LONGEST_VISIT = 15 * 60.0  # s
GIVES_UP, TWO_AT_ONCE, JUST_LEAVES = 9, 5, 4  # one in so many


async def visit(person: Person, *, url: str, site: str, pace: Pace) -> None:
    """Run the whole visit; return when they have left."""
    page = Page(url=f"{url}/", title="Lana, the wool shop")
    tab = VisitorTab(url, site, person.locale, page, pace)
    connection = asyncio.create_task(tab.run())
    try:
        async with asyncio.timeout(pace.seconds(LONGEST_VISIT)):
            await tab.ready.wait()
            if tab.online:
                await _talk(tab, person, pace)
            if not tab.texts and not pace.one_in(JUST_LEAVES):
                await tab.leave_message(person.says[0], name=person.name)
    except TimeoutError:
        pass
    finally:
        await tab.close()
        connection.cancel()
        await asyncio.gather(connection, return_exceptions=True)


async def _talk(tab: VisitorTab, person: Person, pace: Pace) -> None:
    await pace.pause(1, 4)
    await tab.typing(pace.typing_time(person.says[0]))
    await tab.open(person.says[0], name=person.name, queue=person.queue)
    if pace.one_in(GIVES_UP):
        await tab.wait_for_agent(0, pace.random.uniform(25, 70))
        return
    answered = 0
    waiting_lines = list(person.says[1:])
    while waiting_lines:
        if not await _answered(tab, person, pace, answered) or tab.ended:
            return
        answered = tab.heard_seq
        if tab.promised:
            continue
        await _say_next(tab, pace, waiting_lines)
    await tab.wait_for_agent(answered, pace.random.uniform(8, 30))
    if not tab.ended and not pace.one_in(JUST_LEAVES):
        await tab.end()
        await pace.pause(0.5, 1.5)


async def _answered(tab: VisitorTab, person: Person, pace: Pace, after: int) -> bool:
    """Wait for an answer, ask once whether anybody is there, wait again. False if they give up."""
    if await tab.wait_for_agent(after, pace.random.uniform(*PATIENCE)):
        return True
    line = STILL_THERE[person.locale]
    await tab.typing(pace.typing_time(line))
    await tab.say(line)
    return await tab.wait_for_agent(after, pace.random.uniform(*PATIENCE))


async def _say_next(tab: VisitorTab, pace: Pace, lines: list[str]) -> None:
    await pace.read(tab.heard)
    await tab.seen()
    for _ in range(2 if len(lines) > 1 and pace.one_in(TWO_AT_ONCE) else 1):
        line = lines.pop(0)
        await tab.typing(pace.typing_time(line))
        await tab.say(line)
