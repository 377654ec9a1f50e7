"""URLs of the files under `static/`, so that a browser fetches each file once per build.

Each URL contains the build (`/static/<build>/page.js`), which changes with every release and every change of a script
or style. Modules import each other by relative URLs, so imports stay within one build.
"""

import hashlib
import os
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from markupsafe import Markup

STATIC = Path(__file__).parent.parent / "static"
IMPORT = re.compile(r'^(?:import|export)\b[^;]*?"(\.[^"]+)";', re.MULTILINE)
SCRIPT = Markup('<script type="module" src="{}"></script>')
PRELOAD = Markup('<link rel="modulepreload" href="{}">')

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


def scripts(*entries: str) -> Markup:
    """Return the script tags of a page, with a preload tag for every module they import."""
    imported = dict.fromkeys(name for entry in entries for name in modules(entry) if name not in entries)
    # Without the preload tags a browser would find imports one level at a time: one wave of requests for each level.
    lines = [PRELOAD.format(static(name)) for name in imported] + [SCRIPT.format(static(name)) for name in entries]
    return Markup("\n").join(lines)


@cache
def modules(entry: str) -> tuple[str, ...]:
    """Return the module and everything it imports, directly or indirectly."""
    found = [entry]
    for name in found:  # `found` grows while the loop walks it
        found += [one for one in _imports(name) if one not in found]
    return tuple(found)


def is_of_this_build(name: str) -> bool:
    """Whether the file is unchanged since this process started; an upgrade may have replaced it since."""
    try:
        return _files().get(name) == _state(STATIC / name)
    except OSError:
        return False


def _imports(name: str) -> list[str]:
    folder = PurePosixPath("/", name).parent
    addresses = IMPORT.findall((STATIC / name).read_text(encoding="utf-8"))
    return list(dict.fromkeys(os.path.normpath(folder / address).lstrip("/") for address in addresses))


@cache
def _files() -> dict[str, State]:
    return {path.relative_to(STATIC).as_posix(): _state(path) for path in STATIC.rglob("*") if path.is_file()}


def _state(path: Path) -> State:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size
