"""The actions of an integration in chats."""

from collections.abc import Awaitable

from console.actions.agent import LABEL
from console.actions.hidden_cards import HiddenCards
from console.actions.idempotency import done_or_known
from console.actions.visitor_profile import clean_line
from console.domain.directory import Member
from console.domain.permissions import require
from console.domain.sanitize import clean
from console.errors import BadCommand, UnlistedReason
from console.events import Author
from console.protocol import MAX_TEXT, AgentEnd, AgentSay, Label, SetLanguage
from console.queue.results import Said
from console.services import Services


class IntegrationActions:
    """The verbs of an integration: in any chat that has not ended, without a console or a slot."""

    def __init__(self, services: Services, by: Member) -> None:
        self.services = services
        self.workspace = services.workspace
        self.author = Author(by.id, by.name)
        self.by = by
        self.cards = HiddenCards(services, lambda: by.id)

    async def say(self, command: AgentSay) -> Said:
        """Send a message as a bot: the visitor sees it, but it does not count as an answer."""
        self._require()
        if command.promise or command.canned or command.suggestion or command.drafted:
            raise BadCommand("Only members' answers have promises, canned replies or suggestions.")
        masked = await self.cards.mask(command.chat, clean(command.text, limit=MAX_TEXT), command.cid)
        say = self.workspace.integration_say
        said = say(self.author, command.chat, command.cid, masked.text, hidden=masked.hidden)
        return await self._done(command, "message", self.cards.send(masked, said), masked.text)

    async def end(self, command: AgentEnd) -> Said:
        self._require()
        return await self._done(
            command, "ended", self.workspace.integration_end(self.author, command.chat, command.cid)
        )

    async def label(self, command: Label) -> Said:
        self._require()
        reason = clean_line(command.reason, LABEL)
        state = self.services.picture.chats.get(command.chat)
        queue = self.services.directory.queues.get(state.queue) if state is not None else None
        if reason and queue is not None and queue.reasons and reason not in queue.reasons:
            raise UnlistedReason
        tags = [*dict.fromkeys(tag for raw in command.tags if (tag := clean_line(raw, LABEL)))]
        labelled = self.workspace.integration_label(self.author, command.chat, command.cid, reason, tags)
        return await self._done(command, "labelled", labelled)

    async def set_language(self, command: SetLanguage) -> Said:
        self._require()
        said = self.workspace.integration_set_language(self.author, command.chat, command.cid, command.language)
        return await self._done(command, "language_set", said)

    def _require(self) -> None:
        require(self.by, "supervise")

    async def _done(
        self, command: AgentSay | AgentEnd | Label | SetLanguage, kind: str, work: Awaitable[Said], text: str = ""
    ) -> Said:
        return await done_or_known(self.services, self.author.id, command.cid, kind, work, chat=command.chat, text=text)
