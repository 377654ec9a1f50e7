"""`python -m tools.yardstick [WAY ...]` measures, `--report` prints the table of the runs so far."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import msgspec

from tools.yardstick.human import TYPISTS
from tools.yardstick.report import mistakes_of, table
from tools.yardstick.shift import Result, Setting, measure
from tools.yardstick.ways import WAYS

PAUSES = (60.0, 120.0)  # s


def main() -> None:
    options = _options()
    folder: Path = options.out
    folder.mkdir(parents=True, exist_ok=True)
    if not options.report:
        settings = [
            Setting(way, pause, options.seconds, seed, options.typist)
            for pause, seed, way in product(options.pause or PAUSES, options.seed or (1,), options.way or WAYS)
        ]
        asyncio.run(_measure(settings, folder, options.lanes))
    results = [msgspec.json.decode(path.read_bytes(), type=Result) for path in sorted(folder.glob("*.json"))]
    print(table(results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools.yardstick", description=__doc__)
    parser.add_argument("way", nargs="*", choices=[[], *WAYS], help="ways to work; all of them by default")
    parser.add_argument("--pause", type=float, action="append", help="s, mean, from an answer to the next message")
    parser.add_argument("--seconds", type=float, default=240, help="length of a run; the first 60 do not count")
    parser.add_argument("--seed", type=int, action="append", help="another seed is another set of visitors")
    parser.add_argument("--typist", choices=list(TYPISTS), default="average")
    parser.add_argument("--lanes", type=int, default=2, help="runs at once; more than cores disturb each other")
    parser.add_argument("--out", type=Path, default=Path("build/yardstick"), help="folder of the results")
    parser.add_argument("--report", action="store_true", help="measure nothing, print the table")
    return parser.parse_args()


async def _measure(settings: Sequence[Setting], folder: Path, lanes: int) -> None:
    free = asyncio.Semaphore(lanes)

    async def run(setting: Setting) -> None:
        name = f"{setting.way}-{setting.pause:g}-{setting.typist}-{setting.seed}"
        async with free:
            result = await measure(setting, folder / f"{name}.png")
        (folder / f"{name}.json").write_bytes(msgspec.json.encode(result))
        print(
            f"{name}: {len(result.answers)} answers, {mistakes_of(result)} mistakes, load {result.load:.1f}", flush=True
        )
        for trouble in result.troubles:
            print("  !", trouble, file=sys.stderr, flush=True)

    await asyncio.gather(*(run(setting) for setting in settings))


if __name__ == "__main__":
    main()
