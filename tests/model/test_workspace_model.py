"""The real Functions against the model: whatever Vera, Ana and time do, in any order."""

import asyncio
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from console.domain.ids import new_id
from console.queue import store as store_module
from console.queue.store import Store
from tests.model.lockstep import PATIENCE, Twin
from tests.model.moves import WEIGHTS, Moves

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "100"))
STEPS = 90
PHASES = [Phase.generate, Phase.shrink] if os.environ.get("MODEL_SHRINK", "1") == "1" else [Phase.generate]
MOVES = [move for move, weight in WEIGHTS.items() for _ in range(weight)]


class WorkspaceMachine(RuleBasedStateMachine):
    """Runs all moves in one rule, so that their weights apply."""

    loop: asyncio.AbstractEventLoop
    store: Store
    calls = 0
    paged = 0

    def __init__(self) -> None:
        super().__init__()
        self.twin = Twin(self.loop, self.store, f"t-{new_id()}")
        self.moves = Moves(self.twin)

    def teardown(self) -> None:
        type(self).calls += self.twin.calls
        type(self).paged += self.twin.paged
        self.twin.close()

    @rule(move=st.sampled_from(MOVES), k=st.integers(0, 11), j=st.integers(0, 11), yes=st.booleans())
    def happens(self, move: str, k: int, j: int, yes: bool) -> None:
        getattr(self.moves, move)(k, j, yes)


@pytest.fixture
def few_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add counts to the figures after a few calls instead of many, so that it happens several times in each run."""
    version, source = store_module.library()
    seldom = "{ q = 256, a = 32 }"
    assert seldom in source
    other = source.replace(seldom, "{ q = 9, a = 4 }").replace(version, f"{version}few")
    monkeypatch.setattr(store_module, "library", lambda: (f"{version}few", other))


@pytest.fixture
def machine(store_url: str, few_gathered: None) -> Iterator[type[WorkspaceMachine]]:
    """Yield the machine on the tests' store, which does not sync each of many thousand commands to disk."""
    loop = asyncio.new_event_loop()

    class Machine(WorkspaceMachine):
        pass

    Machine.loop, Machine.store = loop, Store(store_url, deadline=PATIENCE)
    Twin(loop, Machine.store, "t-promises")  # connected while it still syncs
    loop.run_until_complete(Machine.store.command("CONFIG", "SET", "appendfsync", "no"))
    # So that few chats are as many pages: a small set is read as a whole.
    loop.run_until_complete(Machine.store.command("CONFIG", "SET", "set-max-listpack-entries", 0))
    yield Machine
    loop.run_until_complete(Machine.store.command("CONFIG", "SET", "appendfsync", "always"))
    loop.run_until_complete(Machine.store.command("CONFIG", "SET", "set-max-listpack-entries", 128))
    loop.run_until_complete(Machine.store.close())
    loop.close()


@pytest.mark.slow
@pytest.mark.timeout(900 + EXAMPLES)  # shrinking a failure is worth the minutes it takes
def test_the_functions_do_what_the_model_does(machine: type[WorkspaceMachine]) -> None:
    """Run at least 10,000 commands, each with its exact outcome; MODEL_EXAMPLES=2000 makes a long run."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            derandomize="MODEL_EXAMPLES" not in os.environ,  # a long run explores; the usual one repeats
            stateful_step_count=STEPS,
            deadline=None,
            phases=PHASES,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert machine.calls >= 100 * EXAMPLES
    assert machine.paged >= 9 * EXAMPLES
