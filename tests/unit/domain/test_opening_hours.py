"""Opening hours by a zone's wall clock, over daylight saving, holidays and midnight."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.directory import Hours
from console.domain.opening_hours import DAYS, always, instants, next_opening, open_at

DAY = 86_400_000  # ms
NINE_TO_SIX = tuple((day, 9 * 60, 18 * 60) for day in range(5))
ZONES = (
    "UTC",
    "Europe/Rome",
    "America/New_York",
    "Asia/Singapore",
    "Asia/Kolkata",
    "Asia/Kathmandu",  # a quarter of an hour
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Apia",
    "America/Santiago",  # changes at midnight
    "Africa/Casablanca",
)


def ms(text: str, zone: str = "UTC", *, fold: int = 0) -> int:
    """`2026-03-29 09:00` by that zone's clock; `fold` 1 is the second of a time that comes twice."""
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return int(moment.astimezone(UTC).timestamp()) * 1000


def rome(*week: tuple[int, int, int], holidays: tuple[str, ...] = ()) -> Hours:
    return Hours("Europe/Rome", week or NINE_TO_SIX, holidays)


def test_no_hours_at_all_are_always_open() -> None:
    now = ms("2026-12-25 03:00")
    assert always(Hours())
    assert open_at(Hours(), now)
    assert instants(Hours(), now) == [(now, now + DAYS * DAY)]
    assert next_opening(Hours(), now) == now


def test_holidays_close_a_queue_that_has_no_week() -> None:
    hours = Hours("Europe/Rome", holidays=("2026-12-25",))
    assert not always(hours)
    christmas = (ms("2026-12-25 00:00", "Europe/Rome"), ms("2026-12-26 00:00", "Europe/Rome"))
    now = ms("2026-12-24 12:00")
    assert instants(hours, now) == [(now, christmas[0]), (christmas[1], now + DAYS * DAY)]
    assert next_opening(hours, christmas[0]) == christmas[1]


@pytest.mark.parametrize(
    ("when", "open_then"),
    [
        ("2026-10-05 08:59", False),
        ("2026-10-05 09:00", True),
        ("2026-10-05 17:59", True),
        ("2026-10-05 18:00", False),
        ("2026-10-10 12:00", False),
    ],
)
def test_opening_counts_and_closing_does_not(when: str, open_then: bool) -> None:
    assert open_at(rome(), ms(when, "Europe/Rome")) is open_then


def test_the_same_wall_clock_all_year_is_another_utc_in_summer() -> None:
    assert next_opening(rome(), ms("2026-07-06 00:00")) == ms("2026-07-06 07:00")
    assert next_opening(rome(), ms("2026-12-07 00:00")) == ms("2026-12-07 08:00")


def test_hours_over_midnight_are_one_stretch() -> None:
    night = rome((0, 22 * 60, 1440), (1, 0, 6 * 60))
    found = instants(night, ms("2026-10-05 12:00"), days=2)
    assert found == [(ms("2026-10-05 22:00", "Europe/Rome"), ms("2026-10-06 06:00", "Europe/Rome"))]


def test_what_is_open_now_begins_now_and_ends_with_the_days_asked_for() -> None:
    now = ms("2026-10-05 10:00", "Europe/Rome")
    found = instants(rome(), now, days=1)
    assert found[0] == (now, ms("2026-10-05 18:00", "Europe/Rome"))
    assert found[-1][1] == now + DAY


def test_hours_that_spring_skips_do_not_happen() -> None:
    skipped = rome((6, 2 * 60, 3 * 60))
    assert instants(skipped, ms("2026-03-29 00:00"), days=1) == []
    assert instants(skipped, ms("2026-04-05 00:00"), days=1) == [(ms("2026-04-05 00:00"), ms("2026-04-05 01:00"))]


def test_hours_that_spring_cuts_short_begin_with_summer_time() -> None:
    found = instants(rome((6, 2 * 60 + 30, 5 * 60)), ms("2026-03-28 22:00"), days=1)
    assert found == [(ms("2026-03-29 01:00"), ms("2026-03-29 03:00"))]


def test_hours_that_autumn_repeats_happen_twice() -> None:
    twice = rome((6, 2 * 60, 2 * 60 + 30))
    first, second = (ms("2026-10-25 02:00", "Europe/Rome", fold=fold) for fold in (0, 1))
    half = 30 * 60_000
    assert instants(twice, ms("2026-10-24 22:00"), days=1) == [(first, first + half), (second, second + half)]


def test_a_night_shift_in_autumn_is_an_hour_longer() -> None:
    ((begin, end),) = instants(rome((6, 0, 6 * 60)), ms("2026-10-24 20:00"), days=1)
    assert end - begin == 7 * 3_600_000


def test_a_zone_that_changes_at_midnight_keeps_its_days() -> None:
    hours = Hours("America/Santiago", ((6, 0, 1440),))  # Sunday 2026-09-06 begins at 01:00 there
    ((begin, end),) = instants(hours, ms("2026-09-05 12:00"), days=3)
    assert (begin, end) == (ms("2026-09-06 04:00"), ms("2026-09-07 03:00"))


def test_three_cities_take_the_shifts_of_a_day() -> None:
    shifts = {zone: Hours(zone, tuple((d, 540, 1080) for d in range(7))) for zone in ZONES[1:4]}
    now = ms("2026-10-05 00:00")
    there = {
        hour: [z for z, shift in shifts.items() if open_at(shift, now + hour * 3_600_000)] for hour in (2, 8, 12, 20)
    }
    assert there == {2: [ZONES[3]], 8: [ZONES[1], ZONES[3]], 12: [ZONES[1]], 20: [ZONES[2]]}


def test_a_half_holiday_is_open_at_its_own_hours_only() -> None:
    hours = rome(holidays=("2026-12-24 09:00-13:00", "2026-12-25"))  # a Thursday, a Friday
    assert open_at(hours, ms("2026-12-24 12:59", "Europe/Rome"))
    assert not open_at(hours, ms("2026-12-24 13:00", "Europe/Rome"))
    now = ms("2026-12-24 06:00", "Europe/Rome")
    assert instants(hours, now, days=2) == [
        (ms("2026-12-24 09:00", "Europe/Rome"), ms("2026-12-24 13:00", "Europe/Rome"))
    ]


def test_a_day_with_hours_of_its_own_opens_on_a_weekend() -> None:
    hours = rome(holidays=("2026-12-20 10:00-12:00, 14:00-16:00",))  # a Sunday
    now = ms("2026-12-19 12:00", "Europe/Rome")
    assert next_opening(hours, now) == ms("2026-12-20 10:00", "Europe/Rome")
    assert not open_at(hours, ms("2026-12-20 13:00", "Europe/Rome"))
    assert open_at(hours, ms("2026-12-20 15:59", "Europe/Rome"))


def test_a_half_holiday_of_a_queue_without_a_week_is_closed_for_the_rest_of_it() -> None:
    hours = Hours("UTC", holidays=("2026-12-24 09:00-13:00",))
    assert open_at(hours, ms("2026-12-23 20:00"))
    assert not open_at(hours, ms("2026-12-24 20:00"))


def test_long_holidays_are_looked_beyond() -> None:
    closed = tuple((datetime(2026, 12, 1) + timedelta(days=day)).date().isoformat() for day in range(60))
    assert next_opening(rome(holidays=closed), ms("2026-12-01 00:00")) == ms("2027-02-01 09:00", "Europe/Rome")


def test_a_queue_that_never_opens_says_zero() -> None:
    whole_year = tuple((datetime(2026, 1, 1) + timedelta(days=day)).date().isoformat() for day in range(800))
    assert next_opening(rome(holidays=whole_year), ms("2026-01-01 00:00")) == 0


ROWS = st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440)).filter(lambda row: row[1] < row[2])
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)).map(lambda at: int(at.timestamp() * 1000))


@st.composite
def some_hours(draw: st.DrawFn) -> Hours:
    days = st.dates(datetime(2025, 1, 1).date(), datetime(2030, 1, 1).date()).map(lambda day: day.isoformat())
    return Hours(
        draw(st.sampled_from(ZONES)), tuple(draw(st.lists(ROWS, max_size=8))), tuple(draw(st.lists(days, max_size=4)))
    )


@settings(max_examples=200, deadline=None)
@given(some_hours(), MOMENTS, st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_the_instants_say_at_each_moment_what_the_wall_clock_says(hours: Hours, now: int, places: list[float]) -> None:
    found = instants(hours, now, days=9)
    edges = [moment + shift for pair in found for moment in pair for shift in (-1, 0, 1)]
    for moment in [*edges, *(now + int(place * 9 * DAY) for place in places)]:
        if now <= moment < now + 9 * DAY:
            assert open_at(hours, moment) == any(begin <= moment < end for begin, end in found)


@settings(max_examples=200, deadline=None)
@given(some_hours(), MOMENTS)
def test_the_instants_are_sorted_apart_and_within_what_was_asked(hours: Hours, now: int) -> None:
    flat = [moment for pair in instants(hours, now) for moment in pair]
    assert flat == sorted(set(flat))
    assert all(now <= moment <= now + DAYS * DAY for moment in flat)


@settings(max_examples=100, deadline=None)
@given(some_hours(), MOMENTS)
def test_the_next_opening_is_open_and_a_moment_before_is_not(hours: Hours, now: int) -> None:
    opening = next_opening(hours, now)
    if opening:
        assert open_at(hours, opening)
        assert opening == now or not open_at(hours, opening - 1)
