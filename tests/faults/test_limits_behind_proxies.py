"""Limits for an address hold behind a proxy with TLS: no forged header evades them or turns them on others."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from console.domain.ids import new_cid
from console.proving.clients import Cast
from console.queue.embedded import EmbeddedStore
from tests.faults.installation import Inside, installed
from tests.faults.raw_socket import RawSocket
from tests.support.eventually import eventually
from tests.support.proxies import Certificate, Proxy, caddy, certificate, nginx
from tests.support.server_process import free_port

MALLORY, VERA = "127.0.0.7", "127.0.0.5"  # two machines, as the proxy sees them
SOCKETS, OPENINGS = 4, 2
RunProxy = Callable[[Path, list[int], Certificate], AbstractContextManager[Proxy]]
CLAIMS = [
    {"X-Forwarded-For": "198.51.100.{number}"},
    {"X-Forwarded-For": "198.51.100.{number}, 127.0.0.1"},
    {"x-forwarded-for": "127.0.0.1"},
    {"Forwarded": "for=198.51.100.{number}", "X-Real-IP": "198.51.100.{number}"},
]


class Street:
    """An installation behind a proxy, and the proxy's address."""

    def __init__(self, shop: Inside, url: str, ours: Certificate) -> None:
        self.shop = shop
        self._host = url.removeprefix("https://")
        self._tls = ssl.create_default_context(cafile=str(ours.chain))

    async def connect(self, address: str, claims: dict[str, str] | None = None) -> RawSocket:
        """Open a visitor's socket from that address and say hello."""
        name, _, port = self._host.partition(":")
        streams = await asyncio.open_connection(
            sock=knock(name, int(port), address), ssl=self._tls, server_hostname=name
        )
        headers = {"Origin": f"https://{self._host}", **(claims or {})}
        visitor = await RawSocket.over(*streams, self._host, "ws/visitor?site=demo", headers)
        visitor.say('{"t":"hello"}')
        return visitor


def knock(host: str, port: int, address: str) -> socket.socket:
    """Connect from an address of this machine; for IPv6, as another proxy whose client has that address."""
    if ":" not in address:
        return socket.create_connection((host, port), source_address=(address, 0))
    door = socket.create_connection((host, port))
    door.sendall(f"PROXY TCP6 {address} 2001:db8:ffff::1 50000 {port}\r\n".encode())
    return door


@asynccontextmanager
async def behind(folder: Path, store: EmbeddedStore, workspace: str, run: RunProxy) -> AsyncIterator[Street]:
    ours, port = certificate(folder), free_port()
    with run(folder, [port, port], ours) as proxy:
        limits = {"address_sockets": SOCKETS, "address_openings": OPENINGS}
        async with installed(folder, store.url, workspace, shown_at=proxy.url, port=port, **limits) as shop:
            await eventually(lambda: answers(proxy.url), "the proxy to listen")
            async with Cast(shop) as cast:
                await cast.agent("ana")
                yield Street(shop, proxy.url, ours)


def answers(url: str) -> bool:
    host, _, port = url.removeprefix("https://").partition(":")
    with suppress(OSError), socket.create_connection((host, int(port))):
        return True
    return False


@pytest_asyncio.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
async def street(
    request: pytest.FixtureRequest, tmp_path: Path, store: EmbeddedStore, workspace_name: str
) -> AsyncIterator[Street]:
    async with behind(tmp_path, store, workspace_name, request.param) as made:
        yield made


@pytest_asyncio.fixture
async def wide_street(tmp_path: Path, store: EmbeddedStore, workspace_name: str) -> AsyncIterator[Street]:
    """Yield an installation whose visitors have IPv6 addresses."""
    async with behind(tmp_path, store, workspace_name, partial(nginx, behind_another=True)) as made:
        yield made


async def test_a_claimed_address_dodges_no_limit(street: Street) -> None:
    async with AsyncExitStack() as stack:
        for number, claims in enumerate(CLAIMS):
            one = await stack.enter_async_context(await street.connect(MALLORY, claim(claims, number)))
            await one.until("welcome")
        assert street.shop.services.address_sockets.counts() == [(MALLORY, SOCKETS)]
        for claims in CLAIMS:
            async with await street.connect(MALLORY, claim(claims, 77)) as refused:
                assert (await refused.until("error"))["code"] == "too_many_connections"


async def test_what_mallory_claims_is_not_counted_against_vera(street: Street) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(SOCKETS):
            claims = {"X-Forwarded-For": VERA, "X-Real-IP": VERA}
            one = await stack.enter_async_context(await street.connect(MALLORY, claims))
            await one.until("welcome")
            await opened(one)
        async with await street.connect(VERA) as vera:
            await vera.until("welcome")
            assert (await opened(vera))["t"] == "ack"


async def test_new_chats_of_an_address_are_counted_whatever_it_claims(street: Street) -> None:
    got = []
    for number in range(OPENINGS + 2):
        async with await street.connect(MALLORY, {"X-Forwarded-For": f"198.51.100.{number}"}) as one:
            await one.until("welcome")
            got.append(await opened(one))
    assert [answer["t"] for answer in got] == ["ack", "ack", "nack", "nack"]
    assert {answer["code"] for answer in got[OPENINGS:]} == {"too_many_chats"}


async def test_a_network_of_ipv6_is_one_address_behind_a_proxy(wide_street: Street) -> None:
    async with AsyncExitStack() as stack:
        for number in range(SOCKETS):
            one = await stack.enter_async_context(await wide_street.connect(f"2001:db8:1:2:{number:x}::1"))
            await one.until("welcome")
        async with await wide_street.connect("2001:db8:1:2:ffff:ffff:ffff:ffff") as refused:
            assert (await refused.until("error"))["code"] == "too_many_connections"
        async with await wide_street.connect("2001:db8:1:3::1", {"X-Forwarded-For": "2001:db8:1:2::1"}) as vera:
            assert await vera.until("welcome")


async def test_nginx_counts_the_connections_of_a_network_too(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str
) -> None:
    narrow = partial(nginx, behind_another=True, each=2)
    async with behind(tmp_path, store, workspace_name, narrow) as street, AsyncExitStack() as stack:
        for number, status in enumerate((101, 101, 429)):
            one = await stack.enter_async_context(await street.connect(f"2001:db8:1:2:{number:x}::1"))
            assert one.status == status
        async with await street.connect("2001:db8:1:3::1") as vera:
            assert await vera.until("welcome")


async def test_ipv4_addresses_written_in_ipv6_are_not_one_network(wide_street: Street) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(SOCKETS):
            one = await stack.enter_async_context(await wide_street.connect("::ffff:198.51.100.7"))
            await one.until("welcome")
        async with await wide_street.connect("::ffff:203.0.113.5") as vera:
            assert await vera.until("welcome")


async def opened(visitor: RawSocket) -> dict[str, object]:
    visitor.say(msgspec.json.encode({"t": "open", "text": "Hello", "cid": new_cid()}).decode())
    return await visitor.until("ack", "nack")


def claim(claims: dict[str, str], number: int) -> dict[str, str]:
    return {name: value.format(number=number) for name, value in claims.items()}
