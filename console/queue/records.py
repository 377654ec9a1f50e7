"""Chats and members as the store has them, each one value in MessagePack. Only `functions/records.lua` changes them."""

from collections.abc import Mapping

import msgspec

RECORDS = ("chat", "agent")  # the kinds of keys that are one

_decoder = msgspec.msgpack.Decoder(dict[str, str])


def unpacked(value: bytes) -> dict[str, str]:
    return _decoder.decode(value)


def packed(fields: Mapping[str, str]) -> bytes:
    return msgspec.msgpack.encode(dict(fields))
