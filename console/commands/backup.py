"""`sestetto backup DIR` and `sestetto restore DIR`."""

from pathlib import Path
from typing import Annotated

import typer

from console.backup.making import make_backup, make_backup_of_all
from console.backup.manifest import DATABASE, Manifest, is_store
from console.backup.restoring import restore_backup, restore_backup_of_all
from console.commands.common import run, say
from console.workspaces.declared import Installation, read_installation

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the backup.")]
WithoutDatabase = Annotated[
    bool, typer.Option("--without-database", help="Leave out the database; use its own tools instead.")
]
WithoutStore = Annotated[bool, typer.Option("--without-store", help="Leave out the store; use its own tools instead.")]


def backup(folder: Folder, without_database: WithoutDatabase = False, without_store: WithoutStore = False) -> None:
    """Copy the database, the store and the data folder to DIR, which must be new or empty. Sestetto may be running."""
    installation = read_installation()
    parts_of = {"database": not without_database, "store": not without_store}
    if installation.several:
        made = run(make_backup_of_all(installation, folder.absolute(), **parts_of))
    else:
        made = run(make_backup(installation.process, folder.absolute(), **parts_of))
    say(f"{folder} contains {_contents(made)}. Anyone who can read it can read every chat: keep it private.")
    if installation.chosen:
        say("It does not contain the store, which also has the other workspaces' chats.")
    elif without_database and (left := _sqlite_ones(installation)):
        say(f"It contains no database. Copy those in SQLite too: sestetto backup DIR --workspace NAME for {left}.")


def _sqlite_ones(installation: Installation) -> str:
    """Return the names of those of several workspaces whose database no other tool copies."""
    several = installation.workspaces if installation.several else ()
    return ", ".join(one.workspace for one in several if one.database.startswith("sqlite"))


def _contents(made: Manifest) -> str:
    nodes = sum(map(is_store, made.files))
    parts = ["the database"] if DATABASE in made.files else []
    parts += ["the store" if nodes == 1 else f"{nodes} nodes of the store"] if nodes else []
    rest = len(made.files) - nodes - (DATABASE in made.files)
    parts += [f"{rest} other {'file' if rest == 1 else 'files'}"] if rest or not made.workspaces else []
    parts += [f"the workspaces {', '.join(made.workspaces)}"] if made.workspaces else []
    return " and ".join(parts)


def restore(
    folder: Folder,
    replace: Annotated[bool, typer.Option("--replace", help="Move existing files aside.")] = False,
    without_database: WithoutDatabase = False,
    without_store: WithoutStore = False,
) -> None:
    """Restore the backup in DIR. Sestetto must not be running. If there is data already, add --replace."""
    installation = read_installation()
    how = {"replace": replace, "database": not without_database, "store": not without_store}
    if installation.several:
        done = run(restore_backup_of_all(installation, folder.absolute(), **how))
    else:
        done = run(restore_backup(installation.process, folder.absolute(), **how))
    say(f"Restored the backup of {done.manifest.made} (release {done.manifest.release}).")
    for aside in done.asides:
        say(f"The former files are in {aside}. Delete that folder when you no longer need it.")
    say("Run sestetto check, then start Sestetto.")
