"""The simulated bad network itself: a fault without effect would prove nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from console.proving.network import BadNetwork

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def echo_behind_a_network() -> AsyncIterator[BadNetwork]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with BadNetwork(server.sockets[0].getsockname()[1]) as network:
        yield network
    server.close()


async def connected(network: BadNetwork) -> Streams:
    return await asyncio.open_connection("127.0.0.1", network.port)


async def asked(streams: Streams, *, within: float = 5.0) -> bytes:
    """The echo of a line; empty when the connection has ended."""
    reader, writer = streams
    writer.write(b"hello\n")
    try:
        async with asyncio.timeout(within):
            return await reader.readline()
    except ConnectionError:
        return b""


async def test_a_healthy_network_carries_everything() -> None:
    async with echo_behind_a_network() as network:
        assert await asked(await connected(network)) == b"hello\n"


async def test_a_cut_breaks_what_is_open_and_refuses_what_is_new_until_it_heals() -> None:
    async with echo_behind_a_network() as network:
        open_before = await connected(network)
        assert await asked(open_before)
        network.cut()
        assert await asked(open_before) == b""
        assert await asked(await connected(network)) == b""
        network.heal()
        assert await asked(await connected(network)) == b"hello\n"


@pytest.mark.parametrize("answered", [False, True])
async def test_a_connection_breaks_at_words_before_or_after_they_arrive(answered: bool) -> None:
    heard: list[bytes] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            heard.append(line)
            writer.write(line)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with BadNetwork(server.sockets[0].getsockname()[1]) as network:
        one, other = await connected(network), await connected(network)
        assert await asked(one) == b"hello\n"
        done = network.cut_at(b"COMMIT", answered=answered)
        assert await asked(other) == b"hello\n"
        assert not done.is_set()
        one[1].write(b"COMMIT\n")
        await asyncio.wait_for(done.wait(), 5)
        assert await asked(one) == b"", "the answer does not arrive"
        assert heard.count(b"COMMIT\n") == answered
        assert await asked(other) == b"hello\n", "one connection only"
        other[1].write(b"COMMIT\n")
        assert await other[0].readline() == b"COMMIT\n", "once"
    server.close()


async def test_a_half_open_network_swallows_without_a_word() -> None:
    async with echo_behind_a_network() as network:
        for way in ((), ("up",), ("down",)):
            streams = await connected(network)
            network.swallow(*way)
            with pytest.raises(TimeoutError):
                await asked(streams, within=0.2)
            network.heal()
            assert await asked(streams) == b""


async def test_a_slow_network_is_slow_both_ways() -> None:
    async with echo_behind_a_network() as network:
        network.delay = 0.2
        streams = await connected(network)
        with pytest.raises(TimeoutError):
            await asked(streams, within=0.3)
        assert await streams[0].readline() == b"hello\n"
