"""Greetings: messages that a site shows next to the launcher, by page and time. Pure.

Page addresses are matched in the visitor's browser. A clicked greeting is identified by key and language, so that the
chat begins with the words that the visitor read.
"""

import re
from collections.abc import Iterable

import msgspec

MOST_GREETINGS = 20
MOST_PAGES = 10  # patterns of one greeting
LONGEST_PATTERN, LONGEST_GREETING = 200, 300  # characters
LONGEST_WAIT = 3600  # seconds
PATTERN = re.compile(r"/[^\s?#*]*(?:\*[^\s?#*]*){0,3}")  # few stars, since long addresses are matched


class Greeting(msgspec.Struct, frozen=True):
    """Shown `after` seconds on a page that matches one of the patterns (none: any page). `texts` is by primary tag."""

    key: str
    pages: tuple[str, ...] = ()
    after: int = 10
    texts: dict[str, str] = {}

    @property
    def for_audit(self) -> str:
        """Describe the greeting for the audit log."""
        texts = " / ".join(f"{tag}: {text}" for tag, text in self.texts.items())
        return f"{' '.join(self.pages) or '*'} · {self.after} s · {texts}"

    def language(self, locale: str, site_locale: str) -> str:
        """Return the language in which a visitor reads it: theirs, else the site's, else English, else any."""
        tags = [tag.partition("-")[0].lower() for tag in (locale, site_locale, "en")]
        return next((tag for tag in (*tags, *self.texts) if tag in self.texts), "")


class GreetingShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """A greeting as a browser gets it. `id` names it in the opening of a chat."""

    id: str
    text: str
    after: int
    pages: tuple[str, ...] = ()


def shown_in(greetings: Iterable[Greeting], locale: str, site_locale: str) -> tuple[GreetingShown, ...]:
    """Return the greetings in a visitor's language, in order."""
    return tuple(
        GreetingShown(f"{one.key}.{tag}", one.texts[tag], one.after, one.pages)
        for one in greetings
        if (tag := one.language(locale, site_locale))
    )


def words_of(greetings: Iterable[Greeting], id: str) -> str:
    """Return the text of the greeting with that id; empty if it no longer exists."""
    key, _, tag = id.rpartition(".")
    return next((one.texts.get(tag, "") for one in greetings if one.key == key), "")
