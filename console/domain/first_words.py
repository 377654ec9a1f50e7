"""First words: what tells a visitor that somebody has read them and when that person is back. Pure."""

from collections.abc import Sequence

import msgspec

# The visitor's first name, the agent's name, and what the visitor wrote last, if it can be quoted.
PLACEHOLDERS = ("first_name", "agent", "question")
ALWAYS_KNOWN = ("agent",)  # for every visitor and message
OTHERS = "-"
PROMISE = 30_000  # ms; until when a team's own phrases promise to be back

HALF_A_MINUTE = {
    "en": (
        "One moment, please. I'll be back within 30 seconds.",
        "I'm looking into it. You'll hear from me within 30 seconds.",
        "Thanks, I've read it. Give me 30 seconds to check.",
    ),
    "it": (
        "Un momento, per favore. Torno entro 30 secondi.",
        "Sto controllando. Ti rispondo entro 30 secondi.",
        "Grazie, ho letto. Dammi 30 secondi per controllare.",
    ),
}
MINUTES = {
    "en": (
        "One moment, please. I'll be back within {n} minutes.",
        "I'm looking into it. You'll hear from me within {n} minutes.",
        "Thanks, I've read it. Give me {n} minutes to check.",
    ),
    "it": (
        "Un momento, per favore. Torno entro {n} minuti.",
        "Sto controllando. Ti rispondo entro {n} minuti.",
        "Grazie, ho letto. Dammi {n} minuti per controllare.",
    ),
}


class Phrases(msgspec.Struct, frozen=True):
    """A team's own phrases in one language, a primary tag; each may have PLACEHOLDERS in braces."""

    language: str
    texts: tuple[str, ...]


class Choice(msgspec.Struct, frozen=True):
    """What a visitor gets: the language of the first word, and the team's own phrases in it, if there are any."""

    language: str
    texts: tuple[str, ...] = ()


def built_in(language: str, ms: int) -> tuple[str, ...]:
    """Return our phrases that promise to be back within that time; none in a language that we do not speak."""
    if ms == PROMISE:
        return HALF_A_MINUTE.get(language, ())
    return tuple(text.replace("{n}", str(ms // 60_000)) for text in MINUTES.get(language, ()))


def choice_for(own: Sequence[Phrases], served: Sequence[str], locale: str) -> Choice:
    """Choose for a visitor of that locale, in a queue with its `own` phrases and the languages it is `served` in.

    The visitor's language comes first, then the queue's first one, then English: the first in which there are phrases,
    the team's or ours.
    """
    ours = {one.language: one.texts for one in own}
    for language in (primary(locale), *served[:1]):
        if language in ours or language in HALF_A_MINUTE:
            return Choice(language, ours.get(language, ()))
    return Choice("en", ours.get("en", ()))


def told_phrases(own: Sequence[Phrases], served: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what any visitor may get, by language; under OTHERS for those whose language is not there."""
    languages = dict.fromkeys([*HALF_A_MINUTE, *(one.language for one in own)])
    chosen = {language: choice_for(own, served, language) for language in languages} | {
        OTHERS: choice_for(own, served, "")
    }
    return {language: one.texts or built_in(one.language, PROMISE) for language, one in chosen.items()}


def primary(locale: str) -> str:
    """Return a locale's primary tag: `en` of `en-GB`."""
    return locale.replace("_", "-").split("-")[0].lower()
