"""A cluster of three primaries, one with a replica: chats continue when their workspace's slot moves elsewhere."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from console.backup.restoring import BASE
from console.domain.ids import new_cid
from console.errors import Unknown
from console.proving.clients import Cast
from console.proving.store_groups import Cluster, Node, cluster, run, slot_of
from console.queue.embedded import EmbeddedStore
from console.queue.keys import Keys
from console.queue.results import Said
from console.queue.store import Store
from console.queue.workspace import Workspace
from tests.faults.installation import Inside, installed
from tests.faults.journal import promises_kept
from tests.faults.traffic import chatting_on
from tests.support.command_line import in_a_process
from tests.support.eventually import eventually
from tests.support.json_clients import Visitor
from tests.support.queue_shift import Shift
from tests.support.tenants import Tenants


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def nodes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    async with cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@asynccontextmanager
async def chatting(folder: Path, nodes: Cluster) -> AsyncIterator[Inside]:
    """Let three visitors, Ana and Ben chat inside the block and after it; then check every promise."""
    await nodes.whole()
    async with installed(folder, nodes.url, nodes.workspace()) as inside, Cast(inside) as cast:
        async with chatting_on(cast):
            yield inside
        await promises_kept(inside, cast.journal)
        assert not cast.journal.unanswered


async def now_at(inside: Inside, node: Node) -> None:
    """Wait until the server uses that node."""
    primary = inside.services.workspace.store.primary
    await eventually(lambda: primary.address == f"127.0.0.1:{node.port}", "the server to find the slot", within=20)


async def test_a_killed_primary_is_followed_to_its_replica(tmp_path: Path, nodes: Cluster) -> None:
    async with chatting(tmp_path, nodes) as inside:
        replica = nodes.replica()
        nodes.primary(inside.workspace).kill()
        await now_at(inside, replica)


async def test_a_planned_failover_loses_nothing(tmp_path: Path, nodes: Cluster) -> None:
    async with chatting(tmp_path, nodes) as inside:
        replica = nodes.replica()
        run(replica, "CLUSTER FAILOVER")
        await now_at(inside, replica)


async def test_a_workspace_moves_to_another_node_key_by_key(tmp_path: Path, nodes: Cluster) -> None:
    """While half of its keys are on each node, no call is half executed."""
    async with chatting(tmp_path, nodes) as inside:
        await nodes.hand_over(inside.workspace, nodes.nodes[2])
        await now_at(inside, nodes.nodes[2])


async def test_messages_of_one_exchange_are_done_once_while_their_workspace_moves_key_by_key(nodes: Cluster) -> None:
    await nodes.whole()
    name = nodes.workspace(1)
    shift = Shift(Workspace(Store(nodes.url, name), name))
    await shift.begin(ana=6)
    await shift.online("ana")
    chats = {visitor: await shift.opens(visitor) for visitor in ("vera", "vic", "vala")}
    cids = {visitor: new_cid() for visitor in chats}
    answers: list[list[Said | BaseException]] = []
    moving = asyncio.create_task(nodes.hand_over(name, nodes.nodes[2]))
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        while not moving.done() or Unknown in map(type, answers[-1]):
            calls = (shift.writes(visitor, chat, "Hello?", cid=cids[visitor]) for visitor, chat in chats.items())
            answers.append(await asyncio.gather(*calls, return_exceptions=True))
    assert {type(one) for one in answers[0]} == {Unknown}  # the store refused the call as a whole: some keys were away
    assert {type(one) for one in answers[-1]} == {Said}
    written = [fact.chat for fact in await shift.facts("message") if fact.text == "Hello?"]
    assert written == list(chats.values())
    await shift.workspace.store.close()


async def test_a_workspace_moves_to_another_node_at_once(tmp_path: Path, nodes: Cluster) -> None:
    async with chatting(tmp_path, nodes) as inside:
        source, target = nodes.primary(inside.workspace), nodes.nodes[2]
        slot = slot_of(inside.workspace)
        run(source, f"CLUSTER MIGRATESLOTS SLOTSRANGE {slot} {slot} NODE {nodes.ids[target]}")
        await now_at(inside, target)


async def test_two_workspaces_of_one_process_chat_each_in_its_own_slot(tmp_path: Path, nodes: Cluster) -> None:
    await nodes.whole()
    server = Tenants(tmp_path / "server", [nodes.workspace(1), nodes.workspace(2)], store=nodes.url)
    await server.fill()
    await server.start()
    try:
        for tenant in server.tenants:
            vera = await Visitor.comes(tenant, site=tenant.site)
            await vera.opens("Where do I live?")
            homes = [node for node in nodes.nodes[:3] if await asyncio.to_thread(_has_keys, node, tenant.name)]
            assert homes == [nodes.primary(tenant.name)]
            await vera.leave()
        first, second = server.tenants
        assert nodes.primary(first.name) is not nodes.primary(second.name)
    finally:
        server.stop()


def _has_keys(node: Node, workspace: str) -> bool:
    return next(node.client.scan_iter(f"{{{workspace}}}:*", count=1000), None) is not None


async def test_a_backup_of_two_workspaces_has_the_node_of_each(tmp_path: Path, nodes: Cluster) -> None:
    await nodes.whole()
    server = Tenants(tmp_path / "server", [nodes.workspace(1), nodes.workspace(2)], store=nodes.url)
    await server.fill()
    await server.start()
    copy = tmp_path / "copy"
    try:
        code, said, problem = await in_a_process("backup", str(copy), environment=server.environment)
        assert (code, "2 nodes of the store" in said) == (0, True), said + problem
    finally:
        server.stop()
    for tenant in server.tenants:
        file = copy / f"store-127.0.0.1-{nodes.primary(tenant.name).port}.rdb"
        assert await _has_workspace(file, tenant.name, tmp_path / tenant.name)
    code, said, problem = await in_a_process("restore", str(copy), "--replace", environment=server.environment)
    assert (code, "add --without-store" in problem) == (1, True), said + problem


async def _has_workspace(file: Path, workspace: str, folder: Path) -> bool:
    """Whether a store that begins with this copy has the workspace."""
    (folder / "appendonlydir").mkdir(parents=True)
    shutil.copy(file, folder / "appendonlydir" / BASE)
    (folder / "appendonlydir" / "appendonly.aof.manifest").write_text(f"file {BASE} seq 1 type b\n")
    async with EmbeddedStore(folder) as running:
        store = Store(running.url)
        found = await store.command("EXISTS", Keys(workspace).head)
        await store.close()
    return bool(found)


async def test_two_workspaces_live_on_two_nodes(nodes: Cluster) -> None:
    await nodes.whole()
    names = nodes.workspace(), nodes.workspace(1)
    spaces = [Workspace(Store(nodes.url, name), name) for name in names]
    for space in spaces:
        assert (await space.snapshot()).epoch != ""
        await space.archived("0-0", 0)
        at = nodes.primary(space.name)
        assert space.store.primary.address == f"127.0.0.1:{at.port}"
        assert at.client.exists(space.keys.head) == 1
        await space.store.close()
    assert spaces[0].store.primary.address != spaces[1].store.primary.address
