"""The example proxies in front of two processes: a rolling restart locks nobody out, whichever process is down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from console.archive.database import Database, sqlite_url
from console.archive.stores import Stores
from console.demo import seed as demo
from console.proving.clients import RecordingVisitor, cast_on
from console.proving.stage import Stage
from console.queue.embedded import EmbeddedStore
from tests.support.eventually import eventually
from tests.support.proxies import Certificate, Proxy, caddy, certificate, nginx
from tests.support.server_process import RunningServer

VISITORS = 20
ROOMY = {"address_openings": "1000", "address_sockets": "1000", "site_openings": "5000"}  # all come from one address
RunProxy = Callable[[Path, list[int], Certificate], AbstractContextManager[Proxy]]


class House(Stage):
    """A stage with its servers and its proxy."""

    servers: list[RunningServer]
    proxy: Proxy


@pytest_asyncio.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
async def house(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    store: EmbeddedStore,
    workspace_name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    """Yield two processes of one installation behind a proxy with TLS."""
    ours = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(ours.chain))
    given = {"store": store.url, "database": sqlite_url(tmp_path), "workspace": workspace_name, "secret": "s" * 40}
    servers = [RunningServer(tmp_path / name, command="serve", **given, **ROOMY) for name in ("one", "two")]
    run: RunProxy = request.param
    with run(tmp_path, [server.port for server in servers], ours) as proxy:
        await publish(given["database"], proxy.url)
        try:
            await asyncio.gather(*(server.start() for server in servers))
            stage = House(proxy.url, proxy.url, store.url, given["database"], workspace_name)
            stage.servers, stage.proxy = servers, proxy
            yield stage
        finally:
            for server in servers:
                server.stop()


async def publish(database_url: str, url: str) -> None:
    database = Database(database_url)
    await database.migrate()
    await demo.publish(Stores(database), url)
    await database.close()


async def test_a_rolling_restart_shuts_nobody_out(house: House) -> None:
    async with cast_on(house) as cast:
        ana = await cast.agent("ana", answers=True)
        visitors = await cast.visitors(VISITORS)
        await asyncio.gather(*(one.opened("Hello") for one in visitors))
        for server in house.servers:
            seen = {one: len(one.closes) for one in visitors}
            await asyncio.to_thread(server.stop)
            assert any(len(one.closes) > seen[one] for one in visitors), "some visitors to have been on it"
            await everybody_says(visitors, "while one is away")
            await server.start()
        await everybody_says(visitors, "again")
        await ana.answered(await ana.say(next(iter(ana.held)), "Welcome back"))
        refused = [code for one in (*visitors, ana) for code in one.closes if 400 <= code < 600]
        assert refused == [], house.proxy.log.read_text()[-4000:]
        assert cast.journal.problems == []


async def everybody_says(visitors: list[RecordingVisitor], text: str) -> None:
    claims = await asyncio.gather(*(answered(one, text) for one in visitors))
    assert claims == ["acked"] * len(visitors)


async def answered(visitor: RecordingVisitor, text: str) -> str:
    return (await visitor.answered(await visitor.say(text))).outcome


async def test_pages_pass_the_proxy_as_they_are(house: House) -> None:
    """The server knows that the request came by TLS, and the proxy refuses a body that is too large."""
    async with httpx.AsyncClient(base_url=house.url) as browser:
        await eventually(lambda: is_up(house), "the proxy to answer")
        assert (await browser.get("/")).headers["location"] == "/sign-in"
        page = await browser.get("/sign-in")
        assert page.status_code == 200
        assert "secure" in page.headers["set-cookie"].lower()
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        assert (await browser.get("/readyz")).json()["ready"]
        assert (await browser.get("/console", headers={"cookie": "a=" + "b" * 40_000})).status_code in (400, 431)
        large = await browser.post("/sign-in", content=b"email=" + b"a" * (2 << 20))
        assert large.status_code == 413
        for place in ("/widget/files?site=demo", "/console/files/none?name=a", "/settings/imports/upload?name=a"):
            sent = await browser.post(place, content=b"a" * (2 << 20))
            assert sent.status_code in (303, 401, 403, 404), f"Sestetto itself says no to {place}"


async def test_bodies_that_are_too_large_are_refused_and_shut_nobody_out(house: House) -> None:
    """Without a complete answer the proxy would return 502, take the process for dead, and soon have none left."""
    async with httpx.AsyncClient(base_url=house.url) as browser:
        await eventually(lambda: is_up(house), "the proxy to answer")
        for _ in range(15):
            answers = await asyncio.gather(*(too_large(house) for _ in range(4)))
            assert answers == [413] * 4, house.proxy.log.read_text()[-4000:]
            assert (await browser.get("/sign-in")).status_code == 200


async def too_large(house: House) -> int:
    async with httpx.AsyncClient(base_url=house.url) as attacker:
        return (await attacker.post("/sign-in", content=b"email=" + b"a" * (2 << 20))).status_code


async def is_up(house: House) -> bool:
    async with httpx.AsyncClient(base_url=house.url) as browser:
        return (await browser.get("/readyz")).status_code == 200
