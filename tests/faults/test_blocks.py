"""Ana blocks a chat's visitor from its pane: they are disconnected, read why, and stay out until the block ends."""

import re
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from console.authentication import COOKIE
from console.domain.ids import new_cid
from console.proving.clients import Cast
from tests.faults.installation import Inside
from tests.faults.raw_socket import RawSocket
from tests.support.eventually import eventually

CSRF = re.compile(r'name="csrf" value="([^"]*)"')
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.5"


async def browser_of(inside: Inside, member: str) -> httpx.AsyncClient:
    """Return a browser that is signed in as the member."""
    async with inside.stores() as stores:
        cookie = await stores.one_clicks.use(await stores.one_clicks.add(member))
    return httpx.AsyncClient(base_url=inside.url, cookies={COOKIE: cookie})


@pytest.fixture
async def ana(inside: Inside) -> AsyncIterator[httpx.AsyncClient]:
    async with await browser_of(inside, "ana") as browser:
        yield browser


class Mallory:
    """An abusive visitor, who returns with the token they got."""

    def __init__(self, inside: Inside, address: str = HERE, token: str = "") -> None:
        self.inside, self.address, self.token = inside, address, token

    async def __aenter__(self) -> RawSocket:
        headers = {"Origin": self.inside.url, "X-Forwarded-For": self.address}
        self.socket = await RawSocket.open(f"{self.inside.url}/ws/visitor?site=demo", headers)
        self.socket.say(f'{{"t":"hello","token":"{self.token}"}}')
        first = await self.socket.until("welcome", "error")
        self.token = str(first.get("token", ""))
        self.first = first
        return self.socket

    async def __aexit__(self, *_: object) -> None:
        await self.socket.__aexit__(None, None, None)


async def opened(socket: RawSocket) -> str:
    socket.say(msgspec.json.encode({"t": "open", "cid": new_cid(), "text": "Spam"}).decode())
    return str((await socket.until("ack"))["chat"])


async def blocks(browser: httpx.AsyncClient, chat: str, kind: str) -> httpx.Response:
    """Block the visitor as the form in the pane does."""
    page = (await browser.get(f"/console/visitor/{chat}")).text
    csrf = CSRF.search(page)
    fields = {"csrf": csrf[1] if csrf else "", "kind": kind, "days": "7", "note": "Spam"}
    return await browser.post(f"/console/visitor/{chat}/block", data=fields)


@pytest.mark.parametrize("kind", ["visitor", "address"])
async def test_a_blocked_visitor_is_cut_and_told_and_stays_out(
    inside: Inside, cast: Cast, ana: httpx.AsyncClient, kind: str
) -> None:
    agent = await cast.agent("ana")
    mallory = Mallory(inside)
    async with mallory as socket:
        chat = await opened(socket)
        await agent.holds(chat)
        assert "Blocked until" in (await blocks(ana, chat, kind)).text
        error = await socket.until("error")
        assert error["code"] == "blocked"
        assert 6 * 86_400 < error["retry_after"] <= 7 * 86_400
        assert await socket.closed() == 1008
    for address, token, let_in in (
        (HERE, mallory.token, False),
        (ELSEWHERE, mallory.token, kind == "address"),  # the visitor from elsewhere
        (HERE, "", kind == "visitor"),  # a stranger from the same address
        (ELSEWHERE, "", True),
    ):
        again = Mallory(inside, address, token)
        async with again as socket:
            assert again.first["t"] == ("welcome" if let_in else "error"), (address, token)
            if not let_in:
                assert await socket.closed() == 1008


async def test_a_block_ends_by_itself(inside: Inside, cast: Cast, ana: httpx.AsyncClient) -> None:
    agent = await cast.agent("ana")
    mallory = Mallory(inside)
    async with mallory as socket:
        chat = await opened(socket)
        await agent.holds(chat)
        await blocks(ana, chat, "visitor")
        await socket.closed()
    (block,) = inside.services.directory.blocks.values()
    async with inside.stores() as stores:
        over = msgspec.structs.replace(block, until=inside.services.workspace.now() - 1)
        inside.services.directory = await stores.blocks.put(over)
    again = Mallory(inside, HERE, mallory.token)
    async with again:
        assert again.first["t"] == "welcome"


async def test_nobody_blocks_the_visitor_of_a_colleagues_chat_but_a_supervisor(inside: Inside, cast: Cast) -> None:
    agent = await cast.agent("ana")
    async with (
        Mallory(inside) as socket,
        await browser_of(inside, "ben") as ben,
        await browser_of(inside, "sam") as sam,
    ):
        chat = await opened(socket)
        await agent.holds(chat)
        assert (await blocks(ben, chat, "visitor")).status_code in (403, 404)
        assert inside.services.directory.blocks == {}
        assert (await blocks(sam, chat, "visitor")).status_code == 200
        await eventually(lambda: len(inside.services.directory.blocks) == 1, "the block to hold")
