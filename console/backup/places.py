"""Where an installation stores the content of a backup."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from console.archive.database import sqlite_url
from console.backup.manifest import NAME
from console.config import Settings
from console.errors import SettingError
from console.exports.making import FOLDER as EXPORTS

ASIDE = "replaced-"  # files that a restore moved away
STAGED = "restoring-"  # files that a restore is about to move into place
OWN_POSTGRESQL = (
    "SESTETTO_DATABASE is PostgreSQL, which has its own tools for this: use pg_dump and pg_restore as "
    "docs/operations.md describes, and add --without-database."
)


def sqlite_file(settings: Settings) -> Path:
    """Return the SQLite file. Raises SettingError if the database is PostgreSQL."""
    url = settings.database or sqlite_url(settings.folder.absolute())
    if not url.startswith("sqlite"):
        raise SettingError(OWN_POSTGRESQL)
    return Path(make_url(url).database or "").absolute()


def other_files(settings: Settings, *apart: Path) -> Iterator[Path]:
    """Yield the plain files of the data folder, relative to it, without store, database, exports and backups.

    None below `apart`.
    """
    data = settings.folder.absolute()
    apart += tuple(found.parent for found in data.rglob(NAME) if found.parent != data)
    url = settings.database or sqlite_url(data)
    database = sqlite_file(settings) if url.startswith("sqlite") else data / "sestetto.db"
    for path in sorted(data.rglob("*")):
        name = path.relative_to(data)
        if (
            name.parts[:2] == ("files", "coming")
            or name.parts[0] in ("store", EXPORTS)
            or name.parts[0].startswith((ASIDE, STAGED, "secret-"))
        ):
            continue
        if path.parent == database.parent and path.name.startswith((database.name, "sestetto.db")):
            continue
        if any(path.is_relative_to(one) for one in apart) or path.is_symlink() or not path.is_file():
            continue
        yield name
