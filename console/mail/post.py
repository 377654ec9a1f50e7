"""What the processes of one installation share about mail."""

from collections.abc import Callable
from email.message import EmailMessage

from msgspec.structs import replace

from console.archive.database import Database
from console.archive.history import History
from console.archive.mail_outbox import MailOutbox, OutgoingMail
from console.config import Settings
from console.domain.alert_delivery import Answer
from console.domain.directory import Directory, Site
from console.domain.mail import TOKEN_PLACE, Letter, Sender, sender_of
from console.domain.mail_server import smtp_server
from console.errors import Unknown
from console.mail.answers import written
from console.mail.composing import compose
from console.mail.smtp import SmtpClient
from console.mail.transcripts import transcript
from console.security.mail_tokens import MailTokens

TRIES = 3  # tries of a transcript that the archive does not have in full


class Post:
    """The outbox, the mail server (None: there is none), and the senders' addresses.

    To send a mail, call `await services.post.outbox.post(Letter(to=…, subject=…, text=…, kind=…))`, but check
    `services.post.sends` first: without a mail server the mail would wait.
    """

    def __init__(
        self, settings: Settings, database: Database, history: History, directory: Callable[[], Directory]
    ) -> None:
        self._history = history
        self._directory = directory
        self._reply_to = settings.mail_reply_to
        self.tokens = MailTokens(settings.secret)
        self.sender = sender_of(settings.mail_from) if settings.mail_from else Sender("", "")
        self.outbox = MailOutbox(database, history.workspace, domain=self.sender.domain)
        self.server = SmtpClient(smtp_server(settings.smtp_url)) if settings.smtp_url else None

    @property
    def sends(self) -> bool:
        """Whether there is a mail server."""
        return self.server is not None

    async def write(self, mail: OutgoingMail) -> EmailMessage | None:
        """Write a mail that is about to be sent; None if its subject no longer exists.

        A transcript raises Unknown until the archive has everything that its visitor had read. The last facts of a
        store that was emptied never arrive, so the third try sends what there is.
        """
        letter = mail.letter
        if not letter.chat:
            return compose(letter, self.sender, at=mail.made)
        record = await self._history.read_chat(letter.chat)
        site = self._directory().sites.get(record.chat.site) if record is not None else None
        formatted = site is None or site.formatting
        if record is not None and letter.kind == "transcript":
            if mail.tries < TRIES and max((fact.seq for fact in record.facts), default=0) < letter.seq:
                raise Unknown
            made = transcript(record, site)
            whole = replace(letter, subject=made.subject, text=made.text)
            return compose(whole, self._sender_of(site), at=mail.made, formatted=formatted)
        answer = written(record, letter.message_id, site) if record is not None else None
        if answer is None:
            return None
        return compose(
            replace(letter, subject=answer.subject, text=answer.text),
            self._sender_of(site),
            at=mail.made,
            reply_to=self.reply_to(letter.chat),
            answers=answer.answers,
            references=answer.references,
            formatted=formatted,
        )

    def message_id(self, chat: str, cid: str) -> str:
        """Return the Message-ID of an answer. Its token identifies replies to it."""
        return f"{self.tokens.make(chat)}.{cid}@{self.outbox.domain}"

    def reply_to(self, chat: str) -> str:
        """Return the address for replies; empty if it is the sender's."""
        return self._reply_to.replace(TOKEN_PLACE, self.tokens.make(chat))

    def _sender_of(self, site: Site | None) -> Sender:
        """Return the sender; without its own name it has the site's."""
        return self.sender if self.sender.name or site is None else Sender(site.name, self.sender.address)

    async def send_now(self, letter: Letter) -> Answer:
        """Send a test immediately, without the outbox."""
        assert self.server is not None
        mail = OutgoingMail(0, self.outbox.named(letter), self.outbox.clock(), 1, "")
        return await self.server.deliver(compose(mail.letter, self.sender, at=mail.made))
