"""Locks what pyproject.toml names, with hashes: requirements/run.txt, dev.txt and build.txt.

`make lock` keeps every version that still fits; `make lock UPGRADE=1` takes the newest ones. The files name no
registry: pip's own configuration says where packages come from. uv resolves for all systems and Python versions at
once. It comes from a temporary environment, as nothing else needs it.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "requirements"
UV = "uv>=0.9,<1"
OLDEST = "3.11"  # the Python to resolve for, and all newer ones
EDITABLE = "editables"  # hatchling requires it when it installs a checkout
HEAD = "# Made by `make lock` from pyproject.toml; do not edit. Of these lists: "
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==([^ ;\\]+)(?: ; (.+?))? *\\?$", re.MULTILINE)


class Pin(NamedTuple):
    """A locked package, and the marker that says where it is needed."""

    name: str
    version: str
    marker: str


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def lists() -> dict[str, list[str]]:
    """Return the sources of each file."""
    known = project()
    extras = known["project"]["optional-dependencies"]
    own = f"{known['project']['name']}["  # the dev extra includes all others
    run = [*known["project"]["dependencies"], *(one for name in extras if name != "dev" for one in extras[name])]
    return {
        "run": run,
        "dev": [*run, *(one for one in extras["dev"] if not one.startswith(own))],
        "build": [*known["build-system"]["requires"], EDITABLE],
    }


def head(wanted: list[str]) -> str:
    """Return the first line of a file, which shows whether pyproject.toml has changed since."""
    return HEAD + hashlib.sha256(json.dumps(wanted).encode()).hexdigest()[:16]


def pins(name: str) -> list[Pin]:
    """Read a file."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="ascii")
    return [Pin(*found) for found in PIN.findall(text)]


def lock(*, upgrade: bool) -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        uv = _uv(Path(folder))
        for name, wanted in lists().items():
            also = ["-c", str(FOLDER / "run.txt")] if name == "dev" else []
            _compile(uv, FOLDER / f"{name}.txt", wanted, ["--upgrade"] if upgrade else [], also)


def _uv(folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, UV], check=True)
    return folder / "bin" / "uv"


def _compile(uv: Path, file: Path, wanted: list[str], *options: list[str]) -> None:
    given: list[str | Path] = [
        *("pip", "compile", "-", "--output-file", file, "--universal", "--python-version", OLDEST),
        *("--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet"),
        *(option for several in options for option in several),
    ]
    settings = {"UV_NATIVE_TLS": "true", **os.environ}
    subprocess.run([uv, *given], input="\n".join(wanted), text=True, check=True, cwd=ROOT, env=settings)
    file.write_text(f"{head(wanted)}\n{file.read_text(encoding='ascii')}", encoding="ascii")


if __name__ == "__main__":
    lock(upgrade="--upgrade" in sys.argv[1:])
