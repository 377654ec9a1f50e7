"""The house plan: imports go down only, and every file has its floor."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "console"
WORDS, DOORS, STATE, EYES, REACTIONS, SERVICES, EDGES, WIRING = 0, 1, 2, 3, 4, 4.5, 5, 6

# A file's own entry counts before its folder's.
FLOORS: dict[str, float] = {
    "console": WORDS,
    "console.domain.validation": WORDS,
    "console.config": WORDS,
    "console.domain.directory": WORDS,
    "console.errors": WORDS,
    "console.events": WORDS,
    "console.domain.opening_hours": WORDS,
    "console.domain.ids": WORDS,
    "console.views.linkify": WORDS,
    "console.metrics": WORDS,
    "console.protocol": WORDS,
    "console.protocol.supervisor": WORDS,
    "console.domain.permissions": WORDS,
    "console.views.templating": WORDS,
    "console.domain.sanitize": WORDS,
    "console.views.i18n": WORDS,
    "console.archive.database": DOORS,
    "console.demo.socket_client": DOORS,
    "console.queue.embedded": DOORS,
    "console.queue.store": DOORS,
    "console.security": DOORS,
    "console.archive": STATE,
    "console.queue": STATE,
    "console.delivery.fanout": REACTIONS,
    "console.board": EYES,
    "console.board.publisher": REACTIONS,
    "console.delivery.hub": EYES,
    "console.projection.picture": EYES,
    "console.projection.statistics": EYES,
    "console.projection.models": EYES,
    "console.projection.counters": EYES,
    "console.projection.availability": EYES,
    "console.views.html": EYES,
    "console.views.json": EYES,
    "console.projection.handover_targets": EYES,
    "console.views.watch": EYES,
    "console.alerts": REACTIONS,
    "console.domain.address_policy": WORDS,
    "console.alerts.courier": DOORS,
    "console.alerts.courier_pool": DOORS,
    "console.domain.alert_delivery": WORDS,
    "console.domain.alerts": WORDS,
    "console.services": SERVICES,
    "console.authentication": SERVICES,
    "console.pages": EDGES,
    "console.ws": EDGES,
    "console.workers": EDGES,
    "console.app": WIRING,
    "console.cli": WIRING,
    "console.commands": WIRING,
    "console.demo.simulation_pkg": WIRING,
    "console.demo.seed": WIRING,
    "console.bench": WIRING,
    "console.logs": WIRING,
    "console.data_folder": WIRING,
    "console.server": WIRING,
}
ROOMS = ("console.alerts", "console.archive", "console.queue", "console.pages", "console.ws")
SAME_FLOOR_IS_FINE = (WORDS, EYES, SERVICES, WIRING)


def modules() -> dict[str, Path]:
    """Module name to file. Migrations are Alembic's, not ours."""
    files = (file for file in PACKAGE.rglob("*.py") if "migrations" not in file.parts)
    return {
        ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): file
        for file in files
    }


def entry(module: str) -> str:
    """The key of FLOORS that holds for the module; empty for none."""
    while module not in FLOORS:
        module, dot, _ = module.rpartition(".")
        if not dot or module == "console":
            return ""
    return module


def room(module: str) -> str:
    return next((name for name in ROOMS if module.startswith(name)), module)


def imported(tree: ast.AST, known: set[str]) -> Iterator[str]:
    """Our own modules that the source imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in known else node.module for name in names]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] == "console")


def complaints(module: str, source: str, known: set[str]) -> list[str]:
    """What the module imports that its floor may not; one sentence each."""
    here = FLOORS[entry(module)]
    wrong = []
    for other in imported(ast.parse(source), known):
        there = FLOORS[entry(other)]
        allowed = there < here or (there == here and (here in SAME_FLOOR_IS_FINE or room(module) == room(other)))
        if here == EYES and there not in (WORDS, EYES):
            allowed = False
        if not allowed:
            wrong.append(f"{module} (floor {here}) imports {other} (floor {there})")
    return wrong


def test_every_file_has_a_floor() -> None:
    assert [module for module in modules() if not entry(module)] == []


def test_no_floor_is_kept_for_a_room_that_is_not_there() -> None:
    assert FLOORS.keys() - modules().keys() == set()


@pytest.mark.parametrize("module", sorted(modules()))
def test_imports_go_down_only(module: str) -> None:
    found = modules()
    assert complaints(module, found[module].read_text(), set(found)) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("console.errors", "from console.config import Settings\nimport console.queue.store"),
        ("console.delivery.hub", "from console.queue.workspace import Workspace"),
        ("console.projection.picture", "from console.security import digest"),
        ("console.archive.writer", "from console.queue import keys"),
        ("console.queue.store", "from console.queue.workspace import Workspace"),
        ("console.ws.visitor", "from console.pages.chats import routes"),
        ("console.pages.chats", "def later():\n    from console.app import create_app"),
    ],
)
def test_an_import_that_goes_up_is_found(module: str, source: str) -> None:
    assert complaints(module, source, set(modules()))
