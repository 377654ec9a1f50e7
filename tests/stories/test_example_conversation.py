"""The example conversation in docs/protocol.md: played on a real server, frame by frame.

To update it: `UPDATE_EXAMPLE=1 .venv/bin/python -m pytest tests/stories/test_example_conversation.py`.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Frame, Talker, Visitor
from tests.support.server_process import RunningServer

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"
BEGIN, END = "<!-- example: begin -->\n", "<!-- example: end -->\n"
PASSING = ("line", "team", "typing", "seen", "pong", "status")  # they come when they come: no step waits for them
DURATIONS = ("waited", "mine", "first", "handling", "took", "expected", "pace")
TIMES = ("at", "n", "now", "due", "since", "until", "opened", "began", "rank", "wrapup", "promise", "can_reopen_until")
NAMES = {"cid": "cid", "chat": "chat", "visitor": "visitor", "token": "token", "epoch": "epoch", "build": "build"}


class Script:
    """What one client says and hears, step by step. Ids, times and tokens get names, so two runs are the same."""

    def __init__(self, client: Talker, names: dict[str, str]) -> None:
        self.client, self.names = client, names
        self.lines: list[str] = []
        self._heard = self._said = 0

    def step(self) -> None:
        """What was said and heard since the last step: commands first, then their answers, then facts in order."""
        said, self._said = self.client.said[self._said :], len(self.client.said)
        heard = [frame for frame in self.client.heard[self._heard :] if frame["t"] not in PASSING]
        self._heard = len(self.client.heard)
        self.lines += [f"→ {self.plain(frame)}" for frame in said if frame["t"] not in PASSING]
        self.lines += [f"← {self.plain(frame)}" for frame in sorted(heard, key=_order)]

    def plain(self, frame: Frame) -> str:
        return json.dumps(self._named("", frame), ensure_ascii=False, separators=(", ", ": "))

    def _named(self, key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._id(name): self._named(name, one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._named(key, one) for one in value]
        if isinstance(value, int) and not isinstance(value, bool) and (key in TIMES or value > 1_000_000_000_000):
            return f"<{key}>" if value else 0
        if key in DURATIONS:
            return "<ms>"
        return self._id(value, key) if isinstance(value, str) else value

    def _id(self, text: str, key: str = "") -> str:
        if key in NAMES and text and text not in self.names:
            taken = sum(name.startswith(f"<{NAMES[key]}") for name in self.names.values())
            self.names[text] = f"<{NAMES[key]} {taken + 1}>" if key == "cid" else f"<{NAMES[key]}>"
        return self.names.get(text, text)


def _order(frame: Frame) -> tuple[int, int]:
    kinds = {"welcome": 0, "ack": 1, "nack": 1, "assigned": 2, "fact": 3, "released": 4}
    return kinds.get(frame["t"], 5), frame.get("seq", frame.get("fact", {}).get("seq", 0))


async def play(server: RunningServer) -> str:
    names = {f"{server.url}/privacy": "https://shop.example/privacy"}
    ana = await Agent.comes(server, "ana", tab="tab-1")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    visitor, agent = Script(vera, names), Script(ana, names)
    visitor.step()
    agent.step()

    async def both_have(text: str) -> None:
        await vera.reads(text)
        await ana.reads(text)
        visitor.step()
        agent.step()

    await vera.opens("Is my parcel on its way?", name="Vera")
    await ana.gets(vera.chat)
    await vera.is_told("assigned")
    await both_have("Is my parcel on its way?")
    await ana.answers(vera.chat, "One moment, I am looking.", read=2)
    await both_have("One moment, I am looking.")
    await ana.command("note", chat=vera.chat, text="Parcel 12, left the depot at 9.")
    await eventually(lambda: [fact for fact in ana.facts() if fact["kind"] == "note"], "the note")
    agent.step()
    await ana.answers(vera.chat, "It arrives at noon.", read=2)
    await both_have("It arrives at noon.")
    await vera.command("set", fields={"plan": "premium"})
    await eventually(lambda: [fact for fact in ana.facts() if fact["kind"] == "profile"], "what the page knows")
    visitor.step()
    agent.step()
    await vera.says("Thank you!")
    await both_have("Thank you!")
    await ana.command("no_reply", chat=vera.chat)
    await eventually(lambda: [fact for fact in ana.facts() if fact["kind"] == "no_reply"], "the turn to close")
    agent.step()
    await vera.command("end")
    await vera.is_told("ended")
    await ana.is_told("ended")
    visitor.step()
    agent.step()
    await vera.command("rate", score=5)
    await vera.is_told("rated")
    visitor.step()
    return "".join(
        f"**{who}** (→ says, ← hears)\n\n```\n{lines}\n```\n\n"
        for who, lines in (("Vera, the visitor", "\n".join(visitor.lines)), ("Ana, the agent", "\n".join(agent.lines)))
    )


async def test_the_example_in_the_handbook_is_what_happens(server: RunningServer) -> None:
    example = await play(server)
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    shown, _, after = rest.partition(END)
    if os.environ.get("UPDATE_EXAMPLE"):
        PAGE.write_text(before + BEGIN + example + END + after, encoding="utf-8")
    else:
        assert shown == example
    assert len(re.findall("^[→←]", example, re.MULTILINE)) >= 38
