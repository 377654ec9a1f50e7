"""Shared by the commands: settings, the stores for one job, and printing.

Commands change SQL through the stores, not through `console.actions`. A person who can run them on the server needs no
right, and there are no services here to publish a change; the server's own worker does that within seconds. Commands
that remove rights update live state themselves (`revoke_live`). The audit log names `sestetto` for all of them.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from console.archive.database import Database
from console.archive.installation import read_identity, refuse_workspace
from console.archive.stores import Stores
from console.config import Settings
from console.data_folder import resolve, running_store_url
from console.errors import SestettoError, SettingError, Unknown
from console.queue.store import Store
from console.queue.workspace import Workspace
from console.workspaces.declared import Installation, one_workspace, read_installation

T = TypeVar("T")

STORE_AWAY = "The store does not respond. Start it or fix SESTETTO_STORE, and run the command again."

WIDE = 240  # columns without a terminal, so that piped output is not wrapped
screen = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)


def run(job: Coroutine[Any, Any, T]) -> T:
    """Run a command's async part."""
    return asyncio.run(job)


def say(text: str) -> None:
    """Print one line literally; markup in it is text."""
    screen.print(escape(text))


def show(headings: tuple[str, ...], rows: list[tuple[str, ...]], *, empty: str) -> None:
    """Print a table, or `empty` if it has no rows."""
    if not rows:
        say(empty)
        return
    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    screen.print(table)


def agreed(question: str) -> bool:
    """Ask a question. Raises SettingError if nobody can answer it, as in a script."""
    try:
        return typer.confirm(question)
    except typer.Abort as unanswered:
        raise SettingError(f"Not answered: {question} To answer yes without a terminal, add --yes.") from unanswered


def settings_of_one() -> Settings:
    """Return the settings of the command's workspace. Raises SettingError if none is chosen."""
    return one_workspace(read_installation())


def shell_text(problem: SestettoError) -> str:
    """Return what to print about an error. Of a store that does not respond, people at a shell read other words than
    visitors, whose messages are sent again.
    """
    return STORE_AWAY if isinstance(problem, Unknown) and str(problem) == Unknown.message else str(problem)


def mark(installation: Installation, settings: Settings) -> str:
    """Return the prefix of lines about one of several workspaces."""
    return f"[{settings.workspace}] " if installation.several else ""


def for_each(do: Callable[[str, Settings], None]) -> None:
    """Run `do` for every workspace, with the prefix of its lines. A failure does not stop the others."""
    installation = read_installation()
    failed: list[str] = []
    for settings in installation.workspaces:
        about = mark(installation, settings)
        try:
            do(about, settings)
        except SestettoError as problem:
            if not installation.several:
                raise
            say(f"{about}{shell_text(problem)}")
            failed.append(settings.workspace)
    if failed:
        raise SettingError(f"The command failed for {', '.join(failed)}.")


@asynccontextmanager
async def open_stores(*, adds: bool = False) -> AsyncIterator[Stores]:
    """Open the installation's stores, with migrated tables.

    A command that `adds` prints where: without the server's settings, that is not the server's database.
    """
    settings = resolve(settings_of_one())
    database = Database(settings.database)
    try:
        await database.migrate()
        refuse_workspace((await read_identity(database)).workspace, settings.workspace)
        yield Stores(database)
        if adds:  # on standard error, because scripts read the output of `token add`
            typer.echo(f"Saved in {_place_of(database)}.", err=True)
    finally:
        await database.close()


def _place_of(database: Database) -> str:
    return str(database.file.absolute()) if database.is_sqlite else database.shown


async def revoke_live(member_id: str, session: str = "") -> bool:
    """Close the member's sockets (or one session's) immediately. False if no store runs, so nobody is connected."""
    settings = settings_of_one()
    url = await running_store_url(settings)
    if not url:
        return False
    store = Store(url, settings.workspace, durability=settings.durability)
    try:
        workspace = Workspace(store, settings.workspace)
        workspace.fills = True
        await workspace.revoke(member_id, session)
    except Unknown as problem:
        raise Unknown("The store does not respond, so nothing was revoked. Try again.") from problem
    finally:
        await store.close()
    return True
