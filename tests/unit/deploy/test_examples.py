"""What an operator copies: every setting in it exists and is valid, every file it names is there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.config import TABLE, read_settings
from console.pages import monitoring
from console.queue.embedded import CONFIG
from tests.support.debian import program

TOP = Path(__file__).parents[3]
EXAMPLES = TOP / "deploy"
KNOWN = {f"SESTETTO_{row.name.upper()}" for row in TABLE}


def compose() -> Any:
    return yaml.safe_load((EXAMPLES / "compose.yaml").read_text(encoding="utf-8"))


def assignments(text: str) -> dict[str, str]:
    """`NAME=value` of each line, also of those that are commented out."""
    return dict(re.findall(r"^(?:# )?(SESTETTO_\w+)=(.*)$", text, re.MULTILINE))


@pytest.mark.parametrize("file", sorted(EXAMPLES.iterdir()), ids=lambda file: str(file.name))
def test_every_setting_an_example_names_exists(file: Path) -> None:
    names = set(re.findall(r"SESTETTO_[A-Z_]+", file.read_text(encoding="utf-8")))
    assert {name.removesuffix("_FILE") for name in names} <= KNOWN


def test_every_example_is_named_in_the_docs() -> None:
    told = (TOP / "docs/operations.md").read_text(encoding="utf-8")
    shown = {file.name for file in EXAMPLES.iterdir() if not file.name.startswith(".")}
    assert {name for name in shown if f"deploy/{name}" not in told} == set()


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_both_proxies_keep_monitoring_from_the_public(name: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    paths = {route.path for route in (*monitoring.routes, *monitoring.metrics_routes)}
    if name == "nginx.conf":
        kept = {f"/{word}" for word in re.findall(r"location ~ \^/\((.*)\)\$ \{\s+allow", text)[0].split("|")}
    else:
        kept = set(re.findall(r"@monitoring \{\s+path (.*)", text)[0].split())
    assert kept == paths
    assert paths >= {"/livez", "/readyz", "/metrics"}


def test_the_environment_file_is_valid_as_it_is() -> None:
    text = (EXAMPLES / "sestetto.env").read_text(encoding="utf-8")
    active = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert read_settings(assignments(active)).origin == "https://chat.example.com"
    assert "SESTETTO_PORT" in assignments(text)
    # systemd lets the file win over what the unit says, so the file must not say it again.
    unit = (EXAMPLES / "sestetto@.service").read_text(encoding="utf-8")
    assert not set(assignments(active)) & set(re.findall(r"^Environment=(\w+)=", unit, re.MULTILINE))


@pytest.mark.parametrize("process", ["one", "two"])
def test_the_composed_processes_are_set_up_alike_and_validly(process: str, tmp_path: Path) -> None:
    service = compose()["services"][process]
    given = {name: value.replace("${SITE:?set it to the public host name}", "x.example") for name, value in
             service["environment"].items()}  # fmt: skip
    for name, source in list(given.items()):
        if name.endswith("_FILE"):
            secret = source.removeprefix("/run/secrets/")
            assert secret in service["secrets"]
            file = tmp_path / secret
            file.write_text({"database-url": "postgresql://sestetto:pw@postgresql/sestetto"}.get(secret, "s" * 64))
            given[name] = str(file)
    settings = read_settings(given)
    assert settings.origin == "https://x.example"
    assert settings.trusted_proxies == compose()["services"]["caddy"]["networks"]["default"]["ipv4_address"]
    assert service == compose()["services"]["one"]


def test_the_composition_names_only_what_it_has() -> None:
    whole = compose()
    for service in whole["services"].values():
        assert set(service.get("secrets", ())) <= set(whole["secrets"])
        assert set(service.get("depends_on", ())) <= set(whole["services"])
        volumes = [volume.partition(":")[0] for volume in service.get("volumes", ())]
        assert all(
            (EXAMPLES / name).exists() if name.startswith("./") else name in whole["volumes"] for name in volumes
        )
    build = whole["services"]["one"]["build"]
    assert (EXAMPLES / build["context"] / build["dockerfile"]).is_file()
    ignored = (EXAMPLES / ".gitignore").read_text(encoding="utf-8").split()
    assert {f"/{secret['file'].removeprefix('./')}" for secret in whole["secrets"].values()} == set(ignored)


def test_the_composed_store_is_as_the_embedded_one() -> None:
    words = compose()["services"]["valkey"]["command"][1:]
    ours = {name.removeprefix("--"): value for name, value in zip(words[::2], words[1::2], strict=True)}
    embedded = dict(line.partition(" ")[::2] for line in CONFIG.splitlines())
    assert ours == {name: embedded[name].strip('"') for name in ours}
    assert {"appendonly", "appendfsync", "maxmemory-policy"} <= set(ours)


def test_the_container_copies_what_the_wheel_is_built_from() -> None:
    text = (EXAMPLES / "Containerfile").read_text(encoding="utf-8")
    copied = {word for line in re.findall(r"^COPY (?!--)(.*) \S+$", text, re.MULTILINE) for word in line.split()}
    assert {"pyproject.toml", "README.md", "LICENSE", "requirements", "console", "widget"} == copied
    assert all((TOP / name).exists() for name in copied)


@pytest.mark.parametrize(
    ("name", "command"), [("sestetto@", "serve"), ("sestetto-work@", "work"), ("sestetto", "serve --workers 2")]
)
def test_systemd_takes_the_unit_without_a_word(name: str, command: str, tmp_path: Path) -> None:
    text = (EXAMPLES / f"{name}.service").read_text(encoding="utf-8")
    assert f"/opt/sestetto/bin/sestetto {command}\n" in text
    unit = tmp_path / f"{name}.service"
    unit.write_text(text.replace("/opt/sestetto/bin/sestetto", sys.executable))
    started = shutil.copy(unit, tmp_path / f"{name}8001.service")
    analyze = program("systemd-analyze", "systemd")
    done = subprocess.run([analyze, "verify", str(started)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
