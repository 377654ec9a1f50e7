"""Identifies the visitor on a socket: known by their token, or a person whom the website vouches for.

A bad identity locks nobody out. A visitor who presents one stays who they were without it. If they were a person, they
become somebody new, since it is unknown whether the same person still uses this browser.
"""

import hashlib
from contextlib import suppress
from typing import Literal

import msgspec

from console.actions.visitor_profile import ProfileBuilder
from console.domain.blocks import block_of
from console.domain.directory import Site
from console.domain.identity import SignedPerson, person_id
from console.domain.identity_problems import PROBLEMS
from console.errors import BadIdentity, BadSettings, IdentityUsed, NotYours, Unknown
from console.events import Author
from console.protocol import Identified, SignedIdentity
from console.queue.payloads import VisitorProfile
from console.queue.results import ChatSnapshot, Gone
from console.security.identities import Checked, check_hash, check_token
from console.services import Services

Was = Literal["", "visitor", "person"]
FAILED = "?"  # the jwt of a page that wanted to identify somebody but could not


class Who(msgspec.Struct, frozen=True):
    """`visitor` is empty for somebody new. `said` tells the client about its identity, before its welcome."""

    visitor: str = ""
    person: SignedPerson | None = None
    token: str = ""  # of a person, for the client to keep
    said: Identified | None = None


class Identification:
    """Identifies the visitor on one socket of a site."""

    def __init__(self, services: Services, site: Site, connection: str) -> None:
        self.services = services
        self.site = site
        self.connection = connection

    def known(self, token: str) -> Who:
        """Return who has this token."""
        person = self.services.person_tokens.read(token, self.site.key) if token else None
        if person is not None and self.site.identity.trusts(person.by):
            return Who(person_id(self.site.key, person.external), person, token)
        visitor = self.services.visitor_tokens.read(token, self.site.key, days=self.site.remember_days) if token else ""
        if not visitor and token and self.services.person_tokens.names(token):
            return Who(said=_refusal("again", changed="person"))
        return Who(visitor or "")

    async def identify(self, token: str, chat: str, identity: SignedIdentity | None) -> Who:
        """Return who they are from now on. `chat` is the one on their screen."""
        known = self.known(token)
        if identity is None:
            return known
        was: Was = "person" if known.person else "visitor" if known.visitor else ""
        if known.said is not None:
            was = "person"
        try:
            checked = self._check(identity)
            return await self._proven(known, checked, chat, identity, was)
        except BadIdentity as problem:
            return self._unproven(known, problem, was)

    def _check(self, identity: SignedIdentity) -> Checked:
        now = self.services.workspace.now()
        if identity.jwt == FAILED:
            raise BadIdentity("no_token")
        if identity.jwt:
            return check_token(self.site.identity, self.site.key, identity.jwt, now)
        return check_hash(self.site.identity, identity.user, identity.user_hash)

    async def _proven(self, known: Who, checked: Checked, chat: str, identity: SignedIdentity, was: Was) -> Who:
        person = checked.person
        visitor = person_id(self.site.key, person.external)
        began = identity.began and known.visitor and not known.person
        live = await self._live(chat) if began else None
        profile = self._profile_of(live, visitor, person) if live and live.fields["visitor"] == known.visitor else None
        use = _digest(self.site.key, checked.jti) if checked.jti else ""
        by = _digest(identity.cid or self.connection)
        try:
            claimed = await self.services.workspace.identify(
                visitor,
                use,
                by,
                checked.until,
                chat=chat if profile else "",
                before=known.visitor,
                profile=profile,
            )
        except IdentityUsed:
            problem = BadIdentity("used")
            problem.external = person.external
            raise problem from None
        theirs = live is not None and live.fields["visitor"] == visitor  # this is a second try
        if claimed:
            await self._block_as(known.visitor, visitor)
        same = known.visitor == visitor or claimed or theirs
        token = self.services.person_tokens.sign(person, self.site.key)
        said = Identified(True, person.external, token, changed="" if same else was)
        return Who(visitor, person, token, said)

    async def _block_as(self, visitor: str, person: str) -> None:
        """Block the person as long as the visitor they were before. Does nothing while SQL is down."""
        services = self.services
        blocks, now = services.directory.blocks, services.workspace.now()
        block, theirs = block_of(blocks, visitor, "", now), block_of(blocks, person, "", now)
        if block is None or (theirs is not None and theirs.until >= block.until):
            return
        followed = msgspec.structs.replace(block, who=person)
        with suppress(Unknown, BadSettings):
            await services.go_live(await services.stores.blocks.put(followed, by=Author("", block.by)))

    async def _live(self, chat: str) -> ChatSnapshot | None:
        try:
            return (await self.services.workspace.read_chat(chat))[0]
        except (Gone, NotYours):
            return None

    def _profile_of(self, chat: ChatSnapshot, visitor: str, person: SignedPerson) -> VisitorProfile:
        """Return the chat's profile as it will be once the chat is theirs."""
        builder = ProfileBuilder(visitor, lambda: self.site, "")
        builder.adopt(chat.fields["profile"])
        builder.prove(person)
        return builder.profile

    def _unproven(self, known: Who, problem: BadIdentity, was: Was) -> Who:
        """Return the known visitor, or somebody new if it was a person who may no longer be the same."""
        self.services.refused_identities.note(self.site.key, problem.reason, problem.detail)
        same = known.person.external == problem.external if known.person else known.said is None
        if same:
            return msgspec.structs.replace(known, said=_refusal(problem.reason, problem.detail))
        return Who(said=_refusal(problem.reason, problem.detail, changed=was))


def _refusal(reason: str, detail: str = "", changed: Was = "") -> Identified:
    known = PROBLEMS.get(reason)
    words = [known.says, known.do] if known else ["The signed identity has ended."]
    return Identified(False, reason=reason, message=" ".join([*words, *([detail] if detail else [])]), changed=changed)


def _digest(*words: str) -> str:
    return hashlib.blake2b("\0".join(words).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
