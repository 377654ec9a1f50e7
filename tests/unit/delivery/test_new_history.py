"""A new history whose clock is behind: the feed has nothing after what screens have shown, so they start again."""

import asyncio

import pytest

from console.delivery.fanout import Fanout
from console.delivery.hub import Hub
from console.delivery.rendered_fact import HubEvent
from console.projection.current import Current
from console.views.html import HtmlViews
from tests.support.eventually import eventually
from tests.support.queue_shift import Shift, opened


@pytest.mark.parametrize("pushed", [False, True])
async def test_screens_show_a_chat_of_the_new_history(pushed: bool, store_url: str, workspace_name: str) -> None:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=6)
        await shift.online("ana")
        await begin_anew(shift, pushed=pushed)


async def begin_anew(shift: Shift, *, pushed: bool) -> None:
    workspace, hub, current = shift.workspace, Hub[HubEvent](), Current()
    await shift.clock.jump(3600)
    await shift.online("ana")
    first = await shift.opens("vera")
    if pushed:
        hub.somebody.set()
    fanout = Fanout(workspace, hub, HtmlViews(current), current)
    jobs = [asyncio.create_task(fanout.run()), asyncio.create_task(fanout.receive_pushes())]
    await eventually(lambda: first in fanout.picture.chats, "the first chat")
    await workspace.store.command("DEL", workspace.keys.feed)
    await workspace.store.command("HDEL", workspace.keys.head, "epoch", "n", "ahead")
    workspace.epoch = ""
    second = await shift.opens("ben")
    await eventually(lambda: second in fanout.picture.chats, "the second chat")
    for job in jobs:
        job.cancel()
    await asyncio.wait(jobs)
