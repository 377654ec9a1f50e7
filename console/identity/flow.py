"""A sign-in through a provider in progress, and the findings of a provider's test."""

from typing import NamedTuple

import msgspec
from itsdangerous import BadSignature, URLSafeTimedSerializer

from console.domain.identity_providers import Provider
from console.security import SIGNED, new_token

FLOW_LIFE = 10 * 60  # seconds between leaving for the provider and coming back


class Flow(msgspec.Struct, frozen=True):
    """A sign-in in progress, kept by the browser and signed. `onward` is the page that was requested."""

    provider: str
    state: str
    nonce: str
    verifier: str
    onward: str
    invitation: str = ""


class ProviderFinding(NamedTuple):
    """A line of the test: whether it is fine, what was checked, and the result."""

    fine: bool
    what: str
    says: str = ""


def new_flow(provider: Provider, onward: str, invitation: str = "") -> Flow:
    return Flow(provider.id, new_token(), new_token(), new_token(), onward, invitation)


class FlowCookies:
    """Signs what a browser keeps of a sign-in in progress."""

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="sestetto.provider", **SIGNED)

    def sign(self, flow: Flow) -> str:
        return str(self._signer.dumps(msgspec.to_builtins(flow)))

    def read(self, cookie: str) -> Flow | None:
        """Return the flow; None if we have not signed it, or it has expired."""
        try:
            return msgspec.convert(self._signer.loads(cookie, max_age=FLOW_LIFE), Flow)
        except (BadSignature, msgspec.ValidationError):
            return None
