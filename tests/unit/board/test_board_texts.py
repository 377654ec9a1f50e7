"""The board is fully translated: no text lacks a translation, and no translation is unused."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract

import console
from console.views.i18n import FOLDER, read_catalogue

PACKAGE = Path(console.__file__).parent
FRAGMENTS = ("board_agent", "board_lates", "board_overview", "board_parts", "board_queue", "load", "watch")
TEMPLATES = ("board", *(f"fragments/{name}" for name in FRAGMENTS))
SOURCES = ("pages/client_texts/board.py", "pages/client_texts/watch.py")
NAMES = re.compile(r"%\(\w+\)s|\{\w+\}")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}


def said() -> Iterator[str]:
    for name in TEMPLATES:
        with (PACKAGE / "templates" / f"{name}.html").open("rb") as file:
            yield from _texts(extract("jinja2.ext:babel_extract", file, keywords=KEYWORDS))
    for name in SOURCES:
        with (PACKAGE / name).open("rb") as file:
            yield from _texts(extract("python", file, keywords=KEYWORDS))


def _texts(found: object) -> Iterator[str]:
    for _, message, _, _ in found:  # type: ignore[attr-defined]
        yield message if isinstance(message, str) else str(message[0])


def known(domain: str) -> set[str]:
    catalogue = read_catalogue(FOLDER / "it" / f"{domain}.po")
    return {one.id if isinstance(one.id, str) else one.id[0] for one in catalogue if one.id and one.string}


def test_every_text_of_the_board_has_its_italian() -> None:
    texts = set(said())
    assert len(texts) > 120
    assert texts - known("board") == set()


def test_the_italian_holds_nothing_the_board_no_longer_says() -> None:
    assert known("board") - set(said()) == set()


def test_a_translation_keeps_every_name_to_be_filled_in() -> None:
    for one in read_catalogue(FOLDER / "it" / "board.po"):
        for text in [one.id] if isinstance(one.id, str) else [one.id[1]] if one.id else []:
            string = one.string if isinstance(one.string, str) else one.string[-1]
            assert set(NAMES.findall(str(text))) == set(NAMES.findall(str(string))), text
