"""`sestetto` in processes forked from one that has already imported it: starts in a tenth of the time.

The tests of the command line and of the wheel cover what `python -m console.cli` itself does.
"""

import contextlib
import gc
import io
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

with contextlib.redirect_stdout(io.StringIO()):  # output goes to a log, not to the tests' terminal
    from console import cli
    from console.domain.opening_hours import zones

for _late in (  # imports that a server makes only when it starts
    "anyio._backends._asyncio",
    "anyio.streams.tls",
    "asyncpg",
    "certifi",
    "httpcore",
    "importlib.resources.readers",
    "pydantic.type_adapter",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "rich._emoji_codes",
    "typer._adapters",
    "tzdata",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.httptools_impl",
):
    import_module(_late)
cli.command_line()
zones()
gc.collect()
gc.freeze()  # otherwise garbage collection in a fork would touch, and so copy, all that is imported here

_forking = get_context("forkserver")
_forking.set_forkserver_preload([__name__])


def sestetto(
    words: Sequence[str], environment: Mapping[str, str], log: Path, errors: Path | None = None
) -> ForkServerProcess:
    """Start `sestetto WORDS`; its output is appended to `log`, and that on stderr too unless `errors` is given."""
    process = _forking.Process(target=_run, args=(list(words), dict(environment), log, errors), daemon=True)
    process.start()
    return process


def _run(words: list[str], environment: dict[str, str], log: Path, errors: Path | None) -> None:
    for number, name in ((1, log), (2, errors or log)):
        with name.open("ab") as file:
            os.dup2(file.fileno(), number)
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["sestetto", *words]
    cli.main()
