"""A supervisor's actions on chats and agents: each verb checks the right and returns its result."""

from collections.abc import Awaitable

from console.actions.hidden_cards import HiddenCards
from console.actions.visitor_profile import clean_line
from console.domain.directory import Member
from console.domain.permissions import require
from console.domain.sanitize import clean
from console.domain.scopes import Integration
from console.errors import DatabaseAway, NotAllowed, NotYours, Unknown
from console.events import Author
from console.protocol import MAX_TEXT, Whisper
from console.protocol.supervisor import Move, SetAgentStatus, SetLimit, TakeOver
from console.queue.results import Gone, Said
from console.services import Services


class SupervisorActions:
    """The verbs of one member. Each raises NotAllowed once they may no longer supervise."""

    def __init__(self, services: Services, member: Member) -> None:
        self.author = Author(member.id, member.name)
        self._asked = member
        self.services = services
        self.workspace = services.workspace
        self.cards = HiddenCards(services, lambda: member.id)

    def member(self) -> Member:
        """Return the member with their current rights, or the integration with the rights of its token."""
        member: Member | None = self._asked
        if not isinstance(member, Integration):
            member = self.services.directory.members.get(self.author.id)
        if member is None:
            raise NotAllowed
        require(member, "supervise")
        return member

    async def whisper(self, command: Whisper) -> Said:
        self.member()
        masked = await self.cards.mask(command.chat, clean(command.text, limit=MAX_TEXT), command.cid)
        whisper = self.workspace.whisper
        whispered = whisper(self.author, command.chat, command.cid, masked.text, hidden=masked.hidden)
        return await self._live(self.cards.send(masked, whispered))

    async def take_over(self, command: TakeOver) -> Said:
        require(self.member(), "answer")
        return await self._live(self.workspace.take_over(self.author, command.chat, command.cid))

    async def move(self, command: Move) -> Said:
        self.member()
        note = clean(command.note, limit=MAX_TEXT, optional=True)
        masked = await self.cards.mask(command.chat, note, command.cid)
        moved = self.workspace.move(
            self.author,
            command.chat,
            command.cid,
            queue=command.queue,
            to=command.agent,
            note=masked.text,
            hidden=masked.hidden,
        )
        return await self._live(self.cards.send(masked, moved))

    async def set_status(self, command: SetAgentStatus) -> Said:
        self.member()
        reason = clean_line(command.reason, 120)
        at = await self.workspace.set_agent_status(self.author, command.agent, command.status, reason)
        return Said("", 0, at)

    async def set_limit(self, command: SetLimit) -> Said:
        """Set an agent's limit. SQL owns limits; live state follows at once."""
        self.member()
        try:
            directory = await self.services.stores.members.set_limit(command.agent, command.limit, by=self.author)
        except Unknown:  # DatabaseAway instead of Unknown: reconnecting the board would not help
            raise DatabaseAway from None
        await self.services.go_live(directory)
        return Said("", 0, self.workspace.now())

    async def _live(self, work: Awaitable[Said]) -> Said:
        """Do the work. Raises NotYours for a chat that is not live, as for one that does not exist."""
        try:
            return await work
        except Gone:
            raise NotYours from None
