"""`sestetto import`: import members, canned replies, visitors and past chats from a file, as in the settings."""

import asyncio
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from console.archive.database import now_ms
from console.archive.imports import ImportStore, MisfitRow
from console.archive.stores import Stores
from console.commands.common import agreed, open_stores, run, say, screen, settings_of_one
from console.domain.directory import DAY
from console.domain.imports import FORMATS, KINDS, MOST_BYTES, Format, Import, ImportWanted, Kind
from console.errors import FileTooLarge, SettingError
from console.imports.known import known_for
from console.imports.staging import stage
from console.pages.chat_export import csv_lines

T = TypeVar("T", bound=str)

SHOWN = 20  # misfit rows on the screen
CHECK_EVERY = 0.5  # seconds between two checks of the progress
PATIENCE = 20.0  # seconds without progress after which nobody seems to import


def import_file(
    file: Annotated[Path, typer.Argument(help="File to import.", exists=True, dir_okay=False, readable=True)],
    kind: Annotated[str, typer.Option(help="What to import: members, replies, visitors or chats.")],
    format: Annotated[str, typer.Option(help="File format: csv, json, zendesk or chatwoot.")] = "csv",
    site: Annotated[str, typer.Option(help="Site of visitors and past chats. Default: the first one.")] = "",
    report: Annotated[
        Path | None, typer.Option(help="CSV file to write, with the rows that cannot be imported.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False,
) -> None:
    """Import members, canned replies, visitors or past chats. The running server does the work."""
    if file.stat().st_size > MOST_BYTES:
        raise FileTooLarge
    wanted = _one_of(kind, KINDS, "--kind"), _one_of(format, FORMATS, "--format")
    run(_import(file, *wanted, site, report, sure=yes))


async def _import(file: Path, kind: Kind, format: Format, site: str, report: Path | None, *, sure: bool) -> None:
    settings = settings_of_one()
    async with open_stores() as stores:
        store = ImportStore(stores.database, settings.workspace)
        wanted = ImportWanted(kind, format, file.name[:120], await _site(stores, site), settings.origin)
        if kind == "members" and not settings.origin:
            raise SettingError("Set SESTETTO_ORIGIN: the links in invitations begin with it.")
        oldest = now_ms() - (await stores.retention.days() or settings.retention_days) * DAY
        known = known_for(wanted, await stores.directory.read(), oldest)
        with file.open("rb") as opened:
            at = await stage(store, opened, wanted, known)
        say(f"{at.rows - at.wrong} rows can be imported, {at.wrong} can't.")
        for row in await store.misfits(at.id, limit=SHOWN):
            say(f"  line {row.line}: {_says(row)}")
        if at.rows > at.wrong and (sure or agreed("Import them?")):
            await store.begin(at.id)
            at = await _follow(store, await store.read(at.id))
            say(f"{at.added} imported, {at.known} already there, {at.wrong} not imported.")
        else:
            await store.cancel(at.id)
        if report is not None:
            await _write(store, at, report)


async def _follow(store: ImportStore, at: Import) -> Import:
    """Show the progress until the import ends, or nobody seems to work on it."""
    last, quiet = -1, 0.0
    with Progress(TextColumn("Importing"), BarColumn(), MofNCompleteColumn(), console=screen, transient=True) as bar:
        task = bar.add_task("", total=at.rows)
        while at.state == "running":
            at = await store.read(at.id)
            bar.update(task, completed=at.done)
            last, quiet = at.done, (0.0 if at.done != last else quiet + CHECK_EVERY)
            if quiet > PATIENCE:
                say("The import is not progressing. Start the server to continue it.")
                break
            await asyncio.sleep(CHECK_EVERY)
    return at


async def _write(store: ImportStore, at: Import, report: Path) -> None:
    with report.open("w", encoding="utf-8-sig", newline="") as written:
        written.write(csv_lines([("Line", "Reason")]))
        after = 0
        while page := await store.misfits(at.id, after=after, limit=500):
            written.write(csv_lines((str(row.line), _says(row)) for row in page))
            after = page[-1].line


async def _site(stores: Stores, wanted: str) -> str:
    sites = (await stores.directory.read()).sites
    if wanted and wanted not in sites:
        raise typer.BadParameter(f"there is no site {wanted}", param_hint="--site")
    return wanted or min(sites, default="")


def _says(row: MisfitRow) -> str:
    return row.says % row.details if row.details else row.says


def _one_of(text: str, choices: tuple[T, ...], option: str) -> T:
    found = next((one for one in choices if one == text), None)
    if found is None:
        raise typer.BadParameter(f"must be one of: {', '.join(choices)}", param_hint=option)
    return found
