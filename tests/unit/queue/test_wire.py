"""The connection to the store: one write for all commands of an exchange, and one reply for each."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import ResponseError

from console.queue.embedded import EmbeddedStore
from console.queue.primary import FixedPrimary
from console.queue.wire import StoreWire


@pytest_asyncio.fixture
async def wire(own: EmbeddedStore) -> AsyncIterator[StoreWire]:
    wire = StoreWire(await FixedPrimary(own.url).connect())
    yield wire
    await wire.close()


async def test_the_commands_of_an_exchange_are_one_write(wire: StoreWire, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[bytes] = []

    class Counted:
        def __init__(self, transport: Any) -> None:
            self._transport = transport

        def write(self, data: bytes) -> None:
            writes.append(data)
            self._transport.write(data)

    monkeypatch.setattr(wire, "_transport", Counted(wire._transport))
    replies = await wire.exchange([("ECHO", f"call {n}") for n in range(300)])
    assert replies == [f"call {n}".encode() for n in range(300)]
    assert len(writes) == 1


async def test_a_reply_larger_than_any_read_comes_whole(wire: StoreWire) -> None:
    text = "€" * 300_000
    assert await wire.exchange([("SET", "k", text), ("GET", "k"), ("GET", "none")]) == [b"OK", text.encode(), None]


async def test_a_refused_command_is_a_reply_among_the_others(wire: StoreWire) -> None:
    good, bad, also = await wire.exchange([("SET", "k", 1), ("NONSENSE",), ("GET", "k")])
    assert (good, also) == (b"OK", b"1")
    assert isinstance(bad, ResponseError)


async def test_an_exchange_with_a_store_that_dies_is_lost_and_so_is_every_later_one(
    own: EmbeddedStore, wire: StoreWire
) -> None:
    asked = asyncio.create_task(wire.exchange([("BLPOP", "nothing", 0)]))
    await asyncio.sleep(0)
    os.kill(own.pid, signal.SIGKILL)
    for later in (asked, wire.exchange([("PING",)])):
        with pytest.raises(Lost):
            await later
