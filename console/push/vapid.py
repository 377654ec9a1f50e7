"""The identity of the sender: the installation's key pair and its signed token for a push service (VAPID, RFC 8292).

The pair is derived from the installation's secret. All processes have the same pair, it is kept and backed up with the
secret, and a new secret means a new pair. Browsers then subscribe again when their member opens the console.
"""

import time
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from console.domain.push import base64url

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
LIFE = 3_600  # seconds that the token is valid; push services allow a day
SIZE = 32  # bytes of a coordinate


class Vapid:
    def __init__(self, secret: str, contact: str) -> None:
        """`contact` is where the operators of a push service can reach us: an https or a mailto address."""
        # 16 bytes more than the order has, so that all keys are equally likely.
        raw = HKDF(hashes.SHA256(), SIZE + 16, salt=None, info=b"sestetto push").derive(secret.encode())
        private = ec.derive_private_key(int.from_bytes(raw) % (ORDER - 1) + 1, ec.SECP256R1())
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = base64url(point)
        self._contact = contact
        self._key = ECKey.import_key(
            {
                "kty": "EC",
                "crv": "P-256",
                "x": base64url(point[1 : 1 + SIZE]),
                "y": base64url(point[1 + SIZE :]),
                "d": base64url(private.private_numbers().private_value.to_bytes(SIZE)),
            }
        )

    def authorization(self, endpoint: str) -> str:
        """Return the header for a push service."""
        parts = urlsplit(endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + LIFE, "sub": self._contact}
        word = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, self._key)
        return f"vapid t={word}, k={self.public}"


def contact_of(origin: str, address: str) -> str:
    """Return where a push service can reach us: the address that mail comes from, else the console's."""
    if address:
        return f"mailto:{address}"
    return origin if origin.startswith("https://") else "mailto:nobody@sestetto.invalid"
