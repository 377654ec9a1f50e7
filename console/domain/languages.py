"""Languages as routing uses them: primary tags such as `fr`. Pure."""

from typing import Literal

LanguageSource = Literal["browser", "text", "agent"]


def language_of(locale: str) -> str:
    """Return the primary tag, such as `fr` for `fr-CA`; empty if there is none."""
    tag = locale.replace("_", "-").partition("-")[0].lower()
    return tag if tag.isascii() and tag.isalpha() and len(tag) <= 8 else ""
