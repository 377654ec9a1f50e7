"""Moves after which store and model once differed, reduced to the shortest sequence."""

import asyncio
from collections.abc import Iterator

import pytest

from console.domain.ids import new_id
from console.queue.store import Store
from tests.model.lockstep import PATIENCE, Twin
from tests.model.moves import Moves

FOUND = {  # name of the move, k, j, yes
    "an offered chat comes back while the tier it would overflow to is removed": [
        ("hours_change", 1, 2, False), ("opens", 1, 0, False), ("configures", 4, 0, False),
    ],
    "a late chat leaves its agent while its queue is removed": [
        ("opens", 2, 0, False), ("agent_tries", 9, 0, False), ("moves", 9, 5, False), ("opens", 2, 11, False),
        ("ticker_is_behind", 5, 1, False), ("ticker_is_behind", 6, 7, True), ("time_passes", 10, 5, False),
        ("configures", 11, 8, False),
    ],
    "a removed queue is back while a chat waits where overflow leads to it": [
        ("opens", 11, 2, True), ("configures", 3, 5, True), ("configures", 2, 5, True), ("transfers", 10, 4, False),
        ("configures", 7, 8, True),
    ],
    "a chat whose wrap-up was left for later becomes that of the person its visitor turned out to be": [
        ("opens", 0, 0, False), ("agent_ends", 0, 0, False), ("wraps_up_later", 0, 1, False),
        ("proves_who_they_are", 0, 9, False),
    ],
    "a chat that is offered gets another language after its queue got some": [
        ("opens", 0, 3, False), ("configures", 1, 8, False), ("configures", 2, 0, False),
        ("says_the_language", 0, 0, True),
    ],
}  # fmt: skip


@pytest.fixture
def twin(store_url: str) -> Iterator[Twin]:
    loop = asyncio.new_event_loop()
    store = Store(store_url, deadline=PATIENCE)
    twin = Twin(loop, store, f"t-{new_id()}")
    yield twin
    twin.close()
    loop.run_until_complete(store.close())
    loop.close()


@pytest.mark.parametrize("name", FOUND)
def test_store_and_model_agree_after(twin: Twin, name: str) -> None:
    moves = Moves(twin)
    before = twin.calls
    for move, k, j, yes in FOUND[name]:
        getattr(moves, move)(k, j, yes)
    assert twin.calls > before
