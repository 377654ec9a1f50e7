"""What a page and a signed identity say about a visitor: cleaned, and kept until a chat is opened."""

import re
from collections.abc import Callable, Collection, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from console.domain.card_numbers import mask_cards
from console.domain.directory import Site
from console.domain.email_address import EMAIL
from console.domain.identity import SignedPerson
from console.domain.sanitize import clean, safe_name
from console.errors import BadText, ProfileFull
from console.events import AnswerGiven, Greeted, Visitor
from console.projection.picture import ChatState
from console.protocol import Page
from console.queue.payloads import VisitorProfile

CHANNEL = "web"
MOST_FIELDS = 50  # per visitor; the oldest are dropped, as every profile fact carries all fields
MOST_BYTES = 16 * 1024  # of all names and values together
NOBODY = SignedPerson("", "")
ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{1,63}")


class ProfileBuilder:
    """The visitor as this socket knows them; facts carry `profile`. `site` is called each time."""

    def __init__(self, visitor: str, site: Callable[[], Site], browser: str, channel: str = CHANNEL) -> None:
        self._site = site
        self.person: SignedPerson | None = None
        self.unsaid = False  # whether the chat does not have the identity's data yet
        self.profile = VisitorProfile(
            Visitor(visitor),
            locale=site().locale,
            agent_string=clean_line(browser[:300], 300),
            site=site().key,
            channel=channel,
        )

    @property
    def visitor(self) -> Visitor:
        return self.profile.visitor

    def adopt(self, profile: bytes | str) -> None:
        """Take over the profile of the visitor's chat, but keep the page and the time zone they are in now."""
        kept, here = msgspec.json.decode(profile, type=VisitorProfile), self.profile
        known = msgspec.structs.replace(kept.visitor, id=here.visitor.id)
        self.profile = msgspec.structs.replace(
            kept,
            visitor=known,
            page=here.page or kept.page,
            title=here.title or kept.title,
            zone=here.zone or kept.zone,
        )
        if self.person is not None:
            self.prove(self.person)
            mine = self.profile
            self.unsaid = (kept.visitor, kept.fields, kept.proven) != (mine.visitor, mine.fields, mine.proven)

    def prove(self, person: SignedPerson) -> None:
        """Apply a signed identity: it overrides the page's data. The data of an earlier identity is dropped."""
        self.person, was = person, self.profile
        signed = {name.casefold() for name in person.fields}
        over = {name.removeprefix("field:") for name in was.proven}
        fields = {k: v for k, v in was.fields.items() if k not in over and k.casefold() not in signed}
        visitor = Visitor(
            was.visitor.id,
            person.name or was.visitor.name,
            person.email or was.visitor.email,
            not person.hashed,
            person.external,
        )
        self.profile = msgspec.structs.replace(
            was, visitor=visitor, fields=_fitting(fields, person.fields), proven=person.proven
        )

    def recall(self, name: str, email: str) -> None:
        """Take name and address from an earlier visit if this one has given none."""
        here = self.profile.visitor
        visitor = msgspec.structs.replace(here, name=here.name or name, email=here.email or email)
        self.profile = msgspec.structs.replace(self.profile, visitor=visitor)

    def set_page(self, page: Page, locale: str = "") -> None:
        """Set the current page; empty values keep what was known."""
        here = self.profile
        self.profile = msgspec.structs.replace(
            here,
            locale=clean_line(locale, 35) or here.locale,
            page=page_address(page.url, self._site().parameters) or here.page,
            title=clean_line(page.title, 300) or here.title,
            referrer=page_address(page.referrer, ()) or here.referrer,
        )

    def set_locale(self, locale: str) -> None:
        self.profile = msgspec.structs.replace(self.profile, locale=clean_line(locale, 35) or self.profile.locale)

    def set_opening(self, answers: list[AnswerGiven], email: str = "", greeting: Greeted | None = None) -> None:
        """Set what a chat begins with: a greeting, and answers (an e-mail address in them is used if none is known)."""
        was = self.profile
        visitor = msgspec.structs.replace(was.visitor, email=was.visitor.email or email)
        self.profile = msgspec.structs.replace(was, visitor=visitor, answers=answers, greeting=greeting)

    def set_zone(self, zone: str) -> None:
        """Set the time zone; ignores values that do not look like one."""
        if ZONE.fullmatch(zone):
            self.profile = msgspec.structs.replace(self.profile, zone=zone)

    def set_identity(self, name: str, email: str, fields: Mapping[str, str]) -> None:
        """Set name, address and fields as the page gives them: unverified; the oldest fields are dropped.

        Data from a signed identity stays. Raises BadText for half a surrogate pair, and ProfileFull if the given fields
        alone are too large.
        """
        was = self.profile
        given = {
            clean_line(key, 60): mask_cards(clean(value, limit=500, optional=True)) for key, value in fields.items()
        }
        if size(given) > MOST_BYTES:
            raise ProfileFull
        signed = self.person or NOBODY
        visitor = msgspec.structs.replace(
            was.visitor,
            name=signed.name or mask_cards(safe_name(name)) or was.visitor.name,
            email=signed.email or clean_line(email, 254) or was.visitor.email,
        )
        proven = {one.casefold() for one in signed.fields}
        fields = {**{key: value for key, value in was.fields.items() if key not in given}, **given}
        page = {key: value for key, value in fields.items() if key.casefold() not in proven}
        self.profile = msgspec.structs.replace(was, visitor=visitor, fields=_fitting(page, signed.fields))

    @property
    def bytes(self) -> int:
        """The approximate size of the profile when it is written once."""
        mine = self.profile
        answers = size({one.question: one.answer for one in mine.answers})
        rest = (mine.page, mine.title, mine.referrer, mine.agent_string)
        return size(mine.fields) + answers + sum(map(len, rest))

    def matches(self, state: ChatState) -> bool:
        """Whether the chat already has the whole profile."""
        mine = self.profile
        name = mine.visitor.name if state.named else state.name  # a name that an agent gave does not come from the page
        known = (name, state.email, state.locale, state.page, state.title, state.fields)
        signed = (state.visitor, state.verified, state.external, state.proven)
        return known == (mine.visitor.name, mine.visitor.email, mine.locale, mine.page, mine.title, mine.fields) and (
            signed == (mine.visitor.id, mine.visitor.verified, mine.visitor.external, mine.proven)
        )


def _fitting(page: Mapping[str, str], signed: Mapping[str, str]) -> dict[str, str]:
    """Return the signed fields, then the page's, of which the oldest are dropped if there are too many."""
    kept = dict([*page.items()][-(MOST_FIELDS - len(signed)) :])
    while kept and size(kept) + size(signed) > MOST_BYTES:
        del kept[next(iter(kept))]
    return {**signed, **kept}


def size(fields: Mapping[str, str]) -> int:
    """Return the bytes of all names and values."""
    return sum(len(name.encode()) + len(value.encode()) for name, value in fields.items())


def clean_line(text: str, limit: int) -> str:
    """Clean a single line about the visitor; empty if nothing is left."""
    return mask_cards(clean(text.strip(), limit=limit, lines=False, optional=True))


def valid_email(text: str) -> str:
    """Return the address trimmed. Raises BadText if it is no e-mail address."""
    if not EMAIL.fullmatch(text.strip()):
        raise BadText("That is no e-mail address.")
    return text.strip()


def page_address(url: str, parameters: Collection[str]) -> str:
    """Return the URL without fragment, and with only those query parameters that the site lists."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https"):
        return ""
    kept = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name in parameters])
    return clean_line(urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, kept, "")), 2_000)
