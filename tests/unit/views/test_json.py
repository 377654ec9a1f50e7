"""Which facts a visitor gets as frames."""

import pytest

from console.events import AnyChatFact
from console.views.json import visitor_fact
from tests.unit.views.test_html import every_kind


@pytest.mark.parametrize("fact", every_kind(), ids=lambda fact: type(fact).__name__)
def test_visitors_get_exactly_the_public_facts(fact: AnyChatFact) -> None:
    """A public fact without a frame would be a gap in the numbers that the visitor's client counts on."""
    assert (visitor_fact(fact) is not None) is type(fact).public
