"""Many connections at once: only so many are admitted in a turn of the event loop."""

import asyncio

from console.limits.turnstile import Turnstile


async def test_so_many_pass_in_a_turn_and_the_others_follow_in_order() -> None:
    passed, turnstile = list[int](), Turnstile(3)
    for number in range(8):
        turnstile.enter(lambda number=number: not passed.append(number))  # type: ignore[misc, func-returns-value]
    after = [len(passed)]
    while len(turnstile):
        await asyncio.sleep(0)
        after.append(len(passed))
    assert after == [3, 6, 8]
    assert passed == list(range(8))


async def test_who_has_gone_takes_nobodys_turn() -> None:
    passed, turnstile = list[int](), Turnstile(2)
    for number in range(9):
        turnstile.enter(lambda number=number: number % 3 == 0 and not passed.append(number))  # type: ignore[misc, func-returns-value]
    assert passed == [0, 3]
    await asyncio.sleep(0)
    assert passed == [0, 3, 6]
    assert len(turnstile) == 0


async def test_after_a_quiet_turn_there_is_room_at_once() -> None:
    passed, turnstile = list[int](), Turnstile(1)
    turnstile.enter(lambda: not passed.append(1))  # type: ignore[func-returns-value]
    await asyncio.sleep(0)
    turnstile.enter(lambda: not passed.append(2))  # type: ignore[func-returns-value]
    assert passed == [1, 2]
