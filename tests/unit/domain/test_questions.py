"""What counts as an answer to a site's questions, in which language they are asked, and which queue they choose."""

from typing import Any

import pytest

from console.actions.open_chat import route_new_chat
from console.domain.directory import Directory, Queue, Site
from console.domain.greetings import shown_in, words_of
from console.domain.identity import ClaimRule, SiteIdentity
from console.domain.questions import SiteQuestions, answers_to
from console.errors import BadAnswers, BadText
from console.views.json import questions_asked
from tests.support.before_the_chat import ALL, ASKED, HELLO, TO_ORDERS

BAD: dict[str, dict[str, Any]] = {
    "nothing": {},
    "not what is required": {"about": "An order", "order": "A-17"},
    "an unknown question": {**ALL, "plan": "premium"},
    "a choice that there is not": {**ALL, "about": "A refund"},
    "no address": {**ALL, "mail": "vera at home"},
    "two addresses": {**ALL, "mail": "a@b.example, c@d.example"},
    "no phone number": {**ALL, "call": "<script>"},
    "a consent that is none": {**ALL, "terms": "no"},
    "a question that was not asked": {**ALL, "about": "Something else"},
    "blanks": {**ALL, "order": " \u200b "},
    "half a letter": {**ALL, "order": "\ud800"},
    "a line break": {**ALL, "mail": "vera@example.com\r\nBcc: c@d.example"},
}
PREMIUM = SiteIdentity(rules=(ClaimRule("plan", "premium", "premium", 60_000),))
SHOP = Site("shop", "Shop", "support", identity=PREMIUM, questions=SiteQuestions(ASKED, (TO_ORDERS,)))
KNOWN = Directory(1, {"shop": SHOP}, {name: Queue(name, name) for name in ("support", "orders", "premium")})


@pytest.mark.parametrize("given", BAD.values(), ids=[*BAD])
def test_no_answer_is(given: dict[str, str]) -> None:
    with pytest.raises((BadAnswers, BadText)):
        answers_to(ASKED, given)


def test_answers_come_in_the_order_of_the_questions_without_what_was_left_out() -> None:
    said = answers_to(ASKED, dict(reversed(ALL.items())))
    assert [(one.key, one.answer) for one in said] == [*ALL.items()]
    short = answers_to(ASKED, {"about": "Something else", "terms": "yes", "call": ""})
    assert [one.key for one in short] == ["about", "terms"], "an order number is asked of orders alone"


def test_a_card_number_is_hidden_in_an_answer_too() -> None:
    [_, order, *_] = answers_to(ASKED, {**ALL, "order": "4929 4219 1234 5608"})
    assert order.answer == "•••• •••• •••• 5608"


def test_a_question_after_one_that_was_not_asked_is_not_asked() -> None:
    asked = (*ASKED[:2], ASKED[3].__class__("colour", "Colour?", when="order", equals="A-17"), ASKED[4])
    assert len(answers_to(asked, {"about": "An order", "order": "a-17", "colour": "red", "terms": "yes"})) == 4
    with pytest.raises(BadAnswers):
        answers_to(asked, {"about": "Something else", "colour": "red", "terms": "yes"})


def route(answers: dict[str, str], **more: Any) -> str:
    return route_new_chat(KNOWN, SHOP, locale="en", answers=answers_to(ASKED, answers), **more).queue


def test_answers_choose_the_queue_after_signed_fields_and_before_the_page() -> None:
    other = {"about": "Something else", "terms": "yes"}
    assert route(ALL) == "orders", "which no page may ask for"
    assert route(ALL, page_asks="support") == "orders"
    assert route(other) == "support"
    assert route(ALL, signed={"plan": "premium"}) == "premium"


def test_questions_are_asked_in_the_visitors_language_and_answered_in_the_sites() -> None:
    about, order, *_ = questions_asked(SHOP, "it-IT", None)
    assert about.text == "Di che cosa si tratta?"
    assert (about.choices, about.labels) == (("An order", "Something else"), ("Un ordine", "Altro"))
    assert order.text == "Order number", "what is not translated stays as it is"
    assert questions_asked(SHOP, "en", None)[0].labels == ()


def test_a_greeting_is_said_in_the_visitors_language_and_remembered_by_it() -> None:
    [said] = shown_in([HELLO], "it-CH", "en")
    assert (said.id, said.text) == ("hello.it", "Possiamo aiutarla?")
    assert shown_in([HELLO], "fr", "de")[0].id == "hello.en"
    assert words_of([HELLO], "hello.it") == "Possiamo aiutarla?"
    for gone in ("hello.fr", "other.it", "hello", ".", ""):
        assert words_of([HELLO], gone) == ""
