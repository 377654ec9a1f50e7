"""An OpenID provider that sends whatever a test wants: it can be malicious, confused, slow or down."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

Key = ECKey | RSAKey | OctKey


class ForgedProvider:
    """`claims` are those of the next ID token, `answers` replace a path's response, `bodies` are sent unchanged,
    `asked` counts requests.
    """

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.keys: list[Key] = [ECKey.generate_key("P-256", {"kid": "k1"})]
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "ES256", "kid": "k1"}
        self.signs_with: Key | None = None
        self.id_token = ""
        self.user_info: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.answers: dict[str, tuple[int, dict[str, Any]]] = {}
        self.bodies: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()
        self.pause = 0.0  # seconds before each answer

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        self.asked[path] += 1
        time.sleep(self.pause)
        if path in self.answers:
            return self.answers[path]
        if path.endswith("/openid-configuration"):
            return 200, {**self._metadata(), **self.metadata}
        if path == "/jwks":
            return 200, dict(KeySet(self.keys).as_dict(private=False))
        if path == "/token":
            return 200, {"id_token": self.id_token or self.token(), "access_token": "a", "token_type": "Bearer"}
        return (200, {"sub": "s1", **self.user_info}) if path == "/me" else (404, {})

    def _metadata(self) -> dict[str, Any]:
        names = {
            "authorization_endpoint": "auth",
            "token_endpoint": "token",
            "jwks_uri": "jwks",
            "userinfo_endpoint": "me",
        }
        return {"issuer": self.issuer, **{name: f"{self.issuer}/{path}" for name, path in names.items()}}

    def token(self, **other: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "sestetto",
            "sub": "s1",
            "iat": now,
            "exp": now + 300,
            **self.claims,
            **other,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.signs_with or self.keys[0]
        return jwt.encode(self.header, claims, key, algorithms=["ES256", "RS256", "HS256"])


@contextmanager
def forged_provider() -> Iterator[ForgedProvider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            status, said = provider.answer(self.path)
            body = provider.bodies.get(self.path) or json.dumps(said).encode()
            self.send_response(status)
            for name, value in (("content-type", "application/json"), ("content-length", str(len(body)))):
                self.send_header(name, value)
            if 300 <= status < 400:
                self.send_header("location", said["location"])
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = ForgedProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
