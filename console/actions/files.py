"""Files of chats: which members may send or fetch them. Visitors' verbs are in `visitor_files`."""

from collections.abc import AsyncIterator

import msgspec

from console.actions.archived_chats import may_read
from console.archive.file_records import FileRecord
from console.domain.directory import Member, Site
from console.domain.ids import CID
from console.domain.permissions import may_see, require
from console.errors import BadCommand, NotYours
from console.events import SharedFile
from console.files.files import Upload, shared
from console.security.file_tickets import FileSender
from console.services import Services

NO_FILE = "File not found."


class Sent(msgspec.Struct, omit_defaults=True):
    """The answer to an upload: the file, and the ticket by which a message refers to it."""

    file: SharedFile
    ticket: str


class Body(msgspec.Struct, frozen=True):
    """An upload: its command, its name, its size in bytes, and the address it comes from."""

    cid: str
    name: str
    size: int
    address: str
    stream: AsyncIterator[bytes]


async def send_as_member(services: Services, by: Member, chat: str, body: Body) -> Sent:
    """Accept a file for a chat that the member holds. Raises NotYours for any other."""
    require(by, "answer")
    check(body)
    state = services.picture.chats.get(chat)
    if state is None or state.agent != by.id or state.place != "active":
        raise NotYours
    site = services.directory.sites.get(state.site, Site(state.site, "", ""))
    upload = Upload(
        site=site, visitor=state.visitor, chat=chat, owner=by.id, cid=body.cid, address="", name=body.name,
        size=body.size,
    )  # fmt: skip
    record = await services.files.receive(upload, body.stream)
    return Sent(shared(record), services.file_tickets.sign(FileSender(by.id, body.cid, chat), shared(record)))


def check(body: Body) -> None:
    if not CID.fullmatch(body.cid):
        raise BadCommand("The upload needs a cid of 22 characters.")


async def fetch_as_member(services: Services, by: Member, chat: str, id: str) -> FileRecord:
    """Return a file of a chat that the member may read. Raises NotYours for others, as for files that do not exist."""
    require(by, "answer")
    record = await services.files.records.read(id)
    state = services.picture.chats.get(chat)
    if state is not None and state.place != "ended":
        sees, visitor = may_see(by, state.agent, {*state.guests, *state.watchers}), state.visitor
    else:
        sees, visitor = await may_read(services, by, chat), ""
    # SQL learns in which chat a visitor's file is when the message is archived, a moment after it was read.
    here = record is not None and (record.chat == chat or (not record.chat and record.visitor == visitor))
    if record is None or not here or not sees:
        raise NotYours(NO_FILE)
    return record
