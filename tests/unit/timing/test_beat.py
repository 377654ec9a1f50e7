"""Periodic jobs wake up together, and a job that is woken runs immediately."""

import asyncio
from typing import Any

from console.timing.beat import Wake, at_beat, beat
from tests.support.eventually import eventually

LONG = 3_600.0  # seconds: no test waits for that


async def test_those_who_wait_for_the_same_moment_wake_in_the_same_turn_of_the_loop() -> None:
    loop, woken = asyncio.get_running_loop(), list[str]()

    def first() -> None:
        woken.append("Ana")
        loop.call_soon(woken.append, "next turn")

    at_beat(0.5, first)
    at_beat(0.5, lambda: woken.append("Ben"))
    await eventually(lambda: len(woken) == 3, "all three")
    assert woken == ["Ana", "Ben", "next turn"]


async def test_one_who_is_gone_keeps_nobody_from_waking() -> None:
    gone, there = asyncio.create_task(beat(0.1)), asyncio.create_task(beat(0.1))
    await asyncio.sleep(0)
    gone.cancel()
    await there


async def test_one_that_fails_keeps_nobody_from_waking() -> None:
    loop, told = asyncio.get_running_loop(), list[dict[str, Any]]()
    loop.set_exception_handler(lambda _, about: told.append(about))
    at_beat(0.1, lambda: [].pop())
    await beat(0.1)
    assert [type(about["exception"]) for about in told] == [IndexError]


async def test_a_job_that_is_called_wakes_before_the_beat() -> None:
    wake = Wake()
    job = asyncio.create_task(wake.wait(LONG))
    await asyncio.sleep(0)
    wake.set()
    await job


async def test_a_call_that_came_before_the_wait_counts_once() -> None:
    wake = Wake()
    wake.set()
    await wake.wait(LONG)
    again = asyncio.create_task(wake.wait(LONG))
    await asyncio.sleep(0)
    assert not again.done()
    wake.set()
    await again


async def test_nobody_who_is_not_called_waits_for_longer_than_the_beat() -> None:
    await Wake().wait(0.1)
