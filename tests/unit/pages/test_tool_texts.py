"""The panels around the panes are fully translated: no text lacks a translation, and none is unused."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract

import console
from console.domain.directory import Member
from console.pages.client_texts.tools import desk_texts, places_for
from console.views.i18n import FOLDER, page_texts, read_catalogue

PACKAGE = Path(console.__file__).parent
TEMPLATES = ("fragments/toolbar", "fragments/context")
SOURCES = ("pages/client_texts/tools.py",)
NAMES = re.compile(r"%\(\w+\)s|\{\w+\}")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}


def said() -> Iterator[str]:
    paths = [(PACKAGE / "templates" / f"{name}.html", "jinja2.ext:babel_extract") for name in TEMPLATES]
    for path, method in [*paths, *((PACKAGE / name, "python") for name in SOURCES)]:
        with path.open("rb") as file:
            for _, message, _, _ in extract(method, file, keywords=KEYWORDS):
                yield message if isinstance(message, str) else str(message[0])


def italian(domain: str) -> dict[str, str]:
    catalogue = read_catalogue(FOLDER / "it" / f"{domain}.po")
    return {one.id if isinstance(one.id, str) else one.id[0]: str(one.string) for one in catalogue if one.id}


def test_every_text_beside_the_panes_has_its_italian() -> None:
    known = {text for domain in ("console", "desk") for text, words in italian(domain).items() if words}
    assert len(set(said())) > 80
    assert set(said()) - known == set()


def test_the_italian_catalogue_has_no_unused_texts() -> None:
    assert set(italian("desk")) - set(said()) == set()


def test_a_translation_keeps_every_name_to_be_filled_in() -> None:
    for text, words in italian("desk").items():
        assert set(NAMES.findall(text)) == set(NAMES.findall(words)), text


def test_everybody_finds_the_places_they_may_go_to_and_no_others() -> None:
    texts = page_texts().get("en")
    places = {role: set(places_for(Member("m", "M", "m@shop.example", role), texts)) for role in ("agent", "admin")}  # type: ignore[arg-type]
    assert places["agent"] == {"/chats", "/settings/canned"}
    assert places["admin"] == {"/chats", "/settings/canned", "/board", "/settings"}


def test_the_scripts_texts_are_in_the_pages_language() -> None:
    assert desk_texts(page_texts().get("it"))["verdict_good"] == "bene"
