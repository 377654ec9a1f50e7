"""The example bot of `clients/python`, from its built wheel, in its own process: Vera chats with it."""

import asyncio
import os
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from console.queue.embedded import EmbeddedStore
from tests.faults.installation import installed
from tests.stories.test_a_bot_that_answers_first import Shop, at_the_shop
from tests.support.eventually import eventually

pytestmark = pytest.mark.slow  # it builds a wheel

CLIENT = Path(__file__).parents[2] / "clients" / "python"

EXAMPLE = CLIENT / "examples" / "bot.py"
HOURS = "We are open from 9 to 18, Monday to Saturday."


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The client as its wheel has it, and nothing else of this checkout."""
    folder = tmp_path / "client"
    pip = (sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check")
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, CLIENT], check=True)
    with zipfile.ZipFile(next(folder.glob("sestetto_client-*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


class Line:
    """The network between the bot and the server, which `cuts` all connections."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._writers: set[asyncio.StreamWriter] = set()
        self.came = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._join, "127.0.0.1")
        yield server.sockets[0].getsockname()[1]
        server.close()
        self.cut()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        self._writers |= {writer, back}
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()


@asynccontextmanager
async def example_bot(shop: Shop, package: Path, url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {**os.environ, "PYTHONPATH": str(package), "SESTETTO_URL": url, "SESTETTO_TOKEN": shop.bearer}
    process = await asyncio.create_subprocess_exec(sys.executable, "-P", EXAMPLE, env=environment, cwd=package)
    bots = shop.inside.services.picture.bots
    try:
        await eventually(lambda: shop.bot in bots, "the bot to connect", within=20)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_the_example_answers_hands_over_survives_a_cut_and_ends_with_its_token(
    tmp_path: Path, store: EmbeddedStore, workspace_name: str, package: Path
) -> None:
    async with installed(tmp_path, store.url, workspace_name) as inside, at_the_shop(inside) as shop:
        line = Line(int(inside.url.rpartition(":")[2]))
        async with line.open() as port, example_bot(shop, package, f"http://127.0.0.1:{port}") as process:
            ana, vera = await shop.ana(), await shop.vera()
            await vera.opens("What are your opening hours?")
            await vera.reads(HOURS)
            await vera.hears("stream")

            line.cut()
            await vera.says("And how long is shipping?")
            await vera.reads("Shipping takes two days and is free from 50 €.")
            assert line.came == 2
            assert len([text for text in vera.texts() if text.startswith("Shipping")]) == 1

            await vera.says("My parcel is broken")
            held = await ana.gets(vera.chat)
            assert held["draft"] == "Hello! I am looking into that for you."
            handed = await ana.is_told("transferred")
            assert (handed["note"], handed["why"]) == ("The visitor asks: My parcel is broken", "handed")

            await shop.revoke()
            assert await asyncio.wait_for(process.wait(), 20) == 1
