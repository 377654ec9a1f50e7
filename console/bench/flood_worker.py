"""Floods a server until it is killed: `python -m console.bench.flood_worker URL SITE KIND`.

It reconnects each time the server disconnects it, as an attacker would.
"""

import contextlib
import socket
import sys
import time
from urllib.parse import urlsplit

SIZE = 6_000_000  # bytes per flood
PAUSE = 0.02  # s between two floods
LARGE = b'{"t":"say","cid":"abcdefghijklmnopqrstuv","text":"' + b"x" * 3_000 + b'"}'


def frame(kind: int, payload: bytes = b"") -> bytes:
    """Return the frame masked with zeros."""
    size = len(payload)
    head = bytes((kind, 0x80 | size)) if size < 126 else bytes((kind, 0x80 | 126, size >> 8, size & 255))
    return head + bytes(4) + payload


KINDS = {  # what is sent first, and what is sent repeatedly
    "pings": (b"", frame(0x89)),
    "pongs": (b"", frame(0x8A)),
    "empty fragments": (frame(0x01, b"x"), frame(0x00)),
    "tiny fragments": (frame(0x01, b"x"), frame(0x00, b"x")),
    "empty texts": (b"", frame(0x81)),
    "texts": (b"", frame(0x81, LARGE)),
    "binary": (b"", frame(0x82, b"x")),
    "close frames": (b"", frame(0x88, b"\x03\xe8")),
}
HANDSHAKE = "half a handshake"
ALL = (*KINDS, HANDSHAKE)


def flood(url: str, site: str, kind: str) -> None:
    """Run one connection: upgrade, then send everything, as fast as it is read."""
    parts = urlsplit(url)
    request = (
        f"GET /ws/visitor?site={site} HTTP/1.1\r\nHost: {parts.netloc}\r\nOrigin: {url}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: sestetto.v1\r\nX-Forwarded-For: 198.51.100.7\r\n"
    ).encode()
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=5) as wire:
        if kind == HANDSHAKE:
            wire.sendall(request + b"X-More: x\r\n" * (SIZE // 11))
            return
        wire.sendall(request + b"\r\n")
        wire.recv(4096)
        first, again = KINDS[kind]
        wire.sendall(frame(0x81, b'{"t":"hello"}') + first)
        wire.sendall(again * (SIZE // len(again)))


if __name__ == "__main__":
    while True:
        with contextlib.suppress(OSError):
            flood(*sys.argv[1:4])
        time.sleep(PAUSE)
