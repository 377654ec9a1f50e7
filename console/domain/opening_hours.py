"""Business hours: when a queue takes new chats, by the wall clock of its own zone. Pure; instants are ms since 1970.

An instant is open when the zone's clock then shows a time of the week's hours, on no holiday. So hours that a
summer time skips do not happen, and those it repeats happen twice.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from console.domain.directory import Hours

DAYS = 14  # how far the instants given to the store reach
YEAR = 366  # days: no holiday is longer
MINUTE, DAY = 60, 86_400  # s
STEP = 6 * 3600  # s: no zone changes its clock twice within
WHOLE_DAY = (0, 1440)


@cache
def zones() -> tuple[str, ...]:
    """The names of all time zones, sorted."""
    return tuple(sorted(available_timezones()))


def always(hours: Hours) -> bool:
    """Whether there is no time at which it is closed, for want of any hours."""
    return not hours.week and not hours.holidays


def open_at(hours: Hours, ms: int) -> bool:
    """Whether new chats are taken at that instant."""
    here = datetime.fromtimestamp(ms // 1000, ZoneInfo(hours.zone))
    minute = here.hour * 60 + here.minute
    return any(begin <= minute < end for begin, end in _of_day(hours, here.date()))


def instants(hours: Hours, now_ms: int, days: int = DAYS) -> list[tuple[int, int]]:
    """The open times of the next `days`: (from, to) in ms, sorted, apart from each other, and cut at both ends."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(_open_times(hours, now_ms, now_ms + days * DAY * 1000)):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def next_opening(hours: Hours, now_ms: int) -> int:
    """When it next is open: `now_ms` itself while it is; 0 if it is not within a year."""
    for ahead in range(0, YEAR, DAYS):
        if found := instants(hours, now_ms + ahead * DAY * 1000):
            return found[0][0]
    return 0


def _of_day(hours: Hours, day: date) -> list[tuple[int, int]]:
    """The minutes of that day, from and to."""
    if day.isoformat() in hours.holidays:
        return []
    if not hours.week:
        return [WHOLE_DAY]
    return [(begin, end) for weekday, begin, end in hours.week if weekday == day.weekday()]


def _open_times(hours: Hours, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Within each stretch of one UTC offset the wall clock is UTC and that offset: plain sums."""
    for begin, end, offset in _stretches(ZoneInfo(hours.zone), start, stop):
        day = datetime.fromtimestamp(begin // 1000 + offset, UTC).date()
        while (midnight := _epoch(day) - offset) * 1000 < end:
            for first, last in _of_day(hours, day):
                opened, closed = (midnight + first * MINUTE) * 1000, (midnight + last * MINUTE) * 1000
                if max(opened, begin) < min(closed, end):
                    yield max(opened, begin), min(closed, end)
            day += timedelta(days=1)


def _stretches(zone: ZoneInfo, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """[start, stop) in ms cut where the zone's clock is changed: from, to, and the offset (s) between them."""
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
    """The first second with another offset than `before`."""
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
