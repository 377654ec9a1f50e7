"""A visitor's actions on files of their own chats."""

from console.actions.files import NO_FILE, Body, Sent, check
from console.archive.file_records import FileRecord
from console.domain.blocks import block_of
from console.domain.directory import Site
from console.errors import Blocked, NotYours
from console.files.files import Upload, shared
from console.limits.budgets import Budgets
from console.security import digest
from console.security.file_tickets import FileSender
from console.services import Services


async def send(services: Services, site: Site, visitor: str, body: Body) -> Sent:
    """Accept a file for one of the visitor's chats, which may not be open yet."""
    check(body)
    address = Budgets(services.settings, body.address, site.key).address
    now = services.workspace.now()
    if block := block_of(services.directory.blocks, visitor, address, now):
        raise Blocked(retry_after=(block.until - now) / 1000)
    upload = Upload(
        site=site, visitor=visitor, chat="", owner=visitor, cid=body.cid, address=digest(address), name=body.name,
        size=body.size,
    )  # fmt: skip
    record = await services.files.receive(upload, body.stream)
    return Sent(shared(record), services.file_tickets.sign(FileSender(visitor, body.cid), shared(record)))


async def fetch(services: Services, site: str, visitor: str, id: str) -> FileRecord:
    """Return a file of one of the visitor's chats. Raises NotYours for others, as for files that do not exist."""
    record = await services.files.records.read(id)
    if record is None or record.site != site or not await _theirs(services, record, visitor):
        raise NotYours(NO_FILE)
    return record


async def _theirs(services: Services, record: FileRecord, visitor: str) -> bool:
    """Whether it is theirs: files belong to the chat's visitor, even if it was begun before that visitor signed in."""
    state = services.picture.chats.get(record.chat)
    chat = state if state is not None or not record.chat else await services.history.find_chat(record.chat)
    return visitor == (chat.visitor if chat is not None else record.visitor)
