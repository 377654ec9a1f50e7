"""Writes the files generated from frames: docs/protocol.md, schemas, types, AsyncAPI; `--check` reports stale ones."""

import inspect
import json
import sys
from pathlib import Path
from typing import Any, get_args

import msgspec

from console import errors, events, protocol
from console.protocol import supervisor as protocol_board
from tools import asyncapi, client_frames
from tools.generated import replace_part
from tools.protocol_types import declarations

DOCS = Path(__file__).parent.parent / "docs"
UNIONS: dict[str, Any] = {
    "a visitor says": protocol.VisitorFrame,
    "a visitor hears": protocol.VisitorReply,
    "an agent says": protocol.AgentFrame,
    "an agent hears": protocol.AgentReply,
    "a console hears": protocol.ConsoleReply,
    "a bot says": protocol.BotFrame,
    "a bot hears": protocol.BotReply,
    "a supervisor says": protocol_board.BoardFrame,
    "a board hears": protocol_board.BoardReply,
    "a fact is": events.AnyFact,
}
CHATS: dict[str, type[msgspec.Struct]] = {
    "a visitor": protocol.ChatForVisitor,
    "an agent": protocol.ChatForAgent,
    "a bot": protocol.ChatForBot,
}
INTERNAL = {"error", "setting", "refused"}


def schemas() -> str:
    """Return one JSON Schema document: a `$defs` of every struct, and a union per direction and role."""
    unions, defs = msgspec.json.schema_components(UNIONS.values(), ref_template="#/$defs/{name}")
    for struct in defs.values():
        # Some versions of msgspec keep the docstring's indentation.
        struct["description"] = inspect.cleandoc(struct.get("description", ""))
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Sestetto protocol v1",
        "$defs": {
            **defs,
            **{_slug(name): union for name, union in zip(UNIONS, unions, strict=True)},
        },
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def codes() -> str:
    rows = ["| code | final | HTTP | closes with | means |", "|---|---|---|---|---|"]
    for error in sorted(errors.every_error(), key=lambda error: error.code):
        if error.code not in INTERNAL and error.__module__ == errors.__name__:
            closes = str(error.close) if error.close in (1012, 1013, 4401, 4409) else ""
            rows.append(f"| `{error.code}` | {_yes(error.final)} | {error.status} | {closes} | {error.message} |")
    return "\n".join(rows)


def frames() -> str:
    tables = {name: _table(union) for name, union in UNIONS.items()} | {"a chat has": _chats()}
    return "\n\n".join(f"**{name[0].upper()}{name[1:]}**\n\n{table}" for name, table in tables.items())


def document(current: str) -> str:
    """Return `current` with its generated parts replaced."""
    for name, text in (("codes", codes()), ("frames", frames())):
        current = replace_part(current, name, text)
    return current


def files() -> dict[Path, str]:
    """Map each file to what it should contain."""
    page, schema = DOCS / "protocol.md", schemas()
    return {
        page: document(page.read_text(encoding="utf-8")),
        DOCS / "protocol.schema.json": schema,
        DOCS / "asyncapi.json": asyncapi.document(),
        DOCS / "protocol.d.ts": declarations(schema),
        client_frames.AT: client_frames.document(),
    }


def stale() -> list[str]:
    """Return the files that are out of date."""
    return [
        path.name for path, text in files().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def _table(union: Any) -> str:
    rows = ["| kind | fields |", "|---|---|"]
    rows += [f"| `{struct.__struct_config__.tag}` | {_fields(struct)} |" for struct in get_args(union)]
    return "\n".join(rows)


def _chats() -> str:
    rows = ["| for | fields |", "|---|---|"]
    rows += [f"| {who} | {_fields(chat)} |" for who, chat in CHATS.items()]
    return "\n".join(rows)


def _fields(struct: type[msgspec.Struct]) -> str:
    return ", ".join(_field(field) for field in msgspec.structs.fields(struct)) or "none"


def _field(field: msgspec.structs.FieldInfo) -> str:
    required = field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
    return f"`{field.name}{'' if required else '?'}`"


def _slug(name: str) -> str:
    return name.title().replace(" ", "")


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def write() -> None:
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(f"not current: {', '.join(names)}; run python -m tools.protocol" if (names := stale()) else 0)
    write()
