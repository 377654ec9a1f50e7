"""What the panel for looking on at a chat says, on a board and in a console."""

import gettext


def watch_texts(texts: gettext.NullTranslations) -> dict[str, str]:
    """Key to text; `{name}` is filled in by the script."""
    _ = texts.gettext
    return {
        "watching": _("Looking on: {name}"),
        "conversation": _("Conversation with {name}"),
        "whisper_to": _("Whisper to {name}: {visitor} does not see it"),
        "whisper_queue": _("Note for whoever answers {visitor}: staff only"),
        "whispered": _("Whispered"),
        "watch_over": _("This chat is over: nothing more comes."),
        "sending": _("sending"),
        "typing": _("{name} is typing …"),
        "typing_text": _("typing: “{text}”"),
        "clock_left": _("{n} seconds left"),
        "clock_late": _("late by {n} seconds"),
        "clock_late_long": _("late by {n} min"),
    }
