"""Budgets of a visitor, an address and a site: counted in the call that spends them, across all processes."""

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio

from console.domain.ids import new_cid, new_id
from console.errors import ProofNeeded, SlowDown, TooManyChats, TooManyConnections, TooMuch
from console.events import Visitor
from console.limits.budgets import budget
from console.queue.payloads import VisitorProfile
from console.queue.results import Said
from console.queue.workspace import Workspace
from tests.support.queue_shift import Shift, opened


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=1)
        await shift.online("ana")
        yield shift


def three_a_minute(name: str = "address", cost: int = 1, code: str = "too_many_chats") -> str:
    return budget(name, 3, 60_000, cost, code)


async def open_chat(workspace: Workspace, visitor: str, budgets: str, cid: str = "") -> Said:
    return await workspace.open(
        new_id(), connection="c", queue="sales", language="", site="shop", channel="web", cid=cid or new_cid(),
        profile=VisitorProfile(Visitor(visitor, visitor)), text="Hello", budgets=budgets,
    )  # fmt: skip


async def test_an_opening_over_the_budget_learns_when_to_retry(shift: Shift) -> None:
    for number in range(3):
        await open_chat(shift.workspace, f"v{number}", three_a_minute())
    with pytest.raises(TooManyChats) as problem:
        await open_chat(shift.workspace, "v3", three_a_minute())
    assert 19 < problem.value.retry_after <= 20.001
    assert len(await shift.facts("opened")) == 3
    await shift.clock.jump(problem.value.retry_after)
    await open_chat(shift.workspace, "v3", three_a_minute())
    with pytest.raises(TooManyChats):
        await open_chat(shift.workspace, "v4", three_a_minute())


async def test_budgets_span_processes_and_separate_addresses(shift: Shift, store_url: str, workspace_name: str) -> None:
    async with opened(store_url, workspace_name) as elsewhere:
        await open_chat(shift.workspace, "v0", three_a_minute())
        await open_chat(elsewhere, "v1", three_a_minute())
        await open_chat(shift.workspace, "v2", three_a_minute())
        with pytest.raises(TooManyChats):
            await open_chat(elsewhere, "v3", three_a_minute())
        await open_chat(elsewhere, "v3", three_a_minute("another"))


async def test_refused_and_resent_commands_cost_no_budget(shift: Shift) -> None:
    """Of two budgets the second has nothing left: the first is not touched."""
    cid = new_cid()
    for _ in range(5):
        await open_chat(shift.workspace, "vera", three_a_minute("hers"), cid)
    spent = three_a_minute("spent", cost=3)
    await open_chat(shift.workspace, "ada", spent)
    for _ in range(5):
        with pytest.raises(TooManyChats):
            await open_chat(shift.workspace, "ben", three_a_minute("mine") + spent)
    for number in range(3):
        await open_chat(shift.workspace, f"v{number}", three_a_minute("mine"))


async def test_messages_and_profiles_count_by_size(shift: Shift) -> None:
    chat = await shift.opens("vera")
    vera = Visitor("vera", "Vera")
    much = three_a_minute("vera", cost=2, code="too_much")
    await shift.workspace.visitor_say(chat, vera, "c", new_cid(), "Hello", much)
    with pytest.raises(TooMuch) as problem:
        await shift.workspace.set_profile(chat, new_cid(), VisitorProfile(vera), "", much)
    assert 19 < problem.value.retry_after <= 20.001
    with pytest.raises(TooMuch):
        await shift.workspace.visitor_say(chat, vera, "c", new_cid(), "Hello", much)
    assert len(await shift.facts("profile")) == 0
    assert len(await shift.facts("message")) == 2


async def test_a_cost_above_the_budget_needs_an_untouched_budget(shift: Shift) -> None:
    chat, vera = await shift.opens("vera"), Visitor("vera", "Vera")
    huge = three_a_minute("vera", cost=10, code="too_much")
    await shift.workspace.visitor_say(chat, vera, "c", new_cid(), "Hello", huge)
    with pytest.raises(TooMuch):
        await shift.workspace.visitor_say(chat, vera, "c", new_cid(), "Hello", huge)


async def test_left_messages_are_counted(shift: Shift) -> None:
    async def leaves(visitor: str) -> None:
        profile = VisitorProfile(Visitor(visitor, visitor, "vera@example.com"))
        await shift.workspace.leave_message(
            new_id(), queue="sales", site="shop", channel="web", cid=new_cid(), profile=profile, text="Call me",
            budgets=three_a_minute("left"),
        )  # fmt: skip

    for number in range(3):
        await leaves(f"v{number}")
    with pytest.raises(TooManyChats):
        await leaves("v3")


async def test_sockets_of_an_address_are_counted_across_processes(shift: Shift) -> None:
    workspace = shift.workspace
    await workspace.sockets("one", "192.0.2.7", 2, 3)
    await workspace.sockets("two", "192.0.2.7", 1, 3)
    with pytest.raises(TooManyConnections) as problem:
        await workspace.sockets("two", "192.0.2.7", 2, 3)
    assert problem.value.retry_after == 60
    await workspace.sockets("two", "192.0.2.8", 3, 3)
    await workspace.renew_sockets("one", [("192.0.2.7", 1)])
    await workspace.sockets("two", "192.0.2.7", 2, 3)
    await shift.clock.jump(61)
    await workspace.sockets("two", "192.0.2.7", 3, 3)


async def test_a_refilled_budget_leaves_no_key_behind(shift: Shift) -> None:
    await open_chat(shift.workspace, "vera", budget("brief", 1_000, 1_000))
    ttl = await shift.workspace.store.command("PTTL", shift.workspace.keys.of("budget", "brief"))
    assert ttl in (-2, 0, 1)


def test_every_budget_refusal_is_temporary() -> None:
    assert all(issubclass(one, SlowDown) and not one.final for one in (TooManyChats, TooManyConnections, TooMuch))


# --- under attack -------------------------------------------------------------------------------------

ATTACK = budget("new", 3, 60_000, 1, "proof_needed")


async def opens(shift: Shift, visitor: str, proof: str = "") -> Said:
    return await shift.workspace.open(
        new_id(), connection="c", queue="sales", language="", site="shop", channel="web", cid=new_cid(),
        profile=VisitorProfile(Visitor(visitor, visitor)), text="Hello", budgets=ATTACK, proof=proof,
    )  # fmt: skip


async def test_new_visitors_over_the_threshold_need_a_proof_that_holds_once(shift: Shift) -> None:
    for number in range(3):
        await opens(shift, f"v{number}")
    with pytest.raises(ProofNeeded):
        await opens(shift, "vera")
    await opens(shift, "vera", "nonce")
    with pytest.raises(ProofNeeded):
        await opens(shift, "mallory", "nonce")


async def test_whoever_has_a_chat_already_needs_none(shift: Shift) -> None:
    await opens(shift, "vera")
    for number in range(5):
        with suppress(ProofNeeded):
            await opens(shift, f"v{number}")
    await opens(shift, "vera")


async def test_an_attack_lasts_while_tries_go_on_and_is_over_after_them(shift: Shift) -> None:
    for number in range(20):
        with suppress(ProofNeeded):
            await opens(shift, f"v{number}")
        await shift.passes(1)
    with pytest.raises(ProofNeeded):
        await opens(shift, "ada")
    await shift.passes(61)
    await opens(shift, "ada")
