"""Mails visitors the transcript of their chat: to one address, a few times a day."""

from console.archive.transcript_limits import TranscriptLimits
from console.domain.mail import Letter, is_address
from console.errors import BadCommand, DatabaseAway, EnoughTranscripts, NothingToDo, Unknown
from console.queue.results import Said
from console.services import Services

BAD_ADDRESS = "Enter one e-mail address."
MOST_A_DAY = 3  # of one visitor
MOST_AN_HOUR = 60  # of one site, so that nobody can send mails to strangers through us


async def mail_transcript(services: Services, visitor: str, chat: str, cid: str, email: str, *, read: int) -> Said:
    """Send the transcript once per cid, with everything that the visitor has read: up to that seq.

    Raises NothingToDo without a mail server, or before an agent has answered.
    """
    if not services.post.sends:
        raise NothingToDo
    if not is_address(email.strip()):
        raise BadCommand(BAD_ADDRESS)
    letter = Letter(
        to=email.strip(),
        kind="transcript",
        chat=chat,
        seq=read,
        message_id=f"transcript.{chat}.{cid}@{services.post.outbox.domain}",
    )
    limits = TranscriptLimits(services.post.outbox, visitors=MOST_A_DAY, sites=MOST_AN_HOUR)
    try:
        outcome = await limits.put(letter, visitor)
    except Unknown:
        raise DatabaseAway from None
    if outcome == "none":
        raise NothingToDo
    if outcome == "enough":
        raise EnoughTranscripts
    services.post.outbox.wake()
    return Said(chat, 0, services.workspace.now())
