"""The layers: a folder is on one layer, imports go down only, and nothing imports in a circle."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.layers import LAYERS, layer_of, table

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "console"


def modules() -> dict[str, Path]:
    """Module name to file. Migrations belong to Alembic."""
    files = (file for file in PACKAGE.rglob("*.py") if "migrations" not in file.parts)
    return {
        ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): file
        for file in files
    }


def imported(source: str, known: set[str]) -> Iterator[str]:
    """Our own modules that the source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in known else node.module for name in names]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] == "console")


def room(module: str) -> str:
    """`queue` of `console.queue.store`, `config` of `console.config`."""
    return module.split(".")[1] if "." in module else ""


def problems(module: str, source: str, known: set[str]) -> list[str]:
    """Imports that go up or across, one sentence each."""
    here, found = layer_of(room(module)), []
    for other in imported(source, known):
        there = layer_of(room(other))
        if room(other) != room(module) and (there > here or (there == here and not LAYERS[here].mixed)):
            found.append(f"{module} ({LAYERS[here].name}) imports {other} ({LAYERS[there].name})")
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of one import circle, in order; empty when there is none."""
    done: set[str] = set()
    path: list[str] = []

    def visit(module: str) -> list[str]:
        if module in path:
            return path[path.index(module) :]
        if module in done:
            return []
        path.append(module)
        for other in sorted(graph.get(module, ())):
            if found := visit(other):
                return found
        done.add(path.pop())
        return []

    return next((found for module in sorted(graph) if (found := visit(module))), [])


def test_every_file_is_on_a_layer() -> None:
    rooms = {room(module) for module in modules()} - {""}
    assert rooms == {name for layer in LAYERS for name in layer.rooms}


@pytest.mark.parametrize("module", sorted(modules()))
def test_imports_go_down_only(module: str) -> None:
    found = modules()
    assert problems(module, found[module].read_text(), set(found)) == []


def test_nothing_imports_in_a_circle() -> None:
    found = modules()
    assert circle({name: set(imported(file.read_text(), set(found))) - {name} for name, file in found.items()}) == []


def test_no_more_than_twelve_modules_lie_loose_at_the_root() -> None:
    loose = sorted(file.name for file in PACKAGE.glob("*.py") if file.name != "__init__.py")
    assert len(loose) <= 12, loose


def test_a_class_name_is_defined_once() -> None:
    places: dict[str, list[str]] = {}
    for name, file in modules().items():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(name)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_the_table_in_the_docs_is_the_one_of_the_code() -> None:
    assert table() in (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("console.errors", "from console.config import Settings\nimport console.queue.store"),
        ("console.delivery.hub", "from console.ws.agent import AgentConnection"),
        ("console.projection.picture", "from console.security import digest"),
        ("console.projection.picture", "from console.queue.workspace import Workspace"),
        ("console.archive.writer", "from console.queue import keys"),
        ("console.ws.visitor", "from console.pages.chats import routes"),
        ("console.pages.chats", "def later():\n    from console.app import create_app"),
        ("console.board.publisher", "from console.alerts.detector import Detector"),
    ],
)
def test_an_import_that_goes_up_or_across_is_found(module: str, source: str) -> None:
    assert problems(module, source, set(modules()))


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
