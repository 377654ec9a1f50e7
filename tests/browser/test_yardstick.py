"""The yardstick's scripted person, with no human limits: the keys it uses do what docs/console.md says.

Six visitors write at once in a real console on a real server. Figures are not asserted here, only what must hold at any
speed.
"""

from collections.abc import Iterator

import pytest

from tools.yardstick import visitors
from tools.yardstick.human import TYPISTS, Human
from tools.yardstick.report import mistakes_of
from tools.yardstick.shift import Result, Setting, measure

SECONDS = 16  # of work
APART = 1.5  # s between the first six visitors, instead of the 9 s of a measurement
NOTHING = Human(**dict.fromkeys(Human.__dataclass_fields__, 0.0))


@pytest.fixture(autouse=True)
def _instant(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(visitors, "APART", APART)
    TYPISTS["instant"] = NOTHING
    yield
    del TYPISTS["instant"]


async def worked(way: str) -> Result:
    return await measure(Setting(way, pause=1.0, seconds=SECONDS, seed=7, typist="instant"))


@pytest.mark.slow
async def test_every_answer_reaches_whom_it_is_meant_for() -> None:
    result = await worked("all")
    assert result.troubles == []
    assert mistakes_of(result) == 0
    assert len(result.answers) >= 12
    assert {answer.how for answer in result.answers} & {"suggestion", "completion"}


@pytest.mark.slow
async def test_first_words_go_to_everybody_by_one_key_and_no_answer_is_lost_for_it() -> None:
    result = await worked("first-word")
    assert result.troubles == []
    assert mistakes_of(result) == 0
    answered = [turn for turn in result.turns if turn.answered]
    assert len(answered) >= 12
    assert sum(turn.first_word < turn.answered for turn in answered) > len(answered) / 2  # some were answered at once
