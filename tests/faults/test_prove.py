"""`sestetto prove` in short: a few faults on a whole installation, and a run that does lose something is detected."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from console.proving import verdict
from console.proving.eventually import eventually
from console.proving.fault import Fault, Trial
from console.proving.layout import Layout
from console.proving.record import read_archive
from console.proving.run import FaultRun, Wanted, run
from console.proving.schedule import Strike
from tests.support.command_line import in_a_process

SHORT = ("dies-after-append", "clients-cut", "replica-lags")
MESSAGES = 60  # of each
RATE = 60  # a second


@pytest.mark.slow
async def test_a_short_selection_keeps_every_promise(tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    which = [word for name in SHORT for word in ("--fault", name)]
    asked = f"--seed 7 --rate {RATE} --strikes 1 --messages {MESSAGES * len(SHORT)} --out {out}"
    code, told, errors = await in_a_process("prove", *which, *asked.split())
    assert code == 0, told + errors
    report = msgspec.json.decode(out.read_bytes())
    runs = [msgspec.convert(one, FaultRun) for one in report["runs"]]
    assert [one.fault for one in runs] == list(SHORT)
    for one in runs:
        assert one.messages >= MESSAGES
        assert one.messages <= one.acked + one.refused
        assert one.unknown == 0
        assert one.again > 0, "nobody noticed the fault"
        assert one.silence >= one.recovery > 0
        assert set(one.found.values()) == {0}
        assert one.missed == []
    assert "Seed 7" in told
    assert all(str(strike) in told for one in runs for strike in one.schedule)


async def test_a_message_that_the_archive_loses_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault really breaks the promise: it deletes a row from SQL."""
    monkeypatch.setattr(verdict, "PATIENCE", 3.0)
    said: list[str] = []
    fault = Fault("rows-lost", "a message is deleted from SQL", Layout(), lose_a_row, strikes=1)
    result = await run(fault, 1, Wanted(1, 40, RATE), said.append)
    assert (result.failed, result.kept) == ("", False)
    assert result.found["lost"] >= 1
    assert any("was acknowledged and is nowhere" in finding for finding in result.findings)


async def lose_a_row(trial: Trial, strike: Strike) -> None:
    stage = trial.ground.stage

    async def deleted() -> bool:
        rows = [number for number, raw in await read_archive(stage) if b'"kind":"message"' in raw]
        if not rows:
            return False
        with closing(sqlite3.connect(trial.ground.database_file, timeout=30, isolation_level=None)) as rival:
            rival.execute("DELETE FROM facts WHERE n = ?", (random.Random(1).choice(rows),))
        return True

    await eventually(deleted, "a message to be archived")


async def test_faults_are_listed_with_those_that_cannot_be_made_here() -> None:
    code, told, _ = await in_a_process("prove", "--list")
    assert code == 0
    assert "kill-store" in told
    assert "2,000 people dropped at once" in told


async def test_a_fault_that_there_is_not_ends_it() -> None:
    code, _, errors = await in_a_process("prove", "--fault", "kill-everybody")
    assert code != 0
    assert "sestetto prove --list" in errors
