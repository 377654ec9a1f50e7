"""Password hashing with validation: no password that is short, common, breached or made from facts about its owner."""

import asyncio
import importlib
from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from console.errors import BadSettings, Problem
from console.security import MAX_PASSWORD, hash_password

SHORTEST_PASSWORD = 8
LOOKED_AT = 72  # characters: as many as the estimator takes, and enough
GUESSABLE = 2  # of the estimator's scores 0 to 4; lower ones are refused
PRODUCT = ("sestetto", "console")


async def password_problems(member: str, password: str, *, about: Collection[str] = ()) -> list[Problem]:
    """Return why the password is refused; `about` is what everybody knows of the member."""
    if password and not SHORTEST_PASSWORD <= len(password) <= MAX_PASSWORD:
        says = "Use a password of %(least)s to %(most)s characters."
        return [Problem(f"member:{member}", "password", says, {"least": SHORTEST_PASSWORD, "most": MAX_PASSWORD})]
    guessable: bool = await asyncio.to_thread(is_guessable, password, about) if password else False
    if guessable:
        says = "This password is easy to guess or on a list of stolen passwords. Use another, such as several words."
        return [Problem(f"member:{member}", "password", says)]
    return []


async def checked_hash(member: str, password: str, *, about: Collection[str] = ()) -> str:
    """Return the hash; empty for an empty password, which nothing matches.

    `about` is what everybody knows of the member. Raises BadSettings if the password is refused.
    """
    if wrong := await password_problems(member, password, about=about):
        raise BadSettings(wrong)
    return await hash_password(password) if password else ""


def is_guessable(password: str, about: Collection[str] = ()) -> bool:
    """Whether it is among the first guesses. Checked offline, against lists of breached passwords."""
    found = _estimator()(password[:LOOKED_AT], user_inputs=[*_words(about), *PRODUCT])
    return bool(found["score"] < GUESSABLE or found["feedback"]["warning"])


def _words(about: Collection[str]) -> list[str]:
    """Return names and addresses, whole and in parts."""
    ends = [end for text in about for end in text.split("@")]
    return [*about, *ends, *(piece for end in ends for piece in end.replace(".", " ").split())]


@cache
def _estimator() -> Callable[..., dict[str, Any]]:
    # Its lists are a megabyte that takes a fifth of a second to load, and every command imports this file.
    return importlib.import_module("zxcvbn").zxcvbn  # type: ignore[no-any-return]
