"""Reads a whole file into SQL, row by row, so that any process can import it and continue where another one stopped."""

import asyncio
from itertools import islice
from typing import IO

from console.archive.audit import COMMAND_LINE, Somebody
from console.archive.imports import ImportStore
from console.domain.imports import Import, ImportWanted
from console.imports.known import KnownHere
from console.imports.reading import NoRows, columns_of, records

BATCH = 200  # rows in one transaction


async def stage(
    store: ImportStore, file: IO[bytes], wanted: ImportWanted, known: KnownHere, by: Somebody = COMMAND_LINE
) -> Import:
    """Read the file; nothing is imported yet. Raises MissingColumn, NoRows."""
    left_out = await asyncio.to_thread(columns_of, file, wanted)
    new = await store.begin_reading(wanted, left_out, by)
    try:
        rows = records(file, wanted, known)
        while batch := await asyncio.to_thread(lambda: list(islice(rows, BATCH))):
            await store.add_rows(new.id, batch)
        await store.finish_reading(new.id)
        staged = await store.read(new.id)
        if not staged.rows:
            raise NoRows
        return staged
    except BaseException:
        await asyncio.shield(store.forget(new.id))
        raise
