"""Encrypts a push for the browser alone: one record of aes128gcm (RFC 8188), with keys agreed as RFC 8291 says."""

import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from console.domain.push import from_base64url

RECORD = 4_096  # bytes: what every push service accepts
LONGEST = RECORD - 103  # bytes of a text: less the header, the tag and the end mark
LAST = b"\x02"  # the mark of the last record


def encrypt(
    text: bytes, p256dh: str, auth: str, *, sender: ec.EllipticCurvePrivateKey | None = None, salt: bytes = b""
) -> bytes:
    """Encrypt for a browser. `sender` and `salt` are fresh for each text unless given.

    Raises ValueError if the text is too long, or `p256dh` is not a point of the curve.
    """
    if len(text) > LONGEST:
        raise ValueError("too long for one push")
    sender = sender or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(16)
    theirs = from_base64url(p256dh)
    ours = sender.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
    shared = sender.exchange(ec.ECDH(), receiver)
    agreed = _derive(shared, from_base64url(auth), b"WebPush: info\0" + theirs + ours, 32)
    key = _derive(agreed, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(agreed, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4) + len(ours).to_bytes(1) + ours
    return head + AESGCM(key).encrypt(nonce, text + LAST, None)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=salt, info=info).derive(secret)
