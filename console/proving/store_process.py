"""A separate Valkey or Redis server, started with the options that a test needs."""

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import redis

from console.proving.eventually import eventually
from console.proving.servers import dies_with, free_port
from console.queue.embedded import binary_path

STOP = 5.0  # s to end in order
SAFE = "--appendonly yes --appendfsync always --maxmemory-policy noeviction"  # what Sestetto requires


@asynccontextmanager
async def own_store(
    folder: Path, options: str = SAFE, *, port: int = 0, user: str = "", password: str = "", program: str = ""
) -> AsyncIterator[int]:
    """Run a server on `folder` inside the block; return its port once it answers. `program`: not the wheel's Valkey."""
    port = port or free_port()
    server = launch(folder, f"--port {port} --bind 127.0.0.1 --dir {folder} {options}", program)
    try:
        client = redis.Redis(port=port, username=user or None, password=password or None)
        await eventually(lambda: answers(client), "the store")
        client.close()
        yield port
    finally:
        server.terminate()
        try:
            server.wait(STOP)
        except subprocess.TimeoutExpired:  # a replica does not stop while it writes its first file
            server.kill()
            server.wait()


def launch(folder: Path, options: str, program: str = "") -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    config = folder / "own.conf"
    config.touch()  # a Sentinel needs one that it can write to
    words = [program or str(binary_path()), str(config), *options.split()]
    return subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, preexec_fn=dies_with(os.getpid())
    )


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
