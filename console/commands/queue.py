"""`sestetto queue`: the lines that chats wait in. All that the console's settings can, for who prefers a script."""

import re
from itertools import groupby
from typing import Annotated, Any, cast

import typer
from msgspec.structs import replace

from console.commands.common import open_stores, run, say, show
from console.commands.member import find_member
from console.domain.directory import Directory, Hours, Mode, Queue
from console.errors import Refused
from console.pages.settings.opening_hours import read_day, write_day

app = typer.Typer(no_args_is_help=True, help="The lines that chats wait in.")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(rf"({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))?\s+(.+)")
MS = 1_000  # in a second

Seconds = float | None
Names = list[str] | None


@app.command("add")
def add(
    id: Annotated[str, typer.Argument(help="Small letters, digits, hyphens.")],
    name: Annotated[str | None, typer.Option(help="What you call it.")] = None,
    target: Annotated[Seconds, typer.Option(help="Seconds within which an answer is promised.")] = None,
    goal: Annotated[int | None, typer.Option(help="Percent of the answers that should be within them.")] = None,
    head_start: Annotated[Seconds, typer.Option(help="Priority: seconds its chats count as more urgent.")] = None,
    mode: Annotated[str | None, typer.Option(help="push (assigned), offer (to accept) or pull (taken).")] = None,
    accept: Annotated[Seconds, typer.Option(help="Seconds to accept an offer in.")] = None,
    misses: Annotated[int | None, typer.Option(help="Missed offers in a row after which an agent is away.")] = None,
    language: Annotated[Names, typer.Option(help="A language it is served in, as fr; repeat for more.")] = None,
    zone: Annotated[str | None, typer.Option(help="The time zone of its hours, as Europe/Rome.")] = None,
    hours: Annotated[Names, typer.Option(help='When it is open, as "mon-fri 09:00-18:00"; repeat. always.')] = None,
    holiday: Annotated[Names, typer.Option(help="A day it is closed, as 2026-12-25; repeat for more.")] = None,
    longest: Annotated[int | None, typer.Option(help="Chats in line after which it is full; 0 for any.")] = None,
    overflow_to: Annotated[str | None, typer.Option(help="The queue of the next tier; none for none.")] = None,
    overflow_after: Annotated[Seconds, typer.Option(help="Seconds of waiting until it may help.")] = None,
    wrapup: Annotated[Seconds, typer.Option(help="Seconds a place is kept after the end, for the reason.")] = None,
    reason: Annotated[Names, typer.Option(help="A reason for contact to choose from; repeat for more.")] = None,
    member: Annotated[Names, typer.Option(help="Who serves it, by id or address; repeat. Else as before.")] = None,
) -> None:
    """Add a queue, or change what is given of it."""
    changes: dict[str, Any] = {
        "name": name,
        "target": _ms(target),
        "goal": goal,
        "head_start": _ms(head_start),
        "mode": cast(Mode | None, mode),
        "accept": _ms(accept),
        "misses": misses,
        "languages": None if language is None else tuple(tag.lower() for tag in language),
        "longest": longest,
        "overflow_to": "" if overflow_to == "none" else overflow_to,
        "overflow_after": 0 if overflow_to == "none" else _ms(overflow_after),
        "wrapup": _ms(wrapup),
        "reasons": None if reason is None else tuple(reason),
    }
    given = {field: value for field, value in changes.items() if value is not None}
    queue = run(_put(id, given, zone, hours, holiday, member))
    say(f"The queue {id} promises an answer within {queue.target / MS:g} s.")


@app.command("list")
def list_all() -> None:
    """List the queues."""
    headings = ("id", "name", "target", "mode", "hours", "overflows to", "members")
    show(headings, run(_rows()), empty="No queue yet: sestetto queue add support")


@app.command("remove")
def remove(id: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Remove a queue that no site and no other queue leads to. Let its chats end first."""
    run(_remove(id))
    say(f"The queue {id} is removed.")


async def _put(id: str, given: dict[str, Any], zone: str | None, hours: Names, holidays: Names, chosen: Names) -> Queue:
    async with open_stores() as stores:
        known = await stores.directory.read()
        was = known.queues.get(id) or Queue(id, id.capitalize())
        queue = replace(was, **given, hours=_hours(was.hours, zone, hours, holidays))
        members = None if chosen is None else [(await find_member(stores, one)).id for one in chosen]
        await stores.queues.put(queue, members=members)
        return queue


def _hours(was: Hours, zone: str | None, spans: Names, holidays: Names) -> Hours:
    week = was.week
    if spans is not None:
        week = () if spans == ["always"] else tuple(row for span in spans for row in read_span(span))
    days = was.holidays if holidays is None else tuple(sorted(set(holidays)))
    return Hours(zone or was.zone, week, days)


def read_span(text: str) -> list[tuple[int, int, int]]:
    """(weekday, from, to) in minutes, of `mon-fri 09:00-12:30, 14:00-18:00`."""
    span = SPAN.fullmatch(text.strip().lower())
    rows = read_day(span[3]) if span else None
    if span is None or not rows:
        raise Refused(f'Hours are a day or some, and times, such as "mon-fri 09:00-18:00"; not {text}')
    first = DAYS.index(span[1])
    last = DAYS.index(span[2] or span[1])
    days = range(first, last + 1) if first <= last else (*range(first, 7), *range(last + 1))
    return [(day, begin, end) for day in days for begin, end in rows]


async def _rows() -> list[tuple[str, ...]]:
    async with open_stores() as stores:
        known = await stores.directory.read()
    return [_row(queue, known) for queue in known.queues.values()]


def _row(queue: Queue, known: Directory) -> tuple[str, ...]:
    after = f"{queue.overflow_to} after {queue.overflow_after / MS:g} s" if queue.overflow_to else ""
    members = ", ".join(member.name for member in known.members.values() if queue.id in member.queues)
    return queue.id, queue.name, f"{queue.target / MS:g} s", queue.mode, _told(queue.hours), after, members


def _told(hours: Hours) -> str:
    """`mon-fri 09:00-18:00; sat 10:00-12:00 (Europe/Rome)`."""
    spans = []
    for text, group in groupby(range(7), key=lambda day: write_day(hours, day)):
        days = list(group)
        named = DAYS[days[0]] if len(days) == 1 else f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
        spans += [f"{named} {text}"] if text else []
    return f"{'; '.join(spans)} ({hours.zone})" if spans else "always"


async def _remove(id: str) -> None:
    async with open_stores() as stores:
        await stores.queues.remove(id)


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * MS)
