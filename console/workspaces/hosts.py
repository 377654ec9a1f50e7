"""Host names, as declared and as requested."""

from urllib.parse import urlsplit

from starlette.types import Scope

from console.config import Settings
from console.security import parse_origin


def host_of(settings: Settings) -> str:
    """Return the workspace's host name."""
    found = parse_origin(settings.origin)
    return plain_host(found[1]) if found else ""


def asked_host(scope: Scope) -> str:
    """Return the name in the Host header, without its port; empty if there is none. Proxies must pass it on."""
    given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    try:
        return plain_host(urlsplit(f"//{given}").hostname or "")
    except ValueError:
        return ""


def plain_host(name: str) -> str:
    """Return a host name in the form used for comparison: lower case, without a final dot, in ASCII."""
    name = name.rstrip(".").lower()
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name
