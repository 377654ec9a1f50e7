"""docs/protocol.md matches the protocol in the code."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support.json_clients import Agent, Frame, Visitor
from tests.support.server_process import RunningServer
from tools.protocol import stale

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "protocol.schema.json").read_text(encoding="utf-8"))


def validator(name: str) -> Any:
    return jsonschema.Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"})


def test_the_written_protocol_is_current() -> None:
    assert stale() == []


def test_the_schema_refuses_what_is_not_the_protocol() -> None:
    says = validator("AVisitorSays")
    assert says.is_valid({"t": "say", "cid": "a" * 22, "text": "hello"})
    assert not says.is_valid({"t": "say", "cid": "short", "text": "hello"})
    assert not says.is_valid({"t": "say", "cid": "a" * 22, "text": "hello", "author": "ana"})
    assert not says.is_valid({"t": "__class__"})


async def test_a_whole_conversation_is_spoken_as_written(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("My parcel is lost", name="Vera", page={"url": "https://shop.example/cart", "title": "Cart"})
    await ana.gets(vera.chat)
    await vera.say_frame("typing", text="a")
    await ana.say_frame("typing", chat=vera.chat)
    await ana.answers(vera.chat, "Let me look")
    await vera.reads("Let me look")
    await vera.say_frame("seen", seq=vera.last)
    await ana.command("note", chat=vera.chat, text="A patient one")
    await vera.says("Thanks")
    await vera.say_frame("history", before=2)
    await vera.hears("history")
    await ana.reads("Thanks")
    await ana.command("no_reply", chat=vera.chat)
    await ana.command("status", status="away", reason="lunch")
    await vera.command("set", fields={"order": "88213"})
    await vera.command("end")
    await ana.wraps_up(vera.chat, reason="Order status")
    await vera.command("rate", score=5)
    await vera.say_raw("no json")
    await vera.hears("error")
    await vera.say_frame("ping", at=1)
    await vera.hears("pong")
    await ana.hears("released")
    for one, says, hears in ((vera, "AVisitorSays", "AVisitorHears"), (ana, "AnAgentSays", "AnAgentHears")):
        assert_valid(one.said, says)
        assert_valid(one.heard, hears)
    assert_valid(ana.facts(), "AFactIs")


def assert_valid(frames: list[Frame], name: str) -> None:
    check = validator(name)
    for frame in frames:
        problem = jsonschema.exceptions.best_match(check.iter_errors(frame))
        assert problem is None, f"{frame}: {problem.message if problem else ''}"


@pytest.mark.parametrize("word", ["cid", "unknown", "recovered", "read", "shown", "4409", "4401", "hello"])
def test_the_page_explains_every_idea(word: str) -> None:
    page = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert word in page.split("<!-- generated: frames -->")[0]
