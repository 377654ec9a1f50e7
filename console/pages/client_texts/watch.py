"""The texts of the panel for watching a chat, on the board and in the console."""

import gettext


def watch_texts(texts: gettext.NullTranslations) -> dict[str, str]:
    """Map keys to texts; the script fills in `{name}`."""
    _ = texts.gettext
    return {
        "watching": _("Watching: {name}"),
        "conversation": _("Conversation with {name}"),
        "whisper_to": _("Whisper to {name}: {visitor} can't see it"),
        "whisper_queue": _("Internal note for whoever answers {visitor}"),
        "whispered": _("Whisper sent"),
        "watch_over": _("This chat has ended."),
        "sending": _("sending"),
        "typing": _("{name} is typing…"),
        "typing_text": _("typing: “{text}”"),
        "clock_left": _("{n} seconds left"),
        "clock_left_long": _("{time} left"),
        "clock_late": _("late by {n} seconds"),
        "why_one": _("Details"),
        "why_many": _("Details ({n})"),
        "clock_late_long": _("late by {time}"),
    }
