"""`sestetto adopt`: after a move or a restore, accept the configured store and secret as this installation's."""

from typing import Annotated

import typer

from console.archive.database import Database
from console.commands.common import agreed, for_each, run, say
from console.config import Settings
from console.data_folder import embedded_store, resolve, running_store_url
from console.pairing.identity import adopt as make_ours
from console.queue.store import Store
from console.queue.workspace import Workspace


def adopt(
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False,
) -> None:
    """Accept the configured store, database and secret as one installation. Stop all processes first."""
    if not (yes or agreed("Is every Sestetto process of this installation stopped?")):
        raise typer.Abort
    for_each(_adopt_one)


def _adopt_one(about: str, settings: Settings) -> None:
    run(_adopt(settings))
    say(f"{about}The store, the database and the secret now belong to one installation.")


async def _adopt(settings: Settings) -> None:
    filled = resolve(settings)
    url = await running_store_url(filled)
    if url:
        await _with(filled, url)
        return
    async with embedded_store(filled) as started:
        await _with(filled, started)


async def _with(settings: Settings, store_url: str) -> None:
    database, store = Database(settings.database), Store(store_url, settings.workspace, durability=settings.durability)
    try:
        await database.migrate()
        workspace = Workspace(store, settings.workspace)
        workspace.fills = True
        await make_ours(workspace, database, settings.secret)
    finally:
        await store.close()
        await database.close()
