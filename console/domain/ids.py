"""Ids: short, random, and safe in a key, a URL and a DOM id."""

import hashlib
import re
import secrets

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
BITS = 160  # random bits per id: far more than it holds, so that all letters are equally likely
ID_LENGTH = 16  # 82 bits: no collisions in the life of an installation
CID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits, base64url without padding


def new_id() -> str:
    """Return a new id of 16 lowercase letters and digits that starts with a letter."""
    return _id_of(secrets.randbits(BITS))


def same_id(*parts: str) -> str:
    """Return an id like `new_id`, always the same for the same parts."""
    return _id_of(int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()))


def _id_of(number: int) -> str:
    number, letter = divmod(number, 26)
    id = [ALPHABET[letter]]
    for _ in range(ID_LENGTH - 1):
        number, digit = divmod(number, 36)
        id.append(ALPHABET[digit])
    return "".join(id)


def new_cid() -> str:
    """Return a new command id: 22 characters of base64url (128 random bits)."""
    return secrets.token_urlsafe(16)
