"""The store counts how long Ana had how many chats; so does every projection."""

from console.projection.load import load_of
from console.projection.picture import Picture
from tests.support.queue_shift import Shift


async def test_minutes_with_five_and_with_six_chats(shift: Shift) -> None:
    chats = [await shift.opens(f"v{number}") for number in range(5)]
    for chat in chats:
        await shift.answers("ana", chat)
    await shift.passes(62)
    await shift.answers("ana", await shift.opens("vera"))
    await shift.passes(122)
    await shift.ends("ana", chats[0])
    await shift.ends("ana", chats[1])
    await shift.passes(40)
    now = shift.workspace.now()
    ana = (await shift.picture()).agents["ana"]  # the facts' and the store's own are the same
    assert load_of(ana, now, "UTC").today == (1, 2)
    load = ana.figures.today(now).load
    assert (62_000 <= load[5] < 66_000, 122_000 <= load[6] < 126_000) == (True, True)


async def test_chats_that_came_under_an_older_release_count_from_the_next_change_on(shift: Shift) -> None:
    """It did not note since when there were so many."""
    chats = [await shift.opens(f"v{number}") for number in range(6)]
    workspace = shift.workspace
    await shift.puts("agent", "ana", loaded=None)
    ana = Picture.from_snapshot(await workspace.snapshot()).agents["ana"]
    assert load_of(ana, workspace.now(), "UTC").today == (0, 0)
    await shift.ends("ana", chats[0])
    await shift.passes(122)
    ana = Picture.from_snapshot(await workspace.snapshot()).agents["ana"]
    assert load_of(ana, workspace.now(), "UTC").today == (2, 0)
    assert 6 not in ana.figures.today(workspace.now()).load
