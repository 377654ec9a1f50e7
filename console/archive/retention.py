"""Data retention, as set in the console."""

from collections.abc import Callable

from console.archive.audit import COMMAND_LINE, Somebody, note
from console.archive.database import Database
from console.archive.setting_values import read_value, write_value
from console.domain.validation.members import validate_retention
from console.errors import BadSettings

DAYS = "retention_days"  # a setting


class RetentionStore:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        """Reads and sets how long ended chats are kept."""
        self.database = database
        self.clock = clock

    async def days(self) -> int | None:
        """Return the days until an ended chat is deleted; None if never set here, so the server's setting counts."""
        async with self.database.reading() as connection:
            found: int | None = await read_value(connection, DAYS)
            return found

    async def set_days(self, days: int, *, by: Somebody = COMMAND_LINE) -> None:
        if wrong := validate_retention(days):
            raise BadSettings(wrong)
        async with self.database.writing() as connection:
            before = await read_value(connection, DAYS)
            if before == days:
                return
            await write_value(connection, DAYS, days)
            old, new = {"days": before}, {"days": days}
            await note(connection, by, self.clock(), "Data retention changed", "retention", old, new)
