"""The small client: what it raises when the connection is gone."""

import asyncio

import pytest
import uvloop

from console.demo.socket_client import SocketClient, SocketClosed
from tests.support.server_process import RunningServer


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_who_writes_to_an_aborted_connection_hears_that_it_is_closed(server: RunningServer, loop: object) -> None:
    """uvloop raises a RuntimeError then, which nobody who comes back by themselves expects."""

    async def write_on() -> None:
        url = f"{server.socket_url}/ws/visitor?site=demo"
        socket = await SocketClient.open(url, subprotocol="sestetto.v1", origin=server.url)
        socket._writer.transport.abort()
        await asyncio.sleep(0.05)
        with pytest.raises(SocketClosed):
            await socket.send_text("{}")

    with asyncio.Runner(loop_factory=loop) as runner:  # type: ignore[arg-type]
        runner.run(write_on())
