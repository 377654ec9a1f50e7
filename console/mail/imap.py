"""A mailbox by IMAP: fetches unread mails, and marks them as read once stored. Blocking; it runs in a thread."""

import imaplib
import re
import ssl
from typing import NamedTuple

from console.domain.mail_server import MailServer
from console.mail.reading import LARGEST

TIMEOUT = 20.0  # seconds for each response of the server
MOST = 50  # mails at a time
MOST_AT_ONCE = 2 * LARGEST  # bytes of mails, since they are held in memory; the rest is fetched next time
TOO_LARGE = 65_536  # bytes fetched of a mail that is too large: its headers
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Unread(NamedTuple):
    uid: bytes
    raw: bytes
    whole: bool


class MailboxAway(OSError):
    """The mailbox cannot be used; the text says why."""


class Mailbox:
    """One connection. Raises MailboxAway for any error."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._imap: imaplib.IMAP4 | None = None

    def fetch(self) -> list[Unread]:
        """Return unread mails, oldest first, within the memory limit; they stay unread."""
        try:
            imap = self._imap = self._connect()
            _, found = imap.uid("SEARCH", "UNSEEN")
            uids = (found[0] or b"").split()[:MOST]
            return self._some(imap, uids)
        except (imaplib.IMAP4.error, OSError, ValueError) as problem:
            self.close()
            raise MailboxAway(self._without_password(problem)) from problem

    def mark(self, uids: list[bytes]) -> None:
        """Mark mails as read, once they are stored."""
        assert self._imap is not None
        try:
            for uid in uids:
                self._imap.uid("STORE", uid.decode(), "+FLAGS.SILENT", "(\\Seen)")
        except (imaplib.IMAP4.error, OSError) as problem:
            raise MailboxAway(self._without_password(problem)) from problem
        finally:
            self.close()

    def close(self) -> None:
        imap, self._imap = self._imap, None
        if imap is not None:
            try:
                imap.logout()
            except (imaplib.IMAP4.error, OSError):
                imap.shutdown()

    def _connect(self) -> imaplib.IMAP4:
        server, context = self._server, ssl.create_default_context()
        if server.tls:
            imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=TIMEOUT)
        else:
            imap = imaplib.IMAP4(server.host, server.port, timeout=TIMEOUT)
        self._imap = imap
        if server.start_tls:
            imap.starttls(context)
        imap.login(server.user, server.password)
        said, detail = imap.select(f'"{server.path or "INBOX"}"')
        if said != "OK":
            raise MailboxAway(f"There is no folder {server.path}: {detail!r}")
        return imap

    def _some(self, imap: imaplib.IMAP4, uids: list[bytes]) -> list[Unread]:
        found: list[Unread] = []
        for uid in uids:
            found.append(self._one(imap, uid))
            if sum(len(one.raw) for one in found) > MOST_AT_ONCE - LARGEST:
                break
        return found

    def _one(self, imap: imaplib.IMAP4, uid: bytes) -> Unread:
        _, sized = imap.uid("FETCH", uid.decode(), "(RFC822.SIZE)")
        found = SIZE.search(b" ".join(part if isinstance(part, bytes) else part[0] for part in sized if part))
        whole = found is not None and int(found[1]) <= LARGEST
        what = "BODY.PEEK[]" if whole else f"BODY.PEEK[]<0.{TOO_LARGE}>"
        _, fetched = imap.uid("FETCH", uid.decode(), f"({what})")
        raw = next((part[1] for part in fetched if isinstance(part, tuple)), b"")
        return Unread(uid, raw, whole)

    def _without_password(self, problem: Exception) -> str:
        secret = self._server.password
        text = str(problem) or type(problem).__name__
        return text.replace(secret, "***")[:200] if secret else text[:200]
