"""A process that the parent has started, as the parent sees it."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence

READY = "ready"  # the line that a child prints once it works


class Child:
    """`start` it; `serves` says whether it got ready; `wait` returns its exit code.

    Its standard input begins with a line that has its settings, and ties it to the parent: it ends when that closes,
    however the parent died.
    """

    def __init__(self, words: Sequence[str], settings: bytes, files: Sequence[int]) -> None:
        self.ready = asyncio.Event()
        self.settings = settings
        self._words = words
        self._files = files
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def _running(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "not started"
        return self._process

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "console.cli", *self._words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=tuple(self._files),
            start_new_session=True,  # a Ctrl-C is for the parent, which stops all children in order
        )
        assert self._process.stdin is not None
        self._process.stdin.write(self.settings + b"\n")
        self._reading = asyncio.create_task(self._read())

    async def serves(self) -> bool:
        """Wait until it works; False if it ended before."""
        waits = [asyncio.create_task(self.ready.wait()), asyncio.create_task(self.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
        return self.ready.is_set() and self._running.returncode is None

    async def wait(self) -> int:
        return await self._running.wait()

    def send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def stop(self, number: signal.Signals, patience: float) -> None:
        """Ask it to end; kill it when it does not."""
        if self._process is None:
            return
        # Python that is still importing would answer SIGINT with a traceback.
        self.send(number if self.ready.is_set() else signal.SIGTERM)
        try:
            async with asyncio.timeout(patience):
                await self.wait()
        except TimeoutError:
            self.send(signal.SIGKILL)
            await self.wait()

    async def _read(self) -> None:
        assert self._running.stdout is not None
        async for line in self._running.stdout:
            if line.decode(errors="replace").strip() == READY:
                self.ready.set()
