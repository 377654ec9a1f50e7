"""What goes to a courier and what comes back."""

import msgspec


class AlertMessage(msgspec.Struct):
    """The same in plain text and, for mail, in HTML. `tone` is Apprise's: warning, success, info."""

    subject: str
    text: str
    html: str
    tone: str = "warning"


class Parcel(msgspec.Struct):
    """`url` is Apprise's. With `only_look` nothing is sent: it is found out where it would go."""

    url: str
    message: AlertMessage
    only_look: bool = False


class Answer(msgspec.Struct):
    """`code`: sent, failed, refused, redirected, slow, bad (no address at all), dropped; of a look: fine, unknown_host.

    `detail` is what the far end, or the way there, said: technical, English, without secrets. `shown` is what may be
    seen of the destination.
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
        """Whether trying again is of no use."""
        return self.code in ("sent", "refused", "redirected", "bad", "dropped")
