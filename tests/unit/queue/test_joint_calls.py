"""Messages that reach the store in one exchange run there as one call, and each still has its own result."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from console.domain.ids import new_cid, new_id
from console.errors import NotYours, Refused, SlowDown, WrongEpoch
from console.limits.budgets import budget
from console.queue.calls.caller import CHARGE, Charge
from console.queue.joint_calls import JOINABLE, MOST, JointCalls
from console.queue.results import Said
from console.queue.store import library
from console.queue.workspace import Workspace
from tests.support.queue_shift import Shift

SHARED = 8  # commands that a joint call makes whatever it joins: clock, head, timers, push
EACH = 11  # commands for one message of it


async def chats_of(busy: Shift) -> dict[str, str]:
    """Return visitor -> chat."""
    return {fact.visitor.id: fact.chat for fact in await busy.facts("opened")}


async def together(*calls: Awaitable[Any]) -> list[Any]:
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_messages_of_one_exchange_are_one_call_with_a_result_each(busy: Shift) -> None:
    chats = await chats_of(busy)
    before = await busy.commands()
    said = await together(*(busy.writes(visitor, chat, visitor) for visitor, chat in chats.items()))
    after = await busy.commands()
    assert after["fcall"] - before["fcall"] == 1
    assert [one.chat for one in said] == list(chats.values())
    written = [fact for fact in await busy.facts("message") if fact.text in chats]
    assert [(fact.chat, fact.seq, fact.text) for fact in written] == [
        (one.chat, one.seq, visitor) for one, visitor in zip(said, chats, strict=True)
    ]
    await busy.picture()


async def test_a_joint_message_takes_fewer_commands_than_one_alone(busy: Shift) -> None:
    chats = await chats_of(busy)
    before = sum((await busy.commands()).values())
    await together(*(busy.writes(visitor, chat) for visitor, chat in chats.items()))
    assert sum((await busy.commands()).values()) - before <= SHARED + EACH * len(chats)


async def test_a_refused_message_does_not_disturb_its_neighbours(busy: Shift) -> None:
    (vera, first), (vic, second), *_ = (await chats_of(busy)).items()
    good, refused, also = await together(
        busy.writes(vera, first), busy.writes("mallory", second), busy.writes(vic, second)
    )
    assert isinstance(refused, NotYours)
    assert (good.chat, also.chat) == (first, second)
    await busy.picture()


async def test_a_message_that_fails_does_not_disturb_its_neighbours(busy: Shift) -> None:
    (vera, first), (vic, broken), (vala, third), *_ = (await chats_of(busy)).items()
    await busy.workspace.store.command("SET", busy.workspace.keys.of("chat", broken), b"\xc1")
    good, failed, also = await together(
        busy.writes(vera, first), busy.writes(vic, broken), busy.writes(vala, third, "after it")
    )
    assert isinstance(failed, Refused)
    assert not isinstance(failed, NotYours)
    assert (good.chat, also.chat) == (first, third)
    assert [fact.chat for fact in await busy.facts("message") if fact.text == "after it"] == [third]
    assert await busy.field(third, "seq") == str(also.seq)


async def test_what_a_message_did_before_it_failed_counts_for_the_next_one(busy: Shift) -> None:
    (vera, chat), *_ = (await chats_of(busy)).items()
    clocks = busy.workspace.keys.of("clocks", "ana")
    # The first message fails where it sets Ana's clock, after its fact.
    await busy.workspace.store.command("SET", clocks, "no sorted set")
    failed, good = await together(busy.writes(vera, chat, "Is it"), busy.writes(vera, chat, "in stock?"))
    assert isinstance(failed, Refused)
    written = [fact for fact in await busy.facts("message") if fact.text in ("Is it", "in stock?")]
    assert [fact.seq for fact in written] == [good.seq - 1, good.seq]
    assert await busy.field(chat, "seq") == str(good.seq)


async def test_a_message_and_its_resend_in_one_exchange_are_one(busy: Shift) -> None:
    vera, chat = next(iter((await chats_of(busy)).items()))
    cid = new_cid()
    first, again = await together(busy.writes(vera, chat, "Once", cid=cid), busy.writes(vera, chat, "Once", cid=cid))
    assert first == again
    assert [fact.text for fact in await busy.facts("message")].count("Once") == 1


async def test_an_answer_to_earlier_words_leaves_those_of_the_same_exchange_unanswered(busy: Shift) -> None:
    vera, chat = next(iter((await chats_of(busy)).items()))
    asked: Said = await busy.writes(vera, chat, "Is it in stock?")
    more, _ = await together(busy.writes(vera, chat, "In red?"), busy.answers("ana", chat, "It is.", read=asked.seq))
    assert await busy.field(chat, "turn_seq") == str(more.seq)
    assert await busy.field(chat, "turn") == str(more.at)
    await busy.picture()


async def test_every_message_of_an_exchange_pays_for_itself(busy: Shift) -> None:
    (vera, first), (vic, second), *_ = (await chats_of(busy)).items()
    one_a_minute = budget("token", 1, 60_000, 1, "slow_down")

    async def charged(visitor: str, chat: str) -> Said:
        CHARGE.set(Charge(one_a_minute))
        return await busy.writes(visitor, chat)

    paid, poor = await together(*(asyncio.create_task(charged(*one)) for one in ((vera, first), (vic, second))))
    assert paid.chat == first
    assert isinstance(poor, SlowDown)


async def test_after_a_turned_epoch_all_messages_of_an_exchange_are_refused(busy: Shift) -> None:
    chats = await chats_of(busy)
    await busy.workspace.store.command("HSET", busy.workspace.keys.head, "epoch", "another")
    n = len(await busy.facts())
    refused = await together(*(busy.writes(visitor, chat) for visitor, chat in chats.items()))
    assert {type(one) for one in refused} == {WrongEpoch}
    assert len(await busy.facts()) == n


async def test_only_messages_of_the_epoch_are_done(busy: Shift) -> None:
    (vera, first), (vic, second), (vala, third), *_ = (await chats_of(busy)).items()
    late = Workspace(busy.workspace.store, busy.workspace.name)
    late.epoch = "earlier"
    calls = busy.writes(vera, first, "Hm"), Shift(late).writes(vic, second, "Hm"), busy.writes(vala, third, "Hm")
    good, refused, also = await together(*calls)
    assert isinstance(refused, WrongEpoch)
    assert [fact.chat for fact in await busy.facts("message") if fact.text == "Hm"] == [good.chat, also.chat]


async def test_functions_that_the_store_forgot_are_loaded_for_a_whole_exchange(busy: Shift) -> None:
    chats = await chats_of(busy)
    await busy.workspace.store.command("FUNCTION", "FLUSH")
    said = await together(*(busy.writes(visitor, chat) for visitor, chat in chats.items()))
    assert [one.chat for one in said] == list(chats.values())


def test_calls_keep_their_order_and_their_workspace() -> None:
    def say(key: str, cid: str, verb: str = "visitor_say") -> tuple[str | int, ...]:
        return ("FCALL", f"{verb}_v1", 1, key, "epoch", cid)

    joint = JointCalls(
        [say("a", "1"), say("a", "2", "agent_say"), say("b", "3"), ("PING",), say("a", "4"), say("a", "5", "open")],
        "v1",
    )
    assert joint.commands == [
        ("FCALL", "joint_v1", 1, "a", 3, "visitor_say", "epoch", "1", 3, "agent_say", "epoch", "2"),
        say("b", "3"), ("PING",), say("a", "4"), say("a", "5", "open"),
    ]  # fmt: skip
    assert joint.separate([["x", "y"], "z", "pong", "u", "v"]) == ["x", "y", "z", "pong", "u", "v"]
    problem = ValueError()
    assert joint.separate([problem, "z", "pong", "u", "v"]) == [problem, problem, "z", "pong", "u", "v"]


def test_no_joint_call_keeps_the_store_for_long() -> None:
    many = [("FCALL", "visitor_say_v1", 1, "a", "epoch", new_id()) for _ in range(2 * MOST + 1)]
    assert [len(command) for command in JointCalls(many, "v1").commands] == [4 + 4 * MOST, 4 + 4 * MOST, 6]


async def test_the_verbs_that_are_sent_as_one_may_run_so_and_no_others(busy: Shift) -> None:
    version, _ = library()
    for verb in (*JOINABLE, "charge"):
        words = (14, verb, busy.workspace.epoch, *[""] * 12)  # of nobody, in no chat
        (reply,) = await busy.workspace.store.command("FCALL", f"joint_{version}", 1, busy.workspace.keys.head, *words)
        if verb in JOINABLE:
            assert reply[0] == b"!", verb
        else:
            assert isinstance(reply, Exception)
