"""Common passwords are refused without asking another service."""

import pytest

from console.archive.password_hash import is_guessable

ABOUT = ("Ana Bianchi", "ana.bianchi@shop.example")


TRIED_FIRST = [
    "password1",
    "Password1!",
    "12345678",
    "qwertyuiop",
    "iloveyou",
    "letmein123",
    "Sommer2024",
    "juventus1",
    "aaaaaaaaaa",
    "hunter2hunter2",
    "ana.bianchi",
    "bianchi2024",
    "shop.example",
    "sestetto1",
    "Sestetto",
]


@pytest.mark.parametrize("password", TRIED_FIRST)
def test_what_would_be_tried_first_is_guessable(password: str) -> None:
    assert is_guessable(password, ABOUT)


@pytest.mark.parametrize("password", ["kd8f7sd9", "correct horse", "trains leave at noon", "Zx" * 3 + "!q7Lm" * 200])
def test_what_nobody_would_try_first_is_not(password: str) -> None:
    assert not is_guessable(password, ABOUT)
