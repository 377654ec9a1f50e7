"""Signals between processes, which may be lost: somebody types, somebody has seen the log."""

import msgspec


class Signal(msgspec.Struct, tag_field="t", omit_defaults=True):
    """A signal about a chat, `by` a visitor or an agent."""

    chat: str
    by: str  # visitor | agent


class TypingSignal(Signal, tag="typing"):
    who: str
    after: int
    text: str = ""


class SeenSignal(Signal, tag="seen"):
    seq: int


signal_decoder = msgspec.json.Decoder(TypingSignal | SeenSignal)
