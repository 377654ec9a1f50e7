"""What a courier process receives and returns."""

import msgspec

FINAL = ("sent", "refused", "redirected", "bad", "dropped", "expired", "gone")


class AlertMessage(msgspec.Struct):
    """One message as plain text and, for mail, as HTML. `tone` is Apprise's: warning, success or info."""

    subject: str
    text: str
    html: str
    tone: str = "warning"


class Parcel(msgspec.Struct):
    """A message for one destination.

    `url` is Apprise's. With `dry_run` nothing is sent: the courier finds out where the message would go.
    """

    url: str
    message: AlertMessage
    dry_run: bool = False


class Answer(msgspec.Struct):
    """A courier's result.

    `code` is sent, failed, refused, redirected, slow, bad (not a URL) or dropped; for `dry_run` it is fine or
    unknown_host. `detail` is technical English from the endpoint or the network, without secrets. `shown` is the part
    of the destination that people may see.
    """

    code: str
    detail: str = ""
    shown: str = ""
    took: int = 0  # ms

    @property
    def sent(self) -> bool:
        return self.code == "sent"

    @property
    def final(self) -> bool:
        """Whether a retry is pointless."""
        return self.code in FINAL
