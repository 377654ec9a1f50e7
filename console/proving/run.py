"""One run: an installation, people at work, a fault that strikes on schedule, and the verdict."""

import time
import traceback
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from console.bench.checker import count
from console.proving.broken_histories import missed
from console.proving.fault import Fault, Trial
from console.proving.ground import open_ground
from console.proving.schedule import Strike, dice_of, plan
from console.proving.traffic import RATE, Traffic
from console.proving.verdict import judge

FIRST = 20  # findings that are written out


class FaultRun(msgspec.Struct):
    """The result of one run. `again`: commands that were sent again after their answer was lost.

    `failed` says why a run did not finish; `missed` are the kinds of fault that the checker would not have found.
    """

    fault: str
    number: int
    schedule: list[Strike]
    messages: int = 0
    acked: int = 0
    refused: int = 0
    refusals: dict[str, int] = {}
    unknown: int = 0
    again: int = 0
    found: dict[str, int] = {}
    silence: float = 0.0
    recovery: float = 0.0
    seconds: float = 0.0
    findings: list[str] = []
    missed: list[str] = []
    failed: str = ""

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        return not (self.failed or self.missed or self.unknown or any(self.found.values()))


class Wanted(NamedTuple):
    """The parameters of a run.

    `rate`: messages a second; `strikes`: how many at most; `hold`: seconds that each lasts, 0 for the fault's own.
    """

    seed: int
    messages: int
    rate: int = RATE
    strikes: int = 9
    hold: float = 0

    def lasting(self, fault: Fault) -> tuple[float, float]:
        """Return the least and the most seconds that a strike may last."""
        return (self.hold, self.hold) if self.hold else fault.hold


async def run(fault: Fault, number: int, wanted: Wanted, say: Callable[[str], None]) -> FaultRun:
    """Run it once and return the result, which includes problems of the run itself."""
    dice, strikes = dice_of(wanted.seed, fault.name, number), min(fault.strikes, wanted.strikes)
    result = FaultRun(fault.name, number, plan(dice, wanted.messages, strikes, wanted.lasting(fault)))
    began = time.monotonic()
    try:
        async with open_ground(fault.layout, dice) as ground, Traffic(ground, dice, wanted.rate) as traffic:
            trial = Trial(ground, traffic)
            try:
                await _strike(fault, trial, result, wanted.messages)
                await _judge(trial, result)
            finally:
                _count(traffic, result)
    except Exception as problem:  # whatever it was, the other faults still run, and the table shows it
        result.failed = f"{type(problem).__name__}: {problem}"
        say(f"{fault.name}: {traceback.format_exc()}")
    result.seconds = round(time.monotonic() - began, 1)
    return result


async def _strike(fault: Fault, trial: Trial, result: FaultRun, messages: int) -> None:
    for strike in result.schedule:
        await trial.traffic.reach(strike.after)
        await fault.strike(trial, strike)
        result.recovery = max(result.recovery, round(await trial.traffic.recovered(), 2))
    await trial.traffic.reach(messages)
    await trial.traffic.finish()


async def _judge(trial: Trial, result: FaultRun) -> None:
    journal = trial.traffic.journal
    findings, facts = await judge(trial.ground.stage, journal)
    result.findings = [str(finding) for finding in findings[:FIRST]]
    result.found = count(findings)
    result.missed = [] if findings else list(missed(journal.claims, facts))


def _count(traffic: Traffic, result: FaultRun) -> None:
    claims = traffic.journal.claims
    result.messages = traffic.messages
    result.acked = sum(claim.outcome == "acked" for claim in claims)
    result.refused = sum(claim.outcome == "refused" for claim in claims)
    result.refusals = dict(traffic.journal.refusals)
    result.unknown = sum(claim.outcome == "unknown" for claim in claims)
    result.again = sum(claim.resent for claim in claims)
    waits = [claim.answered - claim.began for claim in claims if claim.answered]
    result.silence = round(max(waits, default=0.0), 2)
