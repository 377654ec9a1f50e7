"""Chats and members as the store keeps them: one MessagePack value each. Only `functions/records.lua` changes them."""

from collections.abc import Mapping

import msgspec

RECORDS = ("chat", "agent")  # the kinds of keys that hold a record

_decoder = msgspec.msgpack.Decoder(dict[str, str])


def unpacked(value: bytes) -> dict[str, str]:
    return _decoder.decode(value)


def packed(fields: Mapping[str, str]) -> bytes:
    return msgspec.msgpack.encode(dict(fields))
