"""Why a sign-in through a provider failed."""

from console.errors import SestettoError


class ProviderTrouble(SestettoError):
    """`why` is for admins who test the provider, and for the log; it contains no secret."""

    code = "provider"
    message = "This way of signing in is not working right now. Try again in a moment, or ask your admin."
    status = 502

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class FlowOver(SestettoError):
    """The answer belongs to no sign-in of this browser, or to one that has ended."""

    code = "flow_over"
    message = "This sign-in has expired or was started elsewhere. Start again."
    status = 400
