"""What the operator's monitoring reads."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from console.archive.database import sqlite_url
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer

DOCS = Path(__file__).parents[2] / "docs" / "operations.md"
WORKSPACE = (
    "sestetto_chats", "sestetto_chats_late", "sestetto_agents_online", "sestetto_left_messages",
    "sestetto_consumer_entries_behind", "sestetto_consumer_seconds_behind", "sestetto_consumer_set_aside",
)  # fmt: skip
NO_METRICS = {"sestetto_device"}  # a cookie
ONLY_WITH_SEVERAL = {"sestetto_workspace_up": "gauge"}  # stories/test_two_tenants.py reads it
LATE = 'sestetto_chats_late{queue="support"}'
BEHIND = 'sestetto_consumer_entries_behind{consumer="archive"}'


def scrape(server: RunningServer) -> dict[str, float]:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=5) as reply:
        lines = reply.read().decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}


async def test_the_figures_follow_vera_and_ana(start_server: Callable[..., RunningServer]) -> None:
    server = start_server(metrics="yes")
    await eventually(lambda: scrape(server).get("sestetto_agents_online") == 0, "the process to lead")
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Hello")
    await ana.gets(vera.chat)
    found = await eventually(lambda: (now := scrape(server))["sestetto_sockets"] == 2 and now, "both sockets")
    assert found["sestetto_agents_online"] == 1
    assert found['sestetto_chats{place="active"}'] == 1
    assert found['sestetto_chats{place="waiting"}'] == 0
    assert found["sestetto_store_calls_total"] > 0
    assert found["sestetto_store_exchange_seconds_count"] > 0
    assert found['sestetto_store_exchange_seconds_bucket{le="+Inf"}'] == found["sestetto_store_exchange_seconds_count"]
    assert found["sestetto_store_exchange_seconds_sum"] > 0
    assert found["sestetto_ready"] == found["sestetto_leader"] == 1
    assert [value for name, value in found.items() if name.startswith("sestetto_build_info{")] == [1]
    found = await eventually(lambda: (now := scrape(server)).get(BEHIND) == 0 and now, "the archive to catch up")
    assert found['sestetto_consumer_set_aside{consumer="archive"}'] == 0
    assert found['sestetto_consumer_seconds_behind{consumer="archive"}'] >= 0


async def test_a_broken_promise_counts_at_its_queue_until_it_is_met(start_server: Callable[..., RunningServer]) -> None:
    server = start_server(metrics="yes")
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Hello")
    await ana.gets(vera.chat)
    await eventually(lambda: scrape(server).get(LATE) == 1, "the promise to break", within=30)
    assert scrape(server)['sestetto_chats_late{queue="billing"}'] == 0
    await ana.answers(vera.chat, "Sorry to have kept you waiting")
    await eventually(lambda: scrape(server).get(LATE) == 0, "the answer to count")


async def test_what_is_true_of_the_workspace_is_said_by_one_process(
    start_server: Callable[..., RunningServer], store_url: str, workspace_name: str, tmp_path: Path
) -> None:
    """Ana is online once, however many processes run; when the leader is killed, another one says so."""
    given = {"store": store_url, "database": sqlite_url(tmp_path), "workspace": workspace_name, "secret": "s" * 40}
    servers = [start_server(metrics="yes", **given) for _ in range(3)]
    found = await eventually(lambda: one_leads(servers), "one process to lead, and to know all")
    for other in found[1:]:
        assert [key for key in other if key.startswith(tuple(WORKSPACE))] == []
        assert other["sestetto_feed_entries_behind"] >= 0
    leader = next(server for server in servers if scrape(server)["sestetto_leader"] == 1)
    leader.kill()
    left = [server for server in servers if server is not leader]
    assert len(await eventually(lambda: one_leads(left), "another process to lead", within=20)) == 2


def one_leads(servers: list[RunningServer]) -> list[dict[str, float]]:
    """What all of them say, the leader first; empty unless exactly one leads, and says all of the workspace."""
    found = sorted((scrape(server) for server in servers), key=lambda one: -one["sestetto_leader"])
    leads = [one["sestetto_leader"] for one in found] == [1.0] + [0.0] * (len(servers) - 1)
    whole = all(any(name in key for key in found[0]) for name in WORKSPACE)
    return found if leads and whole else []


async def test_every_metric_is_documented_and_every_documented_one_exists(
    start_server: Callable[..., RunningServer],
) -> None:
    server = start_server(metrics="yes", model_url="http://127.0.0.1:1/v1", model_name="sage")
    await eventually(lambda: scrape(server).get(BEHIND) is not None, "the archive to have begun")
    ours = {name: kind for name, kind in kinds(server).items() if name.startswith("sestetto_")}
    rows = re.findall(r"^\| `(sestetto_\w+?)(_total)?` \| (\w+)", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: kind for name, _, kind in rows} == ours | ONLY_WITH_SEVERAL
    assert {name for name, total, _ in rows if total} == {name for name, kind in ours.items() if kind == "counter"}
    assert len(rows) == len(ours) + len(ONLY_WITH_SEVERAL)


def kinds(server: RunningServer) -> dict[str, str]:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=5) as reply:
        return {family.name: family.type for family in text_string_to_metric_families(reply.read().decode())}


def test_the_docs_name_no_metric_that_does_not_exist() -> None:
    known = set(re.findall(r"^\| `(sestetto_\w+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    for file in (*DOCS.parent.glob("*.md"), *DOCS.parent.parent.glob("*.md")):
        named = set(re.findall(r"`(sestetto_[a-z_]+)", file.read_text(encoding="utf-8"))) - NO_METRICS
        assert named <= known, file.name


def test_nobody_reads_them_unless_asked(server: RunningServer) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        scrape(server)


def readiness(server: RunningServer) -> Any:
    with urllib.request.urlopen(f"{server.url}/readyz", timeout=5) as reply:
        return json.load(reply)


async def test_readiness_says_how_far_the_archive_is(server: RunningServer) -> None:
    told = await eventually(lambda: (now := readiness(server))["consumers"] and now, "the archive to have begun")
    assert (told["ready"], told["store"]) == (True, "ok")
    assert told["consumers"]["archive"]["set_aside"] == 0
