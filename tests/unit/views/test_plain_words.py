"""Screens use the words of a support team: what was reworded once does not come back."""

import re
from pathlib import Path

import pytest

from console.views.i18n import FOLDER

ENGLISH = [
    re.sub(r'"\s+"', "", found)
    for file in sorted(Path(FOLDER).rglob("*.po"))
    for found in re.findall(r'^msgid((?:\s+".*")+)', file.read_text(encoding="utf-8"), re.MULTILINE)
]
REWORDED = (
    "looking on",  # watching
    "looks on",
    "being away",  # away reasons
    "keeping chats",  # data retention
    "nothing was saved",
    "saved and in force",
    "do not go together",  # wrong e-mail or password
    "as they were",  # reset to defaults
    "nothing fits",  # no matches
    "no chat fits",
    "nobody serves",
    "drawn once an hour",
    "the oldest for",
    "longest patience",
    "on duty",  # online
    "with a broken promise",  # late
    "as you write it",
    "write to go on",
    "1 is poor",
    "good day {",
    "stands behind",
    "so long after",
    "names that are filled in",
    "it is found by",
    "nothing to do that to",
    "shut out",  # deactivate
    "way yet",  # no routing history yet
    "whoever has",  # everyone who, members without
    "whoever runs",  # the server admin
    "it knows ",  # supports
    "provider's business",  # the provider decides
    "nobody comes in",  # nobody can sign in
    "to come back to",  # redirect address
    "beside the password",  # as well as your password
    "good for an hour",  # works for one hour
    "sent just now",  # right now
    "by itself",  # automatically
    "everybody who waits",  # everyone waiting
    "too little is known",  # not enough data
    "does not fit",  # does not match
    "nobody looks",
    "made anew",  # re-encoded
)


def test_the_catalogues_hold_the_words_of_all_screens() -> None:
    assert len(ENGLISH) > 500
    assert any("Watching" in text for text in ENGLISH)


@pytest.mark.parametrize("words", REWORDED)
def test_no_screen_says(words: str) -> None:
    assert [text for text in ENGLISH if words in text.lower()] == []
