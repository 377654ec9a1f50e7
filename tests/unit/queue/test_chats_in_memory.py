"""The Functions cache chats and members that they have just read; the store's data always decides."""

import pytest

from console.errors import Refused
from console.queue.records import unpacked
from tests.support.queue_shift import Shift


async def stored(shift: Shift, kind: str, identifier: str) -> dict[str, str]:
    return unpacked(await shift.workspace.store.command("GET", shift.workspace.keys.of(kind, identifier)))


async def test_what_another_release_writes_into_a_chat_meanwhile_counts(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.writes("vera", chat)
    await shift.puts("chat", chat, seen_agent=3, waved="twice")
    await shift.answers("ana", chat, read=1)
    fields = await stored(shift, "chat", chat)
    assert (fields["seen_agent"], fields["waved"]) == ("3", "twice")


async def test_what_another_release_writes_into_a_member_meanwhile_counts(shift: Shift) -> None:
    chat = await shift.opens("vera")
    await shift.answers("ana", chat)
    await shift.puts("agent", "ana", limit=1, waved="twice")
    waiting = await shift.opens("vic")
    assert await shift.holder(waiting) == ""
    assert (await stored(shift, "agent", "ana"))["waved"] == "twice"


async def test_a_call_that_could_not_write_a_chat_leaves_nothing_in_memory(shift: Shift) -> None:
    chat = await shift.opens("vera")
    before = (await shift.writes("vera", chat)).seq
    command, log = shift.workspace.store.command, shift.workspace.keys.of("log", chat)
    await command("RENAME", log, f"{log}-away")
    await command("SET", log, "no list")
    with pytest.raises(Refused):
        await shift.writes("vera", chat)
    assert (await stored(shift, "chat", chat))["seq"] == str(before)
    await command("DEL", log)
    await command("RENAME", f"{log}-away", log)
    await shift.clock.jump(0.01)  # the feed has that number already, and takes it again in a later millisecond only
    assert (await shift.writes("vera", chat)).seq == before + 1


async def test_more_chats_than_are_kept_in_memory_go_on(shift: Shift) -> None:
    chats = [await shift.opens(f"v{number}") for number in range(2_100)]
    said = [await shift.writes(f"v{number}", chat) for number, chat in enumerate(chats)]
    for one, chat in zip(said, chats, strict=True):
        fields = await stored(shift, "chat", chat)
        assert (fields["seq"], "stored" in fields, "key" in fields) == (str(one.seq), False, False)
