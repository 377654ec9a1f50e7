"""The layers of `console/`, used by the import test; `python -m tools.layers` prints them as a table.

A room is a folder or a loose module. It imports rooms of lower layers, and rooms of its own layer only if that layer is
mixed.
"""

from typing import NamedTuple


class Layer(NamedTuple):
    name: str
    rooms: tuple[str, ...]
    what: str
    mixed: bool = False  # its rooms may import each other


LAYERS = (  # bottom to top
    Layer("values", ("domain", "protocol", "events", "errors"), "values and pure rules; no I/O", True),
    Layer("projection", ("projection",), "state computed from facts; pure"),
    Layer(
        "base",
        ("config", "extras", "limits", "security", "metrics", "logs", "timing"),
        "what every process needs",
        True,
    ),
    Layer("state", ("queue", "archive"), "the live store and SQL"),
    Layer("consumers", ("consumers", "pairing"), "write the feed to SQL; check that store and SQL agree", True),
    Layer("views", ("views",), "facts and state as JSON, HTML and words"),
    Layer(
        "products",
        (
            *("delivery", "board", "alerts", "suggestions", "drafts", "mail", "files", "identity", "webhooks"),
            *("imports", "exports", "push", "languages"),
        ),
        "delivery of facts; one folder for each part of the product",
    ),
    Layer("services", ("services", "authentication"), "the running parts of one installation", True),
    Layer("actions", ("actions",), "one authorized verb for each use case"),
    Layer("edges", ("ws", "pages", "api", "background"), "sockets, pages, the REST API, background work"),
    Layer(
        "wiring",
        (
            *("app", "workers", "cli", "commands", "data_folder", "backup", "server", "processes"),
            *("demo", "bench", "proving", "workspaces"),
        ),
        "starts and stops it",
        True,
    ),
)  # fmt: skip


def layer_of(room: str) -> int:
    """Return the number of the room's layer, from the bottom; the package itself is on the lowest."""
    return next((number for number, layer in enumerate(LAYERS) if room in layer.rooms), 0)


def table() -> str:
    """Return Markdown, top to bottom."""
    rows = [f"| {layer.name} | {', '.join(f'`{room}`' for room in layer.rooms)} | {layer.what} |" for layer in LAYERS]
    return "\n".join(["| layer | folders and modules | what |", "|---|---|---|", *reversed(rows)])


if __name__ == "__main__":
    print(table())
