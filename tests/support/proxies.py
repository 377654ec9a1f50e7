"""The proxies of `deploy/`, run for real in front of some processes; only names, addresses and certificate differ."""

import ctypes
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.debian import program
from tests.support.server_process import free_port

EXAMPLES = Path(__file__).parents[2] / "deploy"
PR_SET_PDEATHSIG = 1


class Certificate(NamedTuple):
    chain: Path
    key: Path


class Proxy(NamedTuple):
    """`url` is `https://127.0.0.1:PORT`; `log` is the proxy's own output."""

    url: str
    log: Path


def certificate(folder: Path) -> Certificate:
    """Return a self-signed certificate for 127.0.0.1."""
    made = Certificate(folder / "fullchain.pem", folder / "privkey.pem")
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-days", "2", "-subj", "/CN=test"]
    words += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(made.chain), "-keyout", str(made.key)]
    subprocess.run([program("openssl"), *words], check=True, capture_output=True)
    return made


@contextmanager
def nginx(
    folder: Path, ports: list[int], ours: Certificate, *, behind_another: bool = False, each: int = 200
) -> Iterator[Proxy]:
    """`deploy/nginx.conf`, included as Debian includes it.

    Behind another proxy, the PROXY protocol says where a connection comes from, and is accepted from anywhere. `each`
    is how many connections an address may have.
    """
    plain, secure = free_port(), free_port()
    told = " proxy_protocol; set_real_ip_from 127.0.0.1; real_ip_header proxy_protocol" if behind_another else ""
    changes = {
        r"listen \[::\].*;": "",
        r"limit_conn sestetto_address 200;": f"limit_conn sestetto_address {each};",
        r"listen 80;": f"listen 127.0.0.1:{plain};",
        r"listen 443 ssl;": f"listen 127.0.0.1:{secure} ssl{told};",
        r"127\.0\.0\.1:8001": f"127.0.0.1:{ports[0]}",
        r"127\.0\.0\.1:8002": f"127.0.0.1:{ports[1]}",
        r"/etc/ssl/sestetto/fullchain\.pem": str(ours.chain),
        r"/etc/ssl/sestetto/privkey\.pem": str(ours.key),
    }
    (folder / "sestetto.conf").write_text(_changed(EXAMPLES / "nginx.conf", changes))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    main = f"daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/proxy.log info;\n"
    main += "user root;\n" if os.geteuid() == 0 else ""  # nobody else uses the tests' folder
    main += f"events {{}}\nhttp {{ access_log off; {temporary} include {folder}/sestetto.conf; }}\n"
    (folder / "nginx.conf").write_text(main)
    command = [program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "proxy.log")]
    with _running(command, folder / "proxy.log"):
        yield Proxy(f"https://127.0.0.1:{secure}", folder / "proxy.log")


@contextmanager
def caddy(folder: Path, ports: list[int], ours: Certificate) -> Iterator[Proxy]:
    """`deploy/Caddyfile` with its variables, and a certificate that exists already."""
    secure = free_port()
    site = {r"\t@monitoring \{": f"\ttls {ours.chain} {ours.key}\n\t@monitoring {{"}
    here = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"
    (folder / "Caddyfile").write_text(here + _changed(EXAMPLES / "Caddyfile", site))
    command = [program("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    where = {"SITE": f"https://127.0.0.1:{secure}", "PROCESSES": " ".join(f"127.0.0.1:{port}" for port in ports)}
    with _running(command, folder / "proxy.log", HOME=str(folder), **where):
        yield Proxy(f"https://127.0.0.1:{secure}", folder / "proxy.log")


def _changed(example: Path, changes: dict[str, str]) -> str:
    text = example.read_text(encoding="utf-8")
    for old, new in changes.items():
        text, count = re.subn(old, new, text)
        assert count, f"{example.name} has no {old}"
    return text


@contextmanager
def _running(command: list[str], log: Path, **environment: str) -> Iterator[None]:
    with log.open("ab") as says:
        process = subprocess.Popen(
            command, stdout=says, stderr=says, env=os.environ | environment, preexec_fn=_die_with_us
        )
    try:
        yield
        assert process.poll() is None, log.read_text(errors="replace")
    finally:
        process.terminate()
        process.wait()


def _die_with_us() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
