"""An upgrade replaces the installed files while processes of the old release still serve."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.app import prepare_files
from console.pages import widget
from console.views import assets, bundles, i18n, templating
from console.views.i18n import Texts

CACHED = (
    templating.environment,
    bundles.bundle,
    bundles.modules,
    widget.script,
    widget.lazy,
    widget.further,
    widget.writing_part,
    widget.emoji_part,
    widget.identity,
    widget.solver,
    widget.languages,
    widget.language_file,
    i18n.page_texts,
    i18n.widget_texts,
)


@pytest.fixture
def gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has started and served nothing yet; then its files are gone."""
    for kept in CACHED:
        kept.cache_clear()
    i18n.page_texts()  # the services of a process ask for it at the start
    prepare_files()
    monkeypatch.setattr(templating, "TEMPLATES", tmp_path)
    monkeypatch.setattr(i18n, "FOLDER", tmp_path)
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    monkeypatch.setattr(widget, "SHARED", tmp_path)
    monkeypatch.setattr(widget, "folder", lambda: tmp_path)
    yield
    for kept in CACHED:
        kept.cache_clear()


@pytest.mark.usefixtures("gone")
@pytest.mark.parametrize("name", ["sign_in.html", "console.html", "fragments/message.html"])
def test_every_template_is_that_of_the_release_that_started(name: str) -> None:
    assert templating.environment("it").get_template(name).name == name


@pytest.mark.usefixtures("gone")
def test_every_language_is_that_of_the_release_that_started() -> None:
    assert "it" in i18n.page_texts().available()
    assert i18n.page_texts().get("it").gettext("Send") == "Invia"
    assert b"Invia" in widget.language_file("it").plain


@pytest.mark.usefixtures("gone")
def test_every_script_is_that_of_the_release_that_started() -> None:
    for page in bundles.PAGES:
        assert bundles.bundle(page).plain
    made = [widget.script(), widget.lazy(), widget.writing_part(), widget.emoji_part(), widget.identity()]
    assert all(one.plain for one in [*made, widget.solver(), *map(widget.further, widget.FURTHER)])


def test_texts_read_their_files_at_once(tmp_path: Path) -> None:
    (tmp_path / "it").mkdir()
    file = tmp_path / "it" / "console.po"
    file.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Send"\nmsgstr "Invia"\n'
    )
    texts = Texts("console", folder=tmp_path)
    file.unlink()
    assert texts.available() == ("en", "it")
    assert texts.get("it").gettext("Send") == "Invia"
