"""Cursors: where a list continues. They are signed, so that only ours are accepted, and only for the same list."""

import hashlib
from typing import Any

import msgspec
from itsdangerous import BadSignature, URLSafeSerializer

from console.errors import BadCommand
from console.security import SIGNED

BAD_CURSOR = "This cursor does not belong to this list. Leave it out to start with the first page."


class Cursors:
    def __init__(self, secret: str) -> None:
        self._signer = URLSafeSerializer(secret, salt="sestetto.api.cursor", **SIGNED)

    def give(self, query: msgspec.Struct, *place: int | str) -> str:
        """Return the cursor of the page after `place` of this query."""
        return str(self._signer.dumps([_mark(query), *place]))

    def take(self, query: msgspec.Struct, cursor: str) -> list[Any]:
        """Return the place; empty without a cursor. Raises BadCommand for a cursor of another query, or one we did not
        sign.
        """
        if not cursor:
            return []
        try:
            mark, *place = self._signer.loads(cursor)
        except (BadSignature, ValueError, TypeError):
            raise BadCommand(BAD_CURSOR, at=["cursor"]) from None
        if mark != _mark(query):
            raise BadCommand(BAD_CURSOR, at=["cursor"])
        return list(place)


def _mark(query: msgspec.Struct) -> str:
    """Return a digest of what the query searches for; the page size does not matter."""
    asked = {name: value for name, value in msgspec.structs.asdict(query).items() if name not in ("cursor", "limit")}
    return hashlib.blake2b(msgspec.json.encode([type(query).__name__, asked]), digest_size=6).hexdigest()
