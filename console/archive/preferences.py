"""Preferences of the whole team that are part of the directory: one value each."""

from msgspec.structs import replace

from console.archive.audit import COMMAND_LINE, Somebody
from console.archive.directory_store import DirectoryStore
from console.domain.directory import Directory


class PreferenceStore:
    def __init__(self, directory: DirectoryStore) -> None:
        self.directory = directory

    async def set_away_reasons(self, reasons: tuple[str, ...], *, by: Somebody = COMMAND_LINE) -> Directory:
        """What an agent may choose from when away."""
        return await self.directory.change(lambda known: replace(known, away_reasons=reasons), by, "away")

    async def set_watch_shown(self, shown: bool, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Whether agents see who is watching their chats."""
        return await self.directory.change(lambda known: replace(known, watch_shown=shown), by, "watching")
