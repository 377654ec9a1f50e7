"""An S3-compatible service on 127.0.0.1 (moto, in its own process) with one bucket, and the network to it."""

import re
import subprocess
import sys
from typing import Self

import httpx

from console.proving.network import BadNetwork
from tests.support.eventually import eventually
from tests.support.server_process import free_port

SCRIPT = "import sys; from moto.server import main; main(sys.argv[1:])"


class Bucket:
    """`settings` point a server to it; `network.cut()` takes it down for a while."""

    def __init__(self, name: str = "sestetto") -> None:
        port = free_port()
        self.network = BadNetwork(port)
        self._bucket = f"http://127.0.0.1:{port}/{name}"
        self._name = name
        words = [sys.executable, "-c", SCRIPT, "-H", "127.0.0.1", "-p", str(port)]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    async def __aenter__(self) -> Self:
        await self.network.__aenter__()
        await eventually(self._is_made, "the bucket's service", within=30)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.network.__aexit__()
        self._process.kill()
        self._process.wait()

    async def _is_made(self) -> bool:
        try:
            async with httpx.AsyncClient() as http:
                return (await http.put(self._bucket)).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def settings(self) -> dict[str, str]:
        return {
            "files": f"s3://{self._name}/shop",
            "files_endpoint": self.network.url,
            "files_region": "us-east-1",
            "files_key": "AKIASESTETTO",
            "files_secret": "a-secret-of-the-bucket",
        }

    async def keys(self) -> list[str]:
        """Return the keys of stored files."""
        async with httpx.AsyncClient() as http:
            return re.findall(r"<Key>([^<]+)</Key>", (await http.get(self._bucket, params={"list-type": "2"})).text)
