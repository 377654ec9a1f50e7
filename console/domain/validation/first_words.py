"""Validation of a queue's own phrases for first words."""

import re
from collections import Counter
from collections.abc import Sequence

from console.domain.first_words import ALWAYS_KNOWN, PLACEHOLDERS, Phrases
from console.domain.validation.problems import Problems, is_plain, languages
from console.errors import Problem

LEAST, MOST = 2, 12  # phrases per language: with two, none is repeated in a row
PHRASE = 200  # characters
BRACES = re.compile(r"\{([^{}\n]*)\}")
OTHER = "phrases_language"  # the field for a language that does not have its own field yet


def validate_phrases(target: str, phrases: Sequence[Phrases]) -> list[Problem]:
    found = Problems(target)
    given = Counter(one.language for one in phrases)
    for language, times in given.items():
        found.unless(
            language in languages(),
            OTHER,
            "“%(language)s” is not a language. Use a name or code such as English or fr.",
            language=language,
        )
        found.unless(times == 1, OTHER, "That language is listed already. Enter its phrases there.")
    for one in phrases:
        if one.language in languages():
            _check(found, field_of(one.language), one.texts)
    return found


def field_of(language: str) -> str:
    """Return the form's field for the phrases in a language."""
    return f"phrases.{language}"


def _check(found: Problems, field: str, texts: tuple[str, ...]) -> None:
    found.unless(len(texts) <= MOST, field, "Enter at most %(most)s phrases per language.", most=MOST)
    seen: set[str] = set()
    for text in texts:
        found.unless(
            is_plain(text, PHRASE), field, "Enter phrases of 1 to %(most)s characters, one per line.", most=PHRASE
        )
        found.unless(text.casefold() not in seen, field, "“%(phrase)s” is listed twice. Remove one.", phrase=text)
        seen.add(text.casefold())
        _check_braces(found, field, text)
    always = [text for text in texts if set(BRACES.findall(text)) <= set(ALWAYS_KNOWN)]
    found.unless(
        len(always) >= LEAST,
        field,
        "Enter at least %(least)s phrases without {first_name} and {question}, for when these are not known.",
        least=LEAST,
    )


def _check_braces(found: Problems, field: str, text: str) -> None:
    choices = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
    for name in BRACES.findall(text):
        found.unless(
            name in PLACEHOLDERS,
            field,
            "{%(name)s} is not a placeholder. Use %(choices)s.",
            name=name,
            choices=choices,
        )
