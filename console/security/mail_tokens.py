"""Signed conversation marks in mail addresses and Message-IDs: only a recipient can reply into the conversation."""

import base64
import hashlib
import hmac
import re

SIGNED = 15  # bytes: 24 letters
# Lowercase letters and digits only, as mail servers may change the case of an address.
TOKEN = re.compile(r"(?<![a-z0-9])([a-z0-9]{16})-([a-z2-7]{24})(?![a-z0-9])")


class MailTokens:
    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"sestetto.mail\0" + secret.encode()).digest()

    def make(self, chat: str) -> str:
        """Return the token of a chat."""
        signed = hmac.new(self._key, chat.encode(), hashlib.sha256).digest()[:SIGNED]
        return f"{chat}-{base64.b32encode(signed).decode().lower()}"

    def chat_in(self, text: str) -> str:
        """Return the chat of the first token in the text that we signed; empty if there is none."""
        for found in TOKEN.finditer(text.lower()[:10_000]):
            if hmac.compare_digest(found[0], self.make(found[1])):
                return found[1]
        return ""
