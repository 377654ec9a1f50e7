"""A team edits its phrases for first words: over the real pages, SQL and the audit log."""

import re
from html import unescape

import httpx
import pytest

from console.domain.directory import Site
from console.domain.first_words import Phrases
from console.services import Services
from tests.unit.settings.forms import QUEUE, drawn, faults, posted, saved

ITALIAN = "Un attimo, {first_name}.\nUn attimo, sono {agent}.\nGuardo subito."
GUARDO = ("Un attimo, {first_name}.", "Un attimo, sono {agent}.", "Guardo subito.")
FRENCH = {"phrases_language": "French", "phrases_more": "Un instant.\n\n  Je regarde.  "}


async def phrases_of(services: Services, queue: str) -> tuple[Phrases, ...]:
    return (await services.stores.directory.read()).queues[queue].phrases


async def test_phrases_are_kept_in_each_language_and_shown_again(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queues/new", **QUEUE, **FRENCH, **{"phrases.it": ITALIAN})
    wanted = (Phrases("fr", ("Un instant.", "Je regarde.")), Phrases("it", GUARDO))
    assert await phrases_of(services, "level-1") == wanted
    assert services.directory.queues["level-1"].phrases == wanted, "they apply now"
    form = drawn((await sam.get("/settings/queue/level-1")).text)
    assert form["phrases.it"] == ITALIAN
    assert form["phrases.fr"] == "Un instant.\nJe regarde."
    assert form["phrases.en"] == ""


async def test_an_automatic_first_word_is_off_until_a_time_is_entered(
    services: Services, sam: httpx.AsyncClient
) -> None:
    await saved(sam, "/settings/queues/new", **QUEUE)
    assert (await services.stores.directory.read()).queues["level-1"].automatic == 0
    await saved(sam, "/settings/queue/level-1", **QUEUE, automatic="1,5")
    assert (await services.stores.directory.read()).queues["level-1"].automatic == 1_500
    assert drawn((await sam.get("/settings/queue/level-1")).text)["automatic"] == "1.5"


async def test_an_empty_box_shows_the_built_in_phrases_and_keeps_none(
    services: Services, sam: httpx.AsyncClient
) -> None:
    await saved(sam, "/settings/queues/new", **QUEUE, **{"phrases.it": ITALIAN})
    await saved(sam, "/settings/queue/level-1", **QUEUE, **{"phrases.it": " \n"})
    assert await phrases_of(services, "level-1") == ()
    page = unescape((await sam.get("/settings/queue/level-1")).text)
    assert 'placeholder="Un momento, per favore. Torno entro 30 secondi.\nSto controllando.' in page


async def test_there_is_a_box_for_each_language_that_the_queues_visitors_read(
    services: Services, sam: httpx.AsyncClient
) -> None:
    await saved(sam, "/settings/queues/new", **QUEUE | {"languages": "en, pl"})
    await services.stores.sites.put(Site("shop", "Shop", "level-1", ("https://shop.example",), locale="sv-SE"))
    boxes = [field for field in drawn((await sam.get("/settings/queue/level-1")).text) if field.startswith("phrases.")]
    assert boxes == ["phrases.en", "phrases.it", "phrases.pl", "phrases.sv"]


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"phrases.en": "One second."}, "phrases.en", "Enter at least 2 phrases without {first_name} and {question}"),
        ({"phrases.en": "Yes.\nHi {first_name}.\n“{question}”?"}, "phrases.en", "Enter at least 2 phrases without"),
        ({"phrases.en": "Yes.\nYES.\nNo."}, "phrases.en", "“YES.” is listed twice. Remove one."),
        ({"phrases.en": f"Yes.\nNo.\n{'x' * 201}"}, "phrases.en", "Enter phrases of 1 to 200 characters, one per line"),
        (
            {"phrases.en": "\n".join(f"Phrase {n}." for n in range(13))},
            "phrases.en",
            "Enter at most 12 phrases per language.",
        ),
        (
            {"phrases.en": "Yes.\nNo.\nHi {visitor}."},
            "phrases.en",
            "{visitor} is not a placeholder. Use {first_name}, {agent}, {question}.",
        ),
        ({"phrases.en": "Yes.\nNo.\nHi {}."}, "phrases.en", "{} is not a placeholder."),
        ({"phrases_language": "French"}, "phrases_more", "Enter phrases in that language, or clear the language."),
        ({"phrases_more": "Un instant."}, "phrases_language", "Enter the language of these phrases."),
        (FRENCH | {"phrases_language": "Klingonish"}, "phrases_language", "“klingonish” is not a language."),
        (FRENCH | {"phrases_language": "French, Polish"}, "phrases_language", "Enter one language at a time."),
        (FRENCH | {"phrases_more": "Un instant."}, "phrases.fr", "Enter at least 2 phrases without"),
        (
            FRENCH | {"phrases_language": "English", "phrases.en": "Yes.\nNo."},
            "phrases_language",
            "That language is listed already. Enter its phrases there.",
        ),
        ({"automatic": "6"}, "automatic", "Enter a time from 0.5 seconds to less than the target, or leave it empty."),
        ({"automatic": "0.4"}, "automatic", "Enter a time from 0.5 seconds to less than the target"),
        ({"phrases.nowhere": "Yes.\nNo."}, "phrases_language", "“nowhere” is not a language."),
    ],
    ids=lambda one: str(one)[:40],
)
async def test_phrases_that_cannot_be_are_refused_beside_their_box(
    services: Services, sam: httpx.AsyncClient, fields: dict[str, str], field: str, sentence: str
) -> None:
    answer = await posted(sam, "/settings/queues/new", **QUEUE, **fields)
    assert answer.status_code == 400
    assert [one for one in faults(answer.text) if one.startswith(sentence)], faults(answer.text)
    linked = set(re.findall(r'<li><a href="#([^"]+)">', answer.text))
    assert linked == {field}
    assert f'id="{field}"' in answer.text
    assert f'id="{field}-fault"' in answer.text
    typed = "\n".join(drawn(answer.text).values())
    assert all(value.strip() in typed for value in fields.values() if value != "French"), "nothing typed is lost"
    assert list((await services.stores.directory.read()).queues) == ["support"]


async def test_all_that_is_wrong_is_told_together_with_the_rest_of_the_form(sam: httpx.AsyncClient) -> None:
    wrong = {"target": "soon", "phrases.en": "{x}", "phrases.it": "Sì.", "phrases_more": "Un instant."}
    answer = await posted(sam, "/settings/queues/new", **QUEUE | wrong)
    linked = re.findall(r'<li><a href="#([^"]+)">', answer.text)
    assert sorted(set(linked)) == ["phrases.en", "phrases.it", "phrases_language", "target"]


async def test_the_audit_log_tells_which_phrases_changed(sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/queue/support", **QUEUE | {"name": "Support", "phrases.it": ITALIAN})
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape((await sam.get("/settings/changes")).text)))
    assert "Phrases for first words after: Italian: Un attimo, {first_name}. / Un attimo, sono {agent}. / " in page
