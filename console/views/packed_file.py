"""A file made in memory, sent plain or gzipped."""

import gzip
import hashlib
from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response


class PackedFile(msgspec.Struct, frozen=True):
    """A file ready to send: plain and gzipped bytes, with their ETag."""

    plain: bytes
    packed: bytes
    tag: str
    media: str


def packed(plain: bytes, media: str) -> PackedFile:
    return PackedFile(plain, gzip.compress(plain, 9, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:16]}"', media)


def send_file(request: Request, file: PackedFile, headers: Mapping[str, str]) -> Response:
    """Send a file, gzipped if the browser accepts it; 304 if the browser has it."""
    headers = {**headers, "etag": file.tag, "vary": "accept-encoding"}
    if file.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, media_type=file.media, headers=headers | {"content-encoding": "gzip"})
    return Response(file.plain, media_type=file.media, headers=headers)
