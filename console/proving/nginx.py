"""nginx in front of several servers, without sticky sessions: a reduced form of `deploy/nginx.conf`."""

import asyncio
import contextlib
import os
import shutil
import signal
from pathlib import Path

from console.proving.servers import free_ports

PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
CONFIG = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
{user}
events {{ worker_connections 4096; }}
http {{
  access_log off;
  {temporary}
  upstream sestetto {{ {servers} }}
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://sestetto;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_connect_timeout 2s;
      proxy_read_timeout 75s;
      proxy_next_upstream error timeout http_502 http_503;
    }}
  }}
}}
"""


def missing() -> str:
    return "" if _program() else "nginx is not installed (apt-get install nginx-light)"


def _program() -> str:
    return shutil.which("nginx", path=PLACES) or ""


class Proxy:
    """A running nginx; `url` is the address for people."""

    def __init__(self, url: str, process: asyncio.subprocess.Process) -> None:
        self.url = url
        self._process = process

    def reload(self) -> None:
        """Replace its workers, as after a change of its configuration."""
        self._process.send_signal(signal.SIGHUP)

    async def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        await self._process.wait()


async def start(folder: Path, ports: list[int]) -> Proxy:
    (port,) = free_ports(1)
    text = CONFIG.format(
        folder=folder,
        user="user root;" if os.geteuid() == 0 else "",  # nobody else uses the folder
        temporary=" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in KINDS),
        servers=" ".join(f"server 127.0.0.1:{one} max_fails=1 fail_timeout=1s;" for one in ports),
        port=port,
    )
    (folder / "nginx.conf").write_text(text)
    words = [_program(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]
    return Proxy(f"http://127.0.0.1:{port}", await asyncio.create_subprocess_exec(*words))
