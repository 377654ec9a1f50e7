"""`sestetto child`: one of the processes of `sestetto serve --workers`, started by that command and never by hand."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from socket import socket
from typing import Annotated

import msgspec
import typer

from console.app import create_app, create_work_app
from console.commands.running import log_start, read_and_log, run_until_stopped
from console.data_folder import resolve
from console.errors import SettingError
from console.processes.child import READY
from console.server import serving, url_of, working
from console.workspaces.declared import Installation
from console.workspaces.plain_settings import PlainSettings
from console.workspaces.starting import application_of, filled_with

NO_PARENT = "Only sestetto serve --workers starts this command."
Descriptor = Annotated[int, typer.Option(help="A socket that the parent has opened.")]


def child(kind: str, listening: Descriptor = -1, monitoring: Descriptor = -1) -> None:
    """Serve on the parent's socket, or do the background work, until the parent stops or ends."""
    given = msgspec.json.decode(_first_line(), type=PlainSettings)
    installation = read_and_log(environment=given.environment, sections=given.sections, work=kind == "work")
    sockets = [socket(fileno=number) for number in (listening, monitoring) if number >= 0]
    run_until_stopped(_serve(installation, sockets) if kind == "serve" else _work(installation, sockets))


def _first_line() -> bytes:
    """Return the line with the settings. Raises SettingError if the parent ended before it was written.

    Unbuffered, since what follows is watched by the event loop.
    """
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(sys.stdin.fileno(), 65_536)
        if not piece:
            raise SettingError(NO_PARENT)
        line += piece
    return line


async def _serve(installation: Installation, sockets: list[socket]) -> None:
    """Serve on the shared port, and on the process's own port if there is one, which serves its metrics."""
    filled, address = _filled(installation), url_of(sockets[0])
    app = application_of(filled, create_app)
    app.state.metrics_port = sockets[1].getsockname()[1] if len(sockets) > 1 else -1
    async with serving(app, sockets[0], filled.process, *sockets[1:]) as stopping:
        log_start("server.started", filled, address)
        await _until(stopping)


async def _work(installation: Installation, sockets: list[socket]) -> None:
    filled = _filled(installation)
    app = application_of(filled, create_work_app)
    run = serving(app, sockets[0], replace(filled.process, drain=0)) if sockets else working(app)
    async with run as stopping:
        log_start("work.started", filled, url_of(sockets[0]) if sockets else "")
        await _until(stopping)


def _filled(installation: Installation) -> Installation:
    """Fill in the settings. The parent has named the store; each of several workspaces fills in the rest itself."""
    if installation.several:
        return filled_with(installation, installation.process.store)
    settings = resolve(installation.process)
    return Installation(settings, (settings,))


async def _until(stopping: asyncio.Event) -> None:
    async with _tied():
        print(READY, flush=True)
        await stopping.wait()


@asynccontextmanager
async def _tied() -> AsyncIterator[None]:
    """Stop as by SIGTERM when the parent ends, however it ends: its side of our standard input is closed then."""
    loop, tie = asyncio.get_running_loop(), sys.stdin.fileno()

    def gone() -> None:
        loop.remove_reader(tie)
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(tie, gone)
    try:
        yield
    finally:
        loop.remove_reader(tie)
