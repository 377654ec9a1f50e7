"""The pool of courier processes: started when there is something to send, ended when idle."""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from console.domain.alert_delivery import AlertMessage, Answer, Parcel

PATIENCE = 10.0  # seconds for a connection, and again for each response
LIMIT = 20.0  # seconds for one message; then its process is killed
MOST = 4  # processes at once
IDLE = 60.0  # seconds without work until a process ends
ROOT = Path(__file__).parent.parent.parent
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
NOTHING = AlertMessage("Sestetto", "…", "…", "info")
LOST = "The process that sends has ended."


class Couriers:
    """A pool of couriers. `networks` are the private networks that alerts may go to."""

    def __init__(
        self, networks: Sequence[str] = (), *, most: int = MOST, limit: float = LIMIT, patience: float = PATIENCE
    ) -> None:
        self._networks = list(networks)
        self._patience = patience
        self._limit = limit
        self._places = asyncio.Semaphore(most)
        self._idle: list[asyncio.subprocess.Process] = []
        self._all: set[asyncio.subprocess.Process] = set()
        self._killed: list[asyncio.subprocess.Process] = []  # killed, but perhaps still running

    async def send(self, url: str, message: AlertMessage) -> Answer:
        return await self._ask(Parcel(url, message))

    async def check(self, url: str) -> Answer:
        """Find out where a message to `url` would go and whether it may; send nothing."""
        return await self._ask(Parcel(url, NOTHING, dry_run=True))

    async def close(self) -> None:
        for process in list(self._all):
            self._kill(process)
        self._idle.clear()
        for process in self._killed:
            await process.wait()

    async def _ask(self, parcel: Parcel) -> Answer:
        async with self._places:
            started = time.monotonic()
            process = self._rested() or await self._start()
            try:
                async with asyncio.timeout(self._limit):
                    answer = await _exchange(process, parcel)
            except TimeoutError:
                self._kill(process)
                answer = Answer("slow")
            except (OSError, EOFError, ValueError):
                self._kill(process)
                answer = Answer("failed", LOST)
            # Cancelled in the middle of an exchange: the process's next output would belong to this parcel, so it
            # cannot be reused.
            except BaseException:
                self._kill(process)
                raise
            else:
                self._rest(process)
            answer.took = round((time.monotonic() - started) * 1000)
            return answer

    async def _start(self) -> asyncio.subprocess.Process:
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        # HOME and NETRC are set so that no library finds credentials of the user who runs the server.
        environment |= {"PYTHONPATH": str(ROOT), "NETRC": os.devnull, "HOME": "/nonexistent"}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "console.alerts.courier",
            str(round(self._limit) + 1),
            str(self._patience),
            *self._networks,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
            cwd="/",
        )
        self._all.add(process)
        return process

    def _rested(self) -> asyncio.subprocess.Process | None:
        while self._idle:
            process = self._idle.pop()
            if process.returncode is None:
                return process
            self._all.discard(process)
        return None

    def _rest(self, process: asyncio.subprocess.Process) -> None:
        self._idle.append(process)
        asyncio.get_running_loop().call_later(IDLE, self._retire)

    def _retire(self) -> None:
        """End the process that has been idle longest."""
        if self._idle:
            self._kill(self._idle.pop(0))

    def _kill(self, process: asyncio.subprocess.Process) -> None:
        self._all.discard(process)
        self._killed = [one for one in self._killed if one.returncode is None] + [process]
        with suppress(ProcessLookupError):
            process.kill()


async def _exchange(process: asyncio.subprocess.Process, parcel: Parcel) -> Answer:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(msgspec.json.encode(parcel) + b"\n")
    await process.stdin.drain()
    line = await process.stdout.readline()
    if not line:
        raise EOFError
    return msgspec.json.decode(line, type=Answer)
