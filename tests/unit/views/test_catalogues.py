"""Every language has all of Italian's texts, with the right plurals and names; and the tool that ensures it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.plurals import get_plural

from console.domain.first_words import HALF_A_MINUTE, MINUTES
from console.domain.mail_templates import OURS, fill
from console.mail.transcripts import SUBJECTS
from console.pages.widget import language_file
from console.views.i18n import FOLDER, PAGE_DOMAINS, page_texts, read_catalogue
from console.views.templating import languages
from tools import catalogues
from tools.catalogues import LANGUAGES, MODEL, TWO_FORMS, WIDGET_ONLY, domains, key, path_of, said, texts, unfit, wanted

OTHERS = [one for one in LANGUAGES if one != MODEL]

QUOTES = {
    **dict.fromkeys(("bg", "cs", "de"), "„“"),
    **dict.fromkeys(("da", "it", "ko", "nl", "pt"), "“”"),
    **dict.fromkeys(("es", "fr", "nb"), "«»"),
    **{"fi": "””", "ja": "「」", "pl": "„”", "ar": "«»"},
}
ENDINGS = str.maketrans("。？！؟：", ".?!?:")
ENDING_OTHERWISE = {  # abbreviations, and a verb that ends the sentence
    ("bg", "On"),
    ("bg", "off"),
    ("cs", "hours"),
    ("pl", "hours"),
    ("de", "Shown on the button: Sign in with …"),
}
TOLD_APART = (
    ("Alerts", "Notifications"),
    ("Alert changed", "Notifications changed"),
    ("Offline", "Disconnected"),
    ("away", "disconnected"),
    ("Ended", "Wrap-up"),
    ("Delete", "Erase"),
    ("Files", "Archives"),
)


@pytest.mark.parametrize("language", [*OTHERS, *WIDGET_ONLY])
def test_a_language_is_complete_and_says_nothing_more(language: str) -> None:
    for domain in domains(language):
        here, model = texts(language, domain), wanted(language, domain)
        assert here.keys() == model.keys(), f"{domain}: python -m tools.catalogues"
        assert [english for english, one in here.items() if not said(one)] == [], domain


@pytest.mark.parametrize("language", [*LANGUAGES, *WIDGET_ONLY])
def test_a_translation_keeps_names_and_has_as_many_forms_as_its_plural(language: str) -> None:
    for domain in domains(language):
        catalogue = read_catalogue(path_of(language, domain))
        wrong = {key(one)[0]: unfit(one, catalogue.num_plurals) for one in catalogue if one.id}
        assert {text: why for text, why in wrong.items() if why} == {}, domain
        assert catalogue.num_plurals == (2 if language in TWO_FORMS else get_plural(language).num_plurals)


def forms(language: str, *only: str) -> Iterator[tuple[str, str]]:
    """Yield the English and the translation of each text, and of each of its plural forms."""
    for domain in only or domains(language):
        for (one, many), message in texts(language, domain).items():
            for text in [message.string] if isinstance(message.string, str) else message.string:
                yield many or one, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_translated_alike_wherever_it_is(language: str) -> None:
    """Pages take it from the first catalogue that has it, so that another translation is never shown."""
    found: dict[tuple[str, str], set[str]] = {}
    for domain in ("widget", *PAGE_DOMAINS):
        for one, message in texts(language, domain).items():
            found.setdefault(one, set()).add(str(message.string))
    assert {one: said_here for one, said_here in found.items() if len(said_here) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_english_tells_apart_has_two_names(language: str) -> None:
    said_here = dict(forms(language))
    assert [pair for pair in TOLD_APART if said_here[pair[0]] == said_here[pair[1]]] == []


@pytest.mark.parametrize("language", [*LANGUAGES, *WIDGET_ONLY])
def test_a_translation_ends_as_the_english_does(language: str) -> None:
    def ending(text: str) -> str:
        last = text.translate(ENDINGS)[-1]
        return last if last in ".?!…:" else ""

    wrong = {
        english: text
        for english, text in forms(language)
        if ending(text) != ending(english) and not (ending(text) == ":" and not ending(english))  # before what follows
    }
    assert {english for english in wrong if (language, english) not in ENDING_OTHERWISE} == set()


@pytest.mark.parametrize("language", [*LANGUAGES, *WIDGET_ONLY])
def test_a_language_has_its_own_quotation_marks(language: str) -> None:
    first, last = QUOTES[language]
    for _, text in forms(language):
        marks = re.findall(r"[“”„«»‹›‘’‚\"「」]", text)
        assert marks == [first, last] * (len(marks) // 2), text


def test_french_has_no_plain_space_beside_its_punctuation() -> None:
    assert [text for _, text in forms("fr") if re.search(r" [:;?!»]|« |\w[?!]$", text)] == []


def test_mails_and_first_words_are_in_every_language_too() -> None:
    assert {*OURS} == {*SUBJECTS} == {*HALF_A_MINUTE} == {*MINUTES} == {"en", *LANGUAGES}
    nobody = {"visitor": "", "first_name": "", "agent": "", "site": "Lana"}
    for language, ours in OURS.items():
        assert ours.language == language
        assert not re.search(r"  |\s[,.:]|,,|^\W", fill(ours.greeting, nobody)), language
        assert "Lana" in fill(ours.subject, nobody)
        assert "Lana" in fill(SUBJECTS[language], nobody)


def test_every_folder_is_a_language_that_is_kept_complete() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == {*LANGUAGES, *WIDGET_ONLY}
    assert set(languages()) == {"en", *LANGUAGES}


def test_plurals_follow_the_language() -> None:
    def days(language: str, number: int) -> str:
        return page_texts().get(language).ngettext("%(num)s day", "%(num)s days", number) % {"num": number}

    assert [days("pl", number) for number in (1, 2, 5, 22)] == ["1 dzień", "2 dni", "5 dni", "22 dni"]
    assert [days("fr", number) for number in (0, 1, 2)] == ["0 jour", "1 jour", "2 jours"]
    assert len({days("ja", number).replace(str(number), "") for number in (1, 2)}) == 1


@pytest.mark.parametrize("language", [*LANGUAGES, *WIDGET_ONLY])
def test_a_widget_s_file_of_a_language_is_small(language: str) -> None:
    file = language_file(language)
    assert len(file.packed) < 4_200
    assert json.loads(file.plain)["Send"]


def test_the_tool_adds_what_is_new_deletes_what_is_gone_and_keeps_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    for language, said_there in (
        ("it", {"Send": "Invia", "Close": "Chiudi"}),
        ("pl", {"Send": "Wyślij", "Old": "Stary"}),
    ):
        made = catalogues.empty(language, "widget")
        for english, text in said_there.items():
            made.add(english, text)
        catalogues.write(made, tmp_path / language / "widget.po")
    catalogues.level("pl", "widget", tmp_path)
    assert {english: one.string for (english, _), one in texts("pl", "widget", tmp_path).items()} == {
        "Send": "Wyślij",
        "Close": "",
    }


def test_the_tool_takes_no_translation_that_lost_a_name(tmp_path: Path) -> None:
    made = catalogues.empty("pl", "widget")
    made.add("{n} waiting", "czeka")
    made.add(("%(num)s day", "%(num)s days"), ("%(num)s dzień", "%(num)s dni"))
    lost, short = [one for one in made if one.id]
    assert unfit(lost, 3) == "names [] instead of ['{n}']"
    assert unfit(short, 3) == "needs 3 forms, has 2"
