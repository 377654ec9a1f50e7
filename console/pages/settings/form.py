"""A posted form: reads its fields into values, and puts errors beside the fields. Pure."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from babel import Locale

from console.domain.sanitize import clean, safe_name
from console.domain.validation.problems import languages
from console.errors import Problem

Gettext = Callable[[str], str]
NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,3})?")
WHOLE = re.compile(r"\d{1,9}")
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000  # ms


class Form:
    """A posted form. `typed` is shown again when something is wrong, so that nothing gets lost."""

    def __init__(self, typed: Mapping[str, str], target: str) -> None:
        self.typed = typed
        self.target = target
        self.wrong: list[Problem] = []

    def say(self, field: str, says: str, **values: str | int) -> None:
        self.wrong.append(Problem(self.target, field, says, values))

    def plain(self, field: str) -> str:
        """Read a name or other single line."""
        return safe_name(self.typed.get(field, ""), limit=1_000)

    def text(self, field: str, *, limit: int) -> str:
        """Read several lines; a text longer than `limit` is left for validation to refuse."""
        return clean(self.typed.get(field, "")[: limit * 2], limit=limit * 2, optional=True)

    def lines(self, field: str) -> tuple[str, ...]:
        """Read one value per line."""
        given = (safe_name(line, limit=1_000) for line in self.typed.get(field, "").splitlines()[:1_000])
        return tuple(line for line in given if line)

    def flag(self, field: str) -> bool:
        return bool(self.typed.get(field))

    def ms(self, field: str, *, unit: int = SECOND, otherwise: int = 0) -> int:
        """Read seconds (or another unit) as ms. Empty is 0; adds an error if it is not a number."""
        text = self.typed.get(field, "").strip()
        if text and not NUMBER.fullmatch(text):
            self.say(field, "“%(text)s” is not a number of 0 or more. Enter a value such as 6 or 7.5.", text=text[:40])
            return otherwise
        return round(float(text.replace(",", ".")) * unit) if text else 0

    def whole(self, field: str, *, otherwise: int = 0) -> int:
        text = self.typed.get(field, "").strip()
        if text and not WHOLE.fullmatch(text):
            self.say(field, "“%(text)s” is not a whole number of 0 or more. Enter a value such as 90.", text=text[:40])
            return otherwise
        return int(text) if text else 0

    def ticked(self, prefix: str) -> tuple[str, ...]:
        """Return the ids of the ticked boxes `prefix.<id>`."""
        return tuple(
            name[len(prefix) + 1 :] for name, value in self.typed.items() if name.startswith(f"{prefix}.") and value
        )

    def languages(self, field: str, locale: str) -> tuple[str, ...]:
        """Read primary language tags from codes, or names in English or the reader's language."""
        words = [word.strip() for word in re.split(r"[,;\n]", self.typed.get(field, "")) if word.strip()]
        named = language_names(locale) | language_names("en")
        return tuple(dict.fromkeys(named.get(word.casefold(), word.casefold()[:40]) for word in words[:50]))


def beside(wrong: Iterable[Problem], target: str, gettext: Gettext) -> dict[str, list[str]]:
    """Return messages by field of the edited thing; other messages are under ""."""
    found: dict[str, list[str]] = {}
    for one in wrong:
        text = gettext(one.says)
        sentence = text % one.values if one.values else text
        sentences = found.setdefault(one.field if one.target == target else "", [])
        if sentence not in sentences:
            sentences.append(sentence)
    return found


def ticks(prefix: str, ids: Iterable[str]) -> dict[str, str]:
    return {f"{prefix}.{id}": "on" for id in ids}


def seconds(ms: int, unit: int = SECOND) -> str:
    """Format 7,500 ms as `7.5`; empty for 0."""
    return f"{ms / unit:.10g}" if ms else ""


def stamp(*things: Any) -> str:
    """Return a digest of what a form shows: a form with an older one was overtaken by somebody else's change."""
    return hashlib.blake2b(msgspec.json.encode(things), digest_size=9).hexdigest()


def new_key(name: str, taken: Iterable[str], otherwise: str) -> str:
    """Return an id that resembles the name: `level-2` for `Level 2`, `level-2-2` if that is taken."""
    words = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:50] or otherwise
    used, number, made = set(taken), 2, words
    while made in used:
        made, number = f"{words}-{number}", number + 1
    return made


@cache
def language_names(locale: str) -> dict[str, str]:
    """Map lowercase names to primary tags."""
    names = Locale.parse(locale).languages
    return {str(names[tag]).casefold(): tag for tag in languages() if tag in names}


def in_words(tags: Sequence[str], locale: str) -> str:
    """Return `English, French` for their tags."""
    names = Locale.parse(locale).languages
    return ", ".join(str(names.get(tag, tag)) for tag in tags)
