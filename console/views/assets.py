"""URLs of the files under `static/`, so that a browser fetches each file once per build.

Each URL contains the build (`/static/<build>/page.js`), which changes with every release and every change of a script
or style.
"""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"

State = tuple[int, int]  # when a file was last written (ns), and its size


@cache
def build() -> str:
    """Return 12 hex digits that change with every release and every change of a script or style."""
    digest = hashlib.sha256(version("sestetto").encode())
    for name in sorted(_files()):
        digest.update(name.encode() + b"\0" + (STATIC / name).read_bytes())
    return digest.hexdigest()[:12]


def static(name: str) -> str:
    """Return the URL of a file in this build. Raises KeyError if the file does not exist."""
    _files()[name]
    return f"/static/{build()}/{name}"


def is_of_this_build(name: str) -> bool:
    """Whether the file is unchanged since this process started. An upgrade may have replaced it."""
    try:
        return _files().get(name) == _state(STATIC / name)
    except OSError:
        return False


@cache
def _files() -> dict[str, State]:
    return {path.relative_to(STATIC).as_posix(): _state(path) for path in STATIC.rglob("*") if path.is_file()}


def _state(path: Path) -> State:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size
