"""Serves all stages of a worker at one address, so that its browser fetches and compiles the scripts once."""

import asyncio

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.support.eventually import eventually
from tests.support.server_process import free_port

DARK = Starlette()  # knows no address


class House:
    """`url` leads to what is `on` just now."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.on: ASGIApp = DARK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.on(scope, receive, send)

    async def opens(self) -> None:
        self._server = uvicorn.Server(
            uvicorn.Config(self, port=self.port, log_level="critical", ws="wsproto", lifespan="off")
        )
        self._task = asyncio.create_task(self._server.serve())
        await eventually(lambda: self._server.started, "the house to open")

    async def closes(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        await self._task
