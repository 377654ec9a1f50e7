"""Small proofs of work: what a new visitor's browser does before its first message, while a site is under attack.

A puzzle is signed and bound to its visitor, so it is not stored; the store records only which ones were used. Solving
one takes a browser a fraction of a second; a flood of a thousand openings takes minutes of CPU time.
"""

import hashlib
import hmac
import secrets

BITS = 17  # leading zeros of the SHA-256 that solves it: 131,000 tries on average
LIFE = 600_000  # ms


class Puzzles:
    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(f"sestetto.puzzle.{secret}".encode()).digest()

    def make(self, visitor: str, now: int) -> str:
        """Make `nonce.bits.until.signature`; a `puzzle.number` whose hash begins with `bits` zero bits solves it."""
        body = f"{secrets.token_hex(8)}.{BITS}.{now + LIFE}"
        return f"{body}.{self._signature(body, visitor)}"

    def nonce_of(self, proof: str, visitor: str, now: int) -> str:
        """Return the nonce of this visitor's puzzle that the proof solves; empty for none."""
        puzzle, _, _ = proof.rpartition(".")
        body, _, signature = puzzle.rpartition(".")
        if not body or not hmac.compare_digest(signature.encode(), self._signature(body, visitor).encode()):
            return ""
        nonce, bits, until = body.split(".")
        return nonce if now < int(until) and zeros(proof) >= int(bits) else ""

    def _signature(self, body: str, visitor: str) -> str:
        return hmac.new(self._key, f"{body}.{visitor}".encode(), hashlib.sha256).hexdigest()[:32]


def zeros(text: str) -> int:
    """Return the number of leading zero bits of the text's SHA-256."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return 256 - number.bit_length()
