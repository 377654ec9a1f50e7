"""A site attacked from one address keeps its queue, agents and disk; the attacker learns when to try again."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from console.domain.ids import new_cid
from console.limits.puzzles import zeros
from console.proving.clients import Cast
from console.queue.embedded import EmbeddedStore
from tests.faults.installation import Inside, installed
from tests.faults.journal import promises_kept
from tests.faults.raw_socket import RawSocket
from tests.support.eventually import eventually

MALLORY, VERA = "198.51.100.7", "203.0.113.5"
SOCKETS, OPENINGS = 20, 5
HUGE = {f"field {number}": "x" * 480 for number in range(30)}


@pytest.fixture
async def shop(tmp_path: Path, store: EmbeddedStore, workspace_name: str) -> AsyncIterator[Inside]:
    """Yield an installation behind a proxy on this machine, which passes addresses on."""
    limits = {"address_sockets": SOCKETS, "address_openings": OPENINGS, "visitor_bytes": 100_000}
    async with installed(tmp_path, store.url, workspace_name, **limits) as stage:
        yield stage


async def come(shop: Inside, address: str) -> RawSocket:
    """Open a socket and say hello, whether it is accepted or not."""
    headers = {"Origin": shop.url, "X-Forwarded-For": address}
    socket = await RawSocket.open(f"{shop.url}/ws/visitor?site=demo", headers)
    socket.say('{"t":"hello"}')
    return socket


@asynccontextmanager
async def crowd(shop: Inside, address: str, size: int) -> AsyncIterator[list[RawSocket]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(await come(shop, address)) for _ in range(size)]


def command(kind: str, **fields: object) -> str:
    return msgspec.json.encode({"t": kind, "cid": new_cid(), **fields}).decode()


async def answers(sockets: Sequence[RawSocket], *kinds: str) -> list[dict[str, object]]:
    return list(await asyncio.gather(*(socket.until(*kinds) for socket in sockets)))


async def test_an_address_over_its_socket_limit_learns_when_to_retry(shop: Inside) -> None:
    async with crowd(shop, MALLORY, SOCKETS) as sockets:
        await answers(sockets, "welcome")
        async with await come(shop, MALLORY) as refused:
            error = await refused.until("error")
            assert (error["code"], error["retry_after"]) == ("too_many_connections", 60)
            assert await refused.closed() == 1013
        async with await come(shop, VERA) as vera:
            assert await vera.until("welcome")
    await eventually(lambda: not shop.services.address_sockets.counts(), "the sockets to be forgotten")


async def test_a_flood_of_openings_leaves_the_queue_short(shop: Inside) -> None:
    async with Cast(shop) as cast, crowd(shop, MALLORY, SOCKETS) as sockets:
        ana = await cast.agent("ana")
        await answers(sockets, "welcome")
        for socket in sockets:
            socket.say(command("open", text="Hello"))
        got = await answers(sockets, "ack", "nack")
        refused = [answer for answer in got if answer["t"] == "nack"]
        assert len(refused) == SOCKETS - OPENINGS
        assert {answer["code"] for answer in refused} == {"too_many_chats"}
        assert not any(answer["final"] for answer in refused)
        assert all(0 < float(str(answer["retry_after"])) <= 60 for answer in refused)
        assert len(shop.services.picture.chats) <= OPENINGS
        vera = await cast.visitor()
        chat = await vera.opened("I am real")
        await ana.holds(chat)  # the attack has filled five of her six slots, and no more
        await promises_kept(shop, cast.journal)


async def test_huge_profiles_are_limited(shop: Inside) -> None:
    async with await come(shop, MALLORY) as socket:
        await socket.until("welcome")
        async with Cast(shop) as cast:
            await cast.agent("ana")
            socket.say(command("open", text="Hello"))
            await socket.until("ack")
            for number in range(10):
                socket.say(command("set", fields=HUGE | {"turn": str(number)}))
            got = [await socket.until("ack", "nack") for _ in range(10)]
    assert [answer["t"] for answer in got].count("ack") < 3
    assert got[-1]["code"] in ("too_much", "slow_down")


async def test_ipv6_addresses_of_one_network_are_one_address(shop: Inside) -> None:
    async with AsyncExitStack() as stack:
        for number in range(SOCKETS):
            socket = await stack.enter_async_context(await come(shop, f"2001:db8:1:2::{number:x}"))
            await socket.until("welcome")
        async with await come(shop, "2001:db8:1:2:ffff::1") as refused:
            assert (await refused.until("error"))["code"] == "too_many_connections"
        async with await come(shop, "2001:db8:1:3::1") as other:
            assert await other.until("welcome")


async def test_only_a_trusted_proxy_can_set_the_address(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str
) -> None:
    limits = {"address_sockets": 2, "trusted_proxies": "192.0.2.1"}
    async with installed(tmp_path, store.url, workspace_name, **limits) as shop, crowd(shop, MALLORY, 2) as sockets:
        await answers(sockets, "welcome")
        async with await come(shop, VERA) as disguised:
            assert (await disguised.until("error"))["code"] == "too_many_connections"


async def test_with_few_descriptors_staff_still_get_in(shop: Inside) -> None:
    assert shop.app is not None
    shop.app.state.connections.capacity = 12  # as with 24 file descriptors
    async with AsyncExitStack() as stack:
        for number in range(9):
            await stack.enter_async_context(await come(shop, f"198.51.100.{number}"))
        async with await come(shop, VERA) as one_more:
            error = await one_more.until("error")
            assert (error["code"], error["retry_after"] > 0) == ("full", True)
            assert await one_more.closed() == 1013
        async with Cast(shop) as cast:
            await cast.agent("ana")
            await cast.agent("ben")


async def test_under_attack_a_first_message_costs_a_proof_of_work_and_only_then(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str
) -> None:
    """The attack comes from many addresses, and each is within its own limits."""
    limits = {"attack_openings": 3, "site_openings": 600}
    async with (
        installed(tmp_path, store.url, workspace_name, **limits) as shop,
        Cast(shop) as cast,
        AsyncExitStack() as stack,
    ):
        await cast.agent("ana")
        crowd = [await stack.enter_async_context(await come(shop, f"198.51.100.{number}")) for number in range(8)]
        await answers(crowd, "welcome")
        frames = [{"text": "Spam", "cid": new_cid()} for _ in crowd]
        for socket, fields in zip(crowd, frames, strict=True):
            socket.say(msgspec.json.encode({"t": "open", **fields}).decode())
        got = await answers(crowd, "ack", "nack")
        refused = [place for place, answer in enumerate(got) if answer["t"] == "nack"]
        assert len(refused) == 5
        vera = refused[0]
        assert got[vera]["code"] == "proof_needed"
        proof = solved(str(got[vera]["puzzle"]))
        crowd[vera].say(msgspec.json.encode({"t": "open", **frames[vera], "proof": proof}).decode())
        assert await crowd[vera].until("ack")
        other = refused[1]
        crowd[other].say(msgspec.json.encode({"t": "open", **frames[other], "proof": proof}).decode())
        assert (await crowd[other].until("ack", "nack"))["code"] == "proof_needed"


def solved(puzzle: str) -> str:
    bits = int(puzzle.split(".")[1])
    return next(proof for number in itertools.count() if zeros(proof := f"{puzzle}.{number}") >= bits)
