"""The built wheel in an empty environment, started in an empty folder, without any help from the checkout."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.support.eventually import eventually
from tests.support.server_process import free_port

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
PIP = ("-m", "pip", "-qq", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = ("wheel", "--no-deps", "--no-build-isolation", "-w", folder, REPOSITORY)  # as `make wheel` does
    subprocess.run([sys.executable, *PIP, *built], check=True)
    return next(folder.glob("sestetto-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the new environment's programs."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home)
    subprocess.run([sys.executable, *PIP, "--python", home, "install", "--no-compile", wheel], check=True)
    return home / "bin"


@pytest.fixture
def demo(installed: Path, tmp_path: Path) -> Iterator[str]:
    """`sestetto demo` in an empty folder; its address. Ctrl-C must end it well."""
    port = free_port()
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("SESTETTO_", "PYTHON"))}
    with (tmp_path / "out").open("wb") as out:
        process = subprocess.Popen(
            [installed / "sestetto", "demo", "--crowd", "0"],
            cwd=tmp_path,
            env=plain | {"SESTETTO_PORT": str(port), "COLUMNS": "300"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0, (tmp_path / "out").read_text()
    finally:
        process.kill()
        process.wait()


def fetched(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as reply:
        return str(reply.read().decode(errors="replace"))


def answers(url: str) -> bool:
    try:
        return bool(fetched(url))
    except OSError:
        return False


def test_templates_scripts_functions_and_the_widget_are_inside(wheel: Path) -> None:
    inside = zipfile.ZipFile(wheel).namelist()
    for pattern in (
        r"console/queue/functions/\w+\.lua",
        r"console/templates/\w+\.html",
        r"console/static/.+\.css",
        r"console/static/.+\.js",
        r"console/locale/it/\w+\.po",
        r"console/archive/migrations/versions/\w+\.py",
        r"console/widget/\w+\.js",
        r"console/py\.typed",
        r"sestetto-.+\.dist-info/licenses/LICENSE",
    ):
        assert any(re.fullmatch(pattern, name) for name in inside), pattern
    assert not any(name.startswith("tests/") or "__pycache__" in name for name in inside)


async def test_the_demo_runs_from_the_wheel_in_an_empty_folder(demo: str, tmp_path: Path) -> None:
    await eventually(lambda: answers(f"{demo}/"), f"the demo: {(tmp_path / 'out').read_text()}", within=40)
    shop = fetched(f"{demo}/")
    assert "/widget.js" in shop
    assert "attachShadow" in fetched(f"{demo}/widget.js")
    assert "password" in fetched(f"{demo}/console")  # nobody is signed in: the sign-in form
    ana = re.search(r"Ana.*?(http\S+)", (tmp_path / "out").read_text())
    assert ana
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    assert browser.open(ana[1], timeout=5).status == 200
    for part in re.findall(r'(?:href|src)="(/(?:static|widget)[^"]+)"', shop + fetched(f"{demo}/sign-in")):
        assert answers(demo + part), part
    assert (tmp_path / "data" / "store" / "appendonlydir").is_dir()
