"""The actions of a program in chats: as its member, with the member's own verbs, or as an integration."""

from collections.abc import Awaitable

from console.actions.agent import AgentActions
from console.actions.integration import IntegrationActions
from console.actions.supervisor import SupervisorActions
from console.domain.directory import Member
from console.domain.permissions import may, require
from console.domain.scopes import Integration
from console.errors import Fenced, NotYours
from console.projection.picture import ChatState
from console.protocol import AddNote, AgentEnd, AgentSay, Label, SetLanguage, Transfer, Whisper
from console.protocol.supervisor import Move
from console.queue.results import Said
from console.services import Services

NOT_HELD = "This chat is not yours. Take it in the console first, or use the token of an integration."
NO_COLLEAGUE = "There is no such member."
RECONNECTED = "Your console has just connected anew. Send it again."


class ChatVerbs:
    """The verbs of one principal; each makes one call to the store.

    A member acts in chats that they hold, exactly as in their console, under the fence of the console's connection. A
    supervisor can also write notes in others' chats and move them. An integration may act in every chat.
    """

    def __init__(self, services: Services, by: Member) -> None:
        self.services = services
        self.by = by
        self._agent = AgentActions(services, by, self._fence)
        self._supervisor = SupervisorActions(services, by)
        self._integration = IntegrationActions(services, by)

    async def say(self, command: AgentSay) -> Said:
        """Send a message. A member's answer covers everything the visitor has said, or everything up to `read`."""
        if isinstance(self.by, Integration):
            return await self._integration.say(command)
        require(self.by, "answer")
        return await self._held(self._agent.say(command), command.chat)

    async def note(self, command: AddNote) -> Said:
        require(self.by, "answer")
        state = self._state(command.chat)
        if state is not None and state.agent == self.by.id:
            return await self._agent.note(command)
        whisper = Whisper(command.cid, command.chat, command.text)
        if may(self.by, "supervise"):
            return await self._supervisor.whisper(whisper)
        return await self._agent.whisper(whisper)

    async def transfer(self, command: Transfer) -> Said:
        require(self.by, "answer")
        try:
            if may(self.by, "supervise"):
                move = Move(command.cid, command.chat, command.queue, command.agent, command.note)
                return await self._supervisor.move(move)
            return await self._held(self._agent.transfer(command), command.chat)
        except NotYours:
            state = self._state(command.chat)
            theirs = state is not None and (may(self.by, "supervise") or state.agent == self.by.id)
            if theirs and command.agent and command.agent not in self.services.directory.members:
                raise NotYours(NO_COLLEAGUE, at=["$.agent"]) from None
            raise

    async def end(self, command: AgentEnd) -> Said:
        if isinstance(self.by, Integration):
            return await self._integration.end(command)
        require(self.by, "answer")
        return await self._held(self._agent.end(command), command.chat)

    async def label(self, command: Label) -> Said:
        """Set reason and tags, in full."""
        if isinstance(self.by, Integration):
            return await self._integration.label(command)
        require(self.by, "answer")
        return await self._held(self._agent.label(command), command.chat)

    async def set_language(self, command: SetLanguage) -> Said:
        """Set the visitor's language: members in chats that they hold, supervisors and integrations in all chats."""
        require(self.by, "answer")
        state = self._state(command.chat)
        if may(self.by, "supervise") and not (state is not None and state.agent == self.by.id):
            return await self._integration.set_language(command)
        return await self._held(self._agent.set_language(command), command.chat)

    async def _held(self, work: Awaitable[Said], chat: str) -> Said:
        """Tell a supervisor, who can see the chat, why they cannot do that; for others the chat does not exist."""
        try:
            return await work
        except Fenced:
            # The fence is the one this process knows. A member without a console holds no chats either.
            state = self._state(chat)
            if state is not None and state.agent == self.by.id:
                raise Fenced(RECONNECTED) from None
            raise NotYours(NOT_HELD if may(self.by, "supervise") and state is not None else "") from None
        except NotYours:
            if may(self.by, "supervise") and self._state(chat) is not None:
                raise NotYours(NOT_HELD) from None
            raise

    def _state(self, chat: str) -> ChatState | None:
        return self.services.picture.chats.get(chat)

    def _fence(self) -> int:
        known = self.services.picture.agents.get(self.by.id)
        return known.fence if known is not None else 0
