"""Starts the declared workspaces: the store on this machine, the application, and reloading on SIGHUP."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

import msgspec
import structlog
from starlette.applications import Starlette

from console.config import PREFIX, Settings
from console.data_folder import embedded_store, local_services
from console.errors import SettingError
from console.server import on_signals
from console.workspaces.app import create_workspaces_app
from console.workspaces.declared import Installation, read_installation
from console.workspaces.plain_settings import read_plain_settings
from console.workspaces.tenants import Tenants

NO_STORE = "[{}] has no store, and the embedded store runs only if it was needed at the start: restart the process"

log = structlog.get_logger()


@asynccontextmanager
async def with_store(installation: Installation) -> AsyncIterator[Installation]:
    """Yield the installation with its stores filled in; an embedded store runs inside the block.

    For a single workspace, database and secret are filled in too; each of several does that itself when it starts.
    """
    if not installation.several:
        async with local_services(installation.process) as filled:
            yield Installation(filled, (filled,))
    elif without := [one for one in installation.workspaces if not one.store]:
        async with embedded_store(*without) as url:
            yield filled_with(installation, url)
    else:
        yield installation


def filled_with(installation: Installation, url: str) -> Installation:
    """Give the store to workspaces that name none. Raises SettingError if they need one and there is none."""
    missing = [one for one in installation.workspaces if not one.store]
    if missing and not url:
        raise SettingError(NO_STORE.format(missing[0].workspace))
    workspaces = tuple(replace(one, store=one.store or url) for one in installation.workspaces)
    process = replace(installation.process, store=installation.process.store or url)
    return replace(installation, process=process, workspaces=workspaces)


def settings_of_children(store: str) -> bytes:
    """Return the settings as they are now, as the line that `sestetto child` reads; `store` is the parent's.

    Raises SettingError if one of them is wrong.
    """
    plain = read_plain_settings()
    plain.environment.pop(f"{PREFIX}STORE_FILE", None)
    plain.environment[f"{PREFIX}STORE"] = store
    filled_with(plain.installation(), store)
    return msgspec.json.encode(plain)


def application_of(installation: Installation, make: Callable[[Settings], Starlette]) -> Starlette:
    """Build the application of a process; `make` builds the one of a single workspace. All stores are filled in."""
    if not installation.several:
        return make(installation.process)
    return create_workspaces_app(installation, make)


@contextmanager
def reloading(app: Starlette, filled: Installation, given: Mapping[str, Any]) -> Iterator[None]:
    """Inside the block, SIGHUP rereads the declared workspaces, and starts and stops those that have changed."""
    if not filled.several:
        yield
        return
    running: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = asyncio.create_task(_reload(app, filled.process.store, given))
        running.add(task)
        task.add_done_callback(running.discard)

    with on_signals({signal.SIGHUP: reload}):
        yield
    for task in running:
        task.cancel()


async def _reload(app: Starlette, store: str, given: Mapping[str, Any]) -> None:
    tenants: Tenants = app.state.tenants
    try:
        declared = filled_with(read_installation(**given), store)
    except SettingError as problem:
        log.error("workspaces.not_changed", error=str(problem))
        return
    await tenants.change_to(declared)
