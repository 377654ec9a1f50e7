"""Ids: short, random, and safe in a key, a URL and a DOM id."""

import re
import secrets

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
BITS = 160  # drawn for an id: so many more than it has that no letter is more likely than another
ID_LENGTH = 16  # 82 bits: no collisions in the life of an installation
CID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits, base64url without padding


def new_id() -> str:
    """Return a new id of 16 lowercase letters and digits that starts with a letter."""
    number = secrets.randbits(BITS)
    number, letter = divmod(number, 26)
    id = [ALPHABET[letter]]
    for _ in range(ID_LENGTH - 1):
        number, digit = divmod(number, 36)
        id.append(ALPHABET[digit])
    return "".join(id)


def new_cid() -> str:
    """Return a new command id: 22 characters of base64url (128 random bits)."""
    return secrets.token_urlsafe(16)
