"""Opening hours: when a queue takes new chats, in its own time zone. Pure; instants are ms since 1970.

An instant is open when the zone's clock shows a time within the hours of that day of the week or, on a holiday, within
the holiday's. So hours skipped by daylight saving time do not exist, and repeated hours happen twice.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from console.domain.directory import Hours

DAYS = 14  # how many days of open times the store gets
YEAR = 366  # days; no holiday lasts longer
MINUTE, DAY = 60, 86_400  # s
STEP = 6 * 3600  # s; no zone changes its clock twice within this time
QUARTER = 900_000  # ms
WHOLE_DAY = (0, 1440)
ONLY_FILES = {"localtime", "Factory"}  # zones that exist only on this machine; browsers reject them
ROW = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


@cache
def zones() -> tuple[str, ...]:
    """Return the names of all time zones, sorted."""
    return tuple(sorted(available_timezones() - ONLY_FILES))


def zone_of(text: str) -> str:
    """Return the time zone that is meant, as in `europe/rome` or `America/New York`; the text unchanged if none is."""
    return _by_folded_name().get(text.replace(" ", "_").casefold(), text)


@cache
def _by_folded_name() -> Mapping[str, str]:
    return {name.casefold(): name for name in zones()}


def always(hours: Hours) -> bool:
    """Whether the queue has no opening hours, so it is always open."""
    return not hours.week and not hours.holidays


def open_at(hours: Hours, ms: int) -> bool:
    """Whether the queue takes new chats at that instant."""
    local = datetime.fromtimestamp(ms // 1000, ZoneInfo(hours.zone))
    minute = local.hour * 60 + local.minute
    return any(begin <= minute < end for begin, end in _of_day(hours, local.date()))


def instants(hours: Hours, now_ms: int, days: int = DAYS) -> list[tuple[int, int]]:
    """Return the open times of the next `days` as (from, to) in ms: sorted, disjoint, and clipped to that range."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(_open_times(hours, now_ms, now_ms + days * DAY * 1000)):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def next_opening(hours: Hours, now_ms: int) -> int:
    """Return when the queue next opens: `now_ms` while it is open, 0 if it does not open within a year."""
    for ahead in range(0, YEAR, DAYS):
        if found := instants(hours, now_ms + ahead * DAY * 1000):
            return found[0][0]
    return 0


def midnight(zone: str, now_ms: int) -> int:
    """Return when the current day began (ms) in that time zone."""
    return _midnight(zone, now_ms // QUARTER) * 1000


@lru_cache(maxsize=256)
def _midnight(zone: str, quarter: int) -> int:
    # In every current zone, days begin on a quarter of an hour.
    here = datetime.fromtimestamp(quarter * QUARTER // 1000, ZoneInfo(zone))
    return int(here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).timestamp())


def _of_day(hours: Hours, day: date) -> list[tuple[int, int]]:
    """Return the open minutes of that day as (from, to)."""
    holiday = _holidays(hours.holidays).get(day.isoformat())
    if holiday is not None:
        return holiday
    if not hours.week:
        return [WHOLE_DAY]
    return [(begin, end) for weekday, begin, end in hours.week if weekday == day.weekday()]


@lru_cache(maxsize=256)
def _holidays(written: tuple[str, ...]) -> Mapping[str, list[tuple[int, int]]]:
    return dict(read for text in written if (read := holiday_hours(text)) is not None)


def holiday_hours(text: str) -> tuple[str, list[tuple[int, int]]] | None:
    """Parse `2026-12-24 09:00-13:00`: the date, and the open minutes. None if it has another form."""
    day, _, rest = text.partition(" ")
    rows = [ROW.fullmatch(part) for part in rest.split(", ")] if rest else []
    minutes = [[int(number) for number in row.groups()] for row in rows if row is not None]
    if not _is_date(day) or len(minutes) < len(rows):
        return None
    return day, [(hour * 60 + minute, until * 60 + last) for hour, minute, until, last in minutes]


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _open_times(hours: Hours, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield the open times between `start` and `stop` (ms)."""
    # Within a stretch of one UTC offset the local time is UTC plus a constant, so the rest is integer arithmetic.
    for begin, end, offset in _stretches(ZoneInfo(hours.zone), start, stop):
        day = datetime.fromtimestamp(begin // 1000 + offset, UTC).date()
        while (midnight := _epoch(day) - offset) * 1000 < end:
            for first, last in _of_day(hours, day):
                opened, closed = (midnight + first * MINUTE) * 1000, (midnight + last * MINUTE) * 1000
                if max(opened, begin) < min(closed, end):
                    yield max(opened, begin), min(closed, end)
            day += timedelta(days=1)


def _stretches(zone: ZoneInfo, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """Split [start, stop) in ms where the zone's offset changes; yield from, to, and the offset (s) in between."""
    begin, offset, at = start, _offset(zone, start // 1000), start // 1000
    while at * 1000 < stop:
        ahead = at + STEP
        if _offset(zone, ahead) != offset:
            change = _change(zone, at, ahead)
            if change * 1000 >= stop:
                break
            yield begin, change * 1000, offset
            begin, offset, ahead = change * 1000, _offset(zone, change), change
        at = ahead
    yield begin, stop, offset


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """Return the first second whose offset differs from that of `before`."""
    was = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == was:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _epoch(day: date) -> int:
    return (day.toordinal() - date(1970, 1, 1).toordinal()) * DAY
