"""A whole Sestetto in its own process, as an installation runs it: `sestetto demo` on a free port."""

import os
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.support.eventually import eventually
from tests.support.forked_server import sestetto
from tests.support.migrated import put_migrated

START_PATIENCE = 40.0  # s, for a busy machine


class RunningServer:
    """`url` is `http://127.0.0.1:PORT`. It can be killed, stopped and restarted on the same port and data."""

    asks = "/widget.js"  # the path it answers once it runs
    logs_to = "server"

    def __init__(
        self,
        data: Path,
        *,
        command: str = "demo",
        options: Sequence[str] = (),
        crowd: int = 0,
        agents: int = 0,
        **settings: str,
    ) -> None:
        self.data = data
        self._log = data / f"{self.logs_to}.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._words = [command, *options]
        if command == "demo":
            self._words += ["--crowd", str(crowd), "--agents", str(agents)]
        self._settings = {f"SESTETTO_{name.upper()}": value for name, value in settings.items()}
        self._process: ForkServerProcess | None = None

    @property
    def socket_url(self) -> str:
        """`ws://127.0.0.1:PORT`."""
        return self.url.replace("http", "ws", 1)

    @property
    def pid(self) -> int:
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    @property
    def database_url(self) -> str:
        return self._settings.get("SESTETTO_DATABASE", f"sqlite+aiosqlite:///{self.data / 'sestetto.db'}")

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment for the server, and for commands on its data."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("SESTETTO_")}
        ours = {"SESTETTO_PORT": str(self.port), "SESTETTO_DATA": str(self.data), "SESTETTO_DRAIN": "0"}
        return plain | ours | self._settings

    @staticmethod
    def command(*words: str) -> list[str]:
        """Return the command `sestetto WORDS` of this checkout."""
        return [sys.executable, "-m", "console.cli", *words]

    @property
    def log(self) -> str:
        """Return everything it has printed so far."""
        return self._log.read_text(errors="replace")

    def launch(self) -> None:
        """Start it, without waiting until it responds."""
        self.data.mkdir(parents=True, exist_ok=True)
        if "SESTETTO_DATABASE" not in self._settings:
            put_migrated(self.data, team=self._words[0] == "demo")
        self._log.touch()
        self._process = sestetto(self._words, self.environment, self._log)

    def answers(self) -> bool:
        """Whether it serves pages; raises AssertionError with its last output if it has ended."""
        assert self._process is not None
        code = self._process.exitcode
        assert code is None, f"the server ended with {code}:\n{self.log[-4000:]}"
        try:
            with urllib.request.urlopen(f"{self.url}{self.asks}", timeout=2) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    def start_and_wait(self) -> None:
        """For fixtures that run without an event loop."""
        self.launch()
        deadline = time.monotonic() + START_PATIENCE
        while not self.answers():
            assert time.monotonic() < deadline, f"the server did not answer:\n{self.log[-4000:]}"
            time.sleep(0.05)

    async def start(self) -> None:
        self.launch()
        await eventually(self.answers, "the server to answer", within=START_PATIENCE)

    def kill(self) -> None:
        """Send SIGKILL: nothing is announced or cleaned up. Its store dies with it."""
        assert self._process is not None
        self._process.kill()
        self._process.join()

    def interrupt(self, *, patience: float = 20.0) -> int:
        """Stop it like Ctrl-C; return the exit code."""
        return self._end(signal.SIGINT, patience)

    def stop(self, *, patience: float = 20.0) -> int:
        """Stop it like a service manager (SIGTERM); return the exit code."""
        return self._end(signal.SIGTERM, patience)

    def _end(self, how: signal.Signals, patience: float) -> int:
        if self._process is None:
            return 0
        if self._process.exitcode is None:
            os.kill(self.pid, how)
        self._process.join(patience)
        if self._process.exitcode is None:
            self.kill()
            raise AssertionError(f"the server did not stop within {patience} s:\n{self.log[-4000:]}")
        return self._process.exitcode


class RunningWorker(RunningServer):
    """`sestetto work`, monitored at `url`. Several on one data folder need different names."""

    asks = "/livez"

    def __init__(self, data: Path, *, name: str = "work", **settings: str) -> None:
        self.logs_to = name
        super().__init__(data, command="work", **settings)
        self._settings["SESTETTO_WORK_PORT"] = str(self.port)


_given: set[int] = set()


def free_port() -> int:
    """Return a free port, never the same twice, so that no browser mistakes a server for an earlier one."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


async def gone(pid: int) -> None:
    """Return once no process has that id (a zombie counts as gone)."""
    await eventually(lambda: not lives(pid), f"process {pid} to end")


def lives(pid: int) -> bool:
    """Whether a process has that id (a zombie does not count)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False
