"""Signals between processes, which may be lost: somebody is typing, somebody has seen the log, a bot is writing."""

import msgspec


class Signal(msgspec.Struct, tag_field="t", omit_defaults=True):
    """A signal about a chat, `by` a visitor, an agent or a bot."""

    chat: str
    by: str  # visitor | agent | bot


class TypingSignal(Signal, tag="typing"):
    who: str
    after: int
    text: str = ""


class SeenSignal(Signal, tag="seen"):
    seq: int


class StreamSignal(Signal, tag="stream"):
    """What a bot has written so far."""

    who: str
    after: int
    text: str = ""


signal_decoder = msgspec.json.Decoder(TypingSignal | SeenSignal | StreamSignal)
