"""Versions of the tables: the one a database has, the ones this release knows, and the migrations between them."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from console.errors import SettingError

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "head"


class Step(NamedTuple):
    """One migration, and what it does."""

    version: str
    says: str


class Versions(NamedTuple):
    """`now` is empty in a database without tables; `missing` are the steps to the newest, oldest first."""

    now: str
    missing: tuple[Step, ...]


@cache  # Alembic runs every file to read its name
def known_steps() -> tuple[Step, ...]:
    """Return every migration of this release, oldest first."""
    script = ScriptDirectory.from_config(_config())
    steps = [Step(one.revision, (one.doc or "").partition("\n")[0]) for one in script.walk_revisions()]
    return tuple(reversed(steps))


def read_versions(connection: Connection) -> Versions:
    """Return the database's versions. Raises SettingError if a newer release has migrated it: its tables are unknown
    here.
    """
    steps = known_steps()
    names = [step.version for step in steps]
    found = MigrationContext.configure(connection).get_current_heads()
    if theirs := set(found) - set(names):
        raise SettingError(
            f"The database was migrated by a newer release of Sestetto ({', '.join(sorted(theirs))}). This one knows "
            f"migrations up to {names[-1]}. Start that release, or restore a copy of the database from before the "
            "upgrade."
        )
    now = found[0] if found else ""
    return Versions(now, steps[names.index(now) + 1 :] if now else steps)


def upgrade(connection: Connection, to: str = NEWEST) -> Versions:
    """Migrate forward, to the newest version or to `to`; return the version before. Raises SettingError."""
    before = read_versions(connection)
    _check_goal(before, to)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    return before


def _check_goal(before: Versions, to: str) -> None:
    known = [step.version for step in known_steps()]
    if to == NEWEST or to == before.now or to in [step.version for step in before.missing]:
        return
    if to in known:
        raise SettingError(
            f"The database is already at {before.now}, and migrations only go forward. To go back to {to}, restore a "
            "copy of the database from before the upgrade, with the release that made it."
        )
    raise SettingError(f"There is no migration {to}. Known: {', '.join(known)}.")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
