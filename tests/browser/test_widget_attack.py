"""While the shop is under attack Vera writes as usual: her browser does a proof of work, and she waits a moment."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from console.demo.socket_client import SocketClient
from console.domain.ids import new_cid
from console.protocol import Open, VisitorHello
from console.proving.clients import Cast
from console.queue.embedded import EmbeddedStore
from tests.browser.widget_people import Vera
from tests.faults.installation import Inside, installed
from tests.support.eventually import eventually


@pytest_asyncio.fixture(loop_scope="session")
async def shop(tmp_path: Path, store: EmbeddedStore, workspace_name: str) -> AsyncIterator[Inside]:
    """One new visitor a minute is what it expects."""
    async with installed(tmp_path, store.url, workspace_name, attack_openings=1) as stage:
        yield stage


async def test_her_first_message_arrives_with_a_proof_of_work(shop: Inside, browser: Browser) -> None:
    async with Cast(shop) as cast:
        await cast.agent("ana")
        await somebody_else_writes(shop)
        vera = await Vera.at(shop, browser)  # type: ignore[arg-type]  # all it asks is where the shop is
        asked: list[str] = []
        vera.page.on("request", lambda request: asked.append(request.url))
        await vera.starts_with("Is anybody there?")
        await eventually(lambda: len(shop.services.picture.chats) == 2, "her chat to begin", within=30)
        await vera.screen("chat")
        assert f"{shop.url}/widget/solver.js" in asked
        assert vera.complaints == []
        await vera.context.close()


async def somebody_else_writes(shop: Inside) -> None:
    url = f"{shop.socket_url}/ws/visitor?site=demo"
    socket = await SocketClient.open(url, subprotocol="sestetto.v1", origin=shop.url)
    await socket.send(VisitorHello())
    await socket.send(Open(cid=new_cid(), text="Hello"))
    while '"t":"ack"' not in await socket.receive():
        pass
    await socket.close()
