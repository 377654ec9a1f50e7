"""What the operator's monitoring reads."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer

BEHIND = 'sestetto_consumer_entries_behind{consumer="archive"}'


def scrape(server: RunningServer) -> dict[str, float]:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=5) as reply:
        lines = reply.read().decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}


async def test_the_figures_follow_vera_and_ana(start_server: Callable[..., RunningServer]) -> None:
    server = start_server(metrics="yes")
    assert scrape(server)["sestetto_agents_online"] == 0
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
    found = await eventually(lambda: (now := scrape(server)).get(BEHIND) == 0 and now, "the archive to catch up")
    assert found['sestetto_consumer_set_aside{consumer="archive"}'] == 0
    assert found['sestetto_consumer_seconds_behind{consumer="archive"}'] >= 0


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
