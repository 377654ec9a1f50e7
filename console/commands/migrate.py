"""`sestetto migrate`: migrate the database's tables to this release, before its first process starts."""

from typing import Annotated

import typer

from console.archive.database import Database
from console.archive.migrating import NEWEST, Versions, known_steps
from console.commands.common import for_each, run, say
from console.config import Settings
from console.data_folder import is_to_be_made, resolve


def migrate(
    to: Annotated[str, typer.Option("--to", help="Migration to stop at; head is the newest.")] = NEWEST,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 if migrations are missing.")
    ] = False,
) -> None:
    """Migrate the database to this release. sestetto serve does the same when it starts."""
    complete: list[bool] = []

    def one(about: str, settings: Settings) -> None:
        if check:
            complete.append(_tell_missing(about, settings))
        else:
            _tell_done(about, *run(_migrate(settings, to)))

    for_each(one)
    if not all(complete):
        raise typer.Exit(1)


def _tell_missing(about: str, settings: Settings) -> bool:
    """List what is missing; return whether nothing is."""
    missing = run(_versions(settings)).missing
    for step in missing:
        say(f"{about}missing: {step.version} {step.says}")
    if not missing:
        say(f"{about}The database is at {_newest()}, the newest migration of this release.")
    return not missing


def _tell_done(about: str, before: Versions, after: Versions) -> None:
    for step in before.missing[: len(before.missing) - len(after.missing)]:
        say(f"{about}done: {step.version} {step.says}")
    if before.now == after.now:
        say(f"{about}The database is at {after.now}. There was nothing to do.")
    else:
        say(f"{about}The database was migrated from {before.now or 'nothing'} to {after.now}.")


def _newest() -> str:
    return known_steps()[-1].version


async def _migrate(settings: Settings, to: str) -> tuple[Versions, Versions]:
    database = Database(resolve(settings).database)
    try:
        return await database.migrate(to), await database.versions()
    finally:
        await database.close()


async def _versions(settings: Settings) -> Versions:
    if is_to_be_made(settings):
        return Versions("", known_steps())
    database = Database(resolve(settings).database)
    try:
        return await database.versions()
    finally:
        await database.close()
