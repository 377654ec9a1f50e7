"""Counts of calls are kept in lists and added to the figures periodically; readers cannot tell the difference."""

from tests.support.queue_shift import Shift

GATHERED = 256  # calls that count in a queue, see functions/counts.lua
HOURS = 30 * 3_600  # s: more than an agent's figures are kept


async def listed(shift: Shift) -> int:
    """How much of the queue's figures is in its list."""
    return int(await shift.workspace.store.command("LLEN", shift.workspace.keys.of("counts", "q:sales")))


async def talk(shift: Shift, chat: str, times: int) -> None:
    for _ in range(times):
        await shift.writes("vera", chat)
        await shift.answers("ana", chat)


async def answered(shift: Shift) -> int:
    """How often Ana did, as the store has it."""
    [ana] = (await shift.workspace.snapshot()).agents
    return sum(int(by) for field, by in ana.times.items() if field.endswith(":rn"))


async def test_no_answer_is_lost_or_counted_twice_while_figures_are_added_up(shift: Shift) -> None:
    chat = await shift.opens("vera")
    most = 0
    for told in range(1, GATHERED + 30):
        await talk(shift, chat, 1)
        most = max(most, await listed(shift))
        if told % 50 == 0 or told > GATHERED:
            assert await answered(shift) == told
    assert GATHERED - 10 < most < GATHERED
    assert await listed(shift) < 50
    await shift.picture()


async def test_ana_has_no_figures_of_the_day_before_yesterday_whether_added_up_or_not(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await talk(shift, chat, 3)
    await shift.clock.jump(HOURS)
    await shift.online("ana")
    await shift.workspace.tick("test")
    again = await shift.opens("vito")
    await shift.draws("ana", again)
    await shift.answers("ana", again)
    assert await answered(shift) == 1
    await shift.picture()


async def test_a_member_who_is_removed_leaves_no_figures_behind(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await talk(shift, chat, 1)
    assert await listed(shift) > 0
    await shift.begin(ben=6)
    keys = [shift.workspace.keys.of(*of) for of in (("times", "ana"), ("levels", "ana"), ("counts", "a:ana"))]
    assert await shift.workspace.store.command("EXISTS", *keys) == 0
