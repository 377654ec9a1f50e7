"""Texts by language: gettext catalogues, read from `.po` files on first use, without a compile step.

The English in the source is the msgid. A catalogue is `console/locale/<language>/<domain>.po`; the domain `widget` is
for visitors, the others for our own pages.
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
NEAREST = {"no": "nb", "nn": "nb"}  # used when the reader's own language is not available
PAGE_DOMAINS = ("console", "desk", "board", "pages", "settings", "alerts")

Translations = gettext.NullTranslations


class Texts:
    """The catalogues of several domains; the first that knows a text wins."""

    def __init__(self, *domains: str, folder: Path = FOLDER) -> None:
        self.domains = domains
        self.folder = folder
        self._loaded: dict[str, Translations] = {}

    def available(self) -> tuple[str, ...]:
        """Return the languages that have a catalogue, the source language first."""
        found = {path.parent.name for domain in self.domains for path in self.folder.glob(f"*/{domain}.po")}
        return (SOURCE, *sorted(found - {SOURCE}))

    def get(self, locale: str) -> Translations:
        """Return gettext, ngettext and pgettext of a language; unknown texts and languages fall back to English."""
        language = _language(locale)
        if language not in self._loaded:
            self._loaded[language] = _chain(self.folder / language / f"{domain}.po" for domain in self.domains)
        return self._loaded[language]


def negotiate(accept_language: str, available: Collection[str]) -> str:
    """Return the best of `available` for an Accept-Language header or a language tag; English if none fits."""
    for tag in _by_preference(accept_language):
        if _language(tag) in available:
            return _language(tag)
    return SOURCE


def read_catalogue(path: Path) -> Catalog:
    """Read a `.po` file as Babel's catalogue; empty if the file does not exist."""
    if not path.is_file():
        return Catalog()
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name)


@cache
def page_texts() -> Texts:
    """Return the catalogues of our own pages, read once per process."""
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
    """Return `it` for `it-IT`. Letters only: the result becomes part of a path."""
    language = tag.replace("_", "-").split("-")[0].strip().lower()
    plain = language.isascii() and language.isalpha() and len(language) <= 8
    return NEAREST.get(language, language) if plain else SOURCE


def _by_preference(header: str) -> list[str]:
    weighed: list[tuple[float, int, str]] = []
    for position, part in enumerate(header[:500].split(",")):
        tag, _, weight = part.partition(";q=")
        if tag.strip():
            weighed.append((-_weight(weight), position, tag.strip()))
    return [tag for weight, _, tag in sorted(weighed) if weight < 0]


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
