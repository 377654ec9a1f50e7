"""Examines files, each in its own process with limits, so that a compromised decoder harms nothing else."""

import asyncio
import os
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import msgspec

from console.errors import BrokenPicture, FilesBusy, WrongFileType

ROOT = Path(__file__).parent.parent.parent
LIMIT = 30.0  # seconds for one file
MOST = 2  # files at once
QUEUE = 60.0  # seconds that a file waits for its turn
KEPT = ("PATH", "LANG", "LC_ALL")


class Examined(msgspec.Struct, frozen=True):
    """What a file is. `refused` is empty, file_type or picture."""

    type: str = ""
    width: int = 0
    height: int = 0
    refused: str = ""


class Examiner:
    def __init__(self, *, limit: float = LIMIT) -> None:
        self._limit = limit
        self._places = asyncio.Semaphore(MOST)

    async def examine(self, file: Path, groups: Collection[str]) -> Examined:
        """Raises WrongFileType, BrokenPicture, FilesBusy."""
        try:
            async with asyncio.timeout(QUEUE):
                await self._places.acquire()
        except TimeoutError:
            raise FilesBusy from None
        try:
            found = await self._ask(file, groups)
        finally:
            self._places.release()
        if found.refused:
            raise WrongFileType if found.refused == "file_type" else BrokenPicture
        return found

    async def _ask(self, file: Path, groups: Collection[str]) -> Examined:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "console.files.examine", str(file), ",".join(groups),
            env={name: os.environ[name] for name in KEPT if name in os.environ} | {"PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._limit):
                said, _ = await process.communicate()
            return msgspec.json.decode(said, type=Examined)
        except TimeoutError:  # the process has less CPU time than this, so the machine is too busy for it
            raise FilesBusy from None
        except msgspec.MsgspecError:  # ended by a limit in the middle of a picture
            return Examined(refused="picture")
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
