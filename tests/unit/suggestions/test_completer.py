"""Completing a sentence: by its first letters, by how often and recently it was sent, filled in for this visitor."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[3]
NOW = 1_800_000_000_000
DAY = 86_400_000
SCRIPT = """
import { Completer, firstWord, restOfName } from "%s/console/static/console/suggestions/completer.js";
const { candidates, asked } = JSON.parse(await new Response(process.stdin).text());
const completer = new Completer(candidates);
const answers = asked.map(({ text, known, lang, name, word }) => {
  if (word) return firstWord(word, lang);
  return name ? restOfName(text, known) : completer.rest(text, known, { lang, now: %d });
});
console.log(JSON.stringify(answers));
"""
GIULIA = {"visitor": "Giulia Ferri", "agent": "Ana"}


def sentence(text: str, times: int = 0, last: int = 0, **langs: int) -> dict[str, Any]:
    return {
        "id": "", "title": "", "text": text, "times": times, "mine": 0, "last": last, "words": {}, "langs": langs,
    }  # fmt: skip


TEAM = [
    sentence("Thank you for waiting, {first_name}. Your refund for {field:order} is on its way.", 4),
    sentence("Let me check that with our warehouse.", 30, NOW - DAY),
    sentence("Let me check your order.", 3, NOW - DAY),
    sentence("Let us know how it goes.", 5, NOW - 50 * DAY),
    sentence("Letterbox deliveries take two days.", 5, NOW - DAY),
    sentence("Perché non provi a riavviare l’app?", 2),
    sentence("{first_name}, is there anything else?", 2),
    sentence("退款已经在路上了。请您稍等一下。", 2),
    sentence("شكراً لك على الانتظار.", 2),
    sentence("Die Straße ist gesperrt.", 9),
]


def answers(*asked: dict[str, Any], candidates: list[dict[str, Any]] | None = None) -> list[str]:
    given = {"candidates": TEAM if candidates is None else candidates}
    given["asked"] = [{"known": GIULIA, "lang": ""} | one for one in asked]  # type: ignore[misc]
    done = subprocess.run(
        ["tools/javascript", "node", "--input-type=module", "--eval", SCRIPT % (REPOSITORY, NOW)],
        input=json.dumps(given), capture_output=True, text=True, check=True, cwd=REPOSITORY,
    )  # fmt: skip
    found: list[str] = json.loads(done.stdout)
    return found


RESTS = [
    ("Let", ""),  # too little to know
    ("Let ", "me check that with our warehouse."),
    ("let m", "e check that with our warehouse."),
    ("Hello Giulia! Let u", "s know how it goes."),
    ("Hello.\nLette", "rbox deliveries take two days."),
    ("I will let me", ""),  # no start of a sentence
    ("Let me check that with our warehous", ""),  # hardly anything left
    ("Thank", " you for waiting, Giulia."),
    ("Thank you for waiting, Gi", "ulia."),
    ("Your re", "fund for "),  # nobody knows the order
    ("Perche", " non provi a riavviare l’app?"),
    ("Perché non provi a riavviare l'", "app?"),
    ("Giul", "ia, is there anything else?"),
    ("退款", "已经在路上了。"),
    ("شكرا", " لك على الانتظار."),
    ("Die Stras", ""),  # within a letter
    ("Die Strass", "e ist gesperrt."),
    ("Die Straße i", "st gesperrt."),
]


def test_the_rest_of_the_likeliest_sentence_stands_behind_what_was_typed() -> None:
    found = answers(*({"text": text} for text, _ in RESTS))
    assert dict(zip((text for text, _ in RESTS), found, strict=True)) == dict(RESTS)


def test_what_was_said_lately_comes_before_what_was_said_long_ago() -> None:
    team = [sentence("We are closed.", 5, NOW - 50 * DAY), sentence("We are open.", 5, NOW - DAY)]
    assert answers({"text": "We a"}, candidates=team) == ["re open."]


def test_the_visitors_language_decides_between_sentences_that_begin_alike() -> None:
    team = [sentence("Info auf Deutsch.", 9, de=9), sentence("Info in italiano.", 5, it=5)]
    asked = ({"text": "Info", "lang": lang} for lang in ("de", "it"))
    assert answers(*asked, candidates=team) == [" auf Deutsch.", " in italiano."]


def test_a_visitor_without_a_name_gets_no_braces() -> None:
    assert answers({"text": "Thank", "known": {}}) == [" you for waiting, "]


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("Hello Giu", "Giulia Ferri", "lia"),
        ("Hello giu", "Giulia Ferri", ""),
        ("Hello G", "Giulia Ferri", ""),
        ("xGiu", "Giulia Ferri", ""),
        ("Hello Gia", "Giulia Ferri", ""),
        ("Hello Giu", "", ""),
        ("مرحبا مح", "محمد", "مد"),
        ("Jose", "José-María", "-María"),
    ],
)
def test_a_first_name_is_completed_from_its_capital_on(text: str, name: str, rest: str) -> None:
    assert answers({"text": text, "name": True, "known": {"visitor": name}}) == [rest]


def test_one_word_may_be_taken_at_a_time() -> None:
    asked = ({"word": rest} for rest in (" you for", "nk you", "已经在路上了。", " لك على"))
    assert answers(*asked) == [" you", "nk", "已经", " لك"]
