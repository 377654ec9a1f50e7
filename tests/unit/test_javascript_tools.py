"""The checkers of JavaScript, CSS and Lua: they set themselves up once, and they find errors."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
FILES = (".npmrc", "package.json", "package-lock.json", "tsconfig.json", "biome.jsonc")
INSTALLING = "Installing what checks JavaScript"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The tools and one small script, in an environment that has node but none of its packages."""
    for name in FILES:
        shutil.copy(REPOSITORY / name, tmp_path)
    for name in ("tools", "docs"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("images"))
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    script = tmp_path / "console" / "static" / "page.js"
    script.parent.mkdir(parents=True)
    script.write_text("/** @param {string} text */\nexport const shout = (text) => `${text.toUpperCase()}!`;\n")
    return tmp_path


def run(checkout: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["tools/javascript", *command], cwd=checkout, capture_output=True, text=True, check=False, timeout=200
    )


@pytest.fixture
def equipped(checkout: Path) -> Path:
    """With the packages of this checkout, which has the same lock file: nothing is fetched."""
    assert run(REPOSITORY, "node", "--version").returncode == 0
    (checkout / "node_modules").symlink_to(REPOSITORY / "node_modules")
    lists = b"".join((checkout / name).read_bytes() for name in ("package.json", "package-lock.json", ".npmrc"))
    sums = subprocess.run(["cksum"], input=lists, capture_output=True, check=True).stdout.decode()
    assert (REPOSITORY / "node_modules" / ".installed").read_text() == f"{REPOSITORY} {sums}"
    return checkout


def checked(checkout: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A checker of this checkout's, over the files of the other one."""
    return run(REPOSITORY, "sh", "-c", 'cd "$1"; shift; exec "$@"', "sh", str(checkout), *command)


def test_they_are_installed_once_for_each_lock_file(checkout: Path) -> None:
    first = run(checkout, "tsc", "--version")
    assert INSTALLING in first.stderr
    assert first.stdout.startswith("Version ")
    second = run(checkout, "biome", "--version")
    assert second.stderr == ""
    with (checkout / ".npmrc").open("a") as settings:
        settings.write("# another\n")
    assert INSTALLING in run(checkout, "tsc", "--version").stderr


def test_an_environment_without_node_is_mended_by_one_line(checkout: Path) -> None:
    (checkout / ".venv").unlink()
    done = run(checkout, "tsc")
    assert done.returncode != 0
    assert "Mend it with: make dev" in done.stderr


def test_the_lock_file_names_packages_and_hashes_but_no_registry() -> None:
    lock = (REPOSITORY / "package-lock.json").read_text()
    assert lock.count('"integrity": "sha512-') > 10
    assert '"resolved"' not in lock
    assert re.findall(r'"(?:registry|tarball)', lock) == []


def test_a_script_with_a_wrong_type_fails(equipped: Path) -> None:
    assert checked(equipped, "tsc").returncode == 0
    (equipped / "console" / "static" / "wrong.js").write_text('import { shout } from "./page.js";\n\nshout(6);\n')
    done = checked(equipped, "tsc", "--pretty", "false")
    assert done.returncode != 0
    assert "wrong.js(3,7): error TS2345" in done.stdout


def test_a_script_with_an_unused_import_or_another_format_fails(equipped: Path) -> None:
    check = ("biome", "check", "--error-on-warnings", "console")
    assert checked(equipped, *check).returncode == 0
    idle = equipped / "console" / "static" / "idle.js"
    idle.write_text('import { shout } from "./page.js";\n')
    assert "noUnusedImports" in checked(equipped, *check).stderr
    idle.write_text("export const six='six'\n")
    assert checked(equipped, *check).returncode != 0


def test_lua_is_formatted_until_nothing_changes(equipped: Path) -> None:
    source = equipped / "console" / "six.lua"
    source.write_text('local function six(a) if a then return "six" end end\nput(c, { place = 1,\n  queue = 2 })\n')
    formatter = ("node", "tools/format_lua.mjs")
    assert checked(equipped, *formatter, "--check").stdout == "console/six.lua is not formatted\n"
    assert checked(equipped, *formatter).stdout == "Formatted console/six.lua\n"
    assert "return 'six'" in source.read_text()
    done = checked(equipped, *formatter, "--check")
    assert (done.returncode, done.stdout) == (0, "")
