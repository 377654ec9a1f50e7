"""What came due for an agent, by the number of chats they had at that moment: today and the 14 days before. Pure.

The store counts the same (`functions/figures.lua`, S.level). Days are those of UTC.
"""

import re
from collections.abc import Mapping

import msgspec

from console.domain.directory import DAY, SLOTS

DAYS = 15  # kept, today among them
FIELD = re.compile(r"(\d+):([wxak])([1-9]\d*)")


class Level(msgspec.Struct, frozen=True):
    """At one number of chats: turns that came due, first words in time; answers due, answers in time."""

    turns: int = 0
    first_words: int = 0
    due: int = 0
    answers: int = 0


class Levels(msgspec.Struct):
    """Counts by day: `w4` first words in time at 4 chats, `x4` times that broke, `a4` answers due, `k4` in time."""

    days: dict[int, dict[str, int]] = {}

    def count(self, at: int, what: str, chats: int) -> None:
        """Count what came due at this number of chats, by its letters: `ak` is an answer in time."""
        day = at // DAY
        if day not in self.days:
            self.days = {one: counted for one, counted in self.days.items() if one > day - DAYS}
            self.days[day] = {}
        counted = self.days[day]
        for one in what:
            name = f"{one}{chats}"
            counted[name] = counted.get(name, 0) + 1

    def at_each(self, now: int) -> tuple[Level, ...]:
        """Return the counts at 1, 2, ... 6 chats."""
        return tuple(self._at(chats, now // DAY) for chats in range(1, SLOTS + 1))

    def _at(self, chats: int, today: int) -> Level:
        w, x, a, k = (self._sum(f"{what}{chats}", today) for what in "wxak")
        return Level(w + x, w, a, k)

    def _sum(self, name: str, today: int) -> int:
        return sum(counted.get(name, 0) for day, counted in self.days.items() if day > today - DAYS)


def levels_of(counted: Mapping[str, str]) -> Levels:
    """Build them from the store's fields `<day>:<what><chats>`; skips other fields, which other releases may count."""
    found = Levels()
    for field, value in counted.items():
        if known := FIELD.fullmatch(field):
            found.days.setdefault(int(known[1]), {})[known[2] + known[3]] = int(value)
    return found
