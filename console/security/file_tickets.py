"""Tickets for files: what a client gets for an upload, and names the file with in its message.

A ticket says all that the message will tell, so sending it asks neither SQL nor the store of files.
"""

from typing import NamedTuple

import msgspec
from itsdangerous import BadSignature, URLSafeTimedSerializer

from console.errors import BadFile
from console.events import SharedFile
from console.security import SIGNED

LIFE = 20 * 3_600  # seconds; what no message has named is deleted after a day


class FileSender(NamedTuple):
    """Who may send the file, by which command, and to which chat; a visitor's may be that which it opens."""

    id: str
    cid: str
    chat: str = ""


class FileTickets:
    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="sestetto.file", **SIGNED)

    def sign(self, sender: FileSender, file: SharedFile) -> str:
        return str(self._signer.dumps([*sender, msgspec.to_builtins(file)]))

    def read(self, ticket: str, sender: FileSender, *, signed_in: bool = False) -> SharedFile:
        """Raises BadFile for a ticket of somebody else, of another command or chat, or that is over.

        A person who has `signed_in` may have uploaded the file before, as whom no frame says any more: their ticket for
        this command is enough.
        """
        try:
            given, *what, file = self._signer.loads(ticket, max_age=LIFE)
            if tuple(what) != sender[1:] or (given != sender.id and not signed_in):
                raise BadFile
            return msgspec.convert(file, SharedFile)
        except (BadSignature, ValueError, TypeError) as problem:
            raise BadFile from problem
