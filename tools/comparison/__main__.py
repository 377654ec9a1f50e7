"""`python -m tools.comparison`: every contestant in turn, round by round, then the tables."""

import argparse
import time
from pathlib import Path

import msgspec
import uvloop

from console.bench.commands.common import machine
from tools.comparison.contestants import contestants
from tools.comparison.environment import install
from tools.comparison.picture import picture
from tools.comparison.report import Report, tables
from tools.comparison.turn import Plan, Turn, take_turn

ACROSS = ("bare loop", "Sestetto")  # also tested with visitors and agents at different processes
BESIDE = ("Sestetto",)  # and with an idle process beside the working one


def main() -> None:
    options = _options()
    turns = uvloop.run(_rounds(options))
    report = Report(machine(), turns)
    for file in (options.out, options.picture):
        file.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    options.picture.write_text(picture(report))
    print(tables(report))


async def _rounds(options: argparse.Namespace) -> list[Turn]:
    await install()
    known, turns, began = contestants(), [], time.monotonic()
    plan = Plan(seconds=options.seconds)
    across = Plan("across", seconds=options.seconds, rates=(200,))
    beside = Plan("beside", seconds=options.seconds, rates=(200,), full=False)
    for number in range(options.rounds):
        for name in options.only or known:
            plans = [plan, *([across] if name in ACROSS else []), *([beside] if name in BESIDE else [])]
            turns += [await take_turn(known[name], one) for one in plans]
            passed = time.monotonic() - began
            print(f"{passed:5.0f} s: round {number + 1} of {options.rounds}, {name}", flush=True)
    return turns


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools.comparison", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contestant, interleaved")
    parser.add_argument("--seconds", type=float, default=4, help="of each phase")
    parser.add_argument("--only", action="append", choices=list(contestants()), help="may be given again")
    parser.add_argument("--out", type=Path, default=Path("build/comparison.json"), help="file of the figures")
    parser.add_argument("--picture", type=Path, default=Path("build/comparison.svg"), help="file of the picture")
    return parser.parse_args()


if __name__ == "__main__":
    main()
