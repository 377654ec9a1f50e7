"""Ada sets what a site asks before a chat, and what it says beside its launcher."""

import httpx
import pytest

from console.domain.directory import Queue
from console.domain.greetings import Greeting
from console.domain.questions import AnswerRule, Question
from console.services import Services
from tests.unit.settings.forms import SITE, drawn, faults, posted, saved

ASKS = "/settings/site/the-shop/questions"
GREETS = "/settings/site/the-shop/greetings"
ABOUT = {
    "text.0": "Di che si tratta?",
    "kind.0": "choice",
    "required.0": "on",
    "choices.0": "Un ordine\nAltro",
    "languages.0": "en: What is it about? | An order | Something else",
}
ORDER = {
    "text.1": "Numero",
    "kind.1": "text",
    "when.1": "di-che-si-tratta",
    "equals.1": "un ordine",
    "prefill.1": "cart",
}


@pytest.fixture
async def shop(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, "/settings/sites/new", **SITE)


async def test_questions_are_kept_in_order_with_all_that_belongs_to_them(
    services: Services, sam: httpx.AsyncClient, shop: None
) -> None:
    assert "No questions yet." in (await sam.get(ASKS)).text
    await services.stores.queues.put(Queue("orders", "Orders"))
    rule = {"question.0": "di-che-si-tratta", "answer.0": "Un ordine", "queue.0": "orders"}
    page = await saved(sam, ASKS, **ABOUT, **ORDER, **rule)
    asked = services.directory.sites["the-shop"].questions
    first = Question(
        "di-che-si-tratta", "Di che si tratta?", "choice", True, ("Un ordine", "Altro"),
        languages={"en": ("What is it about?", "An order", "Something else")},
    )  # fmt: skip
    second = Question("numero", "Numero", when="di-che-si-tratta", equals="un ordine", prefill="cart")
    assert asked.asked == (first, second)
    assert asked.rules == (AnswerRule("di-che-si-tratta", "Un ordine", "orders"),)
    assert drawn(page)["languages.0"] == "en: What is it about? | An order | Something else"
    await saved(sam, "/settings/site/the-shop", **SITE)
    assert services.directory.sites["the-shop"].questions == asked, "the site's own form leaves them alone"
    assert "Di che si tratta?" in (await sam.get("/settings/changes")).text
    await services.stores.queues.remove("orders")
    [site] = (await services.stores.directory.read()).sites.values()
    assert site.questions.rules == (), "no rule leads to a queue that is gone"


async def test_questions_are_added_moved_and_removed_before_anything_is_saved(
    services: Services, sam: httpx.AsyncClient, shop: None
) -> None:
    added = await posted(sam, ASKS, **ABOUT, do="add")
    assert "Question 2" in added.text
    moved = drawn((await posted(sam, ASKS, **ABOUT, **ORDER, do="up.1")).text)
    assert (moved["text.0"], moved["text.1"]) == ("Numero", "Di che si tratta?")
    assert moved["choices.1"] == "Un ordine\nAltro"
    gone = drawn((await posted(sam, ASKS, **ABOUT, **ORDER, do="remove.0")).text)
    assert gone["text.0"] == "Numero"
    assert "text.1" not in gone
    for odd in ("up.0", "down.1", "remove.99", "up.x", "nothing"):
        assert (
            len(
                [name for name in drawn((await posted(sam, ASKS, **ABOUT, **ORDER, do=odd)).text) if name[:4] == "text"]
            )
            == 2
        )
    assert services.directory.sites["the-shop"].questions.asked == ()


async def test_everything_that_is_wrong_with_questions_is_said_at_once_and_nothing_typed_is_lost(
    services: Services, sam: httpx.AsyncClient, shop: None
) -> None:
    wrong = {
        **ABOUT,
        "choices.0": "Un ordine",
        "languages.0": "en: What is it about?\nWhat?",
        **ORDER,
        "equals.1": "Un rimborso",
        "languages.1": "en: Number | A",
        "text.2": "x" * 400,
        "kind.2": "text",
        "question.0": "numero",
        "answer.0": "1",
        "queue.0": "",
    }
    answer = await posted(sam, ASKS, **wrong)
    assert answer.status_code == 400
    said = faults(answer.text)
    for part in (
        "Enter 2 to 20 choices.",
        "“What?”: begin with a language's code and a colon",
        "en: enter the question, then as many choices as above",
        "“Un rimborso” is not an answer to that question.",
        "Enter a question of 1 to 300 characters",
        "Choose a queue.",
    ):
        assert any(one.startswith(part) for one in said), part
    assert drawn(answer.text)["languages.0"] == "en: What is it about?\nWhat?"
    assert services.directory.sites["the-shop"].questions.asked == ()


async def test_greetings_are_kept_by_page_time_and_language(
    services: Services, sam: httpx.AsyncClient, shop: None
) -> None:
    assert "No greetings yet." in (await sam.get(GREETS)).text
    fields = {
        "text.0": "Possiamo aiutarla?",
        "pages.0": "/prezzi\n/shop/*",
        "after.0": "20",
        "languages.0": "en: Need help?",
    }
    page = await saved(sam, GREETS, **fields)
    texts = {"it": "Possiamo aiutarla?", "en": "Need help?"}
    kept = (Greeting("greeting", ("/prezzi", "/shop/*"), 20, texts),)
    assert services.directory.sites["the-shop"].greetings == kept
    assert drawn(page)["pages.0"] == "/prezzi\n/shop/*"
    again = {**fields, "text.1": "Altro?", "after.1": "5"}
    await saved(sam, GREETS, **{**again, "key.0": "greeting"})
    assert [one.key for one in services.directory.sites["the-shop"].greetings] == ["greeting", "greeting-2"]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("pages.0", "pricing", "“pricing” is not a page."),
        ("pages.0", "/a*b*c*d*e", "“/a*b*c*d*e” is not a page."),
        ("pages.0", "https://shop.example/pricing", "“https://shop.example/pricing” is not a page."),
        ("after.0", "4000", "Enter a time from 0 to 3600 seconds."),
        ("after.0", "soon", "“soon” is not a whole number of 0 or more."),
        ("languages.0", "xx: ?", "“xx” is not a language."),
        ("text.0", "x" * 301, "Enter at most 300 characters."),
    ],
)
async def test_a_greeting_that_cannot_be_is_refused(
    services: Services, sam: httpx.AsyncClient, shop: None, field: str, value: str, sentence: str
) -> None:
    answer = await posted(sam, GREETS, **{"text.0": "Ciao", "pages.0": "/", "after.0": "5", field: value})
    assert answer.status_code == 400
    assert faults(answer.text)[0].startswith(sentence)
    assert services.directory.sites["the-shop"].greetings == ()
