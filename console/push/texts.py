"""What a notification says, in its device's language. It contains no visitor's name or text unless the admin allows it,
because lock screens show it.
"""

import msgspec

from console.domain.push import Nudge
from console.views.i18n import page_texts

LONGEST_WORDS = 120  # characters of a message
CONSOLE = "/console"
PAGES = {"alert": "/board", "test": "/settings/notifications"}


def _(text: str) -> str:
    """Mark a text for translation."""
    return text


TITLES = {
    "offered": _("A chat is offered to you"),
    "given": _("You have a new chat"),
    "waits": _("A visitor is waiting for your answer"),
    "alert": _("Alert"),
    "test": _("Notifications work on this device"),
}


class Notice(msgspec.Struct, omit_defaults=True):
    """What the service worker receives. `tag`: one notification each; `over`: close it. `url` opens on a press.

    `at` distinguishes a newer notice from the same one sent again.
    """

    tag: str
    at: int = 0
    title: str = ""
    body: str = ""
    url: str = ""
    chat: str = ""
    lang: str = ""
    over: bool = False


def notice_of(nudge: Nudge, locale: str, *, where: str = "", name: str = "", words: str = "") -> Notice:
    """Build the notice. `where` is the queue; `name` and `words` are the visitor's, and empty where they may not be
    shown.
    """
    if nudge.kind == "over":
        return Notice(nudge.about, nudge.at, over=True)
    title = page_texts().get(locale).gettext(TITLES[nudge.kind])
    said = shortened(words)
    body = ": ".join(filter(None, (name, said))) if name or said else where
    if nudge.kind in PAGES:
        return Notice(nudge.about, nudge.at, title, body, PAGES[nudge.kind], lang=locale)
    return Notice(nudge.about, nudge.at, title, body, f"{CONSOLE}#chat={nudge.about}", nudge.about, locale)


def shortened(words: str) -> str:
    """Return one line of a message."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_WORDS else line[: LONGEST_WORDS - 1].rstrip() + "…"
