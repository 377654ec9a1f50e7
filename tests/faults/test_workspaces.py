"""Workspaces are added, paused, removed and broken while Vera and Ana of another one continue to chat."""

import json
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.command_line import in_a_process
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import lives
from tests.support.tenants import Tenant, Tenants


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Tenants]:
    server = Tenants(tmp_path / "server")
    await server.fill()
    yield server
    server.stop()


async def chatting(tenant: Tenant) -> tuple[Visitor, Agent]:
    ana = await Agent.comes(tenant, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(tenant, site=tenant.site)
    await vera.opens("Are you there?")
    await ana.gets(vera.chat)
    return vera, ana


async def chat_on(vera: Visitor, ana: Agent, text: str) -> None:
    """Let Ana answer on the sockets that both have had from the start."""
    await ana.answers(vera.chat, text)
    await vera.reads(text)
    assert (vera.closed, ana.closed) == (None, None)


async def deleting(server: Tenants, tenant: Tenant) -> tuple[int, str]:
    """Run `sestetto workspace delete`; return exit code and everything it said."""
    code, said, problem = await in_a_process(
        "workspace", "delete", tenant.name, "--yes", environment=server.environment
    )
    return code, said + problem


async def status_of(tenant: Tenant) -> int:
    async with tenant.browser() as browser:
        return (await browser.get("/sign-in")).status_code


async def becomes(tenant: Tenant, status: int) -> None:
    async def is_so() -> bool:
        return await status_of(tenant) == status

    await eventually(is_so, f"{tenant.name} to answer {status}")


async def test_sighup_adds_pauses_and_removes_one_and_the_other_notices_nothing(server: Tenants) -> None:
    acme, globex = server.tenants
    server.data.mkdir(parents=True, exist_ok=True)
    server.declare(of=[acme])
    await server.start()
    vera, ana = await chatting(acme)
    assert await status_of(globex) == 421

    server.declare()
    server.reload()
    await becomes(globex, 200)
    walt, other = await chatting(globex)
    await chat_on(vera, ana, "Globex has come")

    server.declare("paused = true")
    server.reload()
    assert (await walt.hears_close(), await other.hears_close()) == (1012, 1012)
    await becomes(globex, 503)
    await chat_on(vera, ana, "Globex pauses")

    server.file.write_text("[acme")
    server.reload()
    await eventually(lambda: "workspaces.not_changed" in server.log, "the log to say so")
    await chat_on(vera, ana, "A broken file changes nothing")

    server.declare()
    server.reload()
    await becomes(globex, 200)
    again = await Visitor.comes(globex, site=globex.site, knows=walt)
    assert again.chat == walt.chat, "what it had is there again"

    server.declare(of=[acme])
    server.reload()
    await becomes(globex, 421)
    await chat_on(vera, ana, "Globex has gone")
    for client in (vera, ana, again):
        await client.leave()


async def test_nobody_deletes_a_workspace_that_a_process_still_has_open(server: Tenants) -> None:
    """Even while nobody is connected to it, and whether the process serves pages or only works."""
    acme, globex = server.tenants
    await server.start()
    server.declare(of=[acme])
    code, said = await deleting(server, globex)
    assert (code, "A process still has globex open" in said) == (1, True), said
    server.reload()
    await becomes(globex, 421)
    code, said = await deleting(server, globex)
    assert (code, "Deleted globex" in said) == (0, True), said
    assert await status_of(acme) == 200


async def test_a_database_that_is_locked_is_the_trouble_of_its_own_workspace(server: Tenants) -> None:
    await server.start()
    acme, globex = server.tenants
    vera, ana = await chatting(acme)
    walt, other = await chatting(globex)
    locked = sqlite3.connect(globex.data / "sestetto.db", isolation_level=None)
    locked.execute("BEGIN IMMEDIATE")
    try:
        await chat_on(vera, ana, "Ours is well")
        await chat_on(walt, other, "Ours is locked, and chats go on")
        await eventually(lambda: _archived(acme, "Ours is well"), "Acme to be archived")
        async with httpx.AsyncClient(base_url=server.url) as monitor:
            ready = (await monitor.get("/readyz", headers={"host": "nobody.example"})).json()
        assert ready["ready"]
        assert ready["workspaces"]["acme"]["database"] == "ok"
        assert not _archived(globex, "Ours is locked, and chats go on")
    finally:
        locked.execute("ROLLBACK")
        locked.close()
    await eventually(lambda: _archived(globex, "Ours is locked, and chats go on"), "Globex to catch up", within=20)
    for client in (vera, ana, walt, other):
        await client.leave()


def _archived(tenant: Tenant, text: str) -> bool:
    with sqlite3.connect(f"file:{tenant.data / 'sestetto.db'}?mode=ro", uri=True) as database:
        return bool(database.execute("SELECT count(*) FROM facts WHERE raw LIKE ?", (f"%{text}%",)).fetchone()[0])


async def test_several_processes_serve_all_workspaces(tmp_path: Path) -> None:
    """Each child reads the declared workspaces itself, and shares the port and the parent's store with the others."""
    server = Tenants(tmp_path / "server", options=["--workers", "2"])
    await server.fill()
    await server.start()
    try:
        for tenant in server.tenants:
            vera, ana = await chatting(tenant)
            await chat_on(vera, ana, "Whichever process you are on")
            await eventually(lambda tenant=tenant: _archived(tenant, "Whichever process"), "the worker to archive it")  # type: ignore[misc]
            await vera.leave()
            await ana.leave()
    finally:
        server.stop()


async def test_a_process_that_dies_while_the_files_are_broken_is_restarted_with_the_settings_of_the_others(
    tmp_path: Path,
) -> None:
    server = Tenants(tmp_path / "server", options=["--workers", "2"])
    await server.fill()
    secret = tmp_path / "secret"
    secret.write_text("s" * 40)
    server.declare(f'secret_file = "{secret}"')
    await server.start()
    try:
        await eventually(lambda: '"processes.started"' in server.log, "all to run", within=40)
        for broken in ("[acme", server.file.read_text()):
            server.file.write_text(broken)
            secret.unlink(missing_ok=True)
            before = started(server)
            for pid in filter(lives, before):
                os.kill(pid, signal.SIGKILL)
            await eventually(lambda before=before: len(started(server) - before) == 2, "two new ones", within=40)  # type: ignore[misc]
            assert {await status_of(tenant) for tenant in server.tenants} == {200}
        lines = [json.loads(line) for line in server.log.splitlines() if '"settings.broken"' in line]
        assert "is not TOML" in lines[0]["error"]
        assert f"cannot read {secret}" in lines[-1]["error"]

        server.reload()
        await eventually(lambda: '"processes.not_reloaded"' in server.log, "the log to say so")
        line = next(line for line in server.log.splitlines() if '"processes.not_reloaded"' in line)
        assert f"cannot read {secret}" in json.loads(line)["error"]
        assert {await status_of(tenant) for tenant in server.tenants} == {200}
    finally:
        server.stop()


def started(server: Tenants) -> set[int]:
    """Return the ids of the serving processes that have started so far."""
    return {json.loads(line)["pid"] for line in server.log.splitlines() if '"server.started"' in line}
