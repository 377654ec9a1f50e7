"""The address of the language model API that drafts answers. Pure."""

import ipaddress
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from console.domain.address_policy import may_reach

LIKE = "enter the base URL of an OpenAI-compatible API, such as https://api.openai.com/v1 or http://127.0.0.1:11434/v1"
ROUTE = "/chat/completions"
PORTS = {"http": 80, "https": 443}
OWN_NETWORK = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


class ModelAddress(NamedTuple):
    """Where to connect, and which path to request."""

    host: str
    port: int
    target: str  # the path
    tls: bool

    @property
    def authority(self) -> str:
        """Return the host in the form of HTTP's Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS["https" if self.tls else "http"] else f"{host}:{self.port}"


def read_model_url(text: str) -> str:
    """Return the base URL, or an empty text. Raises ValueError, which shows no part of a password, if it is invalid."""
    if text:
        model_address(text)
    return text.rstrip("/")


def read_model_key(text: str) -> str:
    """Return the key. Raises ValueError, without showing it, if no header can carry it."""
    if text and not (text.isascii() and text.isprintable() and " " not in text):
        raise ValueError("enter a key of printable ASCII without spaces")
    return text


def model_address(url: str) -> ModelAddress:
    """Parse the URL. Raises ValueError if it is invalid, or would send chats unencrypted over public networks."""
    parts, port = _split(url)
    host = parts.hostname or ""
    if parts.scheme not in PORTS or not host or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError(LIKE)
    if "@" in parts.netloc:
        raise ValueError("remove the user and password; the key is set in SESTETTO_MODEL_KEY")
    if parts.query or parts.fragment:
        raise ValueError(f"{LIKE}, without ? and #")
    tls = parts.scheme == "https"
    if not tls and not is_own_network(host):
        raise ValueError(f"chats would cross the Internet unencrypted: write https://{host}")
    path = parts.path.rstrip("/")
    return ModelAddress(host, port or PORTS[parts.scheme], path.removesuffix(ROUTE) + ROUTE, tls)


def is_own_network(host: str) -> bool:
    """Whether the host is this machine or in a private network, by address or by a name that is never public."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "." not in host or host.endswith(OWN_NETWORK)
    return not may_reach(host)


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise ValueError(LIKE) from None
