"""A push service on 127.0.0.1, and the browsers behind it: it checks who pushes (RFC 8292), they decrypt (RFC 8291).

Written from the RFCs without the server's code, so the two can agree only if both follow the RFCs.
"""

import asyncio
import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any, Self

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from console.domain.push import PushKeys

DAY = 24 * 3_600  # seconds that a token may be valid


@dataclass
class Got:
    """A push that a browser could read."""

    notice: dict[str, Any]
    headers: dict[str, str]


class PushedBrowser:
    """One subscription: its keys, and the pushes it received."""

    def __init__(self, endpoint: str) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"0123456789abcdef"
        self.got: list[Got] = []
        self.keys = PushKeys(endpoint, text_of(point_of(self._private)), text_of(self._auth))

    @property
    def titles(self) -> list[str]:
        """Return the titles of notifications, and `over` where one is closed."""
        return ["over" if one.notice.get("over") else one.notice["title"] for one in self.got]

    def decrypt(self, body: bytes) -> bytes:
        """Decrypt according to RFC 8291, section 3.4, and RFC 8188, section 2."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert len(body) <= 4_096
        assert len(record) <= size
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self._private.exchange(ec.ECDH(), theirs)
        prk_key = digest_of(self._auth, shared)
        ikm = digest_of(prk_key, b"WebPush: info\0" + point_of(self._private) + sender + b"\x01")
        prk = digest_of(salt, ikm)
        key = digest_of(prk, b"Content-Encoding: aes128gcm\0\x01")[:16]
        nonce = digest_of(prk, b"Content-Encoding: nonce\0\x01")[:12]
        text = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        assert text[-1:] == b"\x02"  # the last record
        return text[:-1]


@dataclass
class PushService:
    """`key` is what browsers subscribed with: nobody else may push. `status` other than 201 refuses everything."""

    key: str
    status: int = 201
    retry_after: str = ""
    dead: bool = False
    asked: int = 0
    browsers: dict[str, PushedBrowser] = field(default_factory=dict)
    port: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def subscribed(self, name: str) -> PushedBrowser:
        """Return a new browser."""
        browser = self.browsers[f"/push/{name}"] = PushedBrowser(f"{self.origin}/push/{name}")
        return browser

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.partition(": ") for line in lines if line)
            headers = {name.lower(): value for name, _, value in pairs}
            body = await reader.readexactly(int(headers["content-length"]))
            self.asked += 1
            if self.dead:
                await asyncio.sleep(3_600)
            status = self._judge(first.split()[1], headers, body)
            wait = f"Retry-After: {self.retry_after}\r\n" if self.retry_after else ""
            writer.write(f"HTTP/1.1 {status} Said\r\n{wait}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    def _judge(self, path: str, headers: dict[str, str], body: bytes) -> int:
        browser = self.browsers.get(path)
        if browser is None:
            return 410
        if self.status != 201:
            return self.status
        if not self._knows(headers.get("authorization", "")):
            return 403
        if headers["content-encoding"] != "aes128gcm" or not headers["ttl"].isdigit():
            return 400
        browser.got.append(Got(json.loads(browser.decrypt(body)), headers))
        return 201

    def _knows(self, said: str) -> bool:
        """Whether the token is from the sender the browsers subscribed for, and is for this service, now."""
        scheme, _, rest = said.partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        head, claims, signature = parts["t"].split(".")
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes_of(parts["k"]))
        raw = bytes_of(signature)
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        told = json.loads(bytes_of(claims))
        assert json.loads(bytes_of(head)) == {"typ": "JWT", "alg": "ES256"}
        assert told["sub"].startswith(("mailto:", "https://"))
        good = told["aud"] == self.origin and time.time() < told["exp"] <= time.time() + DAY
        return scheme == "vapid" and parts["k"] == self.key and good


def digest_of(key: bytes, text: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(text)
    return made.finalize()


def point_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
