"""Languages as routing knows them: primary tags such as `fr`. Pure."""

from typing import Literal

LanguageSource = Literal["browser", "text", "agent"]


def language_of(locale: str) -> str:
    """Return the primary tag: `fr` of `fr-CA`; empty for what has none."""
    tag = locale.replace("_", "-").partition("-")[0].lower()
    return tag if tag.isascii() and tag.isalpha() and len(tag) <= 8 else ""
