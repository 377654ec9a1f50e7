"""The same words in Python, where replies are learned, and in the browser, where they are ranked."""

import json
import subprocess
from pathlib import Path

from console.suggestions.words import words_of

REPOSITORY = Path(__file__).parents[3]
TEXTS = [
    "", "Where is my MONEY?", "Perché non funziona l'app?", "Łódź, smørrebrød, Straße", "don't e-mail vera@example.org",
    "مرحباً، أين طلبي؟", "退款在哪里", "ありがとうございます", "ขอบคุณ", "nice 👍🏽 day_one 4711", "naïve\u00adtest",
    "x" * 50,     "Ünïcödé — “quotes” …", "हिन्दी में", "İstanbul ıslak", "mixed 退款 words", "Zażółć gęślą jaźń",
]  # fmt: skip
SCRIPT = """
import { wordsOf } from "%s/console/static/console/suggestions/words.js";
const texts = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify(texts.map((text) => [...wordsOf(text)].sort())));
"""


def test_both_sides_find_the_same_words() -> None:
    asked = subprocess.run(
        ["tools/javascript", "node", "--input-type=module", "--eval", SCRIPT % REPOSITORY],
        input=json.dumps(TEXTS), capture_output=True, text=True, check=True, cwd=REPOSITORY,
    )  # fmt: skip
    for text, words in zip(TEXTS, json.loads(asked.stdout), strict=True):
        assert sorted(set(words_of(text))) == words, text
    assert "money" in words_of("Where is my MONEY?")


def test_a_script_without_spaces_gives_pairs() -> None:
    assert list(words_of("退款在哪里")) == ["退款", "款在", "在哪", "哪里"]
