"""Preferences of the whole team that are part of the directory, one value each."""

from msgspec.structs import replace

from console.archive.audit import COMMAND_LINE, Somebody
from console.archive.directory_store import DirectoryStore
from console.domain.directory import Directory
from console.domain.validation.members import validate_breathers
from console.errors import BadSettings


class PreferenceStore:
    def __init__(self, directory: DirectoryStore) -> None:
        """Sets the team's preferences."""
        self.directory = directory

    async def set_away_reasons(self, reasons: tuple[str, ...], *, by: Somebody = COMMAND_LINE) -> Directory:
        """Set the reasons an agent can choose when going away."""
        return await self.directory.change(lambda known: replace(known, away_reasons=reasons), by, "away")

    async def set_watch_shown(self, shown: bool, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Set whether agents see who watches their chats."""
        return await self.directory.change(lambda known: replace(known, watch_shown=shown), by, "watching")

    async def set_suggestions(self, on: bool, drafts: bool, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Set whether consoles suggest replies, and whether a model drafts answers."""
        return await self.directory.change(
            lambda known: replace(known, suggestions=on, drafts=drafts), by, "suggestions"
        )

    async def set_breathers(self, most: int, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Set how many breathers an agent may take within an hour; 0 for none."""
        if wrong := validate_breathers(most):
            raise BadSettings(wrong)
        return await self.directory.change(lambda known: replace(known, breathers=most), by, "breathers")
