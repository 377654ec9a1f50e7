"""Other windows may post messages to ours: none of our scripts listens to them."""

import re
from pathlib import Path

import pytest

from console.views.assets import STATIC

FOLDERS = (STATIC, STATIC.parents[1] / "widget")
SCRIPTS = sorted(one for folder in FOLDERS for one in folder.rglob("*.js") if "vendor" not in one.parts)
LISTENS = re.compile(r"[\w.#]*\baddEventListener\(\s*[\"'`]message\b|[\w.#]*\bonmessage\b")
OURS = {  # sockets, workers of ours, a channel within a page
    "socket.onmessage",
    "ticker.onmessage",
    "this.channel.port1.onmessage",
    'navigator.serviceWorker.addEventListener("message',
}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: str(Path(script).name))
def test_a_script_hears_its_own_sockets_and_workers_alone(script: Path) -> None:
    assert set(LISTENS.findall(script.read_text(encoding="utf-8"))) <= OURS


@pytest.mark.parametrize(
    "line",
    [
        'addEventListener("message", (event) => open(event.data));',
        "window.addEventListener('message', this.hear, false)",
        "window.onmessage = hear;",
        "self.onmessage = ({ data }) => hear(data);",
    ],
)
def test_a_script_that_listens_to_anybody_would_be_found(line: str) -> None:
    assert not set(LISTENS.findall(line)) <= OURS
