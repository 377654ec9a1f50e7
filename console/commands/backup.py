"""`sestetto backup DIR` and `sestetto restore DIR`."""

from pathlib import Path
from typing import Annotated

import typer

from console.backup.making import make_backup
from console.backup.manifest import DATABASE, STORE
from console.backup.restoring import restore_backup
from console.commands.common import run, say
from console.config import read_settings

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The backup's folder.")]
WithoutDatabase = Annotated[bool, typer.Option("--without-database", help="Leave the database to its own tools.")]
WithoutStore = Annotated[bool, typer.Option("--without-store", help="Leave the live store to its own tools.")]


def backup(folder: Folder, without_database: WithoutDatabase = False, without_store: WithoutStore = False) -> None:
    """Copy the database, the store and the data folder to DIR, while Sestetto runs or not. DIR must be new or empty."""
    made = run(make_backup(read_settings(), folder.absolute(), database=not without_database, store=not without_store))
    parts = [what for name, what in ((DATABASE, "the database"), (STORE, "the store")) if name in made.files]
    rest = len(made.files) - len(parts)
    parts.append(f"{rest} other {'file' if rest == 1 else 'files'}")
    say(f"{folder} holds {' and '.join(parts)}. Whoever reads it can read every chat: keep it private.")


def restore(
    folder: Folder,
    replace: Annotated[bool, typer.Option("--replace", help="Move aside what is in the way.")] = False,
    without_database: WithoutDatabase = False,
    without_store: WithoutStore = False,
) -> None:
    """Put the backup in DIR in place of an installation that is not running, or of none."""
    done = run(
        restore_backup(
            read_settings(),
            folder.absolute(),
            replace=replace,
            database=not without_database,
            store=not without_store,
        )
    )
    say(f"Restored what was saved on {done.manifest.made} (release {done.manifest.release}).")
    for aside in done.asides:
        say(f"Former files are in {aside}: delete it when you are sure.")
    say("Run sestetto check, then start Sestetto.")
