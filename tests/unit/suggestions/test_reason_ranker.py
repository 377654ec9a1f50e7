"""The reason a chat is likely to be given: by its words, by how often and recently it was given, and by whom."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[3]
NOW = 1_800_000_000_000
DAY = 86_400_000
SCRIPT = """
import { ReasonRanker } from "%s/console/static/console/suggestions/reason_ranker.js";
const { given, asked } = JSON.parse(await new Response(process.stdin).text());
const ranker = new ReasonRanker(given);
const reasons = ["Playback", "Invoice", "Account"];
console.log(JSON.stringify(asked.map((text) => ranker.likely(text, reasons, %d) ?? null)));
"""


def given(words: dict[str, float], times: int = 5, mine: int = 0, last: int = NOW - 30 * DAY) -> dict[str, Any]:
    return {"times": times, "mine": mine, "last": last, "words": words}


TEAM = {
    "Playback": given({"film": 1.4, "black": 1.2, "screen": 1.1, "my": 0.3}),
    "Invoice": given({"invoice": 2.0, "paid": 1.0, "my": 0.3}),
    "Retired": given({"parcel": 3.0}),
}


def likely(*asked: str, team: dict[str, dict[str, Any]] | None = None) -> list[dict[str, Any] | None]:
    done = subprocess.run(
        ["tools/javascript", "node", "--input-type=module", "--eval", SCRIPT % (REPOSITORY, NOW)],
        input=json.dumps({"given": TEAM if team is None else team, "asked": asked}),
        capture_output=True, text=True, check=True, cwd=REPOSITORY,
    )  # fmt: skip
    found: list[dict[str, Any] | None] = json.loads(done.stdout)
    return found


def test_the_words_of_the_visitor_choose_the_reason_and_say_why() -> None:
    films, slips = likely("My screen is black during the film", "I payd the invoise twice")
    assert films == {"reason": "Playback", "words": ["film", "black", "screen", "my"]}
    assert slips == {"reason": "Invoice", "words": ["invoise", "payd"]}


def test_little_or_nothing_said_makes_no_reason_likely() -> None:
    assert likely("", "my my", "hello there") == [None, None, None]
    assert likely("my film", team={}) == [None]


def test_a_reason_that_can_no_longer_be_chosen_is_not_likely() -> None:
    assert likely("Where is my parcel?") == [None]


@pytest.mark.parametrize("more", [{"times": 40}, {"mine": 5}, {"last": NOW - DAY}])
def test_between_equal_words_decides_what_was_given_oftener_lately_or_by_this_agent(more: dict[str, int]) -> None:
    words = {"film": 2.0}
    for better in ("Playback", "Account"):
        team = {name: given(words, **(more if name == better else {})) for name in ("Playback", "Account")}
        (found,) = likely("the film", team=team)
        assert found == {"reason": better, "words": ["film"]}


def test_what_is_said_after_a_long_while_does_not_count() -> None:
    assert likely("x " * 1_500 + "film black") == [None]
