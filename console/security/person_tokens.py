"""The token of a visitor with a proven identity: it replaces the signed identity until that must be renewed."""

import msgspec
from itsdangerous import BadSignature, URLSafeTimedSerializer

from console.domain.identity import SignedPerson
from console.security import SIGNED

HOURS = 12  # since the signed identity; then the page must prove it again


class PersonTokens:
    """Signs identities that a site has vouched for. A token belongs to that site and to the key of the identity."""

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="sestetto.person", **SIGNED)

    def sign(self, person: SignedPerson, site: str) -> str:
        return str(self._signer.dumps([site, msgspec.to_builtins(person)]))

    def names(self, token: str) -> bool:
        """Whether it is such a token, of any site and age."""
        return self._signed(token) is not None

    def read(self, token: str, site: str) -> SignedPerson | None:
        """Return who it is, or None if the token is not ours, belongs to another site, or has expired."""
        match self._signed(token, max_age=HOURS * 3_600):
            case [str(of), dict(person)] if of == site:
                return msgspec.convert(person, SignedPerson)
        return None

    def _signed(self, token: str, max_age: int | None = None) -> object:
        try:
            return self._signer.loads(token, max_age=max_age)
        except BadSignature:
            return None
