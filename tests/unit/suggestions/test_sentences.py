"""The same sentences in Python, where phrases are learned, and in the browser, where they are completed."""

import json
import subprocess
from pathlib import Path

import pytest

from console.suggestions.sentences import sentences_of

REPOSITORY = Path(__file__).parents[3]
TEXTS = {
    "": [],
    "Hello": ["Hello"],
    "Hi Giulia! Let me check. One moment…": ["Hi Giulia!", "Let me check.", "One moment…"],
    "Send a photo, e.g. of the label. Thanks": ["Send a photo, e.g. of the label.", "Thanks"],
    "See shop.example for v2.0. Bye": ["See shop.example for v2.0.", "Bye"],
    "one\ntwo\n\nThree": ["one", "two", "Three"],
    "He said “wait.” Then he left.": ["He said “wait.”", "Then he left."],
    "退款在路上。请稍等！谢谢": ["退款在路上。", "请稍等！", "谢谢"],
    "هل وصل طلبك؟ شكراً لك.": ["هل وصل طلبك؟", "شكراً لك."],
    "Really?! Yes.": ["Really?!", "Yes."],
}
SCRIPT = """
import { sentencesOf } from "%s/console/static/console/suggestions/sentences.js";
const texts = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify(texts.map(sentencesOf)));
"""


def in_the_browser(texts: list[str]) -> list[list[str]]:
    asked = subprocess.run(
        ["tools/javascript", "node", "--input-type=module", "--eval", SCRIPT % REPOSITORY],
        input=json.dumps(texts), capture_output=True, text=True, check=True, cwd=REPOSITORY,
    )  # fmt: skip
    found: list[list[str]] = json.loads(asked.stdout)
    return found


@pytest.mark.parametrize(("text", "sentences"), TEXTS.items(), ids=repr)
def test_a_text_is_taken_apart_at_its_stops(text: str, sentences: list[str]) -> None:
    assert sentences_of(text) == sentences


def test_both_sides_find_the_same_sentences() -> None:
    assert in_the_browser([*TEXTS]) == [*TEXTS.values()]
