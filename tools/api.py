"""Writes docs/openapi.json and the generated parts of docs/api.md; `--check` reports whether they are current."""

import json
import sys
from pathlib import Path

from console.api.openapi import document
from console.api.problems import problems_said
from console.api.routes import BASE, ENDPOINTS
from console.domain.scopes import MEANINGS
from tools.generated import replace_part

DOCS = Path(__file__).parent.parent / "docs"


def routes() -> str:
    rows = ["| request | what it does | scope |", "|---|---|---|"]
    for one in ENDPOINTS:
        scope = f"`{one.scope}`" if one.scope else "any"
        rows.append(f"| `{one.method} {BASE}{one.path}` | {one.says[0]} | {scope} |")
    return "\n".join(rows)


def scopes() -> str:
    rows = ["| scope | what a token may do with it |", "|---|---|"]
    return "\n".join([*rows, *(f"| `{scope}` | {meaning.says} |" for scope, meaning in MEANINGS.items())])


def problems() -> str:
    rows = ["| code | status | what it means |", "|---|---|---|"]
    return "\n".join([*rows, *(f"| `{code}` | {status} | {says} |" for code, status, says in problems_said())])


def guide(current: str) -> str:
    """Return the guide with its generated parts replaced."""
    for name, text in (("routes", routes()), ("scopes", scopes()), ("problems", problems())):
        current = replace_part(current, name, text)
    return current


def files() -> dict[Path, str]:
    """Map each file to what it should contain."""
    page = DOCS / "api.md"
    return {
        DOCS / "openapi.json": json.dumps(document(), indent=1, ensure_ascii=False) + "\n",
        page: guide(page.read_text(encoding="utf-8")),
    }


def stale() -> list[str]:
    """Return the files that are out of date."""
    return [
        path.name for path, text in files().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(f"not current: {', '.join(names)}; run python -m tools.api" if (names := stale()) else 0)
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
