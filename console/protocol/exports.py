"""The contents of an export: a ZIP of JSON Lines, one file per kind, mostly in the structs of the REST API.

Readers ignore unknown fields and files, so both may be added; `format` changes when an existing one changes.
"""

from typing import Any, Literal

import msgspec

from console.protocol.api import At, Chat, Given

FORMAT = 1


class ExportManifest(Given):
    """`export.json`, the last entry: what the export covers, when it was made, and how many lines each file has.

    `visitor` is empty unless the export is of one visitor. `open_chats` had not ended and are not included.
    """

    format: int
    kind: Literal["workspace", "visitor"]
    workspace: str
    release: str
    made: At
    visitor: str
    counts: dict[str, int]
    open_chats: int


class ExportedMember(Given):
    """A line of `members.jsonl`, without any credentials."""

    id: str
    name: str
    email: str
    role: str
    queues: list[str]
    languages: list[str]
    limit: int
    own_limit: int
    channel_slots: int | None
    active: bool


class ExportedFile(Given):
    """A line of `files.jsonl`. `path` is where the file is in the ZIP; empty if its store no longer had it."""

    id: str
    chat: str
    visitor: str
    owner: str
    name: str
    media: str
    size: int
    width: int
    height: int
    uploaded: At
    path: str


class ExportedMail(Given):
    """A line of `mails.jsonl`. `to` is empty for a mail that came in; `path` is a whole mail that was set aside.

    The text of an answered mail is in its chat.
    """

    kind: str
    sender: str
    to: str
    subject: str
    chat: str
    at: At
    code: str
    path: str


ExportedChat: Any = msgspec.defstruct(
    "ExportedChat",
    [
        *((field.encode_name, field.type) for field in msgspec.structs.fields(Chat) if field.name != "excerpt"),
        ("facts", list[Any]),
    ],
    bases=(Given,),
    module=__name__,
    namespace={
        "__doc__": "A line of `chats.jsonl` or `left_messages.jsonl`: the chat, and what happened in it, in order."
    },
)
