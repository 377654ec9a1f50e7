"""Ids: short, random, safe in a key, an address and a DOM id."""

import re
import secrets

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
ID_LENGTH = 16  # 82 bits: no two in the life of an installation
CID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits, base64url without padding


def new_id() -> str:
    """A fresh id of 16 lower-case letters and digits, beginning with a letter."""
    return secrets.choice(ALPHABET[:26]) + "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH - 1))


def new_cid() -> str:
    """A fresh command id: 22 characters of base64url (128 random bits)."""
    return secrets.token_urlsafe(16)
