"""Every language has all of Italian's texts, with the right plurals and names; and the tool that ensures it."""

import json
from pathlib import Path

import pytest
from babel.messages.plurals import get_plural

from console.pages.widget import language_file
from console.views.i18n import FOLDER, page_texts, read_catalogue
from console.views.templating import languages
from tools import catalogues
from tools.catalogues import LANGUAGES, MODEL, TWO_FORMS, WIDGET_ONLY, domains, key, path_of, said, texts, unfit, wanted

OTHERS = [one for one in LANGUAGES if one != MODEL]


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
