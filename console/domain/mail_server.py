"""Addresses of mail servers in the settings. Pure."""

from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from console.domain.model_url import is_own_network

SMTP_PORTS = {"smtp": 587, "smtps": 465}
IMAP_PORTS = {"imap": 143, "imaps": 993}
LIKE_IMAP = "enter a URL such as imaps://USER:PASSWORD@mail.example.com/INBOX"
LIKE_SMTP = "enter a URL such as smtp://USER:PASSWORD@mail.example.com:587 or smtps://USER:PASSWORD@mail.example.com"
ESCAPES = "; in a password, write / as %2F, : as %3A, ? as %3F, # as %23 and @ as %40"
NO_TLS = "tls=none"


class MailServer(NamedTuple):
    """Where to connect, with `tls` from the first byte, with `start_tls`, or with neither."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    start_tls: bool = False
    path: str = ""

    @property
    def shown(self) -> str:
        return f"{self.host}:{self.port}"


def read_smtp_url(text: str) -> str:
    """Return the URL, or an empty text. Raises ValueError, which never shows the password, if it is invalid."""
    if text:
        smtp_server(text)
    return text


def smtp_server(url: str) -> MailServer:
    """Parse the URL. Raises ValueError if it is invalid, or would send a password unencrypted."""
    return mail_server(url, SMTP_PORTS, LIKE_SMTP)


def read_imap_url(text: str) -> str:
    """Return the URL of a mailbox, or an empty text. Raises ValueError, which never shows the password."""
    if text:
        imap_server(text)
    return text


def imap_server(url: str) -> MailServer:
    """Parse a mailbox's URL; its path is the folder. Raises ValueError if it is invalid."""
    server = mail_server(url, IMAP_PORTS, LIKE_IMAP)
    if not server.user or '"' in server.path or "\\" in server.path:
        raise ValueError(LIKE_IMAP)
    return server


def mail_server(url: str, ports: dict[str, int], like: str) -> MailServer:
    """Parse a URL whose second scheme means TLS from the first byte; `?tls=none` means none at all."""
    parts, port = _split(url, like)
    host, plain = parts.hostname or "", next(iter(ports))
    if parts.scheme not in ports or not host or parts.fragment or not url.isprintable() or " " in url:
        raise ValueError(like)
    if parts.query not in ("", NO_TLS):
        raise ValueError(f"only {NO_TLS} is allowed after ?")
    if parts.query and parts.scheme != plain:
        raise ValueError(f"{parts.scheme}:// is TLS: remove ?{NO_TLS}")
    if parts.query and not is_own_network(host):
        raise ValueError(f"mails would cross the Internet unencrypted: remove ?{NO_TLS}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("give both a user and a password, or neither")
    tls = parts.scheme != plain
    start = not tls and not parts.query
    return MailServer(host, port or ports[parts.scheme], user, password, tls, start, unquote(parts.path.strip("/")))


def _split(url: str, like: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise ValueError(like + ESCAPES) from None
