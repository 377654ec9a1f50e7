"""The sockets as an AsyncAPI 3.0 document, made from the frames' structs."""

import inspect
import json
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from console import protocol
from console.protocol import supervisor

TEMPLATE = "#/components/schemas/{name}"
CHANNELS: dict[str, tuple[str, str, Any, Any]] = {
    "visitor": (
        "/ws/visitor",
        "A visitor's socket: `?site=KEY`, subprotocol `sestetto.v1`, from an origin that the site allows.",
        protocol.VisitorFrame,
        protocol.VisitorReply,
    ),
    "agent": (
        "/ws/agent",
        "An agent's socket: subprotocol `sestetto.v1`, with a bearer token of the scope `socket`.",
        protocol.AgentFrame,
        protocol.AgentReply,
    ),
    "bot": (
        "/ws/bot",
        "A bot's socket: subprotocol `sestetto.v1`, with an integration's bearer token of the scope `bot`.",
        protocol.BotFrame,
        protocol.BotReply,
    ),
    "board": (
        "/ws/board",
        "The supervisors' board; its page signs in with a cookie.",
        supervisor.BoardFrame,
        supervisor.BoardReply,
    ),
}


def document() -> str:
    """Return the document as JSON. The server is the application: it receives what clients send."""
    unions = [union for _, _, says, hears in CHANNELS.values() for union in (says, hears)]
    _, schemas = msgspec.json.schema_components(unions, ref_template=TEMPLATE)
    for schema in schemas.values():
        schema["description"] = inspect.cleandoc(schema.get("description", ""))
    messages = {name: _message(name, schemas[name]) for name in sorted({*_names(unions)})}
    channels, operations = {}, {}
    for name, (address, about, says, hears) in CHANNELS.items():
        both = sorted({*_names([says, hears])})
        refs = {one: {"$ref": f"#/components/messages/{one}"} for one in both}
        channels[name] = {"address": address, "description": about, "messages": refs}
        operations[f"{name}Says"] = _operation(name, "receive", says)
        operations[f"{name}Hears"] = _operation(name, "send", hears)
    whole = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sestetto's sockets",
            "version": "1",
            "description": "Text frames with one JSON object each; `t` names the kind. docs/protocol.md explains them.",
        },
        "defaultContentType": "application/json",
        "servers": {"sestetto": {"host": "chat.example.com", "protocol": "wss"}},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": dict(sorted(schemas.items()))},
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _names(unions: list[Any]) -> Iterator[str]:
    for union in unions:
        yield from (struct.__name__ for struct in get_args(union))


def _message(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    tag = schema["properties"]["t"]["enum"][0]
    return {
        "name": tag,
        "title": name,
        "summary": schema["description"],
        "payload": {"$ref": TEMPLATE.format(name=name)},
    }


def _operation(channel: str, action: str, union: Any) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in _names([union])]
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "messages": messages}
