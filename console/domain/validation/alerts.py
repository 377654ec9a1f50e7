"""Validation of alert rules."""

from collections.abc import Iterable

from console.domain.address_policy import what_is_wrong
from console.domain.alerts import KINDS, AlertRule
from console.domain.channels import rule_for
from console.domain.directory import Directory, Queue
from console.domain.validation.problems import Problems, check_name
from console.errors import Problem

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000  # ms
SHORTEST_QUIET = 10 * SECOND
DESTINATIONS, LONGEST_LINE = 10, 10_000


def validate_alert(
    rule: AlertRule, others: Iterable[AlertRule], known: Directory, locales: Iterable[str]
) -> list[Problem]:
    found = Problems(f"alert:{rule.id}")
    check_name(found, rule.name, [other.name for other in others if other.id != rule.id])
    for queue in rule.queues:
        found.unless(queue in known.queues, "queues", "The queue %(queue)s does not exist.", queue=queue)
    found.unless(
        any(rule.reports(kind) for kind in KINDS),
        "kinds",
        "Choose at least one condition.",
    )
    _thresholds(found, rule, known)
    found.unless(
        SHORTEST_QUIET <= rule.quiet <= DAY,
        "quiet",
        "Enter a quiet period from 10 seconds to 1 day.",
    )
    found.unless(rule.locale in locales, "locale", "Choose a language for the messages.")
    found.unless(rule.destinations, "destinations", "Enter at least one destination.")
    found.unless(
        len(rule.destinations) <= DESTINATIONS,
        "destinations",
        "Enter at most %(most)s destinations. Create another alert for more.",
        most=DESTINATIONS,
    )
    for destination in rule.destinations:
        if says := what_is_wrong(destination.url):
            found.unless(False, "destinations", says)
    urls = [destination.url for destination in rule.destinations]
    found.unless(len(set(urls)) == len(urls), "destinations", "A destination is listed twice. Remove one.")
    return found


def _longest_target(queue: Queue) -> int:
    """Return the queue's own target, or a longer one of a channel: a mail may be due soon for half an hour."""
    return max(queue.target, *(rule_for(queue.channels, one.channel).target for one in queue.channels), 0)


def _thresholds(found: Problems, rule: AlertRule, known: Directory) -> None:
    if rule.due_soon is not None:
        queues = [queue for queue in known.queues.values() if rule.covers(queue.id)]
        longest = max((_longest_target(queue) for queue in queues), default=DAY)
        found.unless(
            SECOND <= rule.due_soon < DAY,
            "due_soon",
            "Enter a time from 1 second to 1 day.",
        )
        found.unless(
            rule.due_soon < longest or rule.due_soon >= DAY,
            "due_soon",
            "Enter less than the queue's target of %(target)s seconds.",
            target=longest // SECOND,
        )
    if rule.line is not None:
        found.unless(
            0 <= rule.line <= LONGEST_LINE,
            "line",
            "Enter a number of waiting chats from 0 to %(most)s.",
            most=LONGEST_LINE,
        )
    if rule.nobody is not None:
        found.unless(0 <= rule.nobody <= DAY, "nobody", "Enter a time from 0 seconds to 1 day.")
