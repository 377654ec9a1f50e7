"""URLs of the store and the database: validation, and display without the password. Pure."""

import re
from urllib.parse import urlsplit

from console.domain.postgresql_url import LIKE, read_postgresql_url
from console.domain.store_url import SCHEMES, read_asked_url

HIDDEN = "***"
STORES = ("redis", "rediss", "unix")
DATABASES = ("sqlite", "postgresql", "postgres")
DRIVERS = ("aiosqlite", "asyncpg")  # allowed after a plus: the ones we use anyway

# Everything before the last @: people write passwords with slashes and similar characters, unescaped.
_USER = re.compile(r"^(?P<scheme>[^/?#@]*//)?(?P<user>[^:/@]*:)?.*@", re.DOTALL)
_QUERY = re.compile(r"(?P<name>[?&][^=&#]*pass[^=&#]*=)[^&#]*", re.IGNORECASE)


def without_password(url: str) -> str:
    """Return the URL in a form that may be printed and logged."""
    shown = _USER.sub(lambda found: f"{found['scheme'] or ''}{found['user'] or ''}{HIDDEN}@", url)
    return _QUERY.sub(lambda found: found["name"] + HIDDEN, shown)


def read_store_url(text: str) -> str:
    """Return a store's URL, or an empty text. Raises ValueError, which never shows the password, if it is invalid."""
    scheme = text.partition("://")[0]
    if scheme in SCHEMES:
        read_asked_url(text)
        return text
    if "+" in scheme:
        raise ValueError(f"enter one of {', '.join(SCHEMES)}, or redis://, rediss:// or unix://")
    return _checked(text, STORES, "enter a URL such as redis://127.0.0.1:6379/0 or unix:///run/valkey.sock")


def read_database_url(text: str) -> str:
    """The same for a database."""
    kind, _, driver = text.partition("://")[0].partition("+")
    if kind in ("postgresql", "postgres"):
        read_postgresql_url(text)
    elif _checked(text, DATABASES, LIKE) and "?" in text:
        raise ValueError(f'SQLite takes no options: remove "?{without_password(text.partition("?")[2])}"')
    if driver not in ("", *DRIVERS):
        raise ValueError(f'Sestetto does not use the driver "{driver}": write {kind}://')
    return text


def read_files_url(text: str) -> str:
    """Return `s3://BUCKET/PREFIX`, `no`, or an empty text."""
    if text in ("", "no"):
        return text
    parts = urlsplit(text)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("enter s3://BUCKET or s3://BUCKET/PREFIX, or no")
    return text


def read_scanner_url(text: str) -> str:
    """Return the address of a virus scanner, or an empty text."""
    parts = urlsplit(text) if _has_a_port_or_none(text) else urlsplit("")
    reached = parts.scheme == "tcp" and parts.hostname and parts.port
    there = parts.scheme in ("unix", "exec") and not parts.netloc and parts.path.startswith("/")
    if text and not (reached or there):
        raise ValueError("enter tcp://HOST:PORT, unix:///PATH/OF/CLAMD or exec:///PATH/OF/A/PROGRAM")
    return text


def _checked(text: str, schemes: tuple[str, ...], says: str) -> str:
    scheme, separator, rest = text.partition("://")
    if text and (not separator or not rest or scheme.partition("+")[0] not in schemes):
        raise ValueError(says)
    if text and not _has_a_port_or_none(text):
        raise ValueError(f"{says}; in a password, write / as %2F, : as %3A, ? as %3F and # as %23")
    return text


def _has_a_port_or_none(url: str) -> bool:
    try:
        urlsplit(url).port  # noqa: B018
    except ValueError:
        return False
    return True
