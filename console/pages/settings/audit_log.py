"""The audit log: who changed which setting, what supervisors did in live chats, who read ended ones; newest first."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import alerts, audit_log
from console.archive.audit import AuditCursor, AuditFilter, AuditLine
from console.archive.audit_removal import CUT
from console.archive.credentials import SignedIn
from console.archive.members import MemberLine
from console.archive.supervisor_actions import SupervisorAction
from console.authentication import services_of
from console.domain.directory import Directory, queue_settings
from console.domain.validation.queues import clock
from console.events import Note, NoteRedacted, Rated, Redacted, Transferred
from console.pages.settings.common import _, draw, for_supervisors, known_to, language
from console.pages.settings.form import HOUR, MINUTE, SECOND, Gettext, in_words, seconds
from console.pages.settings.opening_hours import day_names
from console.views.channels import channel_name
from console.views.html import stranger
from console.views.i18n import page_texts

AT = "/settings/changes"
PAGE = 50  # lines
LONGEST = 200  # characters of a value
BEFORE = re.compile(r"(\d{1,15})-([01])-(\d{1,15})", re.ASCII)

# The texts in the audit log, for the catalogue; see console/archive.
SAID = (
    _("Queue added"),
    _("Queue changed"),
    _("Queue removed"),
    _("Site added"),
    _("Site changed"),
    _("Site removed"),
    _("Member added"),
    _("Member changed"),
    _("Member deactivated"),
    _("Member reactivated"),
    _("Password changed"),
    _("Session ended"),
    _("Sign-in changed"),
    _("Provider added"),
    _("Provider changed"),
    _("Provider removed"),
    _("Identity linked"),
    _("Member invited"),
    _("Invitation revoked"),
    _("Second factor added"),
    _("Second factor removed"),
    _("Recovery code used"),
    _("Recovery codes renewed"),
    _("Notifications changed"),
    _("Webhook added"),
    _("Webhook changed"),
    _("Webhook secret rotated"),
    _("Webhook removed"),
    _("Token added"),
    _("Token revoked"),
    _("Integration added"),
    _("Integration removed"),
    _("Change refused"),
    _("Canned reply added"),
    _("Canned reply changed"),
    _("Canned reply removed"),
    _("Away reasons changed"),
    _("Data retention changed"),
    _("Chats erased"),
    _("Watching changed"),
    _("Suggested replies changed"),
    _("Breathers changed"),
    _("Blocked"),
    _("Block lifted"),
    _("Chat read"),
    _("Visitor read"),
    _("Chat exported"),
    _("Chats listed"),
    _("Chats searched"),
    _("Chats exported"),
    _("Import started"),
    _("Import cancelled"),
    _("Import finished"),
    _("Import failed"),
    _("Invitation links downloaded"),
    _("Workspace exported"),
    _("Visitor exported"),
    _("Export downloaded"),
    _("Export removed"),
    _("Audit log's retention changed"),
    _("Audit lines deleted"),
    _("Audit values erased"),
)
# Texts that earlier releases wrote into the audit log.
FORMERLY = {
    "Member disabled": "Member deactivated",
    "Member let in again": "Member reactivated",
    "Reasons for being away changed": "Away reasons changed",
    "Retention changed": "Data retention changed",
    "Looking on changed": "Watching changed",
}
FIELDS = {
    **{name: setting.label for name, setting in queue_settings().items()},
    "queue": _("Queue"),
    "queues": _("Queues"),
    "origins": _("Website addresses"),
    "locale": _("Language"),
    "typing_preview": _("Typing preview"),
    "privacy_url": _("Privacy page"),
    "accent": _("Accent colour"),
    "remember_days": _("Days visitors are remembered"),
    "files": _("Files that may be sent"),
    "file_size": _("Largest file (MB)"),
    "formatting": _("Bold, lists and links"),
    "emoji": _("Emoji"),
    "parameters": _("URL parameters to keep"),
    "identity_keys": _("Keys"),
    "token_issuer": _("Issuer"),
    "enforced": _("Visitors without a signed identity"),
    "user_hash": _("user_hash allowed"),
    "identity_rules": _("Queue and priority"),
    "questions": _("Questions before the chat"),
    "question_rules": _("Queue by answer"),
    "greetings": _("Greetings"),
    "email": _("E-mail address"),
    "role": _("Role"),
    "second_factor": _("Second factor"),
    "passwords": _("Passwords"),
    "break_glass": _("Password sign-in always allowed"),
    "issuer": _("Address"),
    "client_id": _("Client ID"),
    "client_secret": _("Client secret"),
    "scopes": _("Scopes"),
    "create": _("Add people as members at their first sign-in"),
    "link": _("Match people to members by e-mail address"),
    "role_claim": _("Claim with roles"),
    "roles": _("Roles by value"),
    "default_role": _("Default role"),
    "queue_claim": _("Claim with queues"),
    "default_queues": _("Queues"),
    "limit": _("Chats at once"),
    "own_limit": _("Own limit"),
    "channel_slots": _("Slots for other channels"),
    "title": _("Title"),
    "text": _("Text"),
    "snippet": _("Snippet"),
    "scope": _("Available to"),
    "owner": _("Owner"),
    "days": _("Days"),
    "chats": _("Chats"),
    "token": _("Token"),
    "shown": _("Agents see who is watching"),
    "words": _("Show visitors' names and messages in notifications"),
    "suggested": _("Suggest replies"),
    "drafts": _("Draft answers"),
    "breathers": _("Breathers an hour"),
    "due_soon": _("Due within"),
    "late": _("Late answers"),
    "left": _("Messages left"),
    "came": _("New chats"),
    "line": _("More waiting than"),
    "nobody": _("Nobody online for"),
    "destinations": _("Destinations"),
    "quiet": _("Quiet period"),
    "kind": _("Block by"),
    "who": _("Address or ID"),
    "until": _("Until"),
    "note": _("Note"),
    "over": _("Notify when resolved"),
    "list": _("List"),
    "filters": _("Filters"),
    "format": _("Format"),
    "notes": _("Internal notes"),
    "changes_days": _("Days to keep changes"),
    "reads_days": _("Days to keep reads and exports"),
    "lines": _("Lines"),
    "up_to": _("Up to line"),
    "hash": _("Its hash"),
    "set_by": _("Set by"),
    "on": _("On"),
    "url": _("Address"),
    "kinds": _("Events"),
    "import": _("Contents"),
    "rows": _("Rows"),
    "added": _("Imported"),
}
STATUSES = {"online": _("Online"), "away": _("Away"), "offline": _("Offline")}
UNTOLD = {"id", "key"}  # the target already names them
IN_WORDS: dict[str, dict[str, str]] = {
    "mode": {"push": _("assigned automatically"), "offer": _("offered"), "pull": _("taken by agents")},
    "role": {"agent": _("Agent"), "supervisor": _("Supervisor"), "admin": _("Admin")},
    "second_factor": {
        "nobody": _("Not required"),
        "leads": _("Admins and supervisors"),
        "everybody": _("Everybody"),
    },
    "import": {
        "members": _("Members"),
        "replies": _("Canned replies"),
        "visitors": _("Visitors"),
        "chats": _("Past chats"),
    },
    "kind": {"visitor": _("Visitor ID"), "address": _("Address")},
    "files": {
        "pictures": _("Pictures"),
        "documents": _("Documents"),
        "archives": _("Archives"),
        "media": _("Sound and video"),
    },
    "list": {
        "ended": _("Ended"),
        "left": _("Left messages"),
        "handled": _("Handled messages"),
        "visitors": _("Visitors"),
    },
    "enforced": {
        "identity": _("may chat; names and addresses that pages give are refused"),
        "chat": _("may not chat or leave a message"),
    },
    "scope": {"shared": _("For everyone"), "queue": _("For a queue"), "member": _("Only me")},
}
FILTERS = {
    "text": _("Text"),
    "visitor": _("Visitor"),
    "since": _("From"),
    "until": _("Until"),
    "agent": _("Agent"),
    "channel": _("Channel"),
    "reason": _("Reason"),
    "rating": _("Rating"),
    "late": _("Late answers"),
    "queue": _("Queue"),
    "site": _("Site"),
}
LOGS = {"changes": _("Changes and supervisors' actions"), "reads": _("Reads and exports"), "all": _("Everything")}
CHAINS = {"changes": _("Changes"), "reads": _("Reads and exports")}
UNITS = {"seconds": (SECOND, "s"), "minutes": (MINUTE, "min"), "hours": (HOUR, "h")}


class Difference(NamedTuple):
    field: str
    before: str
    after: str


class ShownChange(NamedTuple):
    """A line as shown.

    `at` (ms), `who` did it (empty: the command line), the name of the `thing` and its URL. `whole` if the thing was
    added or removed.
    """

    at: int
    who: str
    what: str
    thing: str
    differences: list[Difference]
    whole: bool = False
    address: str = ""
    came_from: str = ""
    by_itself: bool = False  # deleted by data retention


class Filters(NamedTuple):
    """The page's filters, as in its URL."""

    log: str
    member: str
    chat: str

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filters":
        log = asked.get("log", "")
        return cls(log if log in LOGS else "changes", asked.get("member", "")[:64], asked.get("chat", "")[:64])

    @property
    def query(self) -> AuditFilter:
        return AuditFilter("" if self.log == "all" else self.log, self.member, self.chat)

    def url(self, **more: str) -> str:
        given = {**self._asdict(), **more}
        given["log"] = "" if given["log"] == "changes" else given["log"]
        asked = urlencode({name: value for name, value in given.items() if value})
        return f"{AT}?{asked}" if asked else AT


@for_supervisors
async def show(request: Request, me: SignedIn) -> Response:
    services = services_of(request)
    asked = BEFORE.fullmatch(request.query_params.get("before", ""))
    before = AuditCursor(*map(int, asked.groups())) if asked else None
    filters = Filters.of(request.query_params)
    lines = await audit_log.read(services, me.member, filters.query, before, PAGE + 1)
    everyone = await services.stores.members.everyone()
    reader = Reader(await known_to(request), everyone, language(request, me))
    reader.names["webhook"] = {one.id: one.name for one in await services.webhooks.endpoints.read_all()}
    reader.names["alert"] = {rule.id: rule.name for rule in await alerts.read_all(services, me.member)}
    reader.names["integration"] = await services.stores.integrations.names()
    visitors = await audit_log.visitors_of(services, me.member, {*map(chat_of, lines[:PAGE])} - {""})
    reader.names["chat"] = {chat: one.name or stranger(one.id, locale=reader.locale) for chat, one in visitors.items()}
    older = "-".join(map(str, lines[PAGE - 1].place)) if len(lines) > PAGE else ""
    context = {
        "changes": [reader.read(line) for line in lines[:PAGE]],
        "before": before is not None,
        "older": filters.url(before=older) if older else "",
        "newest": filters.url(),
        "filters": filters,
        "logs": LOGS,
        "chains": CHAINS,
        "choices": choices(reader.names, await audit_log.people(services, me.member)),
        "heads": await audit_log.heads(services, me.member),
    }
    return draw(request, me, "changes", context, at=AT)


def choices(names: Mapping[str, Mapping[str, str]], people: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the choices of people, id and name, by name: members, integrations, and others who have lines."""
    found = {**people, **names["integration"], **names["member"]}
    return sorted(found.items(), key=lambda one: (one[1].casefold(), one[0]))


def chat_of(line: AuditLine | SupervisorAction) -> str:
    """Return the chat that a line is about, if it is an ended chat."""
    if not isinstance(line, AuditLine) or line.log != "reads":
        return ""
    kind, _, id = line.target.partition(":")
    return id if kind == "chat" else ""


class Reader:
    """Renders lines of the log with the current names of things."""

    def __init__(self, known: Directory, everyone: list[MemberLine], locale: str) -> None:
        self.locale = locale
        self.gettext: Gettext = page_texts().get(locale).gettext
        self.names = {
            "queue": {queue.id: queue.name for queue in known.queues.values()},
            "site": {site.key: site.name for site in known.sites.values()},
            "member": {line.member.id: line.member.name for line in everyone},
            "integration": {},
            "chat": {},
        }

    def read(self, line: AuditLine | SupervisorAction) -> ShownChange:
        return self.setting(line) if isinstance(line, AuditLine) else self.intervention(line)

    def intervention(self, line: SupervisorAction) -> ShownChange:
        _, fact = self.gettext, line.fact
        if isinstance(fact, Transferred):
            took = fact.to == fact.author.id
            hands = Difference(_("Agent"), self.holder(fact.agent or fact.bot), self.holder(fact.to))
            queue = [] if fact.to else [Difference(_("Queue"), "", self.name("queue", fact.queue))]
            what = _("Chat taken over") if took else _("Chat moved")
            return self.in_chat(line, fact, what, [hands, *queue])
        if isinstance(fact, Note):
            return self.in_chat(line, fact, _("Whisper sent"), [])
        if isinstance(fact, Redacted | NoteRedacted):
            return self.hidden_line(line, fact)
        status = ", ".join(filter(None, (_(STATUSES.get(fact.status, fact.status)), fact.reason)))
        who, thing = self.person(fact.by), self.person(fact.agent)
        return ShownChange(
            fact.at, who, _("Status changed"), thing, [Difference(_("Status"), "", self.value("", status))]
        )

    def hidden_line(self, line: SupervisorAction, fact: Redacted | NoteRedacted) -> ShownChange:
        _, hidden = self.gettext, fact.fact
        visitor = line.name or stranger(line.visitor, locale=self.locale)
        who = self.person(fact.by, otherwise=visitor)
        whose = visitor if isinstance(hidden, Rated) else hidden.author.name or hidden.author.id
        what = [Difference(_("Written by"), "", whose)]
        return ShownChange(
            fact.at, who, _("Card number hidden where it was repeated"), visitor, what, address=f"/chats/{fact.chat}"
        )

    def in_chat(
        self, line: SupervisorAction, fact: Transferred | Note, what: str, differing: list[Difference]
    ) -> ShownChange:
        thing = line.name or stranger(line.visitor, locale=self.locale)
        return ShownChange(
            fact.at, fact.author.name or fact.author.id, what, thing, differing, address=f"/chats/{fact.chat}"
        )

    def holder(self, id: str) -> str:
        return self.person(id) if id else self.gettext("waiting")

    def person(self, id: str, *, otherwise: str = "") -> str:
        """Name a member or an integration; anybody else is shown as `otherwise`, or by id."""
        return self.names["member"].get(id) or self.names["integration"].get(id) or otherwise or id

    def name(self, kind: str, id: str) -> str:
        return self.names[kind].get(id, id)

    def setting(self, line: AuditLine) -> ShownChange:
        differing = [self.difference(line, name) for name in {**line.before, **line.after} if name not in UNTOLD]
        differences = [one for one in differing if one.before or one.after]
        whole = line.log == "changes" and not (line.before and line.after)
        who = line.name if line.member else ""
        return ShownChange(
            line.at,
            who,
            self.gettext(FORMERLY.get(line.what, line.what)),
            self.thing(line),
            differences,
            whole,
            address=f"/chats/{chat}" if (chat := chat_of(line)) in self.names["chat"] else "",
            came_from=line.address,
            by_itself=line.what == CUT,
        )

    def difference(self, line: AuditLine, name: str) -> Difference:
        label = self.gettext(FIELDS[name]) if name in FIELDS else name
        return Difference(label, self.value(name, line.before.get(name)), self.value(name, line.after.get(name)))

    def thing(self, line: AuditLine) -> str:
        kind, _, id = line.target.partition(":")
        differing = {**line.before, **line.after}
        return self.names.get(kind, {}).get(id) or str(differing.get("name") or differing.get("title") or id)

    def value(self, field: str, value: Any) -> str:
        """Format a value in a few words; empty if there is no value."""
        if value in (None, "", [], 0, False):
            return ""
        text = self._in_words(field, value)
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

    def _in_words(self, field: str, value: Any) -> str:
        unit = queue_settings()[field].unit if field in queue_settings() else ""
        if unit and isinstance(value, int):
            ms, short = UNITS[unit]
            return f"{seconds(value, ms)} {short}"
        if field == "hours" and isinstance(value, Mapping):
            return self._hours(value)
        if field == "phrases":
            return "; ".join(f"{in_words([one['language']], self.locale)}: {' / '.join(one['texts'])}" for one in value)
        if field == "channels":
            return "; ".join(map(self._channel, value))
        if field == "filters":
            return ", ".join(self.gettext(FILTERS.get(one, one)) for one in value)
        if field == "languages":
            return in_words(value, self.locale)
        if field in ("queue", "overflow_to", "owner", "bot"):
            return self.names["queue"].get(value) or self.person(str(value))
        if field in ("queues", "default_queues"):
            return ", ".join(map(self._queue, value))
        if field == "files":
            return ", ".join(self.gettext(IN_WORDS[field].get(one, one)) for one in value)
        if value is True:
            return self.gettext("yes")
        if field in IN_WORDS and value in IN_WORDS[field]:
            return self.gettext(IN_WORDS[field][value])
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    def _queue(self, value: str) -> str:
        """Name a queue: `support`, or `claim = support` of a sign-in provider."""
        claim, equals, id = value.rpartition(" = ")
        return f"{claim}{equals}{self.name('queue', id)}"

    def _channel(self, rule: Mapping[str, Any]) -> str:
        own = f" {seconds(rule['target'], MINUTE)} min" if rule.get("target") else ""
        assigned = f", {self.gettext(IN_WORDS['mode']['push'])}" if rule.get("push") else ""
        return f"{channel_name(rule['channel'], locale=self.locale)}{own}{assigned}"

    def _hours(self, hours: Mapping[str, Any]) -> str:
        days = day_names(self.locale)
        week = [f"{days[day]} {clock(begin, end)}" for day, begin, end in hours.get("week", ())]
        differing = [*(week or [self.gettext("always")]), *hours.get("holidays", ())]
        return f"{', '.join(differing)} ({hours.get('zone', '')})"


VALUES = (_("yes"), _("always"))  # for the catalogue

routes = [Route(AT, show, methods=["GET"])]
