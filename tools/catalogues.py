"""Keeps the text catalogues of all languages in step: console/locale/<language>/<domain>.po.

Tests compare Italian with the texts in the sources. All other languages have the same texts as Italian, in the same
order:

    python -m tools.catalogues                       add what is new (untranslated), delete what nobody says any more
    python -m tools.catalogues --missing pl          print what Polish lacks, as JSON
    python -m tools.catalogues --fill pl texts.json  take translations in

`--missing` prints a list of {"n", "id", "plural"?, "forms"?, "it"}; `--fill` reads a list of {"n" or "id", "text"},
where `text` is a string, or a list of `forms` strings for a text with a plural. Translations that do not fit are named
and left out.
"""

import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from console.errors import Refused, every_error
from console.views.i18n import FOLDER, read_catalogue

MODEL = "it"
LANGUAGES = ("bg", "cs", "da", "de", "es", "fi", "fr", "it", "ja", "ko", "nb", "nl", "pl", "pt")
WIDGET_ONLY = ("ar",)  # written from right to left; staff pages do not offer it
TWO_FORMS = {  # without the form for whole millions
    "it": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "pt": "nplurals=2; plural=(n > 1);",
}
NAMES = re.compile(r"%\(\w+\)s|\{\w+\}|%%|</?\w+>")
HEADER = "# Sestetto's {domain} in {language}."
SINCE = datetime(2026, 1, 1, tzinfo=UTC)  # the same in every file, as a changing date would conflict in every merge


def domains(language: str) -> tuple[str, ...]:
    """Return the domains that are translated into a language: all, or only the widget."""
    every = tuple(sorted(path.stem for path in (FOLDER / MODEL).glob("*.po")))
    return ("widget",) if language in WIDGET_ONLY else every


def path_of(language: str, domain: str, folder: Path = FOLDER) -> Path:
    return folder / language / f"{domain}.po"


def wanted(language: str, domain: str, folder: Path = FOLDER) -> dict[tuple[str, str], Message]:
    """Map the English of each text that a language needs to the model's message.

    A language that only the widget has also needs the server's refusals to visitors.
    """
    found = texts(MODEL, domain, folder)
    if language in WIDGET_ONLY:
        refusals = {(error.message, "") for error in every_error() if issubclass(error, Refused)}
        found |= {one: message for one, message in texts(MODEL, "console", folder).items() if one in refusals}
    return found


def key(message: Message) -> tuple[str, str]:
    """Return the English of a text: the singular, and the plural or ''."""
    return (message.id, "") if isinstance(message.id, str) else (str(message.id[0]), str(message.id[1]))


def said(message: Message) -> bool:
    """Whether it is translated, in all its forms."""
    return bool(message.string) if isinstance(message.string, str) else all(message.string or ("",))


def texts(language: str, domain: str, folder: Path = FOLDER) -> dict[tuple[str, str], Message]:
    """Map the English of each text to its message."""
    return {key(one): one for one in read_catalogue(path_of(language, domain, folder)) if one.id}


def unfit(message: Message, forms: int) -> str:
    """Return what is wrong with a translation; '' if nothing is."""
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    wanted = forms if message.pluralizable else 1
    if len(strings) != wanted:
        return f"needs {wanted} forms, has {len(strings)}"
    ids = {name for one in ([message.id] if isinstance(message.id, str) else message.id) for name in NAMES.findall(one)}
    counted = {"%(num)s", "%(count)s"} if message.pluralizable else set()  # "one chat" names no number
    for one in strings:
        found = set(NAMES.findall(one))
        if found - ids or ids - found - counted:
            return f"names {sorted(found)} instead of {sorted(ids)}"
    return ""


def level(language: str, domain: str, folder: Path = FOLDER) -> None:
    """Give a catalogue the same texts as the model."""
    old = texts(language, domain, folder)
    made = empty(language, domain)
    for english, model in wanted(language, domain, folder).items():
        kept = old.get(english)
        blank = ("",) * made.num_plurals if english[1] else ""
        made.add(english if english[1] else english[0], kept.string if kept else blank, flags=model.flags)
    write(made, path_of(language, domain, folder))


def empty(language: str, domain: str) -> Catalog:
    name = Locale.parse(language).english_name
    made = Catalog(
        locale=language,
        project="Sestetto",
        last_translator="Sestetto",
        language_team=name,
        header_comment=HEADER.format(domain=domain, language=name),
        fuzzy=False,
        creation_date=SINCE,
        revision_date=SINCE,
    )
    if language in TWO_FORMS:
        made.mime_headers = [("Plural-Forms", TWO_FORMS[language])]
    return made


def write(catalogue: Catalog, path: Path) -> None:
    file = BytesIO()
    write_po(file, catalogue, width=0)
    lines = file.getvalue().decode().rstrip("\n").split("\n")
    kept = [line.replace("Sestetto VERSION", "Sestetto") for line in lines if not line.startswith('"Generated-By')]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


def missing(language: str) -> Iterator[dict[str, Any]]:
    """Yield what a language lacks, each English text once."""
    seen: set[tuple[str, str]] = set()
    for domain in domains(language):
        here = texts(language, domain)
        for english, model in wanted(language, domain).items():
            if english in seen or (english in here and said(here[english])):
                continue
            seen.add(english)
            one: dict[str, Any] = {"n": len(seen) - 1, "id": english[0]}
            if english[1]:
                one |= {"plural": english[1], "forms": empty(language, domain).num_plurals}
            yield one | {"it": model.string, "domain": domain}


def fill(language: str, given: list[dict[str, Any]]) -> list[str]:
    """Insert translations wherever their English text occurs; return those that did not fit."""
    asked = {one["n"]: one["id"] for one in missing(language)}
    said_by = {one["id"] if "id" in one else asked.get(one["n"], ""): one["text"] for one in given}
    faults = []
    for domain in domains(language):
        catalogue = read_catalogue(path_of(language, domain))
        for message in [one for one in catalogue if one.id and key(one)[0] in said_by]:
            before, text = message.string, said_by[key(message)[0]]
            message.string = tuple(text) if isinstance(text, list) else text
            wrong = unfit(message, catalogue.num_plurals)
            if wrong:
                message.string = before
                faults.append(f"{domain}: {key(message)[0]!r} {wrong}")
        made = empty(language, domain)
        for message in catalogue:
            if message.id:
                made.add(message.id, message.string, flags=message.flags)
        write(made, path_of(language, domain))
    return faults


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--missing"]:
        print(json.dumps(list(missing(arguments[1])), ensure_ascii=False, indent=0))
        return 0
    if arguments[:1] == ["--fill"]:
        faults = fill(arguments[1], json.loads(Path(arguments[2]).read_text(encoding="utf-8")))
        print("\n".join(faults) or "all taken in")
        return int(bool(faults))
    for language in (*LANGUAGES, *WIDGET_ONLY):
        if language != MODEL:
            for domain in domains(language):
                level(language, domain)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
