"""What an agent commands: each verb is one call of the workspace, answered with an ack or a refusal."""

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING

from console.actions.idempotency import after_the_end
from console.actions.visitor_profile import clean_line, clean_message
from console.domain.permissions import may
from console.errors import ChatEnded, NotYours
from console.projection.picture import ChatState, chat_state
from console.protocol import (
    Accept,
    AddNote,
    AgentEnd,
    AgentSay,
    Decline,
    Inbound,
    Invite,
    Label,
    SetStatus,
    SkipReply,
    Take,
    Transfer,
    Whisper,
)
from console.queue.results import Gone, Said
from console.ws.connection import Handler

if TYPE_CHECKING:
    from console.ws.agent import AgentConnection

LABEL = 60  # characters of a reason or a tag

Command = (
    AgentSay | AddNote | AgentEnd | SkipReply | Take | Accept | Decline | Transfer | Invite | Label | Whisper
)  # what concerns a chat, and has a cid


class Commands:
    """Of one connection, and in its name."""

    def __init__(self, on: "AgentConnection") -> None:
        self.on = on
        self.author = on.author
        self.services = on.services
        self.workspace = on.services.workspace

    def verbs(self) -> Mapping[type[Inbound], Handler]:
        return {
            SetStatus: self.set_status,
            AgentSay: self.say,
            AddNote: self.note,
            AgentEnd: self.end,
            SkipReply: self.no_reply,
            Take: self.take,
            Accept: self.accept,
            Decline: self.decline,
            Transfer: self.transfer,
            Invite: self.invite,
            Label: self.label,
            Whisper: self.whisper,
        }

    @property
    def fence(self) -> int:
        return self.on.fence

    # --- in a chat of one's own -------------------------------------------------------------------------

    async def say(self, frame: AgentSay) -> None:
        text = clean_message(frame.text)
        said = self.workspace.agent_say(
            self.author,
            self.fence,
            frame.chat,
            frame.cid,
            text,
            frame.read,
            promise=frame.promise,
            canned=frame.canned,
            began=frame.began,
        )
        await self._done(frame, "message", said, text)

    async def note(self, frame: AddNote) -> None:
        text = clean_message(frame.text)
        noted = self.workspace.note(self.author, self.fence, frame.chat, frame.cid, text)
        await self._done(frame, "note", noted, text)

    async def end(self, frame: AgentEnd) -> None:
        await self._done(frame, "ended", self.workspace.agent_end(self.author, self.fence, frame.chat, frame.cid))

    async def no_reply(self, frame: SkipReply) -> None:
        await self._done(frame, "no_reply", self.workspace.no_reply(self.author, self.fence, frame.chat, frame.cid))

    async def label(self, frame: Label) -> None:
        reason = clean_line(frame.reason, LABEL)
        tags = [*dict.fromkeys(tag for raw in frame.tags if (tag := clean_line(raw, LABEL)))]
        label = self.workspace.label
        labelled = label(self.author, self.fence, frame.chat, frame.cid, reason, tags, done=frame.done)
        await self._done(frame, "labelled", labelled)

    # --- from hand to hand --------------------------------------------------------------------------------

    async def take(self, frame: Take) -> None:
        await self._done(frame, "assigned", self.workspace.take(self.author, self.fence, frame.chat, frame.cid))

    async def accept(self, frame: Accept) -> None:
        await self._done(frame, "assigned", self.workspace.accept(self.author, self.fence, frame.chat, frame.cid))

    async def decline(self, frame: Decline) -> None:
        await self._done(frame, "withdrawn", self.workspace.decline(self.author, self.fence, frame.chat, frame.cid))

    async def transfer(self, frame: Transfer) -> None:
        note = clean_message(frame.note) if frame.note.strip() else ""
        transfer = self.workspace.transfer
        handed = transfer(self.author, self.fence, frame.chat, frame.cid, queue=frame.queue, to=frame.agent, note=note)
        await self._done(frame, "transferred", handed)

    async def invite(self, frame: Invite) -> None:
        invite = self.workspace.invite
        await self._done(frame, "invited", invite(self.author, self.fence, frame.chat, frame.cid, frame.agent))

    # --- looking on -----------------------------------------------------------------------------------------

    async def whisper(self, frame: Whisper) -> None:
        """NotYours for a chat one may not look on at, as for none at all."""
        text = clean_message(frame.text)
        line = self.services.picture.chats.get(frame.chat) or await self._read(frame.chat)
        if line is not None and not self.may_look_on(line):
            raise NotYours
        await self._done(frame, "note", self.workspace.whisper(self.author, frame.chat, frame.cid, text), text)

    async def _read(self, chat: str) -> ChatState | None:
        """A chat that the picture has not got: just opened, or ended. None when it is not live."""
        try:
            live, _ = await self.workspace.read_chat(chat)
        except Gone:
            return None
        return chat_state(chat, live.fields)

    def may_look_on(self, line: ChatState) -> bool:
        """A supervisor, or a colleague who was invited."""
        return may(self.on.me.member, "supervise") or self.author.id in line.guests

    def sees_who_looks_on(self) -> bool:
        """A guest is told as little as the agent, when an admin keeps it from agents."""
        return self.services.directory.watch_shown or may(self.on.me.member, "supervise")

    # --- oneself ----------------------------------------------------------------------------------------------

    async def set_status(self, frame: SetStatus) -> None:
        reason = clean_line(frame.reason, 120)
        at = await self.workspace.set_status(self.author.id, self.fence, frame.status, reason)
        self.on.ack(frame.cid, "", 0, at)

    async def _done(self, frame: Command, kind: str, work: Awaitable[Said], text: str = "") -> None:
        """Acks; when live keys are gone a resend gets the first result from the archive."""
        try:
            said = await work
        except Gone:
            said = await self._archived(frame, kind, text)
        self.on.ack(frame.cid, said.chat, said.seq, said.at)

    async def _archived(self, frame: Command, kind: str, text: str) -> Said:
        try:
            return await after_the_end(self.services, self.author.id, frame.cid, kind, chat=frame.chat, text=text)
        except ChatEnded:  # not this agent's, or no chat at all: the same answer
            raise NotYours from None
