"""Where a visitor may open a chat: in the queues their site leads to, and nowhere else."""

import pytest

from console.actions.open_chat import route_new_chat
from console.domain.directory import Directory, Queue, Site, led_to
from console.errors import NoQueue

SHOP = Site("shop", "Shop", "level1", queues=("billing",))
KNOWN = Directory(
    1,
    sites={"shop": SHOP},
    queues={
        queue.id: queue
        for queue in (
            Queue("level1", "Level 1", overflow_to="level2", overflow_after=5_000),
            Queue("level2", "Level 2", overflow_to="level3", overflow_after=5_000),
            Queue("level3", "Level 3"),
            Queue("billing", "Billing", overflow_to="experts", overflow_after=5_000),
            Queue("experts", "Experts"),
            Queue("partners", "Partners"),
        )
    },
)


def test_a_site_leads_to_its_queue_to_those_it_lists_and_where_they_overflow_to() -> None:
    assert led_to(KNOWN, SHOP) == {"level1", "level2", "level3", "billing", "experts"}


@pytest.mark.parametrize("queue", ["level1", "level3", "billing", "experts"])
def test_an_opening_gets_the_queue_it_asks_for(queue: str) -> None:
    assert route_new_chat(KNOWN, SHOP, locale="en", asked_for=queue).queue == queue
    assert route_new_chat(KNOWN, SHOP, locale="en", page_asks=queue).queue == queue


def test_a_foreign_queue_is_answered_like_one_that_does_not_exist() -> None:
    answers = []
    for queue in ("partners", "nowhere"):
        with pytest.raises(NoQueue) as refused:
            route_new_chat(KNOWN, SHOP, locale="en", asked_for=queue)
        answers.append(str(refused.value))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("queue", ["partners", "nowhere"])
def test_a_page_that_asks_for_a_foreign_queue_gets_the_site_s_own(queue: str) -> None:
    assert route_new_chat(KNOWN, SHOP, locale="en", page_asks=queue).queue == "level1"


def test_a_queue_that_was_removed_leads_nowhere() -> None:
    gone = Site("shop", "Shop", "level1", queues=("closed",))
    assert led_to(KNOWN, gone) == {"level1", "level2", "level3"}
