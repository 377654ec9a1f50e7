"""A week's opening hours as people write them: `09:00-12:30, 14:00-18:00`. Pure."""

import re
from datetime import datetime

from babel.dates import format_date

from console.domain.directory import Hours
from console.domain.opening_hours import zone_of
from console.domain.validation.queues import clock
from console.pages.settings.form import Form

DAYS = range(7)  # Monday is 0
PAIR = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|—|to|a)\s*(\d{1,2})(?:[:.](\d{2}))?")
MONDAY = datetime(2024, 1, 1)
ALWAYS, AT_HOURS = "always", "hours"


def read_day(text: str) -> list[tuple[int, int]] | None:
    """Parse a day's hours into (from, to) in minutes since midnight; None if that fails."""
    found = []
    for part in re.split(r"[,;]", text):
        if not part.strip():
            continue
        pair = PAIR.fullmatch(part.strip().lower())
        if pair is None:
            return None
        begin, end = _minute(pair[1], pair[2]), _minute(pair[3], pair[4])
        if begin > 1440 or end > 1440:
            return None
        found.append((begin, end))
    return sorted(found)


def read_holiday(text: str) -> str:
    """Return the date and its hours, if any, as they are stored; the text unchanged if that fails."""
    day, _, rest = text.strip().partition(" ")
    rows = read_day(rest[:200])
    return " ".join([day, *([", ".join(clock(*row) for row in rows)] if rows else [])]) if rows is not None else text


def write_day(hours: Hours, weekday: int) -> str:
    rows = sorted((begin, end) for day, begin, end in hours.week if day == weekday)
    return ", ".join(clock(begin, end) for begin, end in rows)


def read_hours(form: Form, was: Hours) -> Hours:
    """Read the hours from the form; adds an error beside each day that cannot be read."""
    zone = zone_of(form.plain("zone")) or was.zone
    holidays = tuple(sorted({read_holiday(line) for line in form.lines("holidays")}))
    if form.typed.get("when") == ALWAYS:
        return Hours(zone, (), holidays)
    week: list[tuple[int, int, int]] = []
    for day in DAYS:
        text = form.typed.get(f"week{day}", "")
        rows = read_day(text[:200])
        if rows is None:
            form.say(
                f"week{day}",
                "“%(text)s” is not valid. Enter hours such as 09:00-18:00 or 09:00-12:30, 14:00-18:00.",
                text=text[:60],
            )
        week += [(day, begin, end) for begin, end in rows or ()]
    if not week and not any(one.field.startswith("week") for one in form.wrong):
        form.say("week0", "The queue would never open. Enter hours for at least one day, or choose “Always open”.")
    return Hours(zone, tuple(week), holidays)


def typed_hours(hours: Hours) -> dict[str, str]:
    """Return the values of the form's fields."""
    return {
        "when": AT_HOURS if hours.week else ALWAYS,
        "zone": hours.zone,
        "holidays": "\n".join(hours.holidays),
        **{f"week{day}": write_day(hours, day) for day in DAYS},
    }


def day_names(locale: str) -> list[str]:
    """Return the names of Monday to Sunday."""
    return [format_date(MONDAY.replace(day=day + 1), "EEEE", locale=locale) for day in DAYS]


def _minute(hour: str, minute: str | None) -> int:
    minutes = int(minute or 0)
    return int(hour) * 60 + minutes if minutes < 60 else 10_000
