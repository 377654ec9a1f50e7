"""How long the audit log is kept, as set in the console, and the deletion of older lines."""

from collections.abc import Callable
from typing import Any

import msgspec

from console.archive.audit import COMMAND_LINE, Change, Somebody, line_of, note
from console.archive.audit_removal import CUT, MOST, cut
from console.archive.database import Database
from console.archive.setting_values import read_value, write_value
from console.domain.audit_chain import Log
from console.domain.validation.members import validate_audit_retention
from console.errors import BadSettings
from console.events import Author

KEPT = "audit_retention"  # a setting
RULE = Author("", "data retention")
DAY = 86_400_000  # ms


class AuditDays(msgspec.Struct, frozen=True):
    """Days that lines are kept; 0 keeps them forever. `by`: the name of who set them."""

    changes: int = 0
    reads: int = 365
    by: str = ""


class AuditRetention:
    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self.database = database
        self.clock = clock

    async def days(self) -> AuditDays:
        async with self.database.reading() as connection:
            return _days(await read_value(connection, KEPT))

    async def set_days(self, changes: int, reads: int, *, by: Somebody = COMMAND_LINE) -> None:
        if wrong := validate_audit_retention(changes, reads):
            raise BadSettings(wrong)
        async with self.database.writing() as connection:
            before = _days(await read_value(connection, KEPT))
            if (before.changes, before.reads) == (changes, reads):
                return
            await write_value(connection, KEPT, {"changes": changes, "reads": reads, "by": by.name})
            old, new = ({"changes_days": one[0], "reads_days": one[1]} for one in (_kept(before), (changes, reads)))
            await note(connection, by, self.clock(), "Audit log's retention changed", "retention", old, new)

    async def cut_old(self) -> int:
        """Delete lines that are too old, by whole days, so that the log records a deletion about once a day."""
        days = await self.days()
        kept: tuple[tuple[Log, int], ...] = (("changes", days.changes), ("reads", days.reads))
        return sum([await self._cut(log, most, days.by) for log, most in kept if most])

    async def _cut(self, log: Log, days: int, by: str) -> int:
        said = Change(CUT, f"audit:{log}", None, {"days": days, "set_by": by})
        until, count = (self.clock() // DAY - days) * DAY, 0
        while True:
            async with self.database.writing() as connection:
                done = await cut(connection, log, until, line_of(RULE, self.clock(), said))
            count += done
            if done < MOST:
                return count


def _kept(days: AuditDays) -> tuple[int, int]:
    return days.changes, days.reads


def _days(value: Any) -> AuditDays:
    return msgspec.convert(value, AuditDays) if value else AuditDays()
