"""Validation of queues: times, hours, overflow and members."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import get_args

from console.domain.channels import CHANNELS
from console.domain.directory import DAY, MINUTE, SECOND, Directory, Hours, Member, Mode, Queue, queue_settings
from console.domain.opening_hours import holiday_hours, zones
from console.domain.validation.first_words import validate_phrases
from console.domain.validation.problems import ID, Problems, check_languages, check_name, validate_reasons
from console.errors import Problem

HOLIDAYS = 400
LONGEST_TARGET = 7 * DAY  # for a channel
MODES: tuple[Mode, ...] = get_args(Mode)


def validate_queue(queue: Queue, known: Directory) -> list[Problem]:
    found = Problems(f"queue:{queue.id}")
    others = [other for other in known.queues.values() if other.id != queue.id]
    found.unless(
        ID.fullmatch(queue.id), "id", "An ID can have up to 64 lowercase letters, digits, hyphens and underscores."
    )
    check_name(found, queue.name, [other.name for other in others])
    _within_bounds(found, queue)
    found.unless(queue.mode in MODES, "mode", "Choose a mode: push, offer or pull.")
    offer = 3 * SECOND <= queue.accept <= 2 * MINUTE or (queue.mode != "offer" and not queue.accept)
    found.unless(offer, "accept", "Enter a time to accept from 3 to 120 seconds.")
    found.unless(
        not queue.automatic or SECOND // 2 <= queue.automatic < queue.target,
        "automatic",
        "Enter a time from 0.5 seconds to less than the target, or leave it empty.",
    )
    found.unless(
        queue.ask < queue.end <= DAY,
        "end",
        "The chat must end after the visitor is asked, and within 1 day. Enter a longer time.",
    )
    return [
        *found,
        *validate_hours(found.target, queue.hours),
        *_overflow(queue, known),
        *validate_reasons(found.target, "reasons", queue.reasons),
        *validate_phrases(found.target, queue.phrases),
        *_channels(queue),
        *_members(queue, known),
    ]


def channel_field(channel: str) -> str:
    """Return the form's field for a channel's target."""
    return f"channel.{channel}"


def _channels(queue: Queue) -> list[Problem]:
    found, seen = Problems(f"queue:{queue.id}"), set[str]()
    for rule in queue.channels:
        known, field = rule.channel in CHANNELS, channel_field(rule.channel)
        found.unless(
            known,
            "channels",
            "“%(channel)s” is not a channel. Use %(choices)s.",
            channel=rule.channel[:40],
            choices=", ".join(CHANNELS),
        )
        found.unless(not known or rule.channel not in seen, field, "%(channel)s is listed twice.", channel=rule.channel)
        found.unless(
            not known or not rule.target or SECOND <= rule.target <= LONGEST_TARGET,
            field,
            "Enter a target of at most 10080 minutes (7 days).",
        )
        seen.add(rule.channel)
    return found


def _within_bounds(found: Problems, queue: Queue) -> None:
    """Check each setting that declares its own bounds."""
    for name, setting in queue_settings().items():
        if setting.most:
            within = setting.least <= getattr(queue, name) <= setting.most
            values = {"most": setting.most} if "%(most)s" in setting.wrong else {}
            found.unless(within, name, setting.wrong, **values)


def _members(queue: Queue, known: Directory) -> list[Problem]:
    found = Problems(f"queue:{queue.id}")
    there = _serving(queue.id, known)
    if queue.name:
        found.unless(
            there,
            "members",
            "Choose at least one member for %(queue)s.",
            queue=queue.name,
        )
    else:
        found.unless(there, "members", "Choose at least one member.")
    check_languages(found, queue.languages)
    return [*found, *(validate_speakers(queue, known) if there else ())]


def validate_speakers(queue: Queue, known: Directory) -> list[Problem]:
    """Return the queue's languages that no member who could get its chats speaks, including the next tier's members."""
    found = Problems(f"queue:{queue.id}")
    beyond = _serving(queue.id, known) + _serving(queue.overflow_to, known)
    for language in queue.languages:
        spoken = any(not member.languages or language in member.languages for member in beyond)
        found.unless(
            spoken,
            "languages",
            "No member of %(queue)s speaks %(language)s. Add one who does or remove the language.",
            queue=queue.name,
            language=language,
        )
    return found


def _serving(queue: str, known: Directory) -> list[Member]:
    return [member for member in known.members.values() if queue in member.queues]


def validate_bot(queue: Queue, bots: Mapping[str, tuple[str, bool]], *, was: str) -> list[Problem]:
    """Return why the integration cannot answer first; `bots` maps all ids to name and whether they may.

    The queue's current bot (`was`) may lack a token for a while: people then get its chats.
    """
    found = Problems(f"queue:{queue.id}")
    name, able = bots.get(queue.bot, ("", False))
    choices = ", ".join(f"{called} ({id})" for id, (called, may) in bots.items() if may)
    found.unless(
        not name or able or queue.bot == was,
        "bot",
        "%(name)s has no token for answering chats as a bot (scope bot). An admin can create one under Settings, "
        "Integrations.",
        name=name,
    )
    found.unless(
        name or not choices,
        "bot",
        "There is no integration “%(bot)s”. Enter the ID of one that may answer chats: %(choices)s.",
        bot=queue.bot[:64],
        choices=choices,
    )
    found.unless(
        name or choices,
        "bot",
        "There is no integration “%(bot)s”. An admin can add one under Settings, Integrations, and create a token for "
        "answering chats as a bot (scope bot).",
        bot=queue.bot[:64],
    )
    return found


def _overflow(queue: Queue, known: Directory) -> list[Problem]:
    found = Problems(f"queue:{queue.id}")
    if not queue.overflow_to:
        found.unless(not queue.overflow_after, "overflow_to", "Choose an overflow queue or clear the time.")
        return found
    found.unless(
        queue.overflow_to in known.queues,
        "overflow_to",
        "The overflow queue %(queue)s does not exist. Choose another one.",
        queue=queue.overflow_to,
    )
    found.unless(
        SECOND <= queue.overflow_after <= DAY,
        "overflow_after",
        "Enter an overflow time from 1 second to 1 day.",
    )
    if circle := circle_from(queue, known):
        found.unless(
            False,
            "overflow_to",
            "These queues overflow in a loop: %(circle)s. Remove the overflow from one of them.",
            circle=" → ".join(circle),
        )
    return found


def circle_from(queue: Queue, known: Directory) -> list[str]:
    """Return the names along an overflow loop that starts at `queue`; empty if there is none."""
    names, at = [queue.name], queue.overflow_to
    while at in known.queues and len(names) <= len(known.queues):
        names.append(known.queues[at].name)
        if at == queue.id:
            return names
        at = known.queues[at].overflow_to
    return []


def validate_queue_removal(queue: str, known: Directory) -> list[Problem]:
    """Return what still refers to a queue that is to be deleted."""
    found = Problems(f"queue:{queue}")
    for site in known.sites.values():
        leads = site.queue == queue
        found.unless(
            not leads, "", "The site %(site)s uses this queue. Choose another queue for it first.", site=site.name
        )
    for other in known.queues.values():
        found.unless(
            other.overflow_to != queue or other.id == queue,
            "",
            "%(queue)s overflows to this queue. Change its overflow first.",
            queue=other.name,
        )
    return found


def validate_hours(target: str, hours: Hours) -> list[Problem]:
    found = Problems(target)
    found.unless(
        hours.zone in zones(), "zone", "“%(zone)s” is not a time zone. Use one such as Europe/Rome.", zone=hours.zone
    )
    for weekday in range(7):
        _check_day(found, f"week{weekday}", [(begin, end) for day, begin, end in hours.week if day == weekday])
    found.unless(all(0 <= day <= 6 for day, _, _ in hours.week), "week", "A week has the days 0 (Monday) to 6.")
    found.unless(
        len(hours.holidays) <= HOLIDAYS,
        "holidays",
        "Enter at most %(most)s holidays. Remove past ones.",
        most=HOLIDAYS,
    )
    _check_holidays(found, hours.holidays)
    return found


def _check_day(found: Problems, field: str, hours: Sequence[tuple[int, int]]) -> None:
    rows = sorted(hours)
    for begin, end in rows:
        found.unless(
            0 <= begin < end <= 1440,
            field,
            "%(hours)s ends before it starts. Past midnight, enter 22:00-24:00, then 00:00-06:00 the next day.",
            hours=clock(begin, end),
        )
    for first, second in pairwise(rows):
        found.unless(
            first[1] <= second[0],
            field,
            "%(first)s and %(second)s overlap. Merge them or change one.",
            first=clock(*first),
            second=clock(*second),
        )


def _check_holidays(found: Problems, holidays: Sequence[str]) -> None:
    seen: set[str] = set()
    for text in holidays:
        holiday = holiday_hours(text)
        found.unless(
            holiday,
            "holidays",
            "“%(day)s” is not a date. Enter dates such as 2026-12-25 or 2026-12-24 09:00-13:00.",
            day=text[:40],
        )
        if holiday is not None:
            day, rows = holiday
            found.unless(day not in seen, "holidays", "%(day)s is listed twice. Remove one.", day=day)
            seen.add(day)
            _check_day(found, "holidays", rows)


def clock(begin: int, end: int) -> str:
    """Format two minutes of a day as `09:00-18:00`."""
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (begin, end))
