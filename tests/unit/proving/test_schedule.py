"""A schedule comes from its seed alone, so that a run can be repeated."""

import subprocess
import sys

import pytest

from console.errors import SettingError
from console.proving.catalogue import FAULTS, chosen
from console.proving.report import repeated
from console.proving.run import FaultRun, Wanted
from console.proving.schedule import dice_of, plan, written


def drawn(seed: int, fault: str, number: int = 1) -> str:
    return written(plan(dice_of(seed, fault, number), 1_000, 3, (1.0, 2.0)))


def test_the_same_seed_strikes_at_the_same_messages() -> None:
    assert drawn(7, "kill-store") == drawn(7, "kill-store")
    assert (
        len({drawn(7, "kill-store"), drawn(8, "kill-store"), drawn(7, "kill-server"), drawn(7, "kill-store", 2)}) == 4
    )


def test_strikes_are_in_order_and_leave_messages_after_the_last() -> None:
    for seed in range(200):
        strikes = plan(dice_of(seed, "any", 1), 1_000, 3, (1.0, 2.0))
        places = [strike.after for strike in strikes]
        assert places == sorted(set(places))
        assert 0 < places[0] < places[-1] < 1_000
        assert all(1 <= strike.hold <= 2 and 0 <= strike.among(2) <= 1 for strike in strikes)


def test_a_strike_lasts_as_long_as_the_fault_says_or_as_one_asks() -> None:
    [fault] = chosen(["sql-frozen"])
    assert Wanted(7, 40).lasting(fault) == fault.hold
    asked = Wanted(7, 40, hold=600)
    assert [strike.hold for strike in plan(dice_of(7, "any", 1), 40, 2, asked.lasting(fault))] == [600, 600]
    assert repeated(FaultRun("sql-frozen", 1, []), asked).endswith("--hold 600")


def test_every_fault_has_a_name_of_its_own_and_says_what_it_does() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) > 25
    assert all(fault.does and fault.strikes for fault in FAULTS)


def test_a_fault_that_there_is_not_is_named() -> None:
    assert [fault.name for fault in chosen(["storm"])] == ["storm"]
    with pytest.raises(SettingError, match="kill-everybody"):
        chosen(["storm", "kill-everybody"])


def test_every_fail_point_finds_the_method_that_it_is_laid_around() -> None:
    """In a process of its own: they change the product's classes for good."""
    lay = "from console.proving.fail_points import PLACES, FailPoint\nfor place in PLACES.values(): place(FailPoint(1))"
    done = subprocess.run([sys.executable, "-c", lay], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
