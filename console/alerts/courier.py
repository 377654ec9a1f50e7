"""The process that sends: `python -m console.alerts.courier LIMIT PATIENCE NETWORK…`. Reads and writes one JSON line
per message.

PATIENCE are the seconds for a connection, and again for each response.

Everything that Apprise and the remote server do happens here. If this process hangs, it is killed, and nothing else is
affected. An audit hook sees every connection this process makes, after name resolution and whichever library makes it,
and refuses forbidden addresses, files other than Python's own, and other programs.
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

MEMORY = 2**30  # bytes; stops a server that sends without end
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
    """A connection that the guard would have allowed, but `dry_run` forbids sending."""


class Guard:
    """The audit hook, active once `on` is set; `dry_run` lets nothing out. Records what was attempted."""

    def __init__(self, networks: list[str]) -> None:
        self.networks = networks
        self.on = False
        self.clear(dry_run=False)
        paths = sysconfig.get_paths()
        own = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
        more = [os.environ.get(name, "") for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")]
        ours = [str(Path(__file__).parent.parent), certifi.where()]
        readable = [*own, *ours, *more, *zoneinfo.TZPATH, *CERTIFICATES, *DEVICES]
        self.readable = tuple({os.path.realpath(path) for path in readable if path})

    def clear(self, *, dry_run: bool) -> None:
        self.dry_run = dry_run
        self.asked: list[str] = []  # names that were resolved
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
        if address is None:  # a later packet of a connection that was already checked
            return
        host = str(address[0]) if isinstance(address, tuple) else "a local socket"
        if not may_reach(host, self.networks):
            self.refused.append(host)
            raise PermissionError(f"alerts may not go to {host}")
        self.reached.append(host)
        if self.dry_run:
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
    """Collects Apprise's warnings, and the reason why a connection failed."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.WARNING or text.startswith("Socket Exception"):
            self.said.append(text.removeprefix("Socket Exception: "))


class Courier:
    def __init__(self, networks: list[str], patience: float) -> None:
        """Sends messages through Apprise, under the guard."""
        self.patience = patience
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
        # Apprise's own switch does not cover every plugin, so redirects are disabled in requests itself.
        requests.Session.get_redirect_target = self._no_redirect  # type: ignore[method-assign, assignment]

    def _no_redirect(self, response: requests.Response) -> None:
        """Follow no redirect: a message goes to the address that was checked, or nowhere."""
        self.guard.redirected |= bool(response.is_redirect)

    def carry(self, parcel: Parcel) -> Answer:
        """Send the parcel; with `dry_run`, check whether it could be sent."""
        self.heard.said.clear()
        self.guard.clear(dry_run=parcel.dry_run)
        plugin = apprise.Apprise.instantiate(parcel.url, asset=self.asset, suppress_exceptions=True)
        if plugin is None:
            return Answer("bad", self._detail(parcel.url, ""))
        plugin.socket_connect_timeout = plugin.socket_read_timeout = self.patience
        shown = shown_of(plugin, parcel.url)
        sent = False
        try:
            sent = bool(plugin.notify(**_letter(parcel)))
        except Exception as problem:  # of any service's plugin
            self.heard.said.append(f"{type(problem).__name__}: {problem}")
        return Answer(self._code(parcel, sent), self._detail(parcel.url, shown), shown)

    def _code(self, parcel: Parcel, sent: bool) -> str:
        guard = self.guard
        if guard.refused:
            return "refused"
        if guard.redirected:
            return "redirected"
        if not parcel.dry_run:
            return "sent" if sent else "failed"
        if guard.reached:
            return "fine"
        return "unknown_host" if guard.asked else "failed"

    def _detail(self, url: str, shown: str) -> str:
        """Return what went wrong, without the hidden parts of the URL."""
        if self.guard.refused:
            return ", ".join(dict.fromkeys(self.guard.refused))[:LONGEST_DETAIL]
        text = " ".join(dict.fromkeys(map(brief, self.heard.said)))
        return hide(" ".join(text.split()), url, shown)[:LONGEST_DETAIL]


def brief(text: str) -> str:
    """Return the core of an error that urllib3 has wrapped three times."""
    found = CAUSE.search(text)
    return next(part for part in found.groups() if part) + "." if found else text


def _letter(parcel: Parcel) -> dict[str, Any]:
    mail = scheme_of(parcel.url) in MAIL
    return {
        "title": parcel.message.subject,
        "body": parcel.message.html if mail else parcel.message.text,
        "body_format": NotifyFormat.HTML if mail else NotifyFormat.TEXT,
        "notify_type": NotifyType(parcel.message.tone),
    }


def shown_of(plugin: Any, url: str) -> str:
    """Return the displayable part of a destination: its service, its host, the recipients of a mail."""
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
    """Read parcels and write answers. Output goes to the pipe only; what a library prints goes to standard error."""
    limit, patience, networks = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The audit hook forbids writing files, and Python would cache bytecode.
    sys.dont_write_bytecode = True
    mimetypes.init()
    answers, sys.stdout = sys.stdout, sys.stderr
    courier = Courier(networks, patience)
    sys.addaudithook(courier.guard)
    courier.guard.on = True
    decoder = msgspec.json.Decoder(Parcel)
    for line in sys.stdin.buffer:
        signal.alarm(limit)  # kills this process, after the pool has stopped waiting for its answer
        answer = courier.carry(decoder.decode(line))
        signal.alarm(0)
        answers.buffer.write(msgspec.json.encode(answer) + b"\n")
        answers.buffer.flush()


if __name__ == "__main__":
    main()
