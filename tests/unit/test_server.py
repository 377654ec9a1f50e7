"""From a socket to a server that answers, and to its complete stop."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from console.config import Settings, read_settings
from console.errors import SettingError
from console.server import Server, listen, serving, url_of
from tests.support.eventually import eventually


def settings(**given: object) -> Settings:
    return read_settings({}, port=0, **given)


def small_app(events: list[str]) -> Starlette:
    async def last(request: Request) -> PlainTextResponse:
        """Answer once the server is to stop."""
        events.append("asked")
        await eventually(lambda: request.app.state.draining, "the end to begin")
        return PlainTextResponse("done")

    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse("here")

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        events.append("up")
        yield
        events.append("down")

    return Starlette(routes=[Route("/", page), Route("/last", last)], lifespan=lifespan)


async def test_it_answers_inside_the_block_and_not_after_it() -> None:
    events: list[str] = []
    with listen(settings()) as listening:
        url = url_of(listening)
        async with serving(small_app(events), listening, settings()), httpx.AsyncClient() as client:
            assert (await client.get(url)).text == "here"
            assert events == ["up"]
    assert events == ["up", "down"]
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_and_a_service_manager_stop_it_alike(number: signal.Signals) -> None:
    with listen(settings()) as listening:
        async with serving(small_app([]), listening, settings()) as stopping:
            assert not stopping.is_set()
            os.kill(os.getpid(), number)
            await eventually(stopping.is_set, "the stop")


async def test_a_server_looks_around_as_often_as_it_says_and_stops_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks: list[int] = []
    look = Server.on_tick

    async def counted(self: Server, counter: int) -> bool:
        ticks.append(counter)
        return await look(self, counter)

    monkeypatch.setattr(Server, "on_tick", counted)
    monkeypatch.setattr("console.server.TICK", 60.0)
    given = settings()
    with listen(given) as listening:
        async with serving(small_app([]), listening, given):
            await eventually(lambda: ticks, "its first look")
    assert len(ticks) == 2


async def test_a_request_under_way_is_answered_before_the_end() -> None:
    events: list[str] = []
    with listen(settings()) as listening:
        async with httpx.AsyncClient() as client:
            async with serving(small_app(events), listening, settings()):
                asked = asyncio.create_task(client.get(f"{url_of(listening)}/last"))
                await eventually(lambda: "asked" in events, "the request to be under way")
            assert (await asked).text == "done"


async def test_what_the_app_cannot_start_with_is_said_by_the_app() -> None:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        raise SettingError("the store has appendfsync no")
        yield

    with listen(settings()) as listening, pytest.raises(SettingError, match="appendfsync no"):
        async with serving(Starlette(lifespan=lifespan), listening, settings()):
            pass


def test_an_address_that_is_not_ours_is_a_clear_error() -> None:
    with pytest.raises(SettingError, match=r"not an address of this machine\. Fix SESTETTO_HOST"):
        listen(settings(host="192.0.2.7"))


@pytest.mark.parametrize(
    ("bound", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]")]
)
def test_the_address_shown_is_one_that_a_browser_here_can_open(bound: str, shown: str) -> None:
    class Bound(socket.socket):
        def getsockname(self) -> tuple[str, int]:
            return bound, 8000

    with Bound() as listening:
        assert url_of(listening) == f"http://{shown}:8000"
