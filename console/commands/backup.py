"""`sestetto backup DIR` and `sestetto restore DIR`."""

from pathlib import Path
from typing import Annotated

import typer

from console.backup.making import make_backup, make_backup_of_all
from console.backup.manifest import DATABASE, STORE, Manifest
from console.backup.restoring import restore_backup, restore_backup_of_all
from console.commands.common import run, say
from console.workspaces.declared import read_installation

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The backup's folder.")]
WithoutDatabase = Annotated[bool, typer.Option("--without-database", help="Leave the database to its own tools.")]
WithoutStore = Annotated[bool, typer.Option("--without-store", help="Leave the live store to its own tools.")]


def backup(folder: Folder, without_database: WithoutDatabase = False, without_store: WithoutStore = False) -> None:
    """Copy the database, the store and the data folder to DIR, while Sestetto runs or not. DIR must be new or empty."""
    installation = read_installation()
    parts_of = {"database": not without_database, "store": not without_store}
    if installation.several:
        made = run(make_backup_of_all(installation, folder.absolute(), **parts_of))
    else:
        made = run(make_backup(installation.process, folder.absolute(), **parts_of))
    say(f"{folder} holds {_told(made)}. Whoever reads it can read every chat: keep it private.")
    if installation.chosen:
        say("The store is not in it, as the other workspaces' chats are there too.")


def _told(made: Manifest) -> str:
    parts = [what for name, what in ((DATABASE, "the database"), (STORE, "the store")) if name in made.files]
    rest = len(made.files) - len(parts)
    parts += [f"{rest} other {'file' if rest == 1 else 'files'}"] if rest or not made.workspaces else []
    parts += [f"the workspaces {', '.join(made.workspaces)}"] if made.workspaces else []
    return " and ".join(parts)


def restore(
    folder: Folder,
    replace: Annotated[bool, typer.Option("--replace", help="Move aside what is in the way.")] = False,
    without_database: WithoutDatabase = False,
    without_store: WithoutStore = False,
) -> None:
    """Put the backup in DIR in place of an installation that is not running, or of none."""
    installation = read_installation()
    how = {"replace": replace, "database": not without_database, "store": not without_store}
    if installation.several:
        done = run(restore_backup_of_all(installation, folder.absolute(), **how))
    else:
        done = run(restore_backup(installation.process, folder.absolute(), **how))
    say(f"Restored what was saved on {done.manifest.made} (release {done.manifest.release}).")
    for aside in done.asides:
        say(f"Former files are in {aside}: delete it when you are sure.")
    say("Run sestetto check, then start Sestetto.")
