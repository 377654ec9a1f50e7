"""Cookies: their names, and which devices have signed in to which accounts."""

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from console.security import SIGNED, digest, new_token

LOCKED = "__Host-"  # a browser takes such a name only over TLS, for one host and all its paths: no neighbour can set it
DEVICE = "sestetto_device"
DEVICE_LIFE = 90 * 24 * 3_600  # s since its last sign-in
ACCOUNTS = 8  # of one device, the last ones


def read_cookie(connection: HTTPConnection, name: str, *, secure: bool) -> str:
    return connection.cookies.get(f"{LOCKED}{name}" if secure else name, "")


def set_cookie(response: Response, name: str, value: str, *, secure: bool, life: int, path: str = "/") -> None:
    """Set a cookie for this server's pages only; with TLS, under a name that nobody else can set. `life` in seconds."""
    response.set_cookie(
        f"{LOCKED}{name}" if secure else name,
        value,
        max_age=life,
        path="/" if secure else path,
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def delete_cookie(response: Response, name: str, *, secure: bool, path: str = "/") -> None:
    response.delete_cookie(
        f"{LOCKED}{name}" if secure else name,
        path="/" if secure else path,
        secure=secure,
        httponly=True,
        samesite="lax",
    )


class DeviceTokens:
    """Signs the list that a browser keeps of accounts it has signed in to; it does not sign anybody in."""

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="sestetto.device", **SIGNED)

    def device(self, token: str, account: str) -> str:
        """Return the device's id if it recently signed in to this account; empty if not, or without our signature."""
        device, accounts = self._read(token)
        return device if _short(account) in accounts else ""

    def sign(self, token: str, account: str) -> str:
        """Return the token that the device keeps from now on, after a sign-in to the account."""
        device, accounts = self._read(token)
        others = [one for one in accounts if one != _short(account)]
        return str(self._signer.dumps([device or new_token()[:16], *others[1 - ACCOUNTS :], _short(account)]))

    def _read(self, token: str) -> tuple[str, list[str]]:
        try:
            device, *accounts = self._signer.loads(token, max_age=DEVICE_LIFE)
        except (BadSignature, ValueError, TypeError):
            return "", []
        return str(device), [str(one) for one in accounts]


def _short(account: str) -> str:
    """Shorten it to a digest, so that a device that changes hands reveals no address."""
    return digest(f"device {account}")[:16]
