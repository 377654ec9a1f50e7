"""The actions of an agent: each verb validates, makes one call to the workspace, and returns its result."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec

from console.actions.hidden_cards import HiddenCards
from console.actions.idempotency import done_or_known
from console.actions.visitor_profile import clean_line
from console.delivery.signals import TypingSignal
from console.domain.card_numbers import mask_cards
from console.domain.directory import Member
from console.domain.permissions import may
from console.domain.sanitize import clean, safe_name
from console.errors import BadText, DatabaseAway, Fenced, NothingToDo, NotYours, Unknown, UnlistedReason
from console.events import Author, SharedFile
from console.projection.picture import ChatState, chat_state
from console.protocol import (
    MAX_FACTS,
    MAX_TEXT,
    Accept,
    AddNote,
    AgentEnd,
    AgentSay,
    AgentTyping,
    Breathe,
    Decline,
    Invite,
    Label,
    Rename,
    SaveDraft,
    SetLanguage,
    SetOwnLimit,
    SetStatus,
    Shown,
    SkipReply,
    Take,
    Transfer,
    Whisper,
)
from console.queue.payloads import renamed
from console.queue.results import Gone, Said
from console.security.file_tickets import FileSender
from console.services import Services

LABEL = 60  # characters of a reason or a tag

Command = (
    AgentSay
    | AddNote
    | AgentEnd
    | SkipReply
    | Take
    | Accept
    | Decline
    | Transfer
    | Invite
    | Label
    | Rename
    | SetLanguage
    | Whisper
)  # commands about a chat; each has a cid


class AgentActions:
    """The verbs of one agent.

    `fence` returns the number of their console's connection; an older connection can change nothing.
    """

    def __init__(self, services: Services, member: Member, fence: Callable[[], int]) -> None:
        self.member = member
        self.author = Author(member.id, member.name)
        self.services = services
        self.workspace = services.workspace
        self.cards = HiddenCards(services, lambda: member.id)
        self._fence = fence

    @property
    def fence(self) -> int:
        return self._fence()

    # --- in one's own chat ------------------------------------------------------------------------------

    async def say(self, frame: AgentSay) -> Said:
        file = self._file(frame)
        text = file.name if file is not None else clean(frame.text, limit=MAX_TEXT)
        masked = await self.cards.mask(frame.chat, text, frame.cid)
        said = self.workspace.agent_say(
            self.author,
            self.fence,
            frame.chat,
            frame.cid,
            masked.text,
            frame.read,
            promise=frame.promise,
            canned=frame.canned,
            began=frame.began,
            suggestion=frame.suggestion,
            drafted=frame.drafted,
            hidden=masked.hidden,
            file=renamed(file, masked.text),
        )
        return await self._done(frame, "message", self.cards.send(masked, said), masked.text)

    def _file(self, frame: AgentSay) -> SharedFile | None:
        if not frame.file:
            return None
        return self.services.file_tickets.read(frame.file, FileSender(self.author.id, frame.cid, frame.chat))

    async def note(self, frame: AddNote) -> Said:
        masked = await self.cards.mask(frame.chat, clean(frame.text, limit=MAX_TEXT), frame.cid)
        note = self.workspace.note
        noted = note(self.author, self.fence, frame.chat, frame.cid, masked.text, hidden=masked.hidden)
        return await self._done(frame, "note", self.cards.send(masked, noted), masked.text)

    async def end(self, frame: AgentEnd) -> Said:
        return await self._done(
            frame, "ended", self.workspace.agent_end(self.author, self.fence, frame.chat, frame.cid)
        )

    async def no_reply(self, frame: SkipReply) -> Said:
        return await self._done(
            frame, "no_reply", self.workspace.no_reply(self.author, self.fence, frame.chat, frame.cid)
        )

    async def label(self, frame: Label) -> Said:
        reason = clean_line(frame.reason, LABEL)
        self._require_listed(frame.chat, reason)
        tags = [*dict.fromkeys(tag for raw in frame.tags if (tag := clean_line(raw, LABEL)))]
        label = self.workspace.label
        how = {"done": frame.done, "later": frame.later}
        labelled = label(self.author, self.fence, frame.chat, frame.cid, reason, tags, **how)
        return await self._done(frame, "labelled", labelled)

    async def rename(self, frame: Rename) -> Said:
        """Raises BadText if nothing of the name is left."""
        if not (name := mask_cards(safe_name(frame.name))):
            raise BadText("Give a name.")
        renamed = self.workspace.rename(self.author, self.fence, frame.chat, frame.cid, name)
        return await self._done(frame, "renamed", renamed)

    async def set_language(self, frame: SetLanguage) -> Said:
        """Correct the visitor's language."""
        said = self.workspace.set_language(self.author, self.fence, frame.chat, frame.cid, frame.language)
        return await self._done(frame, "language_set", said)

    def _require_listed(self, chat: str, reason: str) -> None:
        """Refuse a reason that the chat's queue does not list; a queue that lists none takes any."""
        picture = self.services.picture
        agent = picture.agents.get(self.author.id)
        state = picture.chats.get(chat) or (agent.put_off.get(chat) if agent is not None else None)
        queue = self.services.directory.queues.get(state.queue) if state is not None else None
        if reason and queue is not None and queue.reasons and reason not in queue.reasons:
            raise UnlistedReason

    # --- assignment and transfer ------------------------------------------------------------------------

    async def take(self, frame: Take) -> Said:
        work = self.workspace.take(self.author, self.fence, frame.chat, frame.cid)
        return await self._done(frame, "assigned", work)

    async def accept(self, frame: Accept) -> Said:
        return await self._answered(frame, "assigned", self.workspace.accept)

    async def decline(self, frame: Decline) -> Said:
        return await self._answered(frame, "withdrawn", self.workspace.decline)

    async def _answered(self, frame: Accept | Decline, kind: str, answer: Callable[..., Awaitable[Said]]) -> Said:
        """Do the work. Raises NothingToDo for a chat that is not offered to this agent, as for no chat at all."""
        try:
            return await self._done(frame, kind, answer(self.author, self.fence, frame.chat, frame.cid))
        except NotYours:
            raise NothingToDo from None

    async def transfer(self, frame: Transfer) -> Said:
        note = clean(frame.note, limit=MAX_TEXT) if frame.note.strip() else ""
        masked = await self.cards.mask(frame.chat, note, frame.cid)
        handed = self.workspace.transfer(
            self.author,
            self.fence,
            frame.chat,
            frame.cid,
            queue=frame.queue,
            to=frame.agent,
            note=masked.text,
            hidden=masked.hidden,
        )
        return await self._done(frame, "transferred", self.cards.send(masked, handed))

    async def invite(self, frame: Invite) -> Said:
        invite = self.workspace.invite
        return await self._done(frame, "invited", invite(self.author, self.fence, frame.chat, frame.cid, frame.agent))

    # --- watching -------------------------------------------------------------------------------------------

    async def whisper(self, frame: Whisper) -> Said:
        """Add a whisper. Raises NotYours for a chat this agent may not watch, as for one that does not exist."""
        state = self.services.picture.chats.get(frame.chat) or await self._read(frame.chat)
        if state is not None and not self.may_watch(state):
            raise NotYours
        masked = await self.cards.mask(frame.chat, clean(frame.text, limit=MAX_TEXT), frame.cid)
        whispered = self.workspace.whisper(self.author, frame.chat, frame.cid, masked.text, hidden=masked.hidden)
        return await self._done(frame, "note", self.cards.send(masked, whispered), masked.text)

    async def _read(self, chat: str) -> ChatState | None:
        """Read a chat that the picture does not have: just opened, or ended. None if it is not live."""
        try:
            live, _ = await self.workspace.read_chat(chat)
        except Gone:
            return None
        return chat_state(chat, live.fields)

    def may_watch(self, state: ChatState) -> bool:
        """Whether the agent may watch the chat: supervisors, and colleagues who were invited."""
        return may(self.member, "supervise") or self.author.id in state.guests

    def sees_watchers(self) -> bool:
        """Whether the agent may see other watchers. Guests see as little as agents when an admin hides watching."""
        return self.services.directory.watch_shown or may(self.member, "supervise")

    # --- oneself ----------------------------------------------------------------------------------------------

    async def set_status(self, frame: SetStatus) -> Said:
        reason = clean_line(frame.reason, 120)
        return Said("", 0, await self.workspace.set_status(self.author.id, self.fence, frame.status, reason))

    async def breathe(self, frame: Breathe) -> Said:
        most = self.services.directory.breathers
        at = await self.workspace.breathe(self.author.id, self.fence, frame.cid, frame.ms, most=most)
        return Said("", 0, at)

    async def set_own_limit(self, frame: SetOwnLimit) -> Said:
        """Choose one's own limit. SQL owns limits; live state follows at once."""
        known = self.services.picture.agents.get(self.author.id)
        if known is not None and known.fence > self.fence:
            raise Fenced
        try:
            directory = await self.services.stores.members.set_own_limit(self.author.id, frame.limit, by=self.author)
        except Unknown:  # DatabaseAway instead of Unknown: reconnecting the console would not help
            raise DatabaseAway from None
        await self.services.go_live(directory)
        return Said("", 0, self.workspace.now())

    # --- signals and queries ----------------------------------------------------------------------------

    async def draft(self, command: SaveDraft) -> None:
        text = await self.cards.mask_unsent(command.chat, clean(command.text, limit=MAX_TEXT, optional=True))
        await self.workspace.draft(self.author.id, self.fence, command.chat, text)

    async def shown(self, command: Shown) -> None:
        await self.workspace.shown(self.author.id, self.fence, command.chat, command.seq, hidden=command.hidden)

    async def typing(self, command: AgentTyping) -> None:
        """Tell the visitor that the agent is typing. Ignored for chats the agent does not hold."""
        chat = self.services.picture.chats.get(command.chat)
        if chat is not None and chat.agent == self.author.id and chat.place == "active":
            await self._keep_from_words(chat)
            signal = TypingSignal(command.chat, "agent", self.author.name, chat.last)
            await self.workspace.signal(msgspec.json.encode(signal))

    async def _keep_from_words(self, chat: ChatState) -> None:
        """Tell the store who is typing, only in queues with automatic first words."""
        queue = self.services.directory.queues.get(chat.queue)
        if queue is not None and queue.automatic:
            with suppress(NotYours, Gone, Fenced):  # the chat has just moved on
                await self.workspace.typing(self.author.id, self.fence, chat.id)

    async def history(self, chat: str, before: int) -> tuple[list[bytes], bool]:
        """Return facts older than seq `before` as JSON, oldest first, and whether there are more. Raises NotYours."""
        page = await self.workspace.history(chat, before, MAX_FACTS)
        if page.agent != self.author.id:
            raise NotYours
        return page.log, page.first > 1

    # --- helpers ----------------------------------------------------------------------------------------

    async def _done(self, frame: Command, kind: str, work: Awaitable[Said], text: str = "") -> Said:
        return await done_or_known(self.services, self.author.id, frame.cid, kind, work, chat=frame.chat, text=text)
