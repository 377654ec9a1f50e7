"""Code that the validation of all settings shares."""

import re
from collections.abc import Iterable
from functools import cache

from babel import Locale

from console.domain.sanitize import safe_name
from console.errors import Problem

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")  # the same as in frames
NAME, REASON = 80, 60  # characters
REASONS = 50


class Problems(list[Problem]):
    """The problems found in one thing, such as one queue."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target

    def unless(self, fine: object, field: str, says: str, **values: str | int) -> None:
        if not fine:
            self.append(Problem(self.target, field, says, values))


def validate_reasons(target: str, field: str, reasons: tuple[str, ...]) -> list[Problem]:
    found = Problems(target)
    found.unless(len(reasons) <= REASONS, field, "Enter at most %(most)s reasons.", most=REASONS)
    seen: set[str] = set()
    for reason in reasons:
        found.unless(
            is_plain(reason, REASON), field, "Enter reasons of 1 to %(most)s characters, one per line.", most=REASON
        )
        found.unless(reason.casefold() not in seen, field, "%(reason)s is listed twice. Remove one.", reason=reason)
        seen.add(reason.casefold())
    return found


@cache
def languages() -> frozenset[str]:
    """Return every primary language tag that has a name."""
    return frozenset(tag for tag in map(str, Locale("en").languages) if tag.isalpha() and len(tag) <= 3)


def check_languages(found: Problems, tags: tuple[str, ...]) -> None:
    for tag in tags:
        found.unless(
            tag in languages(),
            "languages",
            "“%(language)s” is not a language. Use names or codes such as English or fr.",
            language=tag,
        )
    found.unless(len(set(tags)) == len(tags), "languages", "A language is listed twice. Remove one.")


def check_name(found: Problems, name: str, others: Iterable[str], field: str = "name", most: int = NAME) -> None:
    found.unless(is_plain(name, most), field, "Enter a name of 1 to %(most)s characters on one line.", most=most)
    taken = name.casefold() in {other.casefold() for other in others}
    found.unless(not taken, field, "The name %(name)s is taken. Choose another one.", name=name)


def is_plain(text: str, most: int) -> bool:
    return 0 < len(text) <= most and text == safe_name(text, limit=most)
