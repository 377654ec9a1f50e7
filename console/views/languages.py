"""Names of languages on screens."""

from babel import Locale, UnknownLocaleError


def language_name(tag: str, *, locale: str) -> str:
    """Return `Italian (Italy)` for `it-IT`, in the reader's language; the tag itself if it is unknown."""
    try:
        return Locale.parse(tag.replace("-", "_")).get_display_name(locale) or tag
    except (ValueError, UnknownLocaleError):
        return tag
