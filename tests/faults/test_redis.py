"""Redis from Debian (7.0 in Debian 12) instead of Valkey: the same promises, and one level that it cannot keep."""

import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import redis

from console.errors import SettingError
from console.proving.clients import Cast
from console.proving.store_pair import store_pair
from console.proving.store_process import own_store
from tests.faults.installation import installed
from tests.faults.journal import promises_kept
from tests.faults.traffic import chatting_on
from tests.support.debian import program
from tests.support.queue_shift import Shift, opened

SYNCED_REPLICAS = (7, 2)  # the first Redis with WAITAOF


@pytest.fixture(scope="module")
def server() -> str:
    return program("redis-server")


def info(port: int) -> dict[str, str]:
    with redis.Redis(port=port, decode_responses=True) as hand:
        return hand.info("server")


async def test_people_chat_on_it_though_it_is_killed(tmp_path: Path, server: str, workspace_name: str) -> None:
    folder = tmp_path / "redis"
    async with AsyncExitStack() as stores:
        port = await stores.enter_async_context(own_store(folder, program=server))
        assert "valkey_version" not in info(port)
        async with installed(tmp_path, f"redis://127.0.0.1:{port}", workspace_name) as inside, Cast(inside) as cast:
            async with chatting_on(cast):
                os.kill(int(info(port)["process_id"]), signal.SIGKILL)
                await stores.enter_async_context(own_store(folder, port=port, program=server))
            await promises_kept(inside, cast.journal)
            assert not cast.journal.unanswered


async def test_what_is_acknowledged_is_on_its_replica(tmp_path: Path, server: str, workspace_name: str) -> None:
    async with (
        store_pair(tmp_path, program=server) as pair,
        opened(pair.primary.url, workspace_name, durability="replica") as workspace,
    ):
        shift = Shift(workspace)
        await shift.begin(ana=6)
        await shift.online("ana")
        said = await shift.writes("vera", await shift.opens("vera"))
        assert pair.replica.hand.llen(workspace.keys.of("log", said.chat)) == said.seq


async def test_two_disks_need_a_newer_one(tmp_path: Path, server: str, workspace_name: str) -> None:
    async with (
        own_store(tmp_path / "redis", program=server) as port,
        opened(f"redis://127.0.0.1:{port}", workspace_name, durability="two-disks") as workspace,
    ):
        major, minor = map(int, info(port)["redis_version"].split(".")[:2])
        lacks = "no WAITAOF" if (major, minor) < SYNCED_REPLICAS else "no replica"
        with pytest.raises(SettingError, match=lacks):
            await workspace.ensure_epoch()
