"""Settings without the files they were read from: what the parent of several processes gives them.

So a process that is restarted has the settings of the others, whatever has become of the files since.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import msgspec

from console.config import PREFIX, TABLE, read_file
from console.workspaces.declared import FILE, OWN, Installation, read_installation, read_sections

ALL = frozenset(row.name for row in TABLE)
ENDING = "_file"  # of a setting that names the file with its value


class PlainSettings(msgspec.Struct):
    """The environment's settings, and the sections of the workspaces file by name if there is one."""

    environment: dict[str, str]
    sections: dict[str, dict[str, Any]] | None = None

    def installation(self, **given: Any) -> Installation:
        """Raises SettingError as `read_installation` does."""
        return read_installation(self.environment, self.sections, **given)


def read_plain_settings(environment: Mapping[str, str] | None = None) -> PlainSettings:
    """Read each file once. Raises SettingError if the workspaces file cannot be read.

    A setting whose file cannot be read is left as it is, so `installation` says what is wrong with it.
    """
    source = os.environ if environment is None else environment
    ours = {name.removeprefix(PREFIX).lower(): text for name, text in source.items() if name.startswith(PREFIX)}
    plain = {f"{PREFIX}{name.upper()}": text for name, text in _plain(ours, ALL)}
    sections = read_sections(plain[FILE]) if plain.get(FILE) else None
    return PlainSettings(plain, sections and {name: dict(_plain(one, OWN)) for name, one in sections.items()})


def _plain(given: Mapping[str, Any], names: frozenset[str]) -> Iterator[tuple[str, Any]]:
    """Yield each setting, with the text of its file instead of the file's name."""
    for key, value in given.items():
        name = key.removesuffix(ENDING)
        if name != key and name in names and name not in given and isinstance(value, str):
            with suppress(ValueError):
                yield name, read_file(value)
                continue
        yield key, value
