"""Certificates for tests of TLS: our own authority, and a server certificate it has issued."""

import subprocess
from pathlib import Path

KEY, DAYS = ("-nodes", "-newkey", "rsa:2048"), ("-days", "2")


def make_authority(folder: Path, name: str = "ca") -> Path:
    """Return the authority's certificate; its key is beside it."""
    made = folder / f"{name}.crt"
    _openssl("req", "-x509", *DAYS, *KEY, "-subj", f"/CN={name}", "-keyout", made.with_suffix(".key"), "-out", made)
    return made


def make_certificate(folder: Path, host: str, authority: Path) -> tuple[Path, Path]:
    """Return certificate and key for a host, signed by the authority."""
    request, key, made = folder / f"{host}.csr", folder / f"{host}.key", folder / f"{host}.crt"
    named = ("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}")
    _openssl("req", *KEY, *named, "-keyout", key, "-out", request)
    signed_by = ("-CA", authority, "-CAkey", authority.with_suffix(".key"), "-CAcreateserial")
    _openssl("x509", "-req", "-in", request, *DAYS, *signed_by, "-copy_extensions", "copy", "-out", made)
    key.chmod(0o600)
    return made, key


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
