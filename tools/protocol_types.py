"""The protocol as TypeScript declarations, generated from its JSON Schema: `tsc` checks our scripts against them."""

import json
import textwrap
from typing import Any

HEAD = "// Generated from protocol.schema.json by tools/protocol.py. What is optional may be left out of a frame.\n"
WIDTH = 116  # of a comment's text, its marks aside
Schema = dict[str, Any]


def declarations(document: str) -> str:
    """Return the text of `protocol.d.ts` for the text of `protocol.schema.json`."""
    parts = [_declaration(name, schema) for name, schema in json.loads(document)["$defs"].items()]
    return "\n".join([HEAD, *parts])


def _declaration(name: str, schema: Schema) -> str:
    if "properties" not in schema:
        return f"export type {name} = {_type(schema)};\n"
    required = set(schema.get("required", ()))
    fields = [
        f"  {field}{'' if field in required else '?'}: {_type(of)};\n" for field, of in schema["properties"].items()
    ]
    return f"{_comment(schema)}export interface {name} {{\n{''.join(fields)}}}\n"


def _comment(schema: Schema) -> str:
    said = " ".join(schema.get("description", "").split())
    lines = textwrap.wrap(said, WIDTH)
    if len(lines) > 1:
        return "/**\n" + "".join(f" * {line}\n" for line in lines) + " */\n"
    return f"/** {said} */\n" if said else ""


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "anyOf" in schema:
        return " | ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"Array<{_type(schema.get('items', {}))}>"
    if schema.get("type") == "object":
        return f"Record<string, {_type(schema.get('additionalProperties', {}))}>"
    return {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}.get(
        schema.get("type", ""), "unknown"
    )
