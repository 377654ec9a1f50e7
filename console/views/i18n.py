"""Texts by language: gettext catalogues, read from `.po` files without a compile step, and parsed on first use.

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
    """The catalogues of several domains; the first that knows a text wins.

    Their files are read here and now: an upgrade may replace them while this process runs.
    """

    def __init__(self, *domains: str, folder: Path = FOLDER) -> None:
        self.domains = domains
        self._files = {
            (path.parent.name, domain): path.read_bytes()
            for domain in domains
            for path in folder.glob(f"*/{domain}.po")
        }
        self._loaded: dict[str, Translations] = {}

    def available(self) -> tuple[str, ...]:
        """Return the languages that have a catalogue, the source language first."""
        return (SOURCE, *sorted({language for language, _ in self._files} - {SOURCE}))

    def get(self, locale: str) -> Translations:
        """Return gettext, ngettext and pgettext of a language; unknown texts and languages fall back to English."""
        language = _language(locale)
        if language not in self._loaded:
            self._loaded[language] = _chain(self.catalogue(language, domain) for domain in self.domains)
        return self._loaded[language]

    def catalogue(self, language: str, domain: str) -> Catalog:
        """Return Babel's catalogue of a language and domain; empty if there is none."""
        content = self._files.get((language, domain))
        return Catalog() if content is None else _parsed(content, language)


def negotiate(accept_language: str, available: Collection[str]) -> str:
    """Return the best of `available` for an Accept-Language header or a language tag; English if none fits."""
    for tag in _by_preference(accept_language):
        if _language(tag) in available:
            return _language(tag)
    return SOURCE


def read_catalogue(path: Path) -> Catalog:
    """Read a `.po` file as Babel's catalogue; empty if the file does not exist."""
    return _parsed(path.read_bytes(), path.parent.name) if path.is_file() else Catalog()


@cache
def page_texts() -> Texts:
    """Return the catalogues of our own pages, read once per process."""
    return Texts(*PAGE_DOMAINS)


@cache
def widget_texts() -> Texts:
    """Return the catalogues of the widget, read once per process."""
    return Texts("widget")


def _parsed(content: bytes, language: str) -> Catalog:
    return read_po(io.BytesIO(content), locale=language)


def _chain(catalogues: Iterable[Catalog]) -> Translations:
    chain = Translations()
    for catalogue in reversed(list(catalogues)):
        translations = _compiled(catalogue)
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
