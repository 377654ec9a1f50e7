"""What chats of every format share: their place here, their order and their bounds."""

import re
from typing import get_args

from msgspec.structs import replace

from console.domain.email_address import EMAIL
from console.domain.imports import Misfit, PastChat
from console.events import EndReason
from console.imports.fields import Fields, time_of
from console.imports.known import KnownHere

MOST_LINES = 5_000  # messages of one chat
MOST_FIELDS = 50
CHANNEL = re.compile(r"[a-z][a-z0-9_-]{0,19}")


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


NO_LINES = _("The chat has no messages.")
MANY_LINES = _("The chat has more than %(most)s messages.")
TOO_OLD = _("The chat is older than data retention keeps chats.")
RUNNING = _("The chat is still open. Import it once it has ended.")
NO_WHEN = _("A message has no time.")


def dated(row: Fields, *names: str) -> int:
    """Return the time (ms) of what was written. Raises Misfit if there is none."""
    at = time_of(row, *names)
    if not at:
        raise Misfit(NO_WHEN)
    return at


def visitor_id(known: KnownHere, there: str) -> str:
    return known.id("visitor", there)


def shelved(chat: PastChat, known: KnownHere) -> PastChat:
    """Return the chat as it is stored here. Raises Misfit.

    A chat whose queue does not exist here goes to the site's; the queue's name there becomes a field.
    """
    lines = tuple(sorted(chat.lines, key=lambda one: one.at))
    if all(line.note for line in lines):
        raise Misfit(NO_LINES)
    if len(lines) > MOST_LINES:
        raise Misfit(MANY_LINES, most=MOST_LINES)
    if max(chat.ended, lines[-1].at) < known.oldest:
        raise Misfit(TOO_OLD)
    queue = known.queues.get(chat.queue.casefold(), "")
    asked = {"queue": chat.queue} if chat.queue and not queue else {}
    fields = {**chat.fields, **asked}
    return replace(
        chat,
        lines=lines,
        opened=min(chat.opened or lines[0].at, lines[0].at),
        ended=chat.ended or lines[-1].at,  # notes and mails may be later
        why=chat.why if chat.why in get_args(EndReason) else _why(lines[-1].agent),
        site=chat.site if chat.site in known.directory.sites else known.site,
        queue=queue or known.queue,
        channel=chat.channel if CHANNEL.fullmatch(chat.channel) else "other",
        email=chat.email if EMAIL.fullmatch(chat.email) else "",
        fields=dict(list(fields.items())[-MOST_FIELDS:]),
        tags=tuple(tag[:60] for tag in chat.tags),
        locale=chat.locale[:35],
    )


def _why(last: str) -> str:
    return "agent" if last else "visitor"
