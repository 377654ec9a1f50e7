"""The language and the phrases of the message that tells a visitor somebody has read theirs."""

import pytest

from console.domain.first_words import Choice, Phrases, built_in, choice_for

ENGLISH = Phrases("en", ("Just a second.", "Let me look."))
POLISH = Phrases("pl", ("Chwileczkę.", "Już sprawdzam."))


@pytest.mark.parametrize(
    ("own", "served", "locale", "choice"),
    [
        ((), (), "it-IT", Choice("it")),
        ((), (), "pl", Choice("pl")),
        ((), (), "sv", Choice("en")),
        ((), (), "", Choice("en")),
        ((POLISH,), (), "pl_PL", Choice("pl", POLISH.texts)),
        ((ENGLISH,), (), "it", Choice("it")),
        ((ENGLISH,), (), "sv", Choice("en", ENGLISH.texts)),
        ((POLISH,), ("pl", "en"), "sv", Choice("pl", POLISH.texts)),
        ((), ("it",), "sv", Choice("it")),
        ((ENGLISH,), ("sv",), "no", Choice("en", ENGLISH.texts)),
    ],
)
def test_the_visitors_language_comes_first_then_the_queues_then_english(
    own: tuple[Phrases, ...], served: tuple[str, ...], locale: str, choice: Choice
) -> None:
    assert choice_for(own, served, locale) == choice


@pytest.mark.parametrize("language", ["en", "it", "de", "es", "fr", "pt", "nl", "pl"])
@pytest.mark.parametrize(("ms", "time"), [(30_000, "30"), (120_000, "2"), (300_000, "5")])
def test_every_promise_can_be_said_in_several_ways_and_names_its_time(language: str, ms: int, time: str) -> None:
    phrases = built_in(language, ms)
    assert len(set(phrases)) >= 3
    assert all(f" {time} " in phrase and "{" not in phrase for phrase in phrases)
