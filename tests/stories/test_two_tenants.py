"""Acme and Globex share one process and cannot see each other's data. Globex keeps its archive in PostgreSQL."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from console.demo.socket_client import SocketClient, SocketClosed
from console.domain.directory import Member
from console.domain.ids import new_cid, new_id
from tests.support.board_client import Board
from tests.support.credentials import bearer_of, is_live, stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.page_client import fields_of, sign_in_with
from tests.support.postgresql import PostgresServer
from tests.support.sent_files import PDF, Door
from tests.support.tenants import MAIL, Tenant, Tenants

KIM = Member(id="", email="kim@people.example", name="", role="agent", queues=("support",))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Tenants]:
    url = postgres.create_database(like="migrated")
    server = Tenants(tmp_path_factory.mktemp("tenants"), databases={"globex": url}, metrics="yes")
    asyncio.run(server.fill())
    server.start_and_wait()
    yield server
    server.stop()
    postgres.drop_later(url)


@pytest.fixture
def acme(server: Tenants) -> Tenant:
    return server.tenants[0]


@pytest.fixture
def globex(server: Tenants) -> Tenant:
    return server.tenants[1]


async def chat(tenant: Tenant, question: str, answer: str) -> tuple[Visitor, Agent, Board]:
    """Vera asks and Ana answers, while Sam looks at his board."""
    board = await Board.comes(tenant, "sam")
    ana = await Agent.comes(tenant, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(tenant, site=tenant.site)
    await vera.opens(question)
    await ana.gets(vera.chat)
    await ana.answers(vera.chat, answer)
    await vera.reads(answer)
    return vera, ana, board


async def test_ana_of_acme_sees_nothing_of_globex(acme: Tenant, globex: Tenant) -> None:
    vera, ana, board = await chat(acme, "Where is my anvil?", "On its way")
    walt, other, other_board = await chat(globex, "Where is my reactor?", "In the lake")
    heard, heard_there = json.dumps(ana.heard + board.heard), json.dumps(other.heard + other_board.heard)
    for ours, theirs in ((heard, ("reactor", walt.chat, "globex")), (heard_there, ("anvil", vera.chat, "acme"))):
        assert not [word for word in theirs if word in ours]
    await board.shows("queue-support", "acme support")
    assert not [part for part in board.parts.values() if "globex" in part]
    for client in (vera, walt, ana, other, board, other_board):
        await client.leave()


@pytest.mark.parametrize("page", ["", "/members", "/sites", "/queues", "/alerts", "/changes"])
async def test_ada_of_acme_finds_nothing_of_globex_in_her_settings(acme: Tenant, globex: Tenant, page: str) -> None:
    for own, other in ((acme, globex), (globex, acme)):
        async with own.signed_in(f"ada@{own.name}.example") as ada:
            answer = await ada.get(f"/settings{page}")
        assert answer.status_code == 200, page
        assert f"Ada of {own.name}" in answer.text
        assert other.name not in answer.text
        assert other.url not in answer.text


async def test_transcripts_and_search_are_apart(acme: Tenant, globex: Tenant) -> None:
    vera, ana, board = await chat(globex, "Is the monorail safe?", "Perfectly")
    await ana.ends(vera.chat)
    async with globex.signed_in("sam@globex.example") as sam, acme.signed_in("sam@acme.example") as other:
        await eventually(lambda: _finds(sam, "monorail", vera.chat), "the chat to be archived")
        assert not await _finds(other, "monorail", vera.chat)
        assert (await other.get(f"/chats/{vera.chat}")).status_code == 404
    for client in (vera, ana, board):
        await client.leave()


async def _finds(browser: httpx.AsyncClient, words: str, chat: str) -> bool:
    return chat in (await browser.get("/chats", params={"q": words})).text


async def test_the_same_address_is_another_member_with_another_password(acme: Tenant, globex: Tenant) -> None:
    for own, other in ((acme, globex), (globex, acme)):
        async with own.signed_in(MAIL) as ana, own.browser() as stranger:
            assert f"Ana of {own.name}" in (await ana.get("/console")).text
            assert (await sign_in_with(stranger, MAIL, other.password)).status_code != 303


async def test_a_cookie_of_one_is_worth_nothing_in_the_other(acme: Tenant, globex: Tenant) -> None:
    async with acme.signed_in(MAIL) as ana, globex.browser() as stolen:
        cookies = "; ".join(f"{name}={value}" for name, value in ana.cookies.items())
        assert (await ana.get("/console")).status_code == 200
        answer = await stolen.get("/console", headers={"cookie": cookies})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


async def test_a_bearer_token_of_one_is_worth_nothing_in_the_other(acme: Tenant, globex: Tenant) -> None:
    bearer = await bearer_of(acme, "ana")
    for tenant, works in ((acme, True), (globex, False)):
        try:
            socket = await SocketClient.open(f"{tenant.socket_url}/ws/agent", subprotocol="sestetto.v1", bearer=bearer)
            await socket.send_text(json.dumps({"t": "hello", "tab": "one", "take": True}))
            heard = json.loads(await socket.receive())["t"]
            await socket.close()
        except SocketClosed:
            heard = "closed"
        assert (heard == "welcome") is works, (tenant.name, heard)


async def test_the_api_takes_a_token_of_its_own_workspace_alone(acme: Tenant, globex: Tenant) -> None:
    bearer = await bearer_of(acme, "ana")
    for tenant, status in ((acme, 200), (globex, 401)):
        async with tenant.browser() as client:
            answer = await client.get("/api/v1/me", headers={"authorization": f"Bearer {bearer}"})
        assert answer.status_code == status, tenant.name


async def test_a_cursor_of_one_is_none_of_the_other(acme: Tenant, globex: Tenant) -> None:
    """Both have chats in the same list, and the caller has a good token of each."""
    cursors: dict[str, str] = {}
    people = [await chat(tenant, "Hello?", f"Hello {number}") for tenant in (acme, globex) for number in range(2)]
    for tenant in (acme, globex):
        async with _program(tenant) as program:
            page = (await program.get("/api/v1/chats", params={"limit": 1})).json()
            cursors[tenant.name] = page["next"]
    for tenant, cursor, status in ((globex, cursors["acme"], 400), (globex, cursors["globex"], 200)):
        async with _program(tenant) as program:
            answer = await program.get("/api/v1/chats", params={"limit": 1, "cursor": cursor})
        assert answer.status_code == status, answer.text
    for client in (one for three in people for one in three):
        await client.leave()


@asynccontextmanager
async def _program(tenant: Tenant) -> AsyncIterator[httpx.AsyncClient]:
    async with stores_of(tenant) as stores:
        bearer = await stores.tokens.add("ada", "test", scopes=["chats:read"])
    async with httpx.AsyncClient(base_url=tenant.url, headers={"authorization": f"Bearer {bearer}"}) as program:
        yield program


async def test_files_of_one_are_nothing_in_the_other(acme: Tenant, globex: Tenant) -> None:
    """Nor is a ticket: an upload to one is not sent in the other."""
    veras: list[tuple[Visitor, Door, str, dict[str, Any]]] = []
    for tenant in (acme, globex):
        await _allow_documents(tenant)
        vera = await Visitor.comes(tenant, site=tenant.site)
        door, cid = Door(tenant.url, vera.token, site=tenant.site), new_cid()
        answer = await door.uploads("plan.pdf", PDF, cid=cid)
        assert answer.status_code == 200, answer.text
        veras.append((vera, door, cid, answer.json()))
    (vera, door, cid, sent), (walt, other, _, theirs) = veras
    assert (await other.fetches(theirs["file"]["id"])).status_code == 200
    missing = await door.fetches(new_id())
    answer = await door.fetches(theirs["file"]["id"])
    assert (answer.status_code, answer.text) == (missing.status_code, missing.text) == (404, answer.text)
    said = await walt.command("open", cid=cid, text="", file=sent["ticket"])
    assert (said["t"], said["code"]) == ("nack", "bad_file")
    for one in (vera, walt):
        await one.leave()
    for client in (door, other):
        await client.http.aclose()


async def _allow_documents(tenant: Tenant) -> None:
    async with stores_of(tenant) as stores:
        site = (await stores.directory.read()).sites[tenant.site]
        changed = await stores.sites.put(replace(site, files=("documents",)))
        await eventually(lambda: is_live(stores.database, changed.version), "the site to be live")


async def test_an_export_of_one_is_not_to_be_had_in_the_other(acme: Tenant, globex: Tenant) -> None:
    async with acme.signed_in("ada@acme.example") as ada, globex.signed_in("ada@globex.example") as other:
        await ada.post("/settings/export", data=fields_of(await ada.get("/settings/export")))
        path = await eventually(lambda: _export(ada), "the export", within=30)
        assert (await ada.get(path)).status_code == 200
        assert (await other.get(path)).status_code == 404
        removed = await other.post(path.replace(".zip", "/remove"), data=fields_of(await other.get("/settings/export")))
        assert removed.status_code in (303, 404)
        assert (await ada.get(path)).status_code == 200


async def _export(browser: httpx.AsyncClient) -> str:
    found = re.search(r"/settings/export/\w+\.zip", (await browser.get("/settings/export")).text)
    return found[0] if found else ""


async def test_an_invitation_of_one_lets_nobody_into_the_other(acme: Tenant, globex: Tenant) -> None:
    async with stores_of(acme) as stores:
        token = await stores.invitations.add(KIM)
    for tenant, status in ((acme, 200), (globex, 404)):
        async with tenant.browser() as kim:
            assert (await kim.get(f"/sign-in/invitation/{token}")).status_code == status, tenant.name


async def test_a_visitors_token_of_one_is_a_strangers_in_the_other(acme: Tenant, globex: Tenant) -> None:
    """The site has the same key in both, so that nothing but the signature keeps them apart."""
    vera = await Visitor.comes(acme, site=acme.site)
    await vera.opens("Do you know me?")
    again = await Visitor.comes(acme, site=acme.site, knows=vera)
    assert again.chat == vera.chat
    there = await Visitor.comes(globex, site=globex.site, knows=vera)
    assert there.chat == ""
    assert there.token != vera.token
    for client in (vera, again, there):
        await client.leave()


async def test_a_site_of_one_is_unknown_to_the_other(acme: Tenant, globex: Tenant) -> None:
    with pytest.raises((AssertionError, SocketClosed, OSError)):
        await Visitor.comes(globex, site=acme.site)


@pytest.mark.parametrize("host", ["chat.nobody.example", "127.0.0.3:8000", "acme", "[::1", "127.0.0.1.evil.example"])
async def test_every_unknown_host_is_answered_in_the_same_words(server: Tenants, host: str) -> None:
    async with server.elsewhere(host, accept="text/html") as stranger:
        page, script = await stranger.get("/console"), await stranger.get("/widget.js", headers={"accept": "*/*"})
    assert page.status_code == script.status_code == 421
    assert "SESTETTO_WORKSPACES does not list this host" in page.text
    assert "SESTETTO_WORKSPACES does not list this host" in script.text
    assert not [word for word in (host, "globex", "acme-") if word in page.text]
    assert page.headers["cache-control"] == "no-store"
    assert "content-security-policy" in page.headers


async def test_a_socket_at_an_unknown_host_is_refused(server: Tenants) -> None:
    async with server.elsewhere() as stranger:
        upgrade = {
            "connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
            "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        }  # fmt: skip
        answer = await stranger.get("/ws/visitor", headers=upgrade)
    assert answer.status_code == 421


async def test_a_port_and_capitals_in_the_host_change_nothing(server: Tenants) -> None:
    async with server.elsewhere("LOCALHOST.:1234") as browser:
        assert (await browser.get("/sign-in")).status_code == 200


async def test_figures_have_the_workspaces_name(server: Tenants) -> None:
    async with server.elsewhere() as monitor:
        text = (await monitor.get("/metrics")).text
        ready = (await monitor.get("/readyz")).json()
    for name in ("acme", "globex"):
        assert f'sestetto_workspace_up{{workspace="{name}"}} 1.0' in text
        assert f'sestetto_ready{{workspace="{name}"}} 1.0' in text
        assert f'sestetto_agents_online{{workspace="{name}"}}' in text
        assert ready["workspaces"][name]["ready"]
    assert text.count("# TYPE sestetto_ready gauge") == 1
    assert text.count("# TYPE python_info gauge") == 1


async def test_monitoring_at_a_workspaces_host_is_about_that_one(globex: Tenant) -> None:
    async with globex.browser() as monitor:
        ready = (await monitor.get("/readyz")).json()
        text = (await monitor.get("/metrics")).text
    assert list(ready["workspaces"]) == ["globex"]
    assert "acme" not in text
    assert 'workspace="globex"' in text


async def test_a_workspace_without_its_database_keeps_no_other_from_starting_and_chatting(tmp_path: Path) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    server = Tenants(tmp_path / "server", databases={"globex": nowhere})
    acme, globex = server.tenants
    healthy, server.tenants = server.tenants, [acme]
    await server.fill()
    server.tenants = healthy
    await server.start()
    try:
        vera, ana, board = await chat(acme, "Are you there?", "Always")
        async with server.elsewhere() as monitor, globex.browser() as stranger:
            ready = await monitor.get("/readyz")
            page = await stranger.get("/sign-in")
        assert ready.status_code == 200
        assert ready.json()["workspaces"]["acme"]["ready"]
        assert not ready.json()["workspaces"]["globex"]["ready"]
        assert page.status_code == 503
        assert "This workspace is not available right now" in page.text
        for client in (vera, ana, board):
            await client.leave()
    finally:
        assert server.stop() == 0
