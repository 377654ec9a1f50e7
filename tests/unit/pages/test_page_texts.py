"""Sign-in and archive pages are fully translated: no text lacks a translation, and none is unused."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract

import console
from console.identity.trouble import FlowOver, ProviderTrouble
from console.views.i18n import FOLDER, read_catalogue

PACKAGE = Path(console.__file__).parent
TEMPLATES = (
    *(
        "problem",
        "sign_in",
        "sign_in_demo",
        "sign_in_code",
        "sign_in_set_up",
        "sign_in_codes",
        "sign_in_invitation",
        "sign_in_reset",
        "sign_in_forgot",
        "chats",
        "chat",
        "offline",
    ),
    *("fragments/archived", "fragments/second_factor"),
    *("left_messages", "left_message", "fragments/left"),
)
SOURCES = (
    "pages/guard.py",
    "pages/error_pages.py",
    "pages/sign_in.py",
    "pages/provider_sign_in.py",
    "pages/invitation.py",
    "archive/invitations.py",
    "actions/provider_sign_ins.py",
    "archive/sign_in_steps.py",
    "archive/identity_providers.py",
    "archive/second_factors.py",
    "actions/archived_chats.py",
    "actions/left_messages.py",
    "actions/sessions.py",
    "workspaces/refusals.py",
)
NAMES = "STEP_OVER|WRONG_CODE|HAS_ONE|NO_FACTOR|AWAY|WRONG|SLOWLY|NO_PAGE|NOT_TO_OPEN|FAILED"
NAMES += "|CANCELLED|NO_ACCESS|NO_PROVIDER|NO_INVITATION|NOT_PENDING|NO_PASSWORD|NO_LINK"
NAMES += "|NO_WORKSPACE|TO_FIX|NOT_RUNNING"
NAMES += "|NO_SERVER|NO_ADDRESS|NO_TEXT|NO_OWNER"
RAISED = re.compile(rf'(?:NotYours|NotAllowed|BadCommand)\("([^"]+)"\)|(?:{NAMES}) = "([^"]+)"')


def in_templates() -> Iterator[str]:
    for name in TEMPLATES:
        with (PACKAGE / "templates" / f"{name}.html").open("rb") as file:
            keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
            for _, message, _, _ in extract("jinja2.ext:babel_extract", file, keywords=keywords):
                yield message if isinstance(message, str) else str(message[0])


def in_sources() -> Iterator[str]:
    for name in (*SOURCES, "archive/sessions.py", "archive/tokens.py", "archive/login_throttle.py"):
        for found in RAISED.findall((PACKAGE / name).read_text()):
            if (text := "".join(found)) != "Member not found.":  # said on the command line only
                yield text
    yield from (ProviderTrouble.message, FlowOver.message)


def known(domain: str) -> set[str]:
    catalogue = read_catalogue(FOLDER / "it" / f"{domain}.po")
    return {one.id if isinstance(one.id, str) else one.id[0] for one in catalogue if one.id and one.string}


def test_every_text_of_the_pages_has_its_italian() -> None:
    said = {*in_templates(), *in_sources()}
    assert len(said) > 60
    assert said - known("pages") - known("console") == set()


def test_the_italian_catalogue_has_no_unused_page_texts() -> None:
    assert known("pages") - {*in_templates(), *in_sources()} == set()


def test_a_translation_keeps_every_name_to_be_filled_in() -> None:
    names = re.compile(r"%\(\w+\)s")
    for one in read_catalogue(FOLDER / "it" / "pages.po"):
        if isinstance(one.id, str) and one.id:
            assert set(names.findall(one.id)) == set(names.findall(str(one.string))), one.id
