"""The actions of a visitor: each verb validates, makes one call to the workspace, and returns its result."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import msgspec

from console.actions.hidden_cards import HiddenCards, Masked
from console.actions.idempotency import after_the_end, first_result
from console.actions.open_chat import Route, route_new_chat
from console.actions.past_chats import past_chats
from console.actions.transcripts import mail_transcript
from console.actions.visitor_profile import CHANNEL, ProfileBuilder, valid_email
from console.archive.past import EarlierFacts
from console.delivery.signals import TypingSignal
from console.domain.blocks import block_of
from console.domain.directory import Site
from console.domain.greetings import words_of
from console.domain.ids import new_cid, new_id
from console.domain.questions import address_in, answers_to
from console.domain.sanitize import clean
from console.errors import (
    Blocked,
    ChatEnded,
    IdentityNeeded,
    NoQueue,
    NotOpen,
    NotYours,
    ProofNeeded,
    Refused,
    Unknown,
)
from console.events import AnswerGiven, Greeted, SharedFile, Visitor
from console.limits.budgets import Budgets
from console.projection.picture import ChatState
from console.protocol import (
    MAX_FACTS,
    MAX_TEXT,
    AskPerson,
    LeaveMessage,
    MailTranscript,
    Open,
    Rate,
    SetProfile,
    VisitorEnd,
    VisitorFact,
    VisitorSay,
    VisitorSeen,
    VisitorTyping,
)
from console.queue.payloads import renamed
from console.queue.results import Gone, Said
from console.security.file_tickets import FileSender
from console.services import Services
from console.views.json import visitor_facts

WRITTEN = 4  # times that a profile is written to disk: log, feed, the chat's current state, and the archive
SQL_WITHIN = 1.0  # seconds to wait for the archive to recognize an opening
MOST_READ = 1_000  # facts read at once while a page of history is not full


def current_site(services: Services, site: Site) -> Site:
    """Return the site as it is in the directory; if it was removed, as it was."""
    return services.directory.sites.get(site.key, site)


class VisitorActions:
    """The verbs of one visitor on one connection. `chat` is their current chat or empty; `last` the last seq they have
    seen.

    `returning`: known by token but without a live chat, so the archive may know the cid of a resend.
    """

    def __init__(
        self,
        services: Services,
        site: str,
        page_asks: str,
        visitor: str = "",
        browser: str = "",
        address: str = "",
        *,
        channel: str = CHANNEL,
    ) -> None:
        self.services = services
        self.workspace = services.workspace
        self.connection = new_id()
        self.chat = ""
        self.last = 0
        self.returning = False
        # Not `lambda: self.site`: a reference cycle would keep all of this until a garbage collection.
        self._current_site = partial(current_site, services, services.directory.sites[site])
        self._page_asks = page_asks
        self.channel = channel
        self.profile = profile = ProfileBuilder(visitor, self._current_site, browser, channel)
        self.cards = HiddenCards(services, lambda: profile.visitor.id)
        self.budgets = Budgets(services.settings, address, site)

    @property
    def site(self) -> Site:
        """The current site; if it was removed, its last state, since open chats go on."""
        return self._current_site()

    @property
    def visitor(self) -> Visitor:
        return self.profile.visitor

    def route(self, asked_for: str = "", answers: Sequence[AnswerGiven] = ()) -> Route:
        """Return where a new chat of this visitor goes."""
        person = self.profile.person
        return route_new_chat(
            self.services.directory,
            self.site,
            locale=self.profile.profile.locale,
            asked_for=asked_for,
            page_asks=self._page_asks,
            signed=person.fields if person else {},
            answers=answers,
        )

    def vouched(self) -> bool:
        """Whether the key that vouched for this person, if they are one, still belongs to the site."""
        person = self.profile.person
        return person is None or self.site.identity.trusts(person.by)

    def moved_on(self) -> bool:
        """Whether this visitor's chat now belongs to the person they identified as in another tab."""
        state = self.services.picture.chats.get(self.chat)
        return self.profile.person is None and state is not None and state.visitor != self.visitor.id

    def _unsigned(self) -> bool:
        """Whether the page's unsigned data about this visitor is ignored."""
        return bool(self.site.identity.enforced) and self.profile.person is None

    def _require_identity(self) -> None:
        """Raise IdentityNeeded if the site requires a signed identity; an open chat goes on."""
        if self.site.identity.enforced == "chat" and self._unsigned() and not self._running_chat():
            raise IdentityNeeded

    def enter(self, chat: str) -> None:
        """Start a new log. The ack of an opening and its first fact race; whichever comes first calls this."""
        if chat != self.chat:
            self.chat, self.last = chat, 0

    def running(self) -> ChatState | None:
        """Return the chat while it is open for its visitor."""
        state = self.services.picture.chats.get(self.chat)
        return state if state is not None and state.place != "wrapup" else None

    def blocked(self) -> Blocked | None:
        """Return why this visitor may not write now, with the time until they may."""
        blocks = self.services.directory.blocks
        if not blocks:  # called once a second for each socket
            return None
        now = self.workspace.now()
        block = block_of(blocks, self.visitor.id, self.budgets.address, now)
        return Blocked(retry_after=(block.until - now) / 1000) if block else None

    # --- commands ---------------------------------------------------------------------------------------

    async def open(self, command: Open) -> Said:
        self._require_identity()
        text, file = self._what(command)
        masked = await self.cards.mask(self._running_chat(), text, command.cid)
        text = masked.text
        self.profile.set_identity(command.name, "" if self._unsigned() else command.email, command.fields)
        self.profile.set_page(command.page)
        known = await self._archived(command.cid, text)
        if known is not None:
            return known
        answers = self._begin(command)
        route = self.route(command.queue, answers)
        try:
            opening = self.workspace.open(
                new_id(),
                connection=self.connection,
                queue=route.queue,
                language=route.language,
                site=self.site.key,
                channel=self.channel,
                cid=command.cid,
                profile=self.profile.profile,
                text=text,
                hidden=masked.hidden,
                address=self.budgets.address,
                proof=self._proof(command.proof),
                ahead=route.ahead,
                budgets=self.budgets.opening(self.visitor.id, WRITTEN * self.profile.bytes + len(text.encode())),
                file=renamed(file, text),
            )
            said = await self.cards.send(masked, opening)
        except NotYours:
            raise NoQueue from None
        except ProofNeeded as problem:
            raise self._puzzled(problem) from None
        self.returning = False
        self.enter(said.chat)
        return said

    def _begin(self, command: Open) -> list[AnswerGiven]:
        """Store what a new chat begins with, and return the answers. Raises BadAnswers.

        A running chat keeps what it began with. Only the widget asks: chats of other channels need no answers.
        """
        if self._running_chat():
            return self.profile.profile.answers
        site = self.site
        answers = answers_to(site.questions.asked, command.answers) if self.channel == CHANNEL else []
        email = "" if self._unsigned() else address_in(site.questions.asked, answers)
        text = words_of(site.greetings, command.greeting) if command.greeting else ""
        self.profile.set_opening(answers, email, Greeted(command.greeting, text, site.name) if text else None)
        return answers

    def _proof(self, proof: str) -> str:
        return proof and self.services.puzzles.nonce_of(proof, self.visitor.id, self.workspace.now())

    def _puzzled(self, problem: ProofNeeded) -> ProofNeeded:
        problem.puzzle = self.services.puzzles.make(self.visitor.id, self.workspace.now())
        return problem

    async def leave_message(self, command: LeaveMessage) -> Said:
        """Leave a message. For a waiting chat `text` may be empty: the message is what was written in it."""
        self._require_identity()
        text = command.text and clean(command.text, limit=MAX_TEXT)
        masked = await self.cards.mask(self._running_chat(), text, command.cid)
        self.profile.set_identity(command.name, valid_email(command.email), {})
        self.profile.set_page(command.page)
        if not self._running_chat():
            self.profile.set_opening([])
        known = await self._archived(command.cid, masked.text)
        said = known or await self._leave(command, masked)
        self.returning = False
        return said

    async def _leave(self, command: LeaveMessage, masked: Masked) -> Said:
        text = masked.text
        try:
            leaving = self.workspace.leave_message(
                new_id(),
                queue=self.route().queue,
                site=self.site.key,
                channel=self.channel,
                cid=command.cid,
                profile=self.profile.profile,
                text=text,
                hidden=masked.hidden,
                proof=self._proof(command.proof),
                budgets=self.budgets.left_message(self.visitor.id, WRITTEN * self.profile.bytes + len(text.encode())),
            )
            return await self.cards.send(masked, leaving)
        except ProofNeeded as problem:
            raise self._puzzled(problem) from None

    async def say(self, command: VisitorSay) -> Said:
        chat = self._open_chat()
        text, file = self._what(command)
        masked = await self.cards.mask(chat, text, command.cid)
        text, cid = masked.text, command.cid
        budgets = self.budgets.written(self.visitor.id, len(text.encode()))
        say = self.workspace.visitor_say
        try:
            said = say(
                chat, self.visitor, self.connection, cid, text, budgets, hidden=masked.hidden, file=renamed(file, text)
            )
            return await self.cards.send(masked, said)
        except Gone:
            return await self._late(command.cid, "message", text)

    def _what(self, command: Open | VisitorSay) -> tuple[str, SharedFile | None]:
        """Return the text of a message, and its file; then the text is the file's name."""
        if not command.file:
            return clean(command.text, limit=MAX_TEXT), None
        sender, signed_in = FileSender(self.visitor.id, command.cid), self.profile.person is not None
        file = self.services.file_tickets.read(command.file, sender, signed_in=signed_in)
        return file.name, file

    async def end(self, command: VisitorEnd) -> Said:
        try:
            return await self.workspace.visitor_end(self._open_chat(), self.visitor, command.cid)
        except Gone:
            return await self._late(command.cid, "ended")

    async def ask_person(self, command: AskPerson) -> Said:
        try:
            return await self.workspace.ask_person(self._open_chat(), self.visitor, command.cid)
        except Gone:
            return await self._late(command.cid, "transferred")

    async def rate(self, command: Rate) -> Said:
        chat = self._open_chat()
        masked = await self.cards.mask(chat, clean(command.comment, limit=MAX_TEXT, optional=True), command.cid)
        rate = self.workspace.rate
        try:
            rated = rate(chat, self.visitor.id, command.cid, command.score, masked.text, hidden=masked.hidden)
            return await self.cards.send(masked, rated)
        except Gone:
            return await self._late(command.cid, "rated")

    async def mail_transcript(self, command: MailTranscript) -> Said:
        chat, last = self._open_chat(), self.last
        return await mail_transcript(self.services, self.visitor.id, chat, command.cid, command.email, read=last)

    async def set_profile(self, command: SetProfile) -> Said:
        """Set the profile. During a chat the agent sees it at once; before a chat it is kept for the opening."""
        before = self.profile.profile
        if self.names_unsigned(command):
            self.services.refused_identities.note(self.site.key, "unsigned")
            self.profile.set_identity("", "", command.fields)
        else:
            self.profile.set_identity(command.name, command.email, command.fields)
        self.profile.set_page(command.page, command.locale)
        said = await self._set(command, new=self.profile.profile != before) if self.chat else None
        return said or Said("", 0, self.workspace.now())

    def names_unsigned(self, command: SetProfile) -> bool:
        """Whether a page says who its visitor is, without the signature that the site asks for."""
        named = command.name not in ("", self.visitor.name) or command.email not in ("", self.visitor.email)
        return self._unsigned() and named

    async def show_identity(self) -> None:
        """Update the chat's profile from the person's identity, when they return to their chat with a changed one."""
        if not self.profile.unsaid:
            return
        budgets = self.budgets.written(self.visitor.id, WRITTEN * self.profile.bytes)
        with suppress(Refused):
            await self.workspace.set_profile(self.chat, new_cid(), self.profile.profile, budgets=budgets)

    async def _set(self, command: SetProfile, *, new: bool) -> Said | None:
        """Set the profile of the chat. Return None after the end.

        Pages set it on every page view, so a profile the chat already has is not recorded again.
        """
        body = msgspec.json.encode(command).decode()
        state = self.running()
        try:
            if not new and state is not None and self.profile.matches(state):
                return await self.workspace.profile_set(self.chat, self.visitor.id, command.cid, body)
            budgets = self.budgets.written(self.visitor.id, WRITTEN * self.profile.bytes)
            return await self.workspace.set_profile(self.chat, command.cid, self.profile.profile, body, budgets)
        except (ChatEnded, Gone):
            return None

    # --- signals and queries --------------------------------------------------------------------------------

    async def typing(self, command: VisitorTyping) -> None:
        if self.chat:
            preview = command.text if self.site.typing_preview else ""
            text = await self.cards.mask_unsent(self.chat, clean(preview, limit=MAX_TEXT, optional=True))
            signal = TypingSignal(self.chat, "visitor", self.visitor.name, self.last, text)
            await self.workspace.signal(msgspec.json.encode(signal))

    async def seen(self, command: VisitorSeen) -> None:
        if self.chat:
            await self.workspace.visitor_seen(self.chat, self.visitor.id, command.seq)

    async def history(self, before: int) -> tuple[list[VisitorFact], bool]:
        """Return at most 100 public facts older than seq `before`, oldest first, and whether there are more.

        Internal facts do not count: reading continues until the page is full or the start of the chat is reached.
        """
        chat, facts, first, count = self._open_chat(), list[VisitorFact](), before, MAX_FACTS
        while first > 1 and len(facts) < MAX_FACTS:
            page = await self.workspace.history(chat, first, count)
            if page.visitor != self.visitor.id:
                raise NotOpen
            facts = visitor_facts(page.log) + facts
            first, count = page.first, MOST_READ
        return facts[-MAX_FACTS:], len(facts) > MAX_FACTS or (bool(facts) and facts[0].prev > 0)

    async def past(self, chat: str = "", before: int = 0) -> EarlierFacts | None:
        """Return the visitor's earlier chats: the newest facts, or those older than one of them. None without SQL.

        Their name from then applies now, until they give another one.
        """
        found = await past_chats(self.services, self.site, self.visitor.id, but=self.chat, chat=chat, before=before)
        if found is not None and not self.chat:
            self.profile.recall(found.name, found.email)
        return found

    # --- helpers --------------------------------------------------------------------------------------------

    def _running_chat(self) -> str:
        """Return the chat to which an opening would add its message; empty if it would open one."""
        return self.chat if self.running() is not None else ""

    def _open_chat(self) -> str:
        if not self.chat:
            raise NotOpen
        return self.chat

    async def _archived(self, cid: str, text: str) -> Said | None:
        """Return the first result of an `open` or a left message that is no longer live.

        Asks only for visitors without a live chat.
        """
        if not self.returning:
            return None
        # SQL is down or slow: at worst a resend after more than a day opens a second chat
        with suppress(Unknown, TimeoutError):
            async with asyncio.timeout(SQL_WITHIN):
                kind = "message" if text else "ended"
                return await first_result(self.services, self.visitor.id, cid, kind, text=text)
        return None

    async def _late(self, cid: str, kind: str, text: str = "") -> Said:
        return await after_the_end(self.services, self.visitor.id, cid, kind, chat=self.chat, text=text)
