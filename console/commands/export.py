"""`sestetto export FILE`: the workspace, or everything of one visitor, as a ZIP."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from console.archive.audit import COMMAND_LINE, Change
from console.commands.common import open_stores, run, say, settings_of_one
from console.data_folder import resolve
from console.errors import NotYours, SettingError
from console.exports.making import Exports
from console.exports.writing import write_export
from console.files.store import open_store
from console.protocol.exports import ExportManifest


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="New file to write, such as export.zip.")],
    visitor: Annotated[str, typer.Option(help="Export only the data of this visitor, by ID.")] = "",
    notes: Annotated[bool, typer.Option("--notes", help="With --visitor: include what only staff can see.")] = False,
) -> None:
    """Export the workspace's data to FILE, a ZIP of JSON Lines, without open chats. Sestetto may be running."""
    file = file.absolute()
    try:
        out = os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
    except OSError as problem:
        raise SettingError(f"Cannot write {file}: {problem.strerror}.") from problem
    try:
        with out:
            made = run(_export(out, visitor, notes=notes))
    except BaseException as problem:
        file.unlink(missing_ok=True)
        if isinstance(problem, OSError):
            raise SettingError(f"The export failed: {problem.strerror or problem}.") from problem
        raise
    counts = ", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in made.counts.items())
    say(f"{file} contains {counts}. Keep it private.")
    if made.open_chats:
        say(f"Open chats, which are not included: {made.open_chats}.")


async def _export(out: BinaryIO, visitor: str, *, notes: bool) -> ExportManifest:
    settings = resolve(settings_of_one())
    async with open_stores() as stores:
        exports = Exports(settings, stores, settings.workspace, lambda: open_store(settings))
        total = await exports.reads.count(visitor)
        if visitor and not total:
            raise NotYours(f"There is no visitor {visitor} in the archive.")
        what = Change("Visitor exported", f"visitor:{visitor}", None, {"notes": notes})
        await stores.audit_reads.note_export(
            COMMAND_LINE, what if visitor else Change("Workspace exported", "workspace:")
        )

        async def progress(done: int) -> None:
            if sys.stderr.isatty():
                typer.echo(f"\r{done} of {total} chats and files ", err=True, nl=False)

        made = await write_export(out, await exports.source(visitor, notes=notes), progress)
    await asyncio.to_thread(os.fsync, out.fileno())
    return made
