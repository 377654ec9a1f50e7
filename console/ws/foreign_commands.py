"""Detects commands of other kinds of clients, such as an agent's from a visitor; our own clients never send them."""

from typing import Any, get_args

import msgspec

from console.protocol import AgentFrame, BotFrame, VisitorFrame
from console.protocol.supervisor import BoardFrame


class FrameKind(msgspec.Struct):
    t: str


def kinds_of(frames: Any) -> frozenset[str]:
    """Return the tags of a union of frames."""
    return frozenset(str(frame.__struct_config__.tag) for frame in get_args(frames))


COMMANDS = frozenset[str]().union(*map(kinds_of, (VisitorFrame, AgentFrame, BoardFrame, BotFrame)))

kinds = msgspec.json.Decoder(FrameKind)


def foreign_command(text: str, own: frozenset[str]) -> str:
    """Return the kind of a frame that is in the protocol but not among the client's `own`; empty for other texts."""
    try:
        kind = kinds.decode(text).t
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ""
    return kind if kind in COMMANDS - own else ""
