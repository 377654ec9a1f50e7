"""`sestetto prove`: causes real faults in a whole installation, and reports what was lost."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
import uvloop

from console.bench.commands.common import machine, table
from console.commands.common import say, show
from console.logs import configure_logs
from console.proving import report
from console.proving.catalogue import FAULTS, chosen
from console.proving.document import check_marks, put
from console.proving.fault import Fault
from console.proving.run import FaultRun, Wanted, run
from console.proving.schedule import written
from console.proving.traffic import RATE

MESSAGES = 90_000  # and those sent during faults: together more than 100,000
LEAST = 40  # messages of a run: with fewer, nothing is in progress when a fault strikes


def prove(
    fault: Annotated[list[str] | None, typer.Option(help="Run only this fault; repeat for more.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the schedules. Default: a random one.")] = None,
    messages: Annotated[int, typer.Option(min=LEAST, help="Messages in total, spread over the faults.")] = MESSAGES,
    rate: Annotated[int, typer.Option(min=1, help="Messages a second while nothing is broken.")] = RATE,
    strikes: Annotated[int, typer.Option(min=1, help="Most strikes of a fault in one run.")] = 9,
    hold: Annotated[float, typer.Option(min=0, help="Seconds that each strike lasts; 0 for the fault's default.")] = 0,
    minutes: Annotated[float, typer.Option(min=0, help="Minutes during which new runs start; 0 for one round.")] = 0,
    out: Annotated[Path | None, typer.Option(help="File to write the report to: .json or .md.")] = None,
    write: Annotated[
        Path | None, typer.Option(help="Document to update with the table, such as docs/reliability.md.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the faults and exit.")] = False,
) -> None:
    """Cause faults in a whole installation while people chat, and compare what they saw with what was stored."""
    configure_logs("critical")  # faults in this process's own parts are expected
    if listed:
        show(("fault", "what it does", ""), [(one.name, one.does, _missing(one)) for one in FAULTS], empty="")
        return
    if write is not None:
        check_marks(write)
    faults, began = chosen(fault or ()), time.monotonic()
    seed = random.randrange(1_000_000) if seed is None else seed
    skipped = {one.name: why for one in faults if (why := one.missing())}
    possible = [one for one in faults if one.name not in skipped]
    wanted = Wanted(seed, max(messages // max(len(possible), 1), LEAST), rate, strikes, hold)
    say(f"Seed {seed}, {wanted.messages:,} messages in each run.")
    about, runs = machine(), list[FaultRun]()
    for done in _rounds(possible, wanted, began + minutes * 60):
        runs.append(done)
        _print_result(done, wanted)
        _write(out, report.rows(faults, runs, skipped), about, seed, runs, skipped)  # so that it can be stopped
    rows = report.rows(faults, runs, skipped)
    table(report.HEADINGS, rows)
    say(report.HELP)
    say(f"Seed {seed}; {time.monotonic() - began:,.0f} s; " + ", ".join(f"{k} {v}" for k, v in about.items()))
    if out is not None:
        say(f"Written to {out}.")
    if write is not None:
        put(write, report.part_of_a_document(rows, about, wanted, time.monotonic() - began))
        say(f"Written into {write}.")
    if not all(one.kept for one in runs):
        raise SystemExit("sestetto: a promise was broken, or a run did not finish: see the lines above.")


def _rounds(faults: list[Fault], wanted: Wanted, until: float) -> Iterator[FaultRun]:
    """Run every fault once, and again in the same order until the time is up."""
    number = 0
    while faults and (number == 0 or time.monotonic() < until):
        number += 1
        for fault in faults:
            if number > 1 and time.monotonic() > until:
                break
            yield uvloop.run(run(fault, number, wanted, say))


def _print_result(done: FaultRun, wanted: Wanted) -> None:
    say(f"{done.fault}, run {done.number}: {written(done.schedule)}")
    what = "kept every promise" if done.kept else "BROKE A PROMISE"
    say(f"  {done.messages:,} messages in {done.seconds} s: {what}")
    for problem in report.problems(done):
        say(f"  {problem}")
    if not done.kept:
        say(f"  to repeat: {report.repeated(done, wanted)}")


def _missing(fault: Fault) -> str:
    why = fault.missing()
    return f"not possible here: {why}" if why else ""


def _write(
    out: Path | None,
    rows: list[tuple[Any, ...]],
    about: dict[str, Any],
    seed: int,
    runs: list[FaultRun],
    skipped: dict[str, str],
) -> None:
    if out is None:
        return
    if out.suffix == ".md":
        out.write_text(report.markdown(rows, about, seed, runs), encoding="utf-8")
    else:
        whole = {"seed": seed, "machine": about, "runs": runs, "not_possible": skipped}
        out.write_bytes(msgspec.json.format(msgspec.json.encode(whole)) + b"\n")
