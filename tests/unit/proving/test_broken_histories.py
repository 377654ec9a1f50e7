"""The checker's own test: it finds a history broken in each way, and reports nothing in an intact one."""

import pytest

from console.bench.checker import check, count
from console.proving.broken_histories import BREAKS, missed
from tests.unit.bench.test_checker import memories, story


@pytest.mark.parametrize("wrong", sorted(BREAKS))
def test_each_way_of_breaking_a_history_is_found(wrong: str) -> None:
    claims, facts = memories(), story()
    assert count(check(claims, facts))[wrong] == 0
    broken = BREAKS[wrong](list(claims), list(facts))  # type: ignore[index]
    assert count(check(*broken))[wrong] > 0
    assert (claims, facts) == (memories(), story()), "the true history is as it was"


def test_a_checker_that_sees_everything_misses_nothing() -> None:
    assert missed(memories(), story()) == []


def test_a_kind_that_is_not_seen_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ana's chats are counted no more: seven of them go unnoticed."""
    monkeypatch.setattr("console.bench.checker._places", lambda facts, limits: ())
    assert missed(memories(), story()) == ["over_limit"]
