"""One process of the installation under test: started, killed, stopped for a while, and started again."""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.request import urlopen

from console.errors import SettingError
from console.proving.eventually import eventually

START_PATIENCE = 60.0  # s, for a busy machine
STOP_PATIENCE = 30.0
PR_SET_PDEATHSIG = 1


class ServerProcess:
    """`python -m MODULE WORDS` on a port; its output is appended to `log`. It ends with this process."""

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        port: int,
        *,
        module: Sequence[str] = ("console.cli",),
        asks: str = "/healthz",
    ) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._words, self._module, self._asks = words, module, asks
        self._environment, self._file = environment, log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def lives(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def log(self) -> str:
        """Return everything it has printed so far."""
        return self._file.read_text(errors="replace") if self._file.exists() else ""

    async def start(self) -> None:
        """Start it and wait until it answers. Raises SettingError with its last words if it ends instead."""
        with self._file.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *self._module, *self._words),
                env=dict(self._environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=dies_with(os.getpid()),
            )
        await eventually(self._answers, "the server to answer", within=START_PATIENCE)

    async def _answers(self) -> bool:
        if not self.lives:
            raise SettingError(f"the server ended: {self.log[-2000:]}")
        return await asyncio.to_thread(self._get)

    def _get(self) -> bool:
        try:
            with urlopen(f"{self.url}{self._asks}", timeout=2) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    def send(self, number: signal.Signals) -> None:
        if self.lives:
            os.kill(self.pid, number)

    async def kill(self) -> None:
        """Send SIGKILL: nothing is announced or cleaned up. An embedded store dies with it."""
        self.send(signal.SIGKILL)
        await self.ended()

    async def ended(self) -> None:
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """Stop it gracefully; kill it if it does not end."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_PATIENCE):
                await self.ended()
        await self.kill()


def free_ports(count: int) -> list[int]:
    """Return that many ports that are free now."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def free_port() -> int:
    return free_ports(1)[0]


def dies_with(parent: int) -> Callable[[], None]:
    """Return a function that the child runs first, so that a killed run leaves no process behind, not even a stopped
    one.
    """
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def begin() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return begin
