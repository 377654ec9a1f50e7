"""The command line in its own process, as a shell or a service manager runs it."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.forked_server import sestetto


async def in_a_process(
    *words: str, environment: Mapping[str, str] = os.environ, **settings: str
) -> tuple[int, str, str]:
    """Run `sestetto WORDS`; return exit code, output and errors."""
    return await asyncio.to_thread(run_command, *words, environment=environment, **settings)


def run_command(*words: str, environment: Mapping[str, str] = os.environ, **settings: str) -> tuple[int, str, str]:
    """The same for callers without an event loop."""
    given = {f"SESTETTO_{name}": value for name, value in settings.items()}
    with TemporaryDirectory() as folder:
        out, errors = Path(folder) / "out", Path(folder) / "errors"
        process = sestetto(words, {**environment, **given, "COLUMNS": "200"}, out, errors)
        process.join()
        return process.exitcode or 0, out.read_text(), errors.read_text()
