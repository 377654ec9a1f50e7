"""The second factor: codes of an authenticator app (TOTP), recovery codes, and who needs a factor. Pure."""

import secrets
from typing import Literal
from urllib.parse import urlsplit

import pyotp

from console.domain.directory import MemberRole
from console.security import same

Policy = Literal["nobody", "leads", "everybody"]  # leads: admins and supervisors
POLICIES: tuple[Policy, ...] = ("nobody", "leads", "everybody")

STEP = 30  # seconds that a code is shown for
AROUND = 1  # steps accepted before and after the current one: clocks differ, and people type slowly
CODES = 10  # recovery codes
GROUPS, LETTERS = 6, 4  # of each code: 24 letters out of 32 are 120 bits, enough for a plain digest
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # without l, o, 0 and 1


def covers(policy: str, role: MemberRole) -> bool:
    """Whether members of this role need a second factor."""
    return policy == "everybody" or (policy == "leads" and role in ("supervisor", "admin"))


def new_secret() -> str:
    """Return 160 random bits as base32, which every app reads."""
    return pyotp.random_base32(32)


def provisioning_url(secret: str, email: str, origin: str) -> str:
    """Return the `otpauth://` address in the QR code; the app shows our host and the member's address."""
    host = urlsplit(origin).hostname or "localhost"
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"Sestetto {host}".replace(":", "."))


def step_of(secret: str, code: str, now: int) -> int | None:
    """Return the time step that a code belongs to; None if it is not a current one. `now` is in ms."""
    given = "".join(code.split())
    if not (given.isascii() and given.isdecimal() and len(given) == 6):
        return None
    present = now // 1_000 // STEP
    totp = pyotp.TOTP(secret)
    every = [step for step in range(present - AROUND, present + AROUND + 1) if same(totp.generate_otp(step), given)]
    return every[-1] if every else None


def new_recovery_codes() -> tuple[str, ...]:
    """Return codes such as `k3vm-9xqa-…`, each valid once."""
    return tuple(_code() for _ in range(CODES))


def _code() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))


def folded_code(text: str) -> str:
    """Return a recovery code in the form that is digested, however it was typed; empty if the text cannot be one."""
    letters = "".join(letter for letter in text.casefold() if letter in ALPHABET)
    return letters if len(letters) == GROUPS * LETTERS else ""
