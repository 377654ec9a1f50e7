"""The files of the Functions do not use up Lua's 200 local names of one scope."""

import re
from pathlib import Path

import pytest

from console.queue import store as store_module
from console.queue.store import SHARED, TOPICS, Store, joined

MOST = 120  # of Lua's 200
FOLDER = Path(store_module.__file__).parent / "functions"
TEXTS = {topic: (FOLDER / f"{topic}.lua").read_text(encoding="utf-8") for topic in TOPICS}


def top_level_locals(text: str) -> list[str]:
    """Return the names that a file keeps for all of it."""
    names = re.findall(r"^local function (\w+)", text, re.MULTILINE)
    for several in re.findall(r"^local (?!function )([\w, ]+)", text, re.MULTILINE):
        names += [name.strip() for name in several.split(",")]
    return names


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic not in SHARED])
def test_a_file_of_the_functions_leaves_room_for_more_names(topic: str) -> None:
    assert {"S", "NOW", "STAMP", "int"} <= set(top_level_locals(TEXTS["base"]))
    shared = sum(len(top_level_locals(TEXTS[name])) for name in SHARED)
    own = len(top_level_locals(TEXTS[topic]))
    assert shared + own <= MOST, (
        f"{topic}.lua sees {shared} locals of {' and '.join(SHARED)} and {own} of its own; Lua allows 200 in all. "
        "Split the file by topic (and list it in TOPICS of console/queue/store.py), or put its helpers into a table or "
        "a `do ... end`."
    )


async def test_every_file_of_the_functions_takes_eighty_more_names(store_url: str) -> None:
    """Lua itself says that the room is there, also for the verbs that come after a new name."""
    spare = "".join(f"local spare_{i} = {i}\n" for i in range(200 - MOST))
    code = joined({topic: text if topic in SHARED else spare + text for topic, text in TEXTS.items()})
    store = Store(store_url)
    try:
        await store.command("FUNCTION", "LOAD", "#!lua name=roomy\n" + code.replace("@VERSION@", "roomy"))
        await store.command("FUNCTION", "DELETE", "roomy")
    finally:
        await store.close()
