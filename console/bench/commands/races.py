"""`sestetto load races`: many clients want the same thing at the same moment, from three processes."""

import secrets
from typing import Annotated

import typer
import uvloop

from console.bench.commands.common import Out, keep, machine, table
from console.bench.races import PROCESSES, Outcome, course
from console.bench.temp_store import opened, own_store
from console.commands.common import say


def races(
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of each kind.")] = 1_000,
    seed: Annotated[int, typer.Option(help="Seed, to repeat the same races; 0 for a random one.")] = 0,
    out: Out = None,
) -> None:
    """Race twenty agents for one chat, and an agent with five for ten more. Fails on two owners or a seventh chat."""
    seed = seed or secrets.randbelow(1_000_000) + 1
    outcome = uvloop.run(_race(rounds, seed))
    table(("move", "answer", "times"), [(*name.split(" "), count) for name, count in sorted(outcome.answers.items())])
    say(f"{outcome.rounds:,} rounds with {outcome.moves:,} moves over {PROCESSES} processes, seed {seed}")
    say(f"promises broken: {len(outcome.wrong)}")
    keep(out, {"machine": machine(), "seed": seed, "races": outcome})
    if outcome.wrong:
        raise SystemExit("sestetto: a promise was broken:\n" + "\n".join(outcome.wrong[:20]))


async def _race(rounds: int, seed: int) -> Outcome:
    async with own_store() as store, opened(store.url, "load") as workspace, course(store.url, workspace, seed) as run:
        for _ in range(rounds):
            await run.twenty_for_one()
            await run.five_for_ten()
        return run.outcome
