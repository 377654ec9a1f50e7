"""The declared workspaces: a single one, or those in the file of `SESTETTO_WORKSPACES`.

```toml
[acme]
origin = "https://chat.acme.example"

[globex]
origin = "https://chat.globex.example"
database_file = "/run/secrets/globex-database"
```

Each becomes the settings of a separate installation, so nothing else has to know that there are several.
"""

import hmac
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from console.archive.database import sqlite_url
from console.config import PREFIX, TABLE, Settings, read_settings, read_workspace_name
from console.domain.mail_server import imap_server
from console.errors import SettingError
from console.workspaces.hosts import host_of

NAME, FILE, SECRET = f"{PREFIX}WORKSPACE", f"{PREFIX}WORKSPACES", f"{PREFIX}SECRET"
OWN = frozenset(row.name for row in TABLE if row.own)
PAUSED = "paused"  # key of a section: whether the workspace is kept but not served
APART = ("database", "origin")  # these differ for each workspace, so the environment cannot set them for all
SAY_WHICH = "This installation has several workspaces. Choose one: {}"
NONE_SUCH = "There is no workspace {}. There {}: {}"


@dataclass(frozen=True)
class Installation:
    """`process` has the settings that all workspaces share, such as the port; without a file these are all.

    `paused` names workspaces that are not served while their section says so. `chosen`: this is one of several.
    """

    process: Settings
    workspaces: tuple[Settings, ...]
    paused: frozenset[str] = frozenset()
    chosen: bool = False

    @property
    def several(self) -> bool:
        """Whether a file declares the workspaces, even if only one."""
        return self.process.workspaces is not None


def read_installation(
    environment: Mapping[str, str] | None = None, sections: Mapping[str, Mapping[str, Any]] | None = None, **given: Any
) -> Installation:
    """Read all settings. Raises SettingError if any of them is wrong.

    `sections` are those of the file, if it was read already. With several workspaces, `SESTETTO_WORKSPACE` chooses one
    of them; without it, all are read.
    """
    source = dict(os.environ if environment is None else environment)
    settings = read_settings(source, **given)
    if settings.workspaces is None:
        return Installation(settings, (settings,))
    chosen = settings.workspace if _sets(source, "workspace") else ""
    if wrong := [f"{PREFIX}{name.upper()}" for name in APART if _sets(source, name)]:
        raise SettingError(
            f"{wrong[0]}: each workspace needs its own. Move it to the sections of {settings.workspaces}"
        )
    declared = read_sections(str(settings.workspaces)) if sections is None else sections
    paused = frozenset(name for name, section in declared.items() if section.get(PAUSED) is True)
    found = _read_all(settings.workspaces, declared, source, given)
    if chosen and chosen not in found:
        raise SettingError(NONE_SUCH.format(chosen, "is" if len(found) == 1 else "are", ", ".join(found)))
    return Installation(settings, (found[chosen],) if chosen else tuple(found.values()), paused, bool(chosen))


def one_workspace(installation: Installation) -> Settings:
    """Return the workspace of a command. Raises SettingError if there are several and none was chosen."""
    if len(installation.workspaces) == 1:
        return installation.workspaces[0]
    names = (f"--workspace {one.workspace}" for one in installation.workspaces)
    raise SettingError(SAY_WHICH.format(", ".join(names)))


def _sets(source: Mapping[str, str], name: str) -> bool:
    return any(f"{PREFIX}{name.upper()}{ending}" in source for ending in ("", "_FILE"))


def _read_all(
    file: Path, sections: Mapping[str, Mapping[str, Any]], source: Mapping[str, str], given: Mapping[str, Any]
) -> dict[str, Settings]:
    wrong: list[str] = []
    found: dict[str, Settings] = {}
    for name, section in sections.items():
        try:
            found[name] = _read_one(name, section, source, given)
        except (SettingError, ValueError) as problem:
            wrong.append(f"[{name}] {problem}")
    wrong += _clashes(found)
    if wrong:
        raise SettingError(f"{FILE} ({file}): {'; '.join(wrong)}")
    return found


def read_sections(name: str) -> dict[str, dict[str, Any]]:
    """Return the sections of the file by name, unchecked. Raises SettingError for a file that has none."""
    file = Path(name).expanduser().absolute()
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise SettingError(f"{FILE}: cannot read {file}: {problem.strerror}") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SettingError(f"{FILE}: {file} is not TOML: {problem}") from problem
    if loose := [name for name, value in read.items() if not isinstance(value, dict)]:
        raise SettingError(f"{FILE} ({file}): {loose[0]} is outside a section. Start a section with [NAME]")
    if not read:
        raise SettingError(f"{FILE}: {file} declares no workspace. Start a section with [NAME]")
    return read


def _read_one(name: str, section: Mapping[str, Any], source: Mapping[str, str], given: Mapping[str, Any]) -> Settings:
    read_workspace_name(name)
    own = dict(_as_environment(section))
    inherited = {one: text for one, text in source.items() if not _overrides(own, one)}
    settings = read_settings({**inherited, **own}, **{**given, "workspace": name})
    if not settings.origin:
        raise ValueError('origin: enter the address that browsers open, such as "https://chat.example.com"')
    # With one secret for all, each workspace derives its own from it, so its tokens are invalid in the others.
    ours = settings.secret and not any(f"{SECRET}{ending}" in own for ending in ("", "_FILE"))
    bucket = settings.files.startswith("s3:") and not _overrides(own, f"{PREFIX}FILES")
    return replace(
        settings,
        database=settings.database or sqlite_url(settings.folder.absolute()),
        files=f"{settings.files.rstrip('/')}/{name}" if bucket else settings.files,
        secret=_derived(settings.secret, name) if ours else settings.secret,
    )


def _as_environment(section: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each setting of a section as an environment variable."""
    for key, value in section.items():
        if key == PAUSED:
            if not isinstance(value, bool):
                raise ValueError("paused: enter true or false, without quotes")
            continue
        if key.removesuffix("_file") not in OWN:
            known = any(row.name == key for row in TABLE)
            says = f"all workspaces share it: set {PREFIX}{key.upper()}" if known else "there is no such setting"
            raise ValueError(f"{key}: {says}")
        if not isinstance(value, str | int):
            raise ValueError(f"{key}: enter one value, in quotes")
        yield f"{PREFIX}{key.upper()}", str(value)


def _overrides(own: Mapping[str, str], name: str) -> bool:
    plain = name.removesuffix("_FILE")
    return plain in own or f"{plain}_FILE" in own


def _derived(secret: str, name: str) -> str:
    return hmac.new(secret.encode(), f"sestetto.workspace {name}".encode(), "sha256").hexdigest()


def _clashes(found: Mapping[str, Settings]) -> Iterator[str]:
    """Yield what two workspaces must not share but do. Hosts count without port, as browsers' cookies do."""
    for what, of in (
        ("name", _folded),
        ("host", host_of),
        ("database", _database),
        ("secret", _secret),
        ("bucket", _bucket),
        ("mailbox", _mailbox),
    ):
        seen: dict[str, str] = {}
        for name, settings in found.items():
            value = of(settings)
            if value and value in seen:
                yield f"[{name}] has the same {what} as [{seen[value]}]"
            seen.setdefault(value, name)


def _folded(settings: Settings) -> str:
    return settings.workspace.casefold()  # a folder's name, and some file systems ignore case


def _database(settings: Settings) -> str:
    return settings.database


def _bucket(settings: Settings) -> str:
    return settings.files.rstrip("/") if settings.files.startswith("s3:") else ""


def _secret(settings: Settings) -> str:
    return settings.secret


def _mailbox(settings: Settings) -> str:
    """Return whose mailbox it is, and where. A mail that one has fetched is marked as read, so no other sees it."""
    if not settings.imap_url:
        return ""
    server = imap_server(settings.imap_url)
    return f"{server.user}@{server.host}/{server.path or 'INBOX'}"
