"""`sestetto load waits`: how many expected waits turn out right."""

from typing import Annotated

import typer
import uvloop

from console.bench.commands.common import Out, keep, machine, table
from console.bench.temp_store import opened, own_store
from console.bench.waits import SCENES, Shop, Wait, share_right

HEADINGS = ("agents and queues", "waits", "left", "counted", "as expected")


def waits(
    hours: Annotated[float, typer.Option(min=0.1, help="Simulated hours of each scene.")] = 6,
    seed: Annotated[int, typer.Option(help="Seed of the simulated visitors.")] = 7,
    out: Out = None,
) -> None:
    """Simulate visitors in waves, and compare the waits they were told with the actual ones."""
    found = uvloop.run(_all(hours, seed))
    shares = {name: share_right(waits) for name, waits in found.items()}
    left = {name: sum(wait.left for wait in waits) for name, waits in found.items()}
    table(
        HEADINGS,
        [(name, len(found[name]), left[name], known, f"{right:.0%}") for name, (known, right) in shares.items()],
    )
    keep(out, {"machine": machine(), "waits": found})


async def _all(hours: float, seed: int) -> dict[str, list[Wait]]:
    found = {}
    async with own_store() as store:
        for number, scene in enumerate(SCENES):
            async with opened(store.url, f"load{number}") as workspace:
                found[scene.name] = await Shop(workspace, scene, seed).run(hours)
    return found
