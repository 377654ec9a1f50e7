"""Alerts are fully translated: no text lacks a translation, and no translation is unused."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract

import console
from console.views.i18n import FOLDER, read_catalogue

PACKAGE = Path(console.__file__).parent
SOURCES = ("alerts/messages.py", "pages/settings/alerts.py", "pages/settings/audit_log.py", "pages/settings/common.py")
TEMPLATES = ("alert_mail", "settings/alerts", "settings/alert", "settings/overview")
SENTENCES = ("domain/validation/alerts.py", "domain/address_policy.py", "archive/alert_rules.py", "actions/alerts.py")
SHARED = ("A name has 1 to", "%(name)s is there already", "The queue %(queue)s does not exist.")  # said elsewhere too
NAMES = re.compile(r"%\(\w+\)s|\{\w+\}")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": (2,)}


def said() -> Iterator[str]:
    for name in TEMPLATES:
        with (PACKAGE / "templates" / f"{name}.html").open("rb") as file:
            yield from _texts(extract("jinja2.ext:babel_extract", file, keywords=KEYWORDS))
    for name in SOURCES:
        with (PACKAGE / name).open("rb") as file:
            yield from _texts(extract("python", file, keywords=KEYWORDS))
    for name in SENTENCES:
        yield from _sentences(ast.parse((PACKAGE / name).read_text()))


def _texts(found: object) -> Iterator[str]:
    for _, message, _, _ in found:  # type: ignore[attr-defined]
        yield message if isinstance(message, str) else str(message[0])


def _sentences(tree: ast.AST) -> Iterator[str]:
    """Texts with an end, and what the audit says; docstrings and what is raised to operators are none."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            text = node.value
            if (text.endswith((".", ")s")) and " " in text) or re.fullmatch(r"Alert \w+", text):
                yield text


def known(domain: str) -> set[str]:
    catalogue = read_catalogue(FOLDER / "it" / f"{domain}.po")
    return {one.id if isinstance(one.id, str) else one.id[0] for one in catalogue if one.id and one.string}


def test_every_text_of_alerts_has_its_italian() -> None:
    texts = {text for text in said() if not text.startswith(SHARED)}
    assert len(texts) > 90
    assert texts - known("alerts") - known("settings") - known("pages") - known("console") - known("desk") == set()


def test_the_italian_catalogue_has_no_unused_alert_texts() -> None:
    assert known("alerts") - set(said()) == set()


def test_a_translation_keeps_every_name_to_be_filled_in() -> None:
    for one in read_catalogue(FOLDER / "it" / "alerts.po"):
        ids = [one.id] if isinstance(one.id, str) else list(one.id)
        strings = [one.string] if isinstance(one.string, str) else list(one.string)
        for id, string in zip(ids, strings, strict=True):
            if id:
                assert set(NAMES.findall(id)) == set(NAMES.findall(string)), id
