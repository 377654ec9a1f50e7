"""The address a request comes from, according to trusted proxies."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from console.limits.proxies import ForwardedClient, Proxies

VERA, MALLORY, PROXY = "203.0.113.5", "198.51.100.7", "127.0.0.1"


@pytest.mark.parametrize(
    ("trusted", "forwarded", "client"),
    [
        (PROXY, VERA, VERA),
        (PROXY, f"{VERA}, {MALLORY}", MALLORY),  # Mallory claims to be Vera; the proxy adds whom it saw
        ("*", f"{VERA}, {MALLORY}", MALLORY),
        (PROXY, f"{PROXY}, {MALLORY}", MALLORY),  # nor may she claim to be a proxy
        (f"{PROXY}, 10.0.0.0/8", f"{MALLORY}, {VERA}, 10.1.2.3", VERA),  # two proxies in a row
        ("*, 10.0.0.0/8", f"{MALLORY}, {VERA}, 10.1.2.3", VERA),
        (f"{PROXY},10.0.0.7/8", f"{VERA}, 10.1.2.3", VERA),  # a network by one of its addresses
        (PROXY, f"{VERA}:4711", VERA),
        (PROXY, "[2001:db8::1]:443", "2001:db8::1"),
        (PROXY, "2001:db8:0:0::1", "2001:db8::1"),
        (PROXY, "fe80::1%eth0", "fe80::1"),
        (PROXY, f"{VERA}, ", VERA),
        (PROXY, "", PROXY),
        (PROXY, "unknown", PROXY),
        (PROXY, f"{VERA}, two words", PROXY),  # nothing before what is no address counts
        (f"{PROXY}, 10.0.0.0/8", "unknown, 10.1.2.3", "10.1.2.3"),
        ("192.0.2.1", VERA, PROXY),  # not our proxy
        ("::ffff:127.0.0.1, 127.0.0.1", VERA, VERA),
    ],
)
async def test_the_client_is_the_last_hop_that_is_no_proxy_of_ours(trusted: str, forwarded: str, client: str) -> None:
    assert (await passed(trusted, ("x-forwarded-for", forwarded)))["client"][0] == client


async def test_headers_that_come_twice_are_one_list() -> None:
    scope = await passed(PROXY, ("x-forwarded-for", VERA), ("x-forwarded-for", MALLORY))
    assert scope["client"][0] == MALLORY


@pytest.mark.parametrize(
    ("trusted", "said", "scheme"),
    [(PROXY, "https", "wss"), (PROXY, "http, https", "wss"), (PROXY, "gopher", "ws"), ("192.0.2.1", "https", "ws")],
)
async def test_the_scheme_is_the_one_the_proxy_was_called_by(trusted: str, said: str, scheme: str) -> None:
    assert (await passed(trusted, ("x-forwarded-proto", said)))["scheme"] == scheme


async def test_an_address_that_is_written_in_ipv6_is_known_as_the_proxy() -> None:
    scope = await passed(PROXY, ("x-forwarded-for", VERA), peer="::ffff:127.0.0.1")
    assert scope["client"][0] == VERA


async def passed(trusted: str, *headers: tuple[str, str], peer: str = PROXY) -> Scope:
    """Return the scope of a socket as the application gets it."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        pass

    given = [(name.encode(), value.encode()) for name, value in headers]
    scope = {"type": "websocket", "scheme": "ws", "client": (peer, 1234), "headers": given}
    await ForwardedClient(app, Proxies(trusted))(scope, receive, send)
    return seen[0]
