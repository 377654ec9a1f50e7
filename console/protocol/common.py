"""Parts of frames: sizes, ids, texts."""

from typing import Annotated, Any, Literal

import msgspec

MAX_FRAME = 64 * 1024  # bytes
MAX_TEXT = 4_000  # characters of a message
MAX_FACTS = 100  # facts in a welcome or a history page

END = r"$(?!\n)"  # `$` alone would allow a line break after the id, and the Functions write ids into JSON unescaped

Cid = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}" + END, description="the client's id of its own command")
]
Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}" + END)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]
Draft = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=9_007_199_254_740_991)]
Name = Annotated[str, msgspec.Meta(max_length=120)]
Email = Annotated[str, msgspec.Meta(max_length=254)]
Address = Annotated[str, msgspec.Meta(max_length=2_000)]
Zone = Annotated[str, msgspec.Meta(max_length=64, description="a time zone's name, as Europe/Rome")]
Locale = Annotated[str, msgspec.Meta(max_length=35)]
Field = Annotated[str, msgspec.Meta(max_length=500)]
FieldName = Annotated[str, msgspec.Meta(max_length=60)]
Fields = Annotated[dict[FieldName, Field], msgspec.Meta(max_length=50)]
Answers = Annotated[dict[Id, Field], msgspec.Meta(max_length=20)]
OptionalId = Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9][a-z0-9_-]{0,63})?" + END)]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}" + END, description="a language's code, as fr")]
LabelText = Annotated[str, msgspec.Meta(max_length=60)]
Tags = Annotated[list[LabelText], msgspec.Meta(max_length=20)]
Place = Literal["waiting", "active", "ended"]
Proof = Annotated[str, msgspec.Meta(max_length=120, description="the solution of a nack's puzzle")]
Ticket = Annotated[
    str, msgspec.Meta(max_length=3_000, description="of a file, as its upload was answered; then `text` may be empty")
]
Score = Annotated[int, msgspec.Meta(ge=1, le=5)]


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The page the visitor is on; the address is sent without query and fragment."""

    url: Address = ""
    title: Annotated[str, msgspec.Meta(max_length=300)] = ""
    referrer: Address = ""


class Inbound(msgspec.Struct, tag_field="t", forbid_unknown_fields=True, omit_defaults=True):
    """A frame from a client."""


class Saying(Inbound):
    """A frame with a text or a file; without either it is invalid."""

    def __post_init__(self) -> None:
        if not (getattr(self, "text", "") or getattr(self, "file", "")):
            raise ValueError("a text or a file is needed")


class Outbound(msgspec.Struct, tag_field="t", omit_defaults=True):
    """A frame to a client."""


class Ping(Inbound, tag="ping"):
    """Ask for a `pong`, to measure the round trip and the clock."""

    at: int


encoder = msgspec.json.Encoder()


def encode(frame: Outbound) -> bytes:
    """Encode a frame as UTF-8 JSON."""
    return encoder.encode(frame)


def frame_schemas(frames: Any) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a union of frames."""
    return msgspec.json.schema(frames)
