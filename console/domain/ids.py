"""Ids: short, random, and safe in a key, a URL and a DOM id."""

import re
import secrets

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
ID_LENGTH = 16  # 82 bits: no collisions in the life of an installation
CID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits, base64url without padding


def new_id() -> str:
    """Return a new id of 16 lowercase letters and digits that starts with a letter."""
    return secrets.choice(ALPHABET[:26]) + "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH - 1))


def new_cid() -> str:
    """Return a new command id: 22 characters of base64url (128 random bits)."""
    return secrets.token_urlsafe(16)
