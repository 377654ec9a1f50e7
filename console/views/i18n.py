"""Texts by language: gettext catalogues, read from `.po` when first asked for; no compile step.

English is written in the source and is the msgid. A catalogue is
`console/locale/<language>/<domain>.po`; the domain `widget` is the visitor's, the others are our own pages'.
"""

import gettext
import io
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent.parent / "locale"
SOURCE = "en"
PAGE_DOMAINS = ("console", "desk", "board", "pages", "settings", "alerts")

Translations = gettext.NullTranslations


class Texts:
    """The catalogues of some domains; in several, the first that knows a text gives it."""

    def __init__(self, *domains: str, folder: Path = FOLDER) -> None:
        self.domains = domains
        self.folder = folder
        self._loaded: dict[str, Translations] = {}

    def available(self) -> tuple[str, ...]:
        """Languages there is a catalogue for, the source first."""
        found = {path.parent.name for domain in self.domains for path in self.folder.glob(f"*/{domain}.po")}
        return (SOURCE, *sorted(found - {SOURCE}))

    def get(self, locale: str) -> Translations:
        """gettext, ngettext and pgettext of a language; the English of the source where nothing is known."""
        language = _language(locale)
        if language not in self._loaded:
            self._loaded[language] = _chain(self.folder / language / f"{domain}.po" for domain in self.domains)
        return self._loaded[language]


def negotiate(accept_language: str, available: Collection[str]) -> str:
    """The best of `available` for an Accept-Language header (or a plain language tag); else the source."""
    for tag in _by_preference(accept_language):
        if _language(tag) in available:
            return _language(tag)
    return SOURCE


def read_catalogue(path: Path) -> Catalog:
    """A `.po` file as Babel's catalogue; an empty one where there is no file."""
    if not path.is_file():
        return Catalog()
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name)


@cache
def page_texts() -> Texts:
    """The catalogues of our own pages, read once a process."""
    return Texts(*PAGE_DOMAINS)


def _chain(paths: Iterable[Path]) -> Translations:
    chain = Translations()
    for path in reversed(list(paths)):
        translations = _compiled(read_catalogue(path))
        translations.add_fallback(chain)
        chain = translations
    return chain


def _compiled(catalogue: Catalog) -> Translations:
    file = io.BytesIO()
    write_mo(file, catalogue)
    file.seek(0)
    return gettext.GNUTranslations(file)


def _language(tag: str) -> str:
    """`it` of `it-IT`; letters only, for it becomes part of a path."""
    language = tag.replace("_", "-").split("-")[0].strip().lower()
    return language if language.isascii() and language.isalpha() and len(language) <= 8 else SOURCE


def _by_preference(header: str) -> list[str]:
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:500].split(",")):
        tag, _, weight = part.partition(";q=")
        if tag.strip():
            weighed.append((-_weight(weight), place, tag.strip()))
    return [tag for weight, _, tag in sorted(weighed) if weight < 0]


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
