"""The settings are fully translated: no text lacks a translation, and no translation is unused."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract

import console
from console.views.i18n import FOLDER, read_catalogue

PACKAGE = Path(console.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": (2,), "unless": (3,)}
FOLDERS = (
    "pages/settings/*.py",
    "imports/*.py",
    "actions/imported_rows.py",
    "actions/mail.py",
    "domain/identity_providers.py",
    "actions/invitations.py",
    "actions/sign_ins.py",
    "push/texts.py",
    "domain/validation/*.py",
    "domain/directory.py",
    "domain/identity_problems.py",
    "domain/scopes.py",
)
SOURCES = sorted(path for folder in FOLDERS for path in PACKAGE.glob(folder))
CONSTANTS = re.compile(r'^ *(?:[A-Z_]+|says) = "([^"]+\.)"$', re.MULTILINE)  # what is refused with
REFUSING = (
    *(f"archive/{name}.py" for name in ("members", "queues", "sites", "passwords", "password_hash", "canned")),
    *(f"archive/{name}.py" for name in ("tokens", "integrations")),
    "archive/sessions.py",
    "archive/imports.py",
    "archive/webhook_endpoints.py",
    "archive/push_devices.py",
    *(f"{folder}/blocks.py" for folder in ("archive", "actions")),
    "actions/identity_providers.py",
    *(
        f"actions/{name}.py"
        for name in ("webhooks", "push", "queues", "members", "canned_replies", "mail", "second_factors", "tokens")
    ),
    "actions/invitations.py",
    "actions/exports.py",
    "archive/mail_outbox.py",
)
NAMES = re.compile(r"%\(\w+\)s")


def in_file(path: Path, method: str) -> Iterator[str]:
    with path.open("rb") as file:
        for _, message, _, _ in extract(method, file, keywords=KEYWORDS):
            yield message if isinstance(message, str) else str(message[0])


def said() -> set[str]:
    found = {
        one for path in PACKAGE.glob("templates/settings/*.html") for one in in_file(path, "jinja2.ext:babel_extract")
    }
    found |= {one for path in SOURCES for one in in_file(path, "python")}
    return found | {one for name in REFUSING for one in CONSTANTS.findall((PACKAGE / name).read_text())}


def known(domain: str) -> set[str]:
    catalogue = read_catalogue(FOLDER / "it" / f"{domain}.po")
    return {one.id if isinstance(one.id, str) else one.id[0] for one in catalogue if one.id and one.string}


def test_every_text_of_the_settings_has_its_italian() -> None:
    assert len(said()) > 250
    assert said() - known("settings") - known("alerts") - known("pages") - known("console") - known("desk") == set()


def test_the_italian_holds_nothing_the_settings_no_longer_say() -> None:
    assert known("settings") - said() == set()


def test_a_translation_keeps_every_name_to_be_filled_in() -> None:
    for one in read_catalogue(FOLDER / "it" / "settings.po"):
        if isinstance(one.id, str) and one.id:
            assert set(NAMES.findall(one.id)) == set(NAMES.findall(str(one.string))), one.id
