"""Tickets for files: a client gets one for an upload, and refers to the file with it in its message.

A ticket contains everything the message needs, so sending the message reads neither SQL nor the file storage.
"""

from typing import NamedTuple

import msgspec
from itsdangerous import BadSignature, URLSafeTimedSerializer

from console.errors import BadFile
from console.events import SharedFile
from console.security import SIGNED

LIFE = 20 * 3_600  # seconds; files that no message refers to are deleted after a day


class FileSender(NamedTuple):
    """Who may send the file, with which command, and to which chat; for a visitor, possibly the chat it opens."""

    id: str
    cid: str
    chat: str = ""


class FileTickets:
    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="sestetto.file", **SIGNED)

    def sign(self, sender: FileSender, file: SharedFile) -> str:
        return str(self._signer.dumps([*sender, msgspec.to_builtins(file)]))

    def read(self, ticket: str, sender: FileSender, *, signed_in: bool = False) -> SharedFile:
        """Read a ticket. Raises BadFile if it belongs to somebody else, another command or another chat, or has
        expired.

        A person who has `signed_in` may have uploaded the file earlier under an id that no frame names any more, so
        their ticket for this command is enough.
        """
        try:
            given, *what, file = self._signer.loads(ticket, max_age=LIFE)
            if tuple(what) != sender[1:] or (given != sender.id and not signed_in):
                raise BadFile
            return msgspec.convert(file, SharedFile)
        except (BadSignature, ValueError, TypeError) as problem:
            raise BadFile from problem
