"""Parses a PostgreSQL URL like libpq, for our driver; options that the driver lacks are refused by name. Pure."""

import re
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

LIKE = "enter a URL such as postgresql://sestetto@127.0.0.1/sestetto"
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SYSTEM = "system"  # sslrootcert=system: the certificates that this machine trusts

# The driver reads these as libpq does.
PASSED_ON = frozenset({
    "gsslib", "krbsrvname", "passfile", "service", "ssl_max_protocol_version", "ssl_min_protocol_version", "sslcert",
    "sslcrl", "sslkey", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert", "target_session_attrs",
})  # fmt: skip
# Where to connect, and as which user.
PLACES = frozenset({"host", "port", "user", "password", "dbname", "database"})
# Settings of the server, sent when a connection begins.
SENT = frozenset({"application_name", "fallback_application_name", "options"})
# The only values that the driver supports.
ONLY: dict[str, tuple[str, ...]] = {
    "channel_binding": ("disable", "prefer"),
    "client_encoding": ("auto", "utf8", "utf-8"),
    "gssencmode": ("disable", "prefer"),
    "keepalives": ("1",),
    "load_balance_hosts": ("disable",),
    "requiressl": ("0",),
    "sslcompression": ("0",),
    "sslsni": ("1",),
}
NOT_HERE = frozenset({
    "gssdelegation", "hostaddr", "keepalives_count", "keepalives_idle", "keepalives_interval", "max_protocol_version",
    "min_protocol_version", "replication", "require_auth", "requirepeer", "scram_client_key", "scram_server_key",
    "sslcertmode", "sslcrldir", "sslkeylogfile", "tcp_user_timeout",
})  # fmt: skip
CACHES = frozenset({"prepared_statement_cache_size", "statement_cache_size"})  # the driver's own: 0 behind PgBouncer

_HOST = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d+))?")
_SET_BY_OPTIONS = re.compile(r"(?:^|\s)(?:-c\s*|--)([A-Za-z_][\w.\-]*)\s*=")


class PostgresUrl(NamedTuple):
    """The driver's arguments. Empty or None: its own default, which is libpq's."""

    hosts: tuple[str, ...]
    ports: tuple[int, ...]
    user: str
    password: str
    database: str
    passed_on: dict[str, str]
    sent: dict[str, str]
    timeout: float | None
    caches: dict[str, int]

    @property
    def dsn(self) -> str:
        """The options that the driver reads itself, as a URL without a place."""
        return f"postgresql://?{urlencode(self.passed_on)}" if self.passed_on else "postgresql://"

    def sets(self, name: str) -> bool:
        """Whether `options` sets this setting of the server."""
        found = _SET_BY_OPTIONS.findall(self.sent.get("options", ""))
        return name in [one.replace("-", "_").lower() for one in found]


def read_postgresql_url(url: str) -> PostgresUrl:
    """Parse the URL. Raises ValueError, which names the invalid option and never shows a password."""
    try:
        parts = urlsplit(url)
    except ValueError:  # its text may contain part of the password
        raise ValueError(LIKE) from None
    if not parts.netloc and "://" not in url:
        raise ValueError(LIKE)
    if parts.fragment:
        raise ValueError(f"{LIKE}; in a password, write # as %23")
    options = _options(parts)
    hosts, ports = _places(parts, options)
    login, _, _ = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    name = unquote(parts.path.removeprefix("/")) or options.get("dbname") or options.get("database", "")
    passed_on = {name: options[name] for name in PASSED_ON & options.keys()}
    if "ssl" in options:  # the driver's own name for it, as in URLs of older releases
        passed_on.setdefault("sslmode", options["ssl"])
    _check_ssl(passed_on)
    return PostgresUrl(
        hosts,
        ports,
        unquote(user) or options.get("user", ""),
        unquote(password) or options.get("password", ""),
        name,
        passed_on,
        _sent(options),
        _seconds(options),
        {name: _number(name, options[name]) for name in CACHES & options.keys()},
    )


def _options(parts: SplitResult) -> dict[str, str]:
    """Return the options by name; several hosts may be given in one option or in several."""
    found: dict[str, str] = {}
    # A plus is a plus, as in libpq, not a space.
    for name, value in parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True):
        if name in ("host", "port") and name in found:
            value = f"{found[name]},{value}"
        elif name in found:
            raise ValueError(f'the option "{name}" is given twice')
        found[name] = value
    for name, value in found.items():
        _check(name, value)
    return {name: value for name, value in found.items() if value}


def _check(name: str, value: str) -> None:
    if name in PASSED_ON | PLACES | SENT | CACHES | {"connect_timeout", "ssl"}:
        return
    if name in ONLY:
        if value.lower() not in ONLY[name]:
            allowed = " or ".join(f"{name}={one}" for one in ONLY[name])
            raise ValueError(f'the driver does not support the option "{name}" with this value: only {allowed}')
        return
    if name in NOT_HERE:
        raise ValueError(f'the driver does not support the option "{name}": remove it')
    raise ValueError(f'there is no option "{name}"; write a setting of the server as options=-c%20NAME%3DVALUE')


def _check_ssl(options: dict[str, str]) -> None:
    mode = options.get("sslmode", "")
    if mode and mode not in SSL_MODES:
        raise ValueError(f'the option "sslmode" must be one of: {", ".join(SSL_MODES)}')
    if options.get("sslrootcert") == SYSTEM and mode != "verify-full":
        raise ValueError('the option "sslrootcert" can be "system" only with sslmode=verify-full')


def _places(parts: SplitResult, options: dict[str, str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return hosts and ports; a single port, or none, applies to every host."""
    hosts, ports = _pairs(parts.netloc.rpartition("@")[2])
    if "host" in options:
        named, with_ports = _pairs(options["host"])
        hosts, ports = named, with_ports or ports
    if "port" in options:
        ports = tuple(_number("port", one) for one in options["port"].split(","))
    if len(ports) not in (0, 1, max(len(hosts), 1)):
        raise ValueError('the options "port" and "host" must have equally many values')
    return hosts, ports * len(hosts) if len(ports) == 1 and hosts else ports


def _pairs(text: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Parse `host:port,host:port`."""
    if not text:
        return (), ()
    found = [_HOST.fullmatch(unquote(one)) or _refuse_host() for one in text.split(",")]
    hosts = tuple(one["host"].strip("[]") for one in found)
    if not any(one["port"] for one in found):
        return tuple(filter(None, hosts)), ()
    return hosts, tuple(int(one["port"] or 5432) for one in found)


def _refuse_host() -> re.Match[str]:
    raise ValueError(f"{LIKE}, with a number as port; in a password, write / as %2F and @ as %40")


def _sent(options: dict[str, str]) -> dict[str, str]:
    sent = {name: options[name] for name in SENT & options.keys()}
    fallback = sent.pop("fallback_application_name", "sestetto")
    return {"application_name": fallback} | sent


def _seconds(options: dict[str, str]) -> float | None:
    if "connect_timeout" not in options:
        return None
    seconds = _number("connect_timeout", options["connect_timeout"])
    if seconds < 1:
        raise ValueError('the option "connect_timeout" must be a number of seconds, at least 1')
    return float(seconds)


def _number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f'the option "{name}" must be a number')
    return int(text)
