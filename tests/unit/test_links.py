"""Links between the documents lead to files and headings that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    file for where in ("*.md", "docs/*.md", "clients/**/*.md", "deploy/*.md") for file in sorted(ROOT.glob(where))
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
ELSEWHERE = ("http://", "https://", "mailto:")


def anchors(document: Path) -> set[str]:
    """What a link into the document can name: its headings, as GitHub writes them, and anchors of its own."""
    text = document.read_text("utf-8")
    titles = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    slugs = (re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles)
    return {*slugs, *re.findall(r'<a id="([^"]+)">', text)}


def broken(document: Path, text: str) -> list[str]:
    links = [link for link in LINK.findall(CODE.sub("", text)) if not link.startswith(ELSEWHERE)]
    return [link for link in links if not _leads_somewhere(document, *link.partition("#")[::2])]


def _leads_somewhere(document: Path, path: str, anchor: str) -> bool:
    target = (document.parent / path).resolve() if path else document
    return target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(document: Path) -> None:
    assert broken(document, document.read_text("utf-8")) == []


def test_a_link_to_nowhere_is_found() -> None:
    text = "[a](docs/console.md) [b](docs/none.md) [c](docs/console.md#none) [d](#try-it) [e](#none) [f](https://shop.example)"
    assert broken(ROOT / "README.md", text) == ["docs/none.md", "docs/console.md#none", "#none"]
