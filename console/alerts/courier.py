"""The process that sends: `python -m console.alerts.courier NETWORK…`, one JSON line in, one out, until its input ends.

Whatever Apprise and the far end do happens here: it may hang, and is then killed, without anybody else noticing. An
audit hook sees every connection this process makes, whoever makes it and after every look-up, and refuses what
leads to where alerts may not go; files other than Python's own, and other programs, are out of its reach.
"""

import logging
import mimetypes
import os
import re
import resource
import signal
import sys
import sysconfig
import zoneinfo
from pathlib import Path
from typing import Any

import apprise
import certifi
import msgspec
import requests
from apprise.common import NotifyFormat, NotifyType, PersistentStoreMode

from console.domain.address_policy import hide, may_reach, scheme_of
from console.domain.alert_delivery import Answer, Parcel

PATIENCE = 10.0  # seconds for a connection, and again for each answer
MEMORY = 2**30  # bytes: a far end that answers without end
LONGEST_DETAIL = 300  # characters
MAIL = frozenset(
    {
        "mailto", "mailtos", "azure", "o365", "ses", "mailgun", "sendgrid", "sparkpost", "smtp2go", "postmark",
        "brevo", "resend", "mailersend",
    }
)  # fmt: skip
CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
NEVER = frozenset(
    {
        "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn",
        "socket.bind", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.chown", "os.link",
        "os.symlink", "os.truncate", "shutil.rmtree",
    }
)  # fmt: skip
CERTIFICATES = ("/etc/ssl", "/usr/lib/ssl", "/usr/share/ca-certificates", "/etc/pki")
CAUSE = re.compile(
    r"\[Errno -?\d+\] ([^'\")]+)|\b([Rr]ead timed out)|(connect timeout)=|(certificate verify failed[^(]*)"
)
DEVICES = ("/dev/null", "/dev/urandom")


class LookOnly(PermissionError):
    """A connection that might be made, and was not wanted yet."""


class Guard:
    """The audit hook, from `begin` on; `only_look` lets nothing out. It notes what it was asked for."""

    def __init__(self, networks: list[str]) -> None:
        self.networks = networks
        self.on = False
        self.clear(only_look=False)
        paths = sysconfig.get_paths()
        own = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
        more = [os.environ.get(name, "") for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")]
        ours = [str(Path(__file__).parent.parent), certifi.where()]
        readable = [*own, *ours, *more, *zoneinfo.TZPATH, *CERTIFICATES, *DEVICES]
        self.readable = tuple({os.path.realpath(path) for path in readable if path})

    def clear(self, *, only_look: bool) -> None:
        self.only_look = only_look
        self.asked: list[str] = []  # names that were looked up
        self.reached: list[str] = []
        self.refused: list[str] = []
        self.redirected = False

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event in CONNECTS:
            self._connect(args[1])
        elif event == "socket.getaddrinfo":
            self.asked.append(str(args[0]))
        elif event == "open":
            self._open(*args)
        elif event in NEVER:
            raise PermissionError(f"{event} is not for alerts")

    def _connect(self, address: Any) -> None:
        if address is None:  # more of a connection that was judged
            return
        host = str(address[0]) if isinstance(address, tuple) else "a local socket"
        if not may_reach(host, self.networks):
            self.refused.append(host)
            raise PermissionError(f"alerts may not go to {host}")
        self.reached.append(host)
        if self.only_look:
            raise LookOnly(f"{host} was not connected to")

    def _open(self, path: Any, mode: str | None, flags: int) -> None:
        if isinstance(path, int):
            return
        real = os.path.realpath(os.fsdecode(path))
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        inside = any(real == root or real.startswith(root + os.sep) for root in self.readable)
        if (writes and real not in DEVICES) or not inside:
            raise PermissionError("alerts read and write no files")


class LogCapture(logging.Handler):
    """What Apprise says while it sends: its warnings, and why a connection broke."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if record.levelno >= logging.WARNING or said.startswith("Socket Exception"):
            self.said.append(said.removeprefix("Socket Exception: "))


class Courier:
    def __init__(self, networks: list[str]) -> None:
        self.guard = Guard(networks)
        self.heard = LogCapture()
        self.asset = apprise.AppriseAsset(
            storage_mode=PersistentStoreMode.MEMORY,
            allow_templates=False,
            http_redirects=False,
            pem_autogen=False,
            pgp_autogen=False,
            async_mode=False,
            app_id="Sestetto",
            app_desc="Sestetto",
            app_url="",
        )
        logger = logging.getLogger("apprise")
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.addHandler(self.heard)
        requests.Session.get_redirect_target = self._no_redirect  # type: ignore[method-assign, assignment]

    def _no_redirect(self, response: requests.Response) -> None:
        """Nothing is followed: what was judged is where it goes."""
        self.guard.redirected |= bool(response.is_redirect)

    def carry(self, parcel: Parcel) -> Answer:
        """Sends it; or with `only_look` makes sure that it might be sent."""
        self.heard.said.clear()
        self.guard.clear(only_look=parcel.only_look)
        plugin = apprise.Apprise.instantiate(parcel.url, asset=self.asset, suppress_exceptions=True)
        if plugin is None:
            return Answer("bad", self._detail(parcel.url, ""))
        plugin.socket_connect_timeout = plugin.socket_read_timeout = PATIENCE
        shown = shown_of(plugin, parcel.url)
        sent = False
        try:
            sent = bool(plugin.notify(**_letter(parcel)))
        except Exception as problem:  # of whichever service it was
            self.heard.said.append(f"{type(problem).__name__}: {problem}")
        return Answer(self._code(parcel, sent), self._detail(parcel.url, shown), shown)

    def _code(self, parcel: Parcel, sent: bool) -> str:
        guard = self.guard
        if guard.refused:
            return "refused"
        if guard.redirected:
            return "redirected"
        if not parcel.only_look:
            return "sent" if sent else "failed"
        if guard.reached:
            return "fine"
        return "unknown_host" if guard.asked else "failed"

    def _detail(self, url: str, shown: str) -> str:
        """Never anything of the address that is not shown anyway."""
        if self.guard.refused:
            return ", ".join(dict.fromkeys(self.guard.refused))[:LONGEST_DETAIL]
        said = " ".join(dict.fromkeys(map(brief, self.heard.said)))
        return hide(" ".join(said.split()), url, shown)[:LONGEST_DETAIL]


def brief(said: str) -> str:
    """The heart of what urllib3 wraps three times."""
    found = CAUSE.search(said)
    return next(part for part in found.groups() if part) + "." if found else said


def _letter(parcel: Parcel) -> dict[str, Any]:
    mail = scheme_of(parcel.url) in MAIL
    return {
        "title": parcel.message.subject,
        "body": parcel.message.html if mail else parcel.message.text,
        "body_format": NotifyFormat.HTML if mail else NotifyFormat.TEXT,
        "notify_type": NotifyType(parcel.message.tone),
    }


def shown_of(plugin: Any, url: str) -> str:
    """What may be seen of a destination: its service, its host, whom a mail is to."""
    scheme = scheme_of(url)
    if scheme in ("mailto", "mailtos"):
        people = ", ".join(address for _, address in plugin.targets)
        return f"{scheme}: {people}"[:LONGEST_DETAIL]
    token = plugin.template_tokens.get("host", {})
    if not token or token.get("private") or not plugin.host:
        return f"{scheme}://…"
    port = f":{plugin.port}" if plugin.port else ""
    return f"{scheme}://{plugin.host}{port}/…"


def main() -> None:
    """Its output is the pipe alone: what a library prints goes nowhere."""
    limit, networks = int(sys.argv[1]), sys.argv[2:]
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.dont_write_bytecode = True
    mimetypes.init()
    answers, sys.stdout = sys.stdout, sys.stderr
    courier = Courier(networks)
    sys.addaudithook(courier.guard)
    courier.guard.on = True
    decoder = msgspec.json.Decoder(Parcel)
    for line in sys.stdin.buffer:
        signal.alarm(limit)  # ends the process: nobody waits for its answer any more
        answer = courier.carry(decoder.decode(line))
        signal.alarm(0)
        answers.buffer.write(msgspec.json.encode(answer) + b"\n")
        answers.buffer.flush()


if __name__ == "__main__":
    main()
