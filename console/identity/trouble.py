"""Why a sign-in through a provider came to nothing."""

from console.errors import SestettoError


class ProviderTrouble(SestettoError):
    """`why` is for admins, who test the provider, and for the log: it names no secret."""

    code = "provider"
    message = "Signing in this way does not work right now. Try again in a moment, or ask your admin."
    status = 502

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class FlowOver(SestettoError):
    """The answer does not belong to a sign-in of this browser, or to one that is over."""

    code = "flow_over"
    message = "This sign-in is over or was begun elsewhere. Start again."
    status = 400
