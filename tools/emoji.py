"""Writes `console/static/text/emoji.js`, the emoji that widget and console offer, from the data of Emojibase.

    npm pack emojibase-data@15.3.2 && tar xzf emojibase-data-15.3.2.tgz
    python -m tools.emoji package

Emojibase is MIT-licensed. Three kinds are left out: emoji that most systems cannot draw yet, those that differ from
another one only by skin or gender, and flags of countries, which Windows shows as letters.
"""

import json
import re
import sys
from operator import itemgetter
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "console" / "static" / "text" / "emoji.js"
GROUPS = {
    0: "Smileys",
    1: "People",
    3: "Animals and nature",
    4: "Food and drink",
    5: "Travel and places",
    6: "Activities",
    7: "Objects",
    8: "Symbols",
}
RUDE = "\U0001f595"
NEWEST = 13.1  # of Unicode's emoji versions
SEVERAL = re.compile("[\u2640\u2642\u27a1]|\u200d[\U0001f466-\U0001f469]|[\U0001f466-\U0001f469]\u200d")
HEAD = """\
// Made by tools/emoji.py from Emojibase (MIT, Copyright Miles Johnson): groups, and in each line an emoji, its name,
// and more words that it is found by.

/** @type {[name: string, lines: string][]} */
export const EMOJI = [
"""


def main(folder: Path) -> None:
    """Write the file from the unpacked package in `folder`."""
    known = json.loads((folder / "en/data.json").read_text(encoding="utf-8"))
    codes = json.loads((folder / "en/shortcodes/github.json").read_text(encoding="utf-8"))
    parts = []
    for group, name in GROUPS.items():
        wanted = sorted(
            (one for one in known if one.get("group") == group and is_offered(one)), key=itemgetter("order")
        )
        lines = "\n".join(line(one, codes.get(one["hexcode"], [])) for one in wanted)
        parts.append(f'  [\n    "{name}",\n    `{lines}`,\n  ],\n')
    TARGET.write_text(f"{HEAD}{''.join(parts)}];\n", encoding="utf-8")


def is_offered(one: dict[str, Any]) -> bool:
    return bool(one["version"] <= NEWEST and one["emoji"] != RUDE and not SEVERAL.search(one["emoji"]))


def line(one: dict[str, Any], codes: str | list[str]) -> str:
    """Return the emoji, its name, and the words of its tags and short names that the name lacks."""
    name = one["label"]
    short = [codes] if isinstance(codes, str) else codes
    words = [word for text in [*one.get("tags", []), *short] for word in re.split(r"[ _]", text.lower())]
    more = [word for word in dict.fromkeys(words) if word not in name and word.isalnum()][:6]
    return f"{one['emoji']} {name}" + (f", {' '.join(more)}" if more else "")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
