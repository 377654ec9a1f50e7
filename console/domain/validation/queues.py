"""What cannot be of a queue: its clocks, its hours, where it overflows to, whom it has."""

from datetime import date
from itertools import pairwise
from typing import get_args

from console.domain.directory import Directory, Hours, Member, Mode, Queue
from console.domain.opening_hours import zones
from console.domain.validation.problems import ID, Problems, check_languages, check_name, validate_reasons
from console.errors import Problem

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000  # ms
HOLIDAYS, LONGEST_LINE = 400, 10_000
MODES: tuple[Mode, ...] = get_args(Mode)


def validate_queue(queue: Queue, known: Directory) -> list[Problem]:
    found = Problems(f"queue:{queue.id}")
    others = [other for other in known.queues.values() if other.id != queue.id]
    found.unless(ID.fullmatch(queue.id), "id", "An id has small letters, digits, hyphens and underscores, 64 at most.")
    check_name(found, queue.name, [other.name for other in others])
    found.unless(
        SECOND <= queue.target <= DAY,
        "target",
        "A target is 1 second to a day: say within how many seconds an answer is promised.",
    )
    found.unless(1 <= queue.goal <= 100, "goal", "A goal is 1 to 100 percent of the answers.")
    found.unless(0 <= queue.head_start <= HOUR, "head_start", "A head start is 0 to 3600 seconds.")
    found.unless(queue.mode in MODES, "mode", "A mode is push, offer or pull: choose one.")
    offer = 3 * SECOND <= queue.accept <= 2 * MINUTE or (queue.mode != "offer" and not queue.accept)
    found.unless(offer, "accept", "An offer needs a time to accept it in: give 3 to 120 seconds.")
    found.unless(1 <= queue.misses <= 20, "misses", "An agent is away after 1 to 20 missed offers: give such a number.")
    found.unless(5 * SECOND <= queue.ask <= DAY, "ask", "A silent visitor is asked after 5 seconds to a day.")
    found.unless(
        queue.ask < queue.end <= DAY,
        "end",
        "A silent visitor's chat ends later than they are asked, within a day: give more seconds.",
    )
    found.unless(
        0 <= queue.longest <= LONGEST_LINE,
        "longest",
        "A line holds 1 to %(most)s chats: give such a number, or 0 for any.",
        most=LONGEST_LINE,
    )
    found.unless(0 <= queue.wrapup <= 10 * MINUTE, "wrapup", "Wrap-up takes 0 to 600 seconds: give such a number.")
    return [
        *found,
        *validate_hours(found.target, queue.hours),
        *_overflow(queue, known),
        *validate_reasons(found.target, "reasons", queue.reasons),
        *_members(queue, known),
    ]


def _members(queue: Queue, known: Directory) -> list[Problem]:
    found = Problems(f"queue:{queue.id}")
    there = _serving(queue.id, known)
    if queue.name:
        found.unless(
            there,
            "members",
            "%(queue)s needs at least one member: a queue that nobody serves answers nobody.",
            queue=queue.name,
        )
    else:
        found.unless(there, "members", "A queue needs at least one member: one that nobody serves answers nobody.")
    check_languages(found, queue.languages)
    beyond = there + _serving(queue.overflow_to, known)
    for language in queue.languages if there else ():
        spoken = any(not member.languages or language in member.languages for member in beyond)
        found.unless(
            spoken,
            "languages",
            "Nobody in %(queue)s speaks %(language)s: choose a member who does, or take it off the list.",
            queue=queue.name,
            language=language,
        )
    return found


def _serving(queue: str, known: Directory) -> list[Member]:
    return [member for member in known.members.values() if queue in member.queues]


def _overflow(queue: Queue, known: Directory) -> list[Problem]:
    found = Problems(f"queue:{queue.id}")
    if not queue.overflow_to:
        found.unless(
            not queue.overflow_after, "overflow_to", "Choose the queue that chats overflow to, or give no time."
        )
        return found
    found.unless(
        queue.overflow_to in known.queues,
        "overflow_to",
        "There is no queue %(queue)s to overflow to: choose one that exists.",
        queue=queue.overflow_to,
    )
    found.unless(
        SECOND <= queue.overflow_after <= DAY,
        "overflow_after",
        "Say after how many seconds of waiting chats overflow: 1 or more, a day at most.",
    )
    if circle := circle_from(queue, known):
        found.unless(
            False,
            "overflow_to",
            "Chats would overflow in a circle, %(circle)s: let the last of them overflow to none.",
            circle=" → ".join(circle),
        )
    return found


def circle_from(queue: Queue, known: Directory) -> list[str]:
    """The names on the way from a queue back to itself by overflow; empty when there is no such way."""
    names, at = [queue.name], queue.overflow_to
    while at in known.queues and len(names) <= len(known.queues):
        names.append(known.queues[at].name)
        if at == queue.id:
            return names
        at = known.queues[at].overflow_to
    return []


def validate_queue_removal(queue: str, known: Directory) -> list[Problem]:
    """What still leads to a queue that is to go."""
    found = Problems(f"queue:{queue}")
    for site in known.sites.values():
        leads = site.queue == queue
        found.unless(not leads, "", "The site %(site)s leads here: give it another queue first.", site=site.name)
    for other in known.queues.values():
        found.unless(
            other.overflow_to != queue or other.id == queue,
            "",
            "%(queue)s overflows to here: let it overflow to another queue first, or to none.",
            queue=other.name,
        )
    return found


def validate_hours(target: str, hours: Hours) -> list[Problem]:
    found = Problems(target)
    found.unless(
        hours.zone in zones(), "zone", "There is no time zone %(zone)s: give one such as Europe/Rome.", zone=hours.zone
    )
    for weekday in range(7):
        rows = sorted((begin, end) for day, begin, end in hours.week if day == weekday)
        for begin, end in rows:
            found.unless(
                0 <= begin < end <= 1440,
                f"week{weekday}",
                "%(hours)s does not end after it begins: over midnight write 22:00-24:00, and 00:00-06:00 next day.",
                hours=clock(begin, end),
            )
        for first, second in pairwise(rows):
            found.unless(
                first[1] <= second[0],
                f"week{weekday}",
                "%(first)s and %(second)s overlap: join them, or change one.",
                first=clock(*first),
                second=clock(*second),
            )
    found.unless(all(0 <= day <= 6 for day, _, _ in hours.week), "week", "A week has the days 0 (Monday) to 6.")
    found.unless(
        len(hours.holidays) <= HOLIDAYS,
        "holidays",
        "%(most)s holidays at most: leave out those that are over.",
        most=HOLIDAYS,
    )
    for day in hours.holidays:
        found.unless(_is_day(day), "holidays", "%(day)s is no day: write holidays such as 2026-12-25.", day=day[:40])
    return found


def clock(begin: int, end: int) -> str:
    """`09:00-18:00` of two minutes of a day."""
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (begin, end))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
