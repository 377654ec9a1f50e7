"""Reads the text of a chat completion, streamed or whole. Pure; nothing in the completion is trusted."""

import re
import unicodedata

import msgspec

from console.domain.card_numbers import mask_cards
from console.domain.sanitize import clean
from console.drafts.failure import NoDraft
from console.errors import BadText
from console.protocol.common import MAX_TEXT

MOST_TEXT = 40_000  # characters, including a model's reasoning
MOST_LINE = 256 * 1024  # bytes
GOOD_ENDS = frozenset({"stop", "eos", "end_turn", "stop_sequence"})

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_QUOTED = re.compile(r'\A(?:"([^"]*)"|“([^”]*)”|«([^»]*)»)\Z', re.DOTALL)
# Invisible characters that scripts need: joiners and direction marks.
_NEEDED = frozenset("\u200c\u200d\u200e\u200f")


class _Piece(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Piece | None = None
    message: _Piece | None = None
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice] = []
    error: msgspec.Raw = msgspec.Raw()


_decoder = msgspec.json.Decoder(_Completion)


class CompletionReader:
    """Collects one answer. `add` returns whether it is complete."""

    def __init__(self, *, streamed: bool) -> None:
        self._streamed = streamed
        self._rest = bytearray()
        self._pieces: list[str] = []
        self._length = 0
        self._complete = False

    def add(self, data: bytes) -> bool:
        """Add received data. Raises NoDraft once it can no longer become a draft."""
        self._rest += data
        if self._streamed:
            self._read_lines()
        return self._complete

    def text(self) -> str:
        """Return the draft; empty if the model has nothing to say. Raises NoDraft if there is no draft."""
        if not self._streamed:
            self._read(bytes(self._rest))
        if not self._complete:
            raise NoDraft("cut_off")
        return as_draft("".join(self._pieces))

    def _read_lines(self) -> None:
        *lines, rest = re.split(b"\r\n|\r|\n", self._rest)
        if len(rest) > MOST_LINE:
            raise NoDraft("unreadable")
        self._rest = bytearray(rest)
        for line in lines:
            if line.startswith(b"data:") and not self._complete:
                self._read_data(line[5:].strip())

    def _read_data(self, data: bytes) -> None:
        if data == b"[DONE]":
            self._complete = True
        elif data:
            self._read(data)

    def _read(self, data: bytes) -> None:
        try:
            completion = _decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            raise NoDraft("unreadable") from None
        if bytes(completion.error) not in (b"", b"null"):
            raise NoDraft("failed")
        if completion.choices:
            self._take(completion.choices[0])
        elif not self._streamed:
            raise NoDraft("unreadable")

    def _take(self, choice: _Choice) -> None:
        piece = choice.delta or choice.message
        text = (piece.content or "") if piece else ""
        self._pieces.append(text)
        self._length += len(text)
        if self._length > MOST_TEXT:
            raise NoDraft("too_long")
        if choice.finish_reason:
            if choice.finish_reason not in GOOD_ENDS:
                raise NoDraft("too_long" if choice.finish_reason == "length" else "cut_off")
            self._complete = True
        elif choice.message and not self._streamed:
            self._complete = True


def as_draft(text: str) -> str:
    """Return a model's text as a message may contain it: without reasoning, surrounding quotes or invisible characters.

    Raises NoDraft if it is longer than a message.
    """
    said = _THOUGHTS.sub("", text)
    visible = "".join(char for char in said if unicodedata.category(char) != "Cf" or char in _NEEDED)
    visible = visible.strip()
    if quoted := _QUOTED.match(visible):
        visible = next(part for part in quoted.groups() if part is not None)
    if len(visible) > MAX_TEXT:
        raise NoDraft("too_long")
    try:
        return mask_cards(clean(visible, limit=MAX_TEXT, optional=True))
    except BadText:
        raise NoDraft("unreadable") from None
