"""The command line in a process of its own, as a shell or a service manager runs it."""

import asyncio
import os
import subprocess
import sys


async def in_a_process(*words: str, **settings: str) -> tuple[int, str, str]:
    """Run `sestetto WORDS`; return exit code, output and errors."""
    given = {f"SESTETTO_{name}": value for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "console.cli", *words),
        env=os.environ | given | {"COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()
