"""The console is fully translated, and each reader gets the right language."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract
from starlette.requests import Request

import console
from console.errors import every_error
from console.views.i18n import FOLDER, Texts, negotiate, page_texts, read_catalogue
from console.views.templating import environment, languages, locale_of, render

PACKAGE = Path(console.__file__).parent
FRAGMENTS = (
    *(
        "above",
        "event",
        "load",
        "mailed",
        "message",
        "note",
        "pane",
        "pane_footers",
        "pane_header",
        "pane_log",
        "strip",
    ),
)
TEMPLATES = ("base.html", "console.html", *(f"fragments/{name}.html" for name in FRAGMENTS))
SOURCES = ("pages/client_texts/console.py", "views/channels.py", "views/templating.py", "views/html.py")
NAMES = re.compile(r"%\(\w+\)s|\{\w+\}")


def msgids(path: Path, method: str) -> Iterator[tuple[str, str]]:
    with path.open("rb") as file:
        for _, message, _, _ in extract(method, file, keywords={"_": None, "gettext": None, "ngettext": (1, 2)}):
            yield (message, "") if isinstance(message, str) else (str(message[0]), str(message[1]))


def every_msgid() -> set[tuple[str, str]]:
    found = {one for name in TEMPLATES for one in msgids(PACKAGE / "templates" / name, "jinja2.ext:babel_extract")}
    found |= {one for name in SOURCES for one in msgids(PACKAGE / name, "python")}
    return found | {(error.message, "") for error in every_error() if error.__module__ == "console.errors"}


def test_every_text_of_the_console_has_its_italian() -> None:
    italian = read_catalogue(FOLDER / "it" / "console.po")
    known = {one.id if isinstance(one.id, str) else one.id[0] for one in italian if one.id and all_said(one.string)}
    assert len(every_msgid()) > 150
    assert {text for text, _ in every_msgid()} - known == set()


def all_said(string: str | tuple[str, ...] | list[str]) -> bool:
    return bool(string) if isinstance(string, str) else all(string)


def test_the_italian_holds_nothing_the_console_no_longer_says() -> None:
    italian = read_catalogue(FOLDER / "it" / "console.po")
    known = {one.id if isinstance(one.id, str) else one.id[0] for one in italian if one.id}
    assert known - {text for text, _ in every_msgid()} == set()


def test_a_translation_keeps_every_name_to_be_filled_in() -> None:
    for one in read_catalogue(FOLDER / "it" / "console.po"):
        if isinstance(one.id, str) and one.id:
            assert set(NAMES.findall(one.id)) == set(NAMES.findall(str(one.string))), one.id


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("it-IT,it;q=0.9,en;q=0.8", "it"),
        ("sv-SE,sv;q=0.9,it;q=0.5,en;q=0.1", "it"),
        ("nn-NO, no;q=0.9", "nb"),
        ("en;q=0.5, it;q=0.7", "it"),
        ("it;q=0, en", "en"),
        ("sv", "en"),
        ("", "en"),
        ("../../etc,it;q=x", "en"),
        (",;q=,;;,", "en"),
    ],
)
def test_a_browser_is_answered_in_the_best_language_there_is(header: str, language: str) -> None:
    assert negotiate(header, page_texts().available()) == language


def test_a_language_nobody_has_written_falls_back_to_english() -> None:
    assert Texts("console").get("xx").gettext("Send") == "Send"
    assert Texts("console").get("../it").gettext("Send") == "Send"
    assert Texts("nothing", "console").get("it-CH").gettext("Send") == "Invia"


def test_languages_are_named_in_their_own_words() -> None:
    assert {"en": "English", "it": "italiano", "pl": "polski", "nb": "norsk bokmål"}.items() <= languages().items()


def request(**headers: str) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw, "query_string": b""})


def test_a_chosen_language_wins_over_the_members_and_the_browsers() -> None:
    assert locale_of(request(cookie="sestetto_locale=it"), "en") == "it"
    assert locale_of(request(), "it") == "it"
    assert locale_of(request(cookie="sestetto_locale=<x>"), "") == "en"


def test_a_page_comes_in_the_readers_language_and_theme() -> None:
    page = render(request(cookie="sestetto_theme=dark; sestetto_locale=it"), "base.html").body.decode()
    assert '<html lang="it" data-theme="dark">' in page
    assert "Vai al contenuto" in page
    assert (
        '<html lang="en" data-theme="auto">' in render(request(cookie="sestetto_theme=%22x"), "base.html").body.decode()
    )


def test_numbers_and_durations_follow_the_language() -> None:
    italian, english = environment("it").filters, environment("en").filters
    assert (italian["span"](4_120), english["span"](4_120)) == ("4,1 s", "4.1 s")
    assert [english["span"](ms) for ms in (9_940, 9_960, 12_400, 59_400, 59_960)] == [
        "9.9 s",
        "10 s",
        "12 s",
        "59 s",
        "1:00",
    ]
    assert [english["span"](ms) for ms in (83_900, 1_020_200)] == ["1:24", "17:00"]
    assert [english["brief"](ms) for ms in (6_000, 7_500, 60_000, 90_000)] == ["6 s", "7.5 s", "1:00", "1:30"]
    assert (italian["brief"](7_500), english["duration"](42_000)) == ("7,5 s", "0:42")
    assert english["duration"](3_723_000) == "1:02:03"
    assert 'data-at="1000"' in english["moment"](1_000)
