"""The table of settings. Each is read from `SESTETTO_<NAME>`, or from the file that `SESTETTO_<NAME>_FILE` names."""

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from console.domain.address_policy import read_networks
from console.domain.mail import read_reply_to, read_sender
from console.domain.mail_server import read_imap_url, read_smtp_url
from console.domain.model_url import read_model_key, read_model_url
from console.domain.service_urls import (
    read_database_url,
    read_files_url,
    read_scanner_url,
    read_store_url,
    without_password,
)
from console.errors import SettingError
from console.security import parse_origin

PREFIX = "SESTETTO_"
WORKSPACES = "workspaces"  # folder in the data folder where each of several workspaces keeps its own
DURABILITIES = ("disk", "replica", "two-disks")
LEVELS = ("debug", "info", "warning", "error")
LONGEST_DRAIN = 600  # seconds
LARGEST = 1_000_000_000  # so many days in ms are still a number for SQL
SHORTEST_SECRET = 32  # characters
NAME_THE_SENDER = "set the sender of mails that go through SESTETTO_SMTP_URL"
NAME_THE_MODEL = "name the model to use at SESTETTO_MODEL_URL"


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ValueError("enter a port from 0 to 65535")
    return int(text)


def _host(text: str) -> str:
    if not text or not text.isprintable() or " " in text or "/" in text:
        raise ValueError(
            "enter an address to listen on, such as 127.0.0.1, or 0.0.0.0 for all addresses of this machine"
        )
    return text


def _folder(text: str) -> Path:
    if not text.strip():
        raise ValueError("enter a folder, such as ./data")
    return Path(text).expanduser()


def _secret(text: str) -> str:
    if text and len(text) < SHORTEST_SECRET:
        raise ValueError(f"enter at least {SHORTEST_SECRET} characters")
    return text


def _origin(text: str) -> str:
    parts = _split(text)
    if text and parts.path.strip("/") and parts.hostname:
        raise ValueError(
            f"remove the path {parts.path!r}: Sestetto serves a whole host. Give it a host of its own, "
            "such as https://chat.example.com"
        )
    origin = text.rstrip("/")
    if text and (parts.scheme not in ("http", "https") or parse_origin(origin) is None):
        raise ValueError("enter scheme and host, such as https://chat.example.com")
    return origin


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _proxies(text: str) -> str:
    """Return the setting as given; `*` trusts everybody."""
    for word in filter(None, map(str.strip, text.split(","))):
        try:
            if word != "*":
                ipaddress.ip_network(word, strict=False)
        except ValueError:
            raise ValueError(f"{word} is not an address. Enter addresses or networks such as 10.0.0.0/8") from None
    return text


def _level(text: str) -> str:
    if text.lower() not in LEVELS:
        raise ValueError(f"enter one of: {', '.join(LEVELS)}")
    return text.lower()


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST:
        raise ValueError(f"enter a whole number from 1 to {LARGEST}")
    return int(text)


def _seconds(text: str) -> int:
    if not text.isdecimal() or int(text) > LONGEST_DRAIN:
        raise ValueError(f"enter a whole number of seconds from 0 to {LONGEST_DRAIN}")
    return int(text)


def _flag(text: str) -> bool:
    if text.lower() not in {"1", "0", "true", "false", "yes", "no", "on", "off"}:
        raise ValueError("enter yes or no")
    return text.lower() in {"1", "true", "yes", "on"}


def _durability(text: str) -> str:
    if text not in DURABILITIES:
        raise ValueError(f"enter one of: {', '.join(DURABILITIES)}")
    return text


def _model(text: str) -> str:
    if len(text) > 200 or not text.isprintable():
        raise ValueError("enter the model's name, such as gpt-4.1-mini or qwen3:8b")
    return text


def _workspaces(text: str) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def read_workspace_name(text: str) -> str:
    """Check a name. Raises ValueError that says what is allowed."""
    if not text.replace("-", "").isalnum() or not text.isascii() or len(text) > 40:
        raise ValueError("enter up to 40 letters, digits and hyphens")
    return text


@dataclass(frozen=True)
class Setting:
    """A row of the table: lowercase name, default as text, parser, and one sentence of help."""

    name: str
    default: str
    read: Callable[[str], Any]
    says: str
    shown: Callable[[str], str] = str  # how it may be printed
    own: bool = False  # whether each of several workspaces may have its own


TABLE: tuple[Setting, ...] = (
    Setting("host", "127.0.0.1", _host, "The address to listen on."),
    Setting("port", "8000", _port, "The port to listen on; 0 picks a free one."),
    Setting(
        "data",
        "./data",
        _folder,
        "The folder for data kept on this machine.",
    ),
    Setting(
        "store",
        "",
        read_store_url,
        "URL of Valkey or Redis 7.0+ (redis, rediss, unix, redis+sentinel, redis+cluster); empty: the embedded store.",
        shown=without_password,
        own=True,
    ),
    Setting(
        "database",
        "",
        read_database_url,
        "postgresql://… with libpq's options, or sqlite:///FILE; empty: SQLite in the data folder.",
        shown=without_password,
        own=True,
    ),
    Setting(
        "secret",
        "",
        _secret,
        "Signs visitors' tokens; at least 32 characters. If empty, one is created and kept in the data folder.",
        shown=lambda text: "(hidden)",
        own=True,
    ),
    Setting(
        "origin",
        "",
        _origin,
        "The public address, such as https://chat.example.com; empty: taken from the request.",
        own=True,
    ),
    Setting(
        "workspace",
        "main",
        read_workspace_name,
        "The workspace's name in the store; a database belongs to one workspace.",
    ),
    Setting("workspaces", "", _workspaces, "A TOML file that declares several workspaces; empty: one workspace."),
    Setting(
        "durability",
        "disk",
        _durability,
        "Where a message is before it is acknowledged: disk (the store's), replica (there too) or two-disks (both).",
        own=True,
    ),
    Setting(
        "retention_days",
        "180",
        _positive,
        "Days until an ended chat is deleted from the archive; a number saved in the console overrides this.",
        own=True,
    ),
    Setting(
        "trusted_proxies", "127.0.0.1", _proxies, "Comma-separated addresses whose X-Forwarded-* headers are trusted."
    ),
    Setting(
        "address_connections",
        "200",
        _positive,
        "Connections that one address (IPv6: one /64) may have to a process. A trusted proxy may have any number.",
    ),
    Setting(
        "address_requests",
        "50",
        _positive,
        "Requests a second from one address to a process; bursts may have 60 times as many. Proxies: any number.",
    ),
    Setting("address_sockets", "100", _positive, "Visitors' sockets from one address, over all processes.", own=True),
    Setting("address_openings", "10", _positive, "New chats a minute from one address.", own=True),
    Setting("address_messages", "30", _positive, "Left messages an hour from one address.", own=True),
    Setting("visitor_openings", "5", _positive, "New chats a minute from one visitor.", own=True),
    Setting("visitor_bytes", "250000", _positive, "Bytes a minute that one visitor may write.", own=True),
    Setting(
        "attack_openings",
        "60",
        _positive,
        "First messages a minute from new visitors above which a site is under attack, and each needs a proof of work.",
        own=True,
    ),
    Setting("site_openings", "600", _positive, "New chats and left messages a minute on one site.", own=True),
    Setting(
        "api_requests",
        "600",
        _positive,
        "Requests a minute to the REST API with one token, over all processes.",
        own=True,
    ),
    Setting(
        "alert_networks",
        "",
        read_networks,
        "Private networks that alerts, webhooks and notifications may reach, comma-separated; empty: none.",
        own=True,
    ),
    Setting(
        "sign_in_networks",
        "",
        read_networks,
        "Private networks of identity providers, comma-separated; these may lack TLS. Empty: none.",
        own=True,
    ),
    Setting(
        "model_url",
        "",
        read_model_url,
        "Base URL of an OpenAI-compatible API that drafts answers (https://api.openai.com/v1); empty: no drafts.",
        own=True,
    ),
    Setting(
        "model_key",
        "",
        read_model_key,
        "The API key of the model, if it needs one.",
        shown=lambda text: "(hidden)",
        own=True,
    ),
    Setting("model_name", "", _model, "The model that drafts answers; required with SESTETTO_MODEL_URL.", own=True),
    Setting(
        "smtp_url",
        "",
        read_smtp_url,
        "The mail server: smtp://USER:PASSWORD@HOST:587 (STARTTLS) or smtps://…; empty: no mail is sent.",
        shown=without_password,
        own=True,
    ),
    Setting(
        "mail_from",
        "",
        read_sender,
        "The sender of mails, such as Lana <help@lana.example>; required with SESTETTO_SMTP_URL.",
        own=True,
    ),
    Setting(
        "imap_url",
        "",
        read_imap_url,
        "The mailbox for visitors' replies: imaps://USER:PASSWORD@HOST/INBOX or imap://… (STARTTLS); empty: none.",
        shown=without_password,
        own=True,
    ),
    Setting("mail_poll", "30", _positive, "Seconds between two checks of the mailbox.", own=True),
    Setting(
        "mail_reply_to",
        "",
        read_reply_to,
        "The address for visitors' replies, such as reply+{token}@lana.example; empty: the sender of mails.",
        own=True,
    ),
    Setting(
        "files",
        "",
        read_files_url,
        "Where files of chats are stored: s3://BUCKET/PREFIX; empty: in the data folder; no: files are not accepted.",
        own=True,
    ),
    Setting("files_endpoint", "", _origin, "The address of the S3-compatible service; empty: Amazon's.", own=True),
    Setting("files_region", "", _model, "The bucket's region, such as eu-central-1.", own=True),
    Setting(
        "files_key",
        "",
        read_model_key,
        "The ID of the access key; empty: from AWS_ACCESS_KEY_ID and the like.",
        own=True,
    ),
    Setting(
        "files_secret", "", read_model_key, "The secret of the access key.", shown=lambda text: "(hidden)", own=True
    ),
    Setting(
        "files_reserve",
        "1000",
        _positive,
        "MB to keep free on the data folder's disk; with less, no file is accepted.",
        own=True,
    ),
    Setting("visitor_files", "100", _positive, "Files a day from one visitor.", own=True),
    Setting("visitor_file_mb", "200", _positive, "MB of files a day from one visitor.", own=True),
    Setting("address_file_mb", "1000", _positive, "MB of files a day from one address.", own=True),
    Setting("site_file_mb", "10000", _positive, "MB of files a day on one site.", own=True),
    Setting(
        "file_scanner",
        "",
        read_scanner_url,
        "A virus scanner: clamd at tcp://HOST:PORT or unix:///PATH, or a program exec:///PATH; empty: none.",
        own=True,
    ),
    Setting(
        "drain",
        "1",
        _seconds,
        "Seconds from SIGTERM to the end of serving; /readyz answers 503 in this time, so load balancers stop routing.",
    ),
    Setting("pace", "1", _positive, "Multiplier for the rate at which clients may send; above 1 is for load tests."),
    Setting("log", "info", _level, "Log level: debug, info, warning or error."),
    Setting("metrics", "no", _flag, "Whether to serve /metrics (Prometheus)."),
    Setting(
        "hsts_subdomains",
        "no",
        _flag,
        "Whether browsers must use HTTPS for all subdomains of this server's name too, for a year.",
        own=True,
    ),
    Setting(
        "work",
        "yes",
        _flag,
        "Whether sestetto serve also archives, sends alerts and cleans up; no leaves that to sestetto work.",
    ),
    Setting(
        "work_port",
        "0",
        _port,
        "The port of sestetto work for /livez, /readyz and /metrics; serve --workers also uses the next ones. 0: none.",
    ),
    Setting("workers", "1", _positive, "The number of serving processes that sestetto serve starts on its port."),
)


@dataclass(frozen=True)
class Settings:
    """The settings of one process, as the table defines them."""

    host: str
    port: int
    data: Path
    store: str
    database: str
    secret: str
    origin: str
    workspace: str
    workspaces: Path | None
    durability: str
    retention_days: int
    trusted_proxies: str
    address_connections: int
    address_requests: int
    address_sockets: int
    address_openings: int
    address_messages: int
    visitor_openings: int
    visitor_bytes: int
    attack_openings: int
    site_openings: int
    api_requests: int
    alert_networks: tuple[str, ...]
    sign_in_networks: tuple[str, ...]
    model_url: str
    model_key: str = field(repr=False)
    model_name: str
    smtp_url: str = field(repr=False)
    mail_from: str
    imap_url: str = field(repr=False)
    mail_poll: int
    mail_reply_to: str
    files: str
    files_endpoint: str
    files_region: str
    files_key: str
    files_secret: str = field(repr=False)
    files_reserve: int
    visitor_files: int
    visitor_file_mb: int
    address_file_mb: int
    site_file_mb: int
    file_scanner: str
    drain: int
    pace: int
    log: str
    metrics: bool
    hsts_subdomains: bool
    work: bool
    work_port: int
    workers: int

    @property
    def folder(self) -> Path:
        """Where the workspace keeps its own database and secret: the data folder, or a subfolder of it."""
        return self.data / WORKSPACES / self.workspace if self.workspaces else self.data


@cache
def release() -> str:
    """Return the running release, such as `1.2.0`."""
    return metadata.version("sestetto")


def read_settings(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Read settings from the environment; `given` overrides them.

    Raises one SettingError that names every wrong setting.
    """
    source = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for row in TABLE:
        if row.name in given and given[row.name] is not None:
            values[row.name] = given[row.name]
            continue
        try:
            values[row.name] = read_value(row, find_text(row, source)[0])
        except ValueError as problem:
            wrong.append(f"{PREFIX}{row.name.upper()}: {problem}")
    wrong += [f"{name}: there is no such setting" for name in unknown_names(source)]
    if values.get("model_url") and not values.get("model_name", "-"):
        wrong.append(f"{PREFIX}MODEL_NAME: {NAME_THE_MODEL}")
    if values.get("smtp_url") and not values.get("mail_from", "-"):
        wrong.append(f"{PREFIX}MAIL_FROM: {NAME_THE_SENDER}")
    if wrong:
        raise SettingError("; ".join(wrong))
    return Settings(**{one.name: values[one.name] for one in fields(Settings)})


def unknown_names(source: Mapping[str, str]) -> list[str]:
    """Return variables that look like settings but are not."""
    known = {f"{PREFIX}{row.name.upper()}{ending}" for row in TABLE for ending in ("", "_FILE")}
    return sorted(name for name in source if name.startswith(PREFIX) and name not in known)


def find_text(row: Setting, source: Mapping[str, str]) -> tuple[str, str]:
    """Return a setting's text and its source: the variable's name, the file a variable names, or `default`.

    Raises ValueError if the file cannot be read or is empty.
    """
    name = PREFIX + row.name.upper()
    if name + "_FILE" in source:
        file = source[name + "_FILE"]
        if name in source:
            raise ValueError(f"given twice: unset {name} or {name}_FILE")
        return read_file(file), f"{name}_FILE ({file})"
    if name in source:
        return source[name], name
    return row.default, "default"


def read_value(row: Setting, text: str) -> Any:
    """Return a setting's value. Raises ValueError that says what to enter instead."""
    try:
        text.encode()
    except UnicodeEncodeError:  # the environment has bytes, and some of these are no text
        raise ValueError("enter text in UTF-8") from None
    return row.read(text)


def read_file(file: str) -> str:
    """Return the text of a setting's file. Raises ValueError if it cannot be read, or is empty: its address or secret
    was not written yet.
    """
    try:
        text = Path(file).read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise ValueError(f"cannot read {file}: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise ValueError(f"cannot read {file}: it is not text in UTF-8") from problem
    if not text:
        raise ValueError(f"{file} is empty")
    return text
