"""The address of a store whose primary must be looked up: Sentinels and clusters. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

SENTINEL_PORT, CLUSTER_PORT = 26379, 6379
SCHEMES = ("redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")

LIKE_SENTINEL = "enter redis+sentinel://HOST:26379,HOST:26379,HOST:26379/NAME, with the name that the Sentinels monitor"
LIKE_CLUSTER = "enter redis+cluster://HOST:6379,HOST:6379, with some of the cluster's nodes"
# Their names in redis-py.
TLS = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_password", "ssl_cert_reqs", "ssl_check_hostname")
SENTINEL_OPTIONS = ("db", "sentinel_username", "sentinel_password", *TLS)
NODE = re.compile(r"(?:\[(?P<host>[0-9a-fA-F:.]+)\]|(?P<plain>[^\[\]:@\s]+))(?::(?P<port>[0-9]{1,5}))?")
ESCAPE = "in user, password and name, write / as %2F, : as %3A, ? as %3F, # as %23 and @ as %40"


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """`nodes` are the servers to ask; `name` is the primary's name in the Sentinels."""

    mode: str  # sentinel or cluster
    nodes: tuple[tuple[str, int], ...]
    name: str
    db: int
    login: Login  # to the primary, and to a cluster's nodes
    sentinel_login: Login
    tls: Mapping[str, str | bool] | None  # options of a TLS connection; None: without


def read_asked_url(text: str) -> StoreUrl:
    """Read a URL with one of the SCHEMES. Raises ValueError, which never shows the password, if it is invalid."""
    scheme, _, rest = text.partition("://")
    mode = scheme.partition("+")[2]
    like = LIKE_SENTINEL if mode == "sentinel" else LIKE_CLUSTER
    main, _, query = rest.partition("?")
    user, _, place = main.rpartition("@")
    hosts, _, path = place.partition("/")
    options = _options(query, SENTINEL_OPTIONS if mode == "sentinel" else TLS, like)
    nodes = tuple(_node(host, SENTINEL_PORT if mode == "sentinel" else CLUSTER_PORT, like) for host in hosts.split(","))
    if bool(path) is not (mode == "sentinel") or "/" in path or "/" in user:
        raise ValueError(f"{like}; {ESCAPE}")
    username, _, password = user.partition(":")
    return StoreUrl(
        mode=mode,
        nodes=nodes,
        name=unquote(path),
        db=_number(options.get("db", "0"), "db"),
        login=Login(unquote(username), unquote(password)),
        sentinel_login=Login(options.get("sentinel_username", ""), options.get("sentinel_password", "")),
        tls=_tls(options, scheme),
    )


def _options(query: str, known: tuple[str, ...], like: str) -> dict[str, str]:
    given = parse_qsl(query, keep_blank_values=True)
    unknown = [name for name, _ in given if name not in known]
    if unknown:
        raise ValueError(f'there is no option "{unknown[0]}": {like}; options are {", ".join(known)}')
    return dict(given)


def _node(text: str, port: int, like: str) -> tuple[str, int]:
    """Read HOST, HOST:PORT, [IPV6] or [IPV6]:PORT."""
    found = NODE.fullmatch(text)
    number = int((found and found["port"]) or port)
    if not found or not 0 < number < 65536:
        raise ValueError(f"{like}; {ESCAPE}")
    return found["host"] or found["plain"], number


def _number(text: str, name: str) -> int:
    if not text.isdigit():
        raise ValueError(f"{name} must be a number")
    return int(text)


def _tls(options: Mapping[str, str], scheme: str) -> dict[str, str | bool] | None:
    found: dict[str, str | bool] = {name: options[name] for name in TLS if name in options}
    if not scheme.startswith("rediss"):
        if found:
            raise ValueError(f"{next(iter(found))} is for {scheme.replace('redis', 'rediss')}://")
        return None
    if found.get("ssl_cert_reqs", "none") not in ("required", "optional", "none"):
        raise ValueError("ssl_cert_reqs must be required, optional or none")
    if "ssl_check_hostname" in found:
        found["ssl_check_hostname"] = options["ssl_check_hostname"].lower() in ("1", "yes", "true", "on")
    return found
