"""`sestetto demo` as a process: it starts, stops, is killed, and finds its data again."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import func, select

from console.archive.tables import chats
from console.demo.seed import PEOPLE, colleagues, publish
from console.demo.socket_client import SocketClient, SocketClosed
from console.protocol import AgentHello, Inbound
from tests.support.command_line import in_a_process
from tests.support.credentials import bearer_of, sign_in_link, stores_of
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer, gone
from tests.support.tenants import Tenants


def store_pid(server: RunningServer) -> int:
    """The process that writes the server's live chats."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return next(int(pid) for pid in children if "valkey" in Path(f"/proc/{pid}/cmdline").read_text())


@asynccontextmanager
async def agent_socket(server: RunningServer, bearer: str) -> AsyncIterator[SocketClient]:
    """Ana's plain-JSON socket, welcomed."""
    socket = await SocketClient.open(f"{server.socket_url}/ws/agent", subprotocol="sestetto.v1", bearer=bearer)
    hello: Inbound = AgentHello(tab=secrets.token_urlsafe(6), take=True)
    await socket.send(hello)
    assert msgspec.json.decode(await socket.receive())["t"] == "welcome"
    try:
        yield socket
    finally:
        await socket.close()


async def closed(socket: SocketClient) -> int:
    """The close code, once the socket has ended."""
    try:
        async with asyncio.timeout(40):
            while True:
                await socket.receive()
    except SocketClosed as end:
        return end.code


async def sestetto(server: RunningServer, *words: str) -> int:
    """The command on the server's data; its exit code."""
    code, _, _ = await in_a_process(*words, environment=server.environment)
    return code


async def test_the_shop_greets_and_the_console_asks_for_a_sign_in(server: RunningServer) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert "widget.js" in (await client.get("/")).text
        asked = await client.get("/console")
        assert asked.status_code == 303
        assert asked.headers["location"].startswith("/sign-in")


async def test_the_greeting_names_every_address(server: RunningServer) -> None:
    assert f"{server.url}/" in server.log
    for member in PEOPLE:
        assert f"{member.name}, {member.role}" in server.log
    assert server.log.count(f"{server.url}/sign-in?key=") == len(PEOPLE)


async def test_ctrl_c_stops_the_server_and_its_store(server: RunningServer) -> None:
    store = store_pid(server)
    assert server.interrupt() == 0
    await gone(store)
    assert "Stopped. Chats are kept in" in server.log
    assert "Traceback" not in server.log


async def test_a_killed_server_leaves_no_store_behind_and_starts_again(server: RunningServer) -> None:
    store = store_pid(server)
    server.kill()
    await gone(store)
    await server.start()
    async with agent_socket(server, await bearer_of(server, "ana")):
        pass


async def test_a_stop_with_people_connected_is_quick_and_asks_them_to_come_back(server: RunningServer) -> None:
    async with agent_socket(server, await bearer_of(server, "ana")) as ana:
        assert server.stop(patience=10) == 0
        assert await closed(ana) == 1012


async def test_a_revoked_token_falls_silent_though_it_is_connected(server: RunningServer) -> None:
    async with agent_socket(server, await bearer_of(server, "ana")) as ana, stores_of(server) as stores:
        (token,) = await stores.tokens.of_member("ana")
        end = asyncio.create_task(closed(ana))  # who reads nothing answers no ping, and a command may take a while
        assert await sestetto(server, "token", "revoke", token.id) == 0
        assert await end == 4401


async def test_a_disabled_member_falls_silent_and_stays_out(server: RunningServer) -> None:
    bearer = await bearer_of(server, "ana")
    async with agent_socket(server, bearer) as ana:
        end = asyncio.create_task(closed(ana))
        assert await sestetto(server, "member", "disable", "ana") == 0
        assert await end == 4401
    with pytest.raises(SocketClosed):
        async with agent_socket(server, bearer):
            pass


async def test_a_member_added_meanwhile_can_work_without_a_restart(server: RunningServer, tmp_path: Path) -> None:
    async with stores_of(server) as stores:
        await stores.members.add(id="vito", email="v@x.example", name="Vito", password="", queues=("support",))
    bearer = await bearer_of(server, "vito")

    async def can_work() -> bool:
        try:
            async with agent_socket(server, bearer):
                return True
        except SocketClosed:
            return False

    await eventually(can_work, "the new member to be known")


async def test_the_demos_own_crowd_comes_and_is_answered(start_server: Callable[..., RunningServer]) -> None:
    server = start_server(crowd=2, agents=1)
    async with agent_socket(server, await bearer_of(server, "sam")):  # a colleague: the crowd's own does the work
        await eventually(lambda: open_chats(server), "a simulated visitor to open a chat", within=60)
    assert "demo.people_ended" not in server.log


async def open_chats(server: RunningServer) -> int:
    """Chats that the archive knows of, ended or not."""
    async with stores_of(server) as stores, stores.directory.database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(chats))).scalar_one())


async def test_serve_has_no_shop_and_takes_no_links(start_server: Callable[..., RunningServer]) -> None:
    server = start_server(command="serve")
    async with stores_of(server) as stores:
        await publish(stores, server.url)
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.get("/")).status_code != 200
        link = await sign_in_link(server, "ana")
        await client.get(link)
        assert (await client.get("/console")).status_code == 303
    assert "key=" not in server.log


async def test_simulated_colleagues_keep_one_token_each(server: RunningServer) -> None:
    async with stores_of(server) as stores:
        first = await colleagues(stores, 2)
        second = await colleagues(stores, 2)
        assert not set(first) & set(second)
        known = await stores.directory.read()
        made_up = [member.id for member in known.members.values() if "simulated" in member.name]
        assert len(made_up) == 2
        for id in made_up:
            assert len(await stores.tokens.of_member(id)) == 1


async def test_two_workspaces_each_have_the_demos_people(tmp_path: Path) -> None:
    server = Tenants(tmp_path / "server", command="demo")
    await server.start()
    try:
        links = [line.split()[-1] for line in server.log.splitlines() if "Ana, agent" in line]
        assert len(links) == 2
        for tenant, link, other in zip(server.tenants, links, reversed(server.tenants), strict=True):
            async with tenant.browser() as browser, other.browser() as elsewhere:
                assert (await browser.get("/")).status_code == 200
                known = await browser.get(link, follow_redirects=True)
                strange = await elsewhere.get(link.removeprefix(tenant.url), follow_redirects=True)
                assert (known.status_code, "Ana" in known.text) == (200, True)
                assert "Ana" not in strange.text
    finally:
        server.stop()
