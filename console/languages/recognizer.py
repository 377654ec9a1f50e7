"""Queries the process that recognizes languages; starts it when needed, and ends it when it fails."""

import asyncio
import os
import sys
from collections.abc import Collection
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import msgspec

ROOT = Path(__file__).parent.parent.parent
LIMIT = 60.0  # seconds for one text; the first one loads the models
KEPT = ("PATH", "LANG", "LC_ALL")


class RecognizerAway(Exception):
    """The process did not answer in time, or has ended."""


def installed() -> bool:
    """Whether the extra `languages` is installed."""
    return find_spec("lingua") is not None


class Recognizer:
    def __init__(self, *, limit: float = LIMIT) -> None:
        self._limit = limit
        self._process: asyncio.subprocess.Process | None = None
        self._codes = ""

    async def ask(self, text: str, languages: Collection[str]) -> tuple[str, float]:
        """Return the most likely of the languages, and its probability, 0 to 1. Raises RecognizerAway."""
        try:
            async with asyncio.timeout(self._limit):
                return await self._ask(text, ",".join(sorted(languages)))
        except (TimeoutError, OSError, msgspec.MsgspecError) as problem:
            await self.stop()
            raise RecognizerAway(repr(problem)) from problem

    async def _ask(self, text: str, codes: str) -> tuple[str, float]:
        if codes != self._codes:
            await self.stop()
        process = self._process = self._process or await _start(codes)
        self._codes = codes
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(text) + b"\n")
        await process.stdin.drain()
        return msgspec.json.decode(await process.stdout.readline(), type=tuple[str, float])

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _start(codes: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "console.languages.recognize", codes,
        env={name: os.environ[name] for name in KEPT if name in os.environ} | {"PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
