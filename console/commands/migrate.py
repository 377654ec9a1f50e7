"""`sestetto migrate`: bring the database's tables to this release, before its first process starts."""

from typing import Annotated

import typer

from console.archive.database import Database
from console.archive.migrating import NEWEST, Versions, known_steps
from console.commands.common import run, say
from console.config import read_settings
from console.data_folder import resolve


def migrate(
    to: Annotated[str, typer.Option("--to", help="The migration to stop at. Default: the newest.")] = NEWEST,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 if migrations are missing.")
    ] = False,
) -> None:
    """Migrate the database to this release. `serve` does the same when it starts."""
    if check:
        missing = run(_versions()).missing
        for step in missing:
            say(f"missing: {step.version} {step.says}")
        if missing:
            raise typer.Exit(1)
        say(f"The database is at {_newest()}, the newest migration of this release.")
        return
    before, after = run(_migrate(to))
    for step in before.missing[: len(before.missing) - len(after.missing)]:
        say(f"done: {step.version} {step.says}")
    if before.now == after.now:
        say(f"The database is at {after.now}. There was nothing to do.")
    else:
        say(f"The database was migrated from {before.now or 'nothing'} to {after.now}.")


def _newest() -> str:
    return known_steps()[-1].version


async def _migrate(to: str) -> tuple[Versions, Versions]:
    database = _database()
    try:
        return await database.migrate(to), await database.versions()
    finally:
        await database.close()


async def _versions() -> Versions:
    settings = read_settings()
    file = settings.data.absolute() / "sestetto.db"
    if not settings.database and not file.exists():  # opening it would create it
        return Versions("", known_steps())
    database = _database()
    try:
        return await database.versions()
    finally:
        await database.close()


def _database() -> Database:
    return Database(resolve(read_settings()).database)
