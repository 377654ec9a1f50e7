"""`sestetto audit`: check the audit log's chains of hashes, and export them for somebody else to check."""

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
from console.commands.check_audit import tell
from console.commands.common import run, say
from console.config import read_settings
from console.domain.audit_chain import canonical
from console.errors import SettingError

app = typer.Typer(no_args_is_help=True, help="The audit log as evidence.")


@app.command("verify")
def verify(
    head: Annotated[
        list[str] | None,
        typer.Option("--head", help="A head that was written down earlier. May be given several times."),
    ] = None,
) -> None:
    """Say whether the log is intact, or which line is the first that does not fit. Exits with 1 if one does not."""
    noted = [one.strip().lower() for one in head or []]
    chains = run(_check(noted))
    for finding in (finding for chain in chains for finding in tell(chain)):
        say(f"{finding.what}." if finding.level != "note" else f"Note: {finding.what}.")
    lost = [one for one in noted if not _tell_noted(one, chains)]
    if lost or any(chain.wrong for chain in chains):
        raise typer.Exit(1)


def _tell_noted(noted: str, chains: list[Chain]) -> bool:
    """Say where a head from before is now. False if it is nowhere, as after a line up to it was changed."""
    for chain in chains:
        if n := chain.noted.get(noted):
            say(f"The head {noted} is line {n} of {chain.log}: nothing up to it was changed.")
            return True
    say(f"No line has the hash {noted}. Data retention has deleted it, or somebody has changed a line up to it.")
    return False


@app.command("export")
def export(
    file: Annotated[Path | None, typer.Option("--file", help="Where to. Default: standard output.")] = None,
) -> None:
    """Write every line as JSON, one a line, with all that its hash covers."""
    if file is None:
        run(_export(sys.stdout))
        return
    try:
        out = os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii")
    except OSError as problem:
        raise SettingError(f"Cannot write {file}: {problem.strerror}") from problem
    with out:
        count = run(_export(out))
    say(f"{count} lines were written to {file}.")


async def _check(noted: list[str]) -> list[Chain]:
    async with _open_database() as database:
        return await check_chains(database, noted)


async def _export(out: TextIO) -> int:
    count = 0
    async with _open_database() as database:
        async for line in export_lines(database):
            out.write(canonical(line).decode("ascii") + "\n")
            count += 1
    return count


@asynccontextmanager
async def _open_database() -> AsyncIterator[Database]:
    """The database as it is: whoever only looks migrates nothing. Raises SettingError if that must come first."""
    settings = read_settings()
    url = settings.database or sqlite_url(settings.data.absolute())
    if not settings.database and not await to_thread((settings.data / "sestetto.db").exists):
        raise SettingError(f"There is no database in {settings.data.absolute()} yet.")
    database = Database(url)
    try:
        if (await database.versions()).missing:
            raise SettingError("The database lacks migrations of this release. Run: sestetto migrate")
        yield database
    finally:
        await database.close()
