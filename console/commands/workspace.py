"""`sestetto workspace`: list workspaces, and delete one that is no longer declared."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from console.commands.common import agreed, run, say, show
from console.config import WORKSPACES, Settings, read_workspace_name
from console.data_folder import embedded_store, running_store_url
from console.domain.service_urls import without_password
from console.errors import SettingError
from console.queue.in_use import is_open
from console.queue.leftovers import delete_keys
from console.queue.primary import AWAY, why
from console.workspaces.declared import Installation, read_installation

CHOICE = ("SESTETTO_WORKSPACE", "SESTETTO_WORKSPACE_FILE")
NOT_SEVERAL = (
    "This installation has one workspace. To declare several, set SESTETTO_WORKSPACES: see docs/operations.md."
)
DECLARED = "{} is still declared. First remove its section from {}, and send SIGHUP to every process."
FOLLOWED = "A process still has {} open. Send it SIGHUP, or stop it."
NO_STORE = "The store at {} does not respond: {}. Run the command again: it deletes what is left."

app = typer.Typer(no_args_is_help=True, help="Manage several workspaces in one installation.")


@app.command("list")
def list_all() -> None:
    """List the declared workspaces."""
    installation = _several()
    show(
        ("name", "origin", "database", "store", "state"),
        [_row(one, paused=one.workspace in installation.paused) for one in installation.workspaces],
        empty="",
    )


@app.command("delete")
def delete(
    name: Annotated[str, typer.Argument(help="Workspace that is no longer declared.")],
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False,
) -> None:
    """Delete a removed workspace's data from the store and the data folder. This cannot be undone."""
    installation = _several()
    _refuse_declared(installation, name)
    if not (yes or agreed(f"Delete all chats, members and settings of {name}?")):
        raise typer.Abort
    keys = run(_delete(installation.process, name))
    say(f"Deleted {name}: {keys} keys of the store, and its folder. Delete its PostgreSQL database yourself, if any.")


def _several() -> Installation:
    # All of them, whichever one the environment chooses.
    environment = {name: value for name, value in os.environ.items() if name not in CHOICE}
    installation = read_installation(environment)
    if not installation.several:
        raise SettingError(NOT_SEVERAL)
    return installation


def _row(settings: Settings, *, paused: bool) -> tuple[str, ...]:
    database, store = without_password(settings.database), without_password(settings.store) or "(embedded)"
    return settings.workspace, settings.origin, database, store, "paused" if paused else "served"


def _refuse_declared(installation: Installation, name: str) -> None:
    try:
        read_workspace_name(name)
    except ValueError as problem:
        raise SettingError(f"{name} is not a valid workspace name: {problem}.") from problem
    if name.casefold() in {one.workspace.casefold() for one in installation.workspaces}:
        raise SettingError(DECLARED.format(name, installation.process.workspaces))


async def _delete(process: Settings, name: str) -> int:
    if url := await running_store_url(process):
        deleted = await _delete_keys(url, name)
    else:
        async with embedded_store(process) as url:
            deleted = await _delete_keys(url, name)
    await asyncio.to_thread(_delete_folder, process.data.absolute() / WORKSPACES / name)
    return deleted


async def _delete_keys(url: str, name: str) -> int:
    try:
        if await is_open(url, name):
            raise SettingError(FOLLOWED.format(name))
        return await delete_keys(url, name)
    except AWAY as problem:
        raise SettingError(NO_STORE.format(without_password(url), why(problem))) from problem


def _delete_folder(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:  # its database was elsewhere
        return
    except OSError as problem:
        raise SettingError(f"Cannot delete {folder}: {problem.strerror}.") from problem
