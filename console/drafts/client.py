"""One HTTP request to the model. The response is not trusted: nothing in it is followed, decompressed or stored."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import NamedTuple

import h11

from console.domain.model_url import ModelAddress, is_own_network
from console.drafts.failure import NoDraft, Reason

MOST_HEADERS = 16 * 1024  # bytes
MOST_BODY = 2 * 1024 * 1024  # bytes: a reasoning model sends some hundred for each word
CHUNK = 16 * 1024
LONGEST_WAIT = 600.0  # seconds that the endpoint may ask us to pause

BY_STATUS: dict[int, Reason] = {401: "refused", 403: "refused", 404: "unknown", 429: "limited"}


class Patience(NamedTuple):
    """Seconds to wait: for a connection, for the next piece of the answer, and for the whole of it."""

    connect: float = 3.0
    silence: float = 10.0
    total: float = 20.0


PATIENCE = Patience()


class Response:
    """The endpoint's answer, after its headers have been checked."""

    def __init__(self, exchange: "_Exchange", kind: str) -> None:
        self.streamed = kind == "text/event-stream"
        self._exchange = exchange

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body. Raises NoDraft if it is too long or breaks off."""
        length = 0
        while isinstance(event := await self._exchange.event(), h11.Data):
            length += len(event.data)
            if length > MOST_BODY:
                raise NoDraft("too_long")
            yield bytes(event.data)


class _Exchange:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, silence: float) -> None:
        self._reader, self._writer = reader, writer
        self._silence = silence
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEADERS)

    def send(self, address: ModelAddress, key: str, body: bytes) -> None:
        headers = [
            ("Host", address.authority),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Accept", "text/event-stream, application/json"),
            ("Accept-Encoding", "identity"),
            ("User-Agent", "Sestetto"),
            ("Connection", "close"),
        ]
        if key:
            headers.append(("Authorization", f"Bearer {key}"))
        for event in (
            h11.Request(method="POST", target=address.target, headers=headers),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self._writer.write(self._http.send(event) or b"")

    async def event(self) -> h11.Event:
        while True:
            found = self._http.next_event()
            if found is h11.NEED_DATA:
                async with asyncio.timeout(self._silence):
                    self._http.receive_data(await self._reader.read(CHUNK))
            elif isinstance(found, h11.Event) and not isinstance(found, h11.InformationalResponse):
                return found
            elif not isinstance(found, h11.InformationalResponse):
                raise NoDraft("cut_off")

    async def response(self) -> Response:
        """Return the answer. Raises NoDraft if it is not what was requested."""
        head = await self.event()
        if not isinstance(head, h11.Response):
            raise NoDraft("unreadable")
        headers = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
        status = head.status_code
        if 300 <= status < 400:
            raise NoDraft("redirected", status=status)
        if status != 200:
            raise NoDraft(BY_STATUS.get(status, "failed"), status=status, retry_after=_seconds(headers))
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        packed = headers.get("content-encoding", "identity").strip().lower() != "identity"
        if packed or kind not in ("text/event-stream", "application/json"):
            raise NoDraft("not_an_api", status=status)
        return Response(self, kind)


class ModelClient:
    """Makes requests to one address."""

    def __init__(self, address: ModelAddress, key: str, patience: Patience) -> None:
        self.address = address
        self.patience = patience
        self._key = key
        self._tls = ssl.create_default_context() if address.tls else None
        # Our own threads: a name server that hangs must not occupy the threads that everything else uses.
        self._resolver = ThreadPoolExecutor(2, "model-name")

    @asynccontextmanager
    async def post(self, body: bytes) -> AsyncIterator[Response]:
        """Send the body and yield the answer. Raises NoDraft for any failure, including while the answer is read."""
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(self.patience.total):
                reader, writer = await self._connect()
                exchange = _Exchange(reader, writer, self.patience.silence)
                exchange.send(self.address, self._key, body)
                await writer.drain()
                yield await exchange.response()
        except TimeoutError:
            raise NoDraft("slow") from None
        except h11.RemoteProtocolError as problem:
            gone = "closed connection" in str(problem) or "ConnectionClosed" in str(problem)
            raise NoDraft("cut_off" if gone else "unreadable") from None
        except OSError:
            raise NoDraft("cut_off" if writer else "unreachable") from None
        finally:
            if writer is not None:
                writer.transport.abort()

    def close(self) -> None:
        self._resolver.shutdown(wait=False, cancel_futures=True)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(self.patience.connect):
                for host in await self.addresses():
                    try:
                        return await self._open(host)
                    except OSError:
                        continue
        except TimeoutError:
            pass
        raise NoDraft("unreachable")

    async def _open(self, host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name = self.address.host if self._tls else None
        return await asyncio.open_connection(host, self.address.port, ssl=self._tls, server_hostname=name)

    async def addresses(self) -> list[str]:
        """Return the host's addresses; without TLS only private ones, whatever its name resolves to."""
        host, port = self.address.host, self.address.port
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._resolver, look_up)
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        return [one for one in addresses if self._tls or is_own_network(one)]


def _seconds(headers: dict[str, str]) -> float:
    """Return how long the endpoint asks us to wait; 0 if it does not say so in seconds."""
    text = headers.get("retry-after", "")
    return min(float(text), LONGEST_WAIT) if text.isdecimal() and text.isascii() else 0.0
