"""A small disk for the store alone: a file system in memory, if this user may mount one."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILLER = "filler"
BLOCK = 64 * 1024  # bytes


def missing() -> str:
    """Return why it cannot be mounted here; empty if it can."""
    if sys.platform != "linux" or os.geteuid() or not shutil.which("mount"):
        return "a small disk can only be mounted by root on Linux"
    with tempfile.TemporaryDirectory(prefix="sestetto-disk-") as folder:
        try:
            with mounted(Path(folder), 1):
                return ""
        except (subprocess.CalledProcessError, OSError):
            return "this machine lets nobody mount a disk, as in many containers"


@contextmanager
def mounted(folder: Path, size: int) -> Iterator[None]:
    """Make `folder` a disk of `size` MiB inside the block."""
    folder.mkdir(mode=0o700, exist_ok=True)
    options = f"size={size}m,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "sestetto", str(folder)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)


def fill(folder: Path) -> None:
    """Use up all free space."""
    block = bytes(BLOCK)
    with contextlib.suppress(OSError), (folder / FILLER).open("wb", buffering=0) as file:
        while file.write(block):
            pass


def empty(folder: Path) -> None:
    """Free the space again."""
    (folder / FILLER).unlink(missing_ok=True)
