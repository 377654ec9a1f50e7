"""Everything about mail that the processes of one installation share."""

from email.message import EmailMessage

from console.archive.database import Database
from console.archive.mail_outbox import MailOutbox, OutgoingMail
from console.config import Settings
from console.domain.alert_delivery import Answer
from console.domain.mail import Letter, Sender, sender_of
from console.domain.mail_server import smtp_server
from console.mail.composing import compose
from console.mail.smtp import SmtpClient


class Post:
    """The outbox, the mail server (None: there is none), and whom mails are from.

    Others send a mail with `await services.post.outbox.post(Letter(to=…, subject=…, text=…, kind=…))`, and ask
    `services.post.sends` first: without a mail server it would wait.
    """

    def __init__(self, settings: Settings, database: Database, workspace: str) -> None:
        self.sender = sender_of(settings.mail_from) if settings.mail_from else Sender("", "")
        self.outbox = MailOutbox(database, workspace, domain=self.sender.domain)
        self.server = SmtpClient(smtp_server(settings.smtp_url)) if settings.smtp_url else None

    @property
    def sends(self) -> bool:
        """Whether there is a mail server."""
        return self.server is not None

    async def write(self, mail: OutgoingMail) -> EmailMessage | None:
        """Write a mail that is about to be sent."""
        return compose(mail.letter, self.sender, at=mail.made)

    async def send_now(self, letter: Letter) -> Answer:
        """Send a test at once, without the outbox."""
        assert self.server is not None
        mail = OutgoingMail(0, self.outbox.named(letter), self.outbox.clock(), 1, "")
        return await self.server.deliver(compose(mail.letter, self.sender, at=mail.made))
