"""`sestetto audit`: check the audit log's hash chains, and export them so that others can check them."""

import os
import sys
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from console.archive.audit_check import Chain, check_chains, export_lines
from console.archive.database import Database, sqlite_url
from console.commands.check_audit import results_of
from console.commands.common import for_each, run, say, settings_of_one
from console.config import Settings
from console.data_folder import is_to_be_made
from console.domain.audit_chain import canonical
from console.errors import SettingError

app = typer.Typer(no_args_is_help=True, help="Verify and export the audit log.")


@app.command("verify")
def verify(
    head: Annotated[
        list[str] | None,
        typer.Option("--head", help="Head that was recorded earlier; repeat for more."),
    ] = None,
) -> None:
    """Check that the log is intact, or report the first line that does not match. Exits with 1 if the check fails."""
    noted = [one.strip().lower() for one in head or []]
    chains: list[Chain] = []

    def one(about: str, settings: Settings) -> None:
        found = run(_check(settings, noted))
        for finding in (finding for chain in found for finding in results_of(chain)):
            say(f"{about}{finding.what}." if finding.level != "note" else f"{about}Note: {finding.what}.")
        chains.extend(found)

    for_each(one)
    lost = [one for one in noted if not _tell_noted(one, chains)]
    if lost or any(chain.wrong for chain in chains):
        raise typer.Exit(1)


def _tell_noted(noted: str, chains: list[Chain]) -> bool:
    """Say where a former head is now. False if it is nowhere, as after a line up to it was changed."""
    for chain in chains:
        if n := chain.noted.get(noted):
            say(f"The head {noted} is line {n} of {chain.log}: nothing up to it was changed.")
            return True
    say(f"No line has the hash {noted}. Data retention has deleted that line, or somebody has changed a line up to it.")
    return False


@app.command("export")
def export(
    file: Annotated[Path | None, typer.Option("--file", help="File to write. Default: standard output.")] = None,
) -> None:
    """Export the log as JSON Lines, with everything that each hash covers."""
    if file is None:
        run(_export(sys.stdout))
        return
    try:
        out = os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii")
    except OSError as problem:
        raise SettingError(f"Cannot write {file}: {problem.strerror}") from problem
    with out:
        count = run(_export(out))
    say(f"Wrote {count} lines to {file}.")


async def _check(settings: Settings, noted: list[str]) -> list[Chain]:
    async with _open_database(settings) as database:
        return await check_chains(database, noted)


async def _export(out: TextIO) -> int:
    count = 0
    async with _open_database(settings_of_one()) as database:
        async for line in export_lines(database):
            out.write(canonical(line).decode("ascii") + "\n")
            count += 1
    return count


@asynccontextmanager
async def _open_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database without migrating it. Raises SettingError if migrations are missing."""
    folder = settings.folder.absolute()
    if await to_thread(is_to_be_made, settings):
        raise SettingError(f"There is no database in {folder} yet.")
    database = Database(settings.database or sqlite_url(folder))
    try:
        if (await database.versions()).missing:
            raise SettingError("The database lacks migrations of this release. Run: sestetto migrate")
        yield database
    finally:
        await database.close()
