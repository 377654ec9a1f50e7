"""The token of a visitor who proved who they are: it stands for the signed identity until that has to be renewed."""

import msgspec
from itsdangerous import BadSignature, URLSafeTimedSerializer

from console.domain.identity import SignedPerson
from console.security import SIGNED

HOURS = 12  # since the signed identity; then the page proves it again


class PersonTokens:
    """Signs what a site has vouched for. A token belongs to that site, and to the key that signed the identity."""

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="sestetto.person", **SIGNED)

    def sign(self, person: SignedPerson, site: str) -> str:
        return str(self._signer.dumps([site, msgspec.to_builtins(person)]))

    def names(self, token: str) -> bool:
        """Whether it is such a token, of whatever site and age."""
        return self._signed(token) is not None

    def read(self, token: str, site: str) -> SignedPerson | None:
        """Return who it is, or None if the token is not ours, of another site, or over."""
        match self._signed(token, max_age=HOURS * 3_600):
            case [str(of), dict(person)] if of == site:
                return msgspec.convert(person, SignedPerson)
        return None

    def _signed(self, token: str, max_age: int | None = None) -> object:
        try:
            return self._signer.loads(token, max_age=max_age)
        except BadSignature:
            return None
