"""The files under `static/`: what they are called in a page, so that a browser fetches each once a build.

Their address has the build in it (`/static/<build>/page.js`), which changes with every release and every change of a
script or style. Modules import each other by relative addresses, so all of them are below the same build.
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
    """Changes with every release and every change of a script or style."""
    digest = hashlib.sha256(version("sestetto").encode())
    for name in sorted(_files()):
        digest.update(name.encode() + b"\0" + (STATIC / name).read_bytes())
    return digest.hexdigest()[:12]


def static(name: str) -> str:
    """The address of a file in this build. KeyError: there is none of that name."""
    _files()[name]
    return f"/static/{build()}/{name}"


def scripts(*entries: str) -> Markup:
    """The modules of a page; all they import is named too, so that the browser fetches it in one wave."""
    imported = dict.fromkeys(name for entry in entries for name in modules(entry) if name not in entries)
    lines = [PRELOAD.format(static(name)) for name in imported] + [SCRIPT.format(static(name)) for name in entries]
    return Markup("\n").join(lines)


@cache
def modules(entry: str) -> tuple[str, ...]:
    """The module and all that it imports, directly or not."""
    found = [entry]
    for name in found:  # grows while it is walked
        found += [one for one in _imports(name) if one not in found]
    return tuple(found)


def is_of_this_build(name: str) -> bool:
    """Whether the file is still the one this process was started with: an upgrade may have replaced it since."""
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
