"""Words between processes that may be lost: somebody types, somebody has seen the log."""

import msgspec


class Signal(msgspec.Struct, tag_field="t", omit_defaults=True):
    """A word between processes that may be lost."""

    chat: str
    by: str  # visitor | agent


class TypingSignal(Signal, tag="typing"):
    who: str
    after: int
    text: str = ""


class SeenSignal(Signal, tag="seen"):
    seq: int


signal_decoder = msgspec.json.Decoder(TypingSignal | SeenSignal)
