"""The text of an incident in its rule's language, for a reader who was doing something else."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale
from babel.dates import format_datetime, format_time, format_timedelta

from console.alerts.detector import AlertedChat, News
from console.domain.alert_delivery import AlertMessage
from console.domain.alerts import EVENTS, AlertRule, Kind, What
from console.domain.directory import Queue
from console.views.i18n import Translations, page_texts
from console.views.templating import environment

LONGEST_SUBJECT = 200  # characters
BOARD, LEFT, SETTINGS = "/board", "/messages", "/settings/alerts"
FULL_WIDTH = 0xFEE0  # offset from an ASCII character to its full-width form, which no chat treats as markup
MARKUP = re.compile(r"[<>\[\]*_~`|\\#@&{}:]")
IN_ADDRESS = re.compile(r"(?<=\w)\.(?=\w)")
ONE_DOT = "\u2024"


class MessageRow(msgspec.Struct):
    """A chat as a sentence; mail uses its parts."""

    name: str
    says: str


class Parts(msgspec.Struct):
    """The parts of a message, before they are joined."""

    subject: str
    lead: str
    link: str
    lines: list[MessageRow] = []
    more: str = ""
    foot: str = ""


def message_of(news: News, queue: Queue, origin: str) -> AlertMessage:
    """Build the message. `origin` is the public address of Sestetto; empty if unknown."""
    texts = MessageText(news.rule.locale, queue, news.at)
    kind = news.incident.kind
    lines = [texts.event(kind, chat) if kind in EVENTS else texts.line(chat) for chat in news.chats]
    more = news.count - len(lines) if lines else 0
    parts = Parts(
        texts.subject(news),
        texts.lead(news),
        _link(origin, LEFT if kind == "left" else BOARD),
        lines,
        texts.more(more) if more > 0 else "",
        texts.foot(news.rule, news.what, kind),
    )
    return _message(parts, news.rule.locale, _tone(news))


def _tone(news: News) -> str:
    if news.incident.kind in EVENTS:
        return "info"
    return "success" if news.what == "over" else "warning"


def trial(rule: AlertRule, by: str, origin: str) -> AlertMessage:
    """Build the message of the button "Send a test message"."""
    gettext = page_texts().get(rule.locale).gettext
    parts = Parts(
        gettext("Test: alerts for %(rule)s arrive here") % {"rule": plain(rule.name)},
        gettext("%(name)s sent this test from the settings. No action is needed.") % {"name": plain(by)},
        _link(origin, SETTINGS),
    )
    return _message(parts, rule.locale, "info")


def plain(name: str) -> str:
    """Return a name that stays a name: no chat or mail reader sees a mention, markup or a link in it."""
    return IN_ADDRESS.sub(ONE_DOT, MARKUP.sub(lambda found: chr(ord(found[0]) + FULL_WIDTH), name))


def _link(origin: str, path: str) -> str:
    return f"{origin.rstrip('/')}{path}" if origin else ""


def _message(parts: Parts, locale: str, tone: str) -> AlertMessage:
    parts.subject = " ".join(parts.subject.split())[:LONGEST_SUBJECT]
    chats = [*(f"• {line.name}: {line.says}" for line in parts.lines), parts.more]
    blocks = (parts.lead, "\n".join(chat for chat in chats if chat), parts.link, parts.foot)
    html = environment(locale).get_template("alert_mail.html").render(msgspec.structs.asdict(parts))
    return AlertMessage(parts.subject, "\n\n".join(block for block in blocks if block), html, tone)


class MessageText:
    """The texts of one message, in its language and its queue's time zone."""

    def __init__(self, locale: str, queue: Queue, now: int) -> None:
        self._texts: Translations = page_texts().get(locale)
        self._locale = Locale.parse(locale)
        self._zone = ZoneInfo(queue.hours.zone)
        self._queue = plain(queue.name)
        self._now = now

    def subject(self, news: News) -> str:
        gettext, ngettext = self._texts.gettext, self._texts.ngettext
        count, names = news.count, {"queue": self._queue, "count": news.count}
        over = {
            "due_soon": gettext("Resolved: %(queue)s, answers were due soon"),
            "late": gettext("Resolved: %(queue)s, answers were late"),
            "line": gettext("Resolved: %(queue)s, too many chats were waiting"),
            "nobody": gettext("Resolved: %(queue)s, nobody was online"),
        }
        now = {
            "due_soon": ngettext(
                "%(queue)s: %(count)s answer is due soon", "%(queue)s: %(count)s answers are due soon", count
            ),
            "late": ngettext("%(queue)s: %(count)s answer is late", "%(queue)s: %(count)s answers are late", count),
            "line": ngettext("%(queue)s: %(count)s chat waiting", "%(queue)s: %(count)s chats waiting", count),
            "nobody": gettext("%(queue)s: nobody is online"),
            "left": ngettext("%(queue)s: %(count)s message left", "%(queue)s: %(count)s messages left", count),
            "came": ngettext("%(queue)s: %(count)s new chat", "%(queue)s: %(count)s new chats", count),
        }
        kind = news.incident.kind
        if kind in EVENTS:
            return now[kind] % names
        if news.what == "over":
            return over[kind] % names
        subject = now[kind] % names
        return gettext("Still: %(subject)s") % {"subject": subject} if news.what == "still" else subject

    def lead(self, news: News) -> str:
        """Return since when, in the queue's time zone; when it is over, the outcome."""
        gettext, ngettext = self._texts.gettext, self._texts.ngettext
        incident = news.incident
        if incident.kind in EVENTS:
            return gettext("Times are in %(zone)s.") % {"zone": self._zone.key}
        if news.what != "over":
            since = gettext("Since %(time)s (%(zone)s).") % {
                "time": self._time(incident.opened),
                "zone": self._zone.key,
            }
            waits = ngettext("%(count)s chat is waiting.", "%(count)s chats are waiting.", news.count) % {
                "count": news.count
            }
            return f"{since} {waits}" if incident.kind == "nobody" and news.count else since
        span = {"from": self._time(incident.opened), "to": self._time(incident.last), "zone": self._zone.key}
        lead = gettext("From %(from)s to %(to)s (%(zone)s).") % span
        count = {"count": incident.count}
        match incident.kind:
            case "late":
                more = ngettext("%(count)s answer was late.", "%(count)s answers were late.", incident.count) % count
            case "line":
                more = gettext("Up to %(count)s chats were waiting at once.") % count
            case _:
                return lead
        return f"{lead} {more}"

    def line(self, chat: AlertedChat) -> MessageRow:
        gettext = self._texts.gettext
        values = {"since": self._time(chat.since), "due": self._time(chat.due), "agent": plain(chat.agent)}
        if chat.due and chat.agent:
            says = gettext("waiting since %(since)s, answer due %(due)s, with %(agent)s")
        elif chat.due:
            says = gettext("waiting since %(since)s, answer due %(due)s, not assigned")
        else:
            says = gettext("waiting since %(since)s")
        return MessageRow(plain(chat.name) or gettext("A visitor"), says % values)

    def event(self, kind: Kind, chat: AlertedChat) -> MessageRow:
        gettext = self._texts.gettext
        says = gettext("left a message at %(time)s") if kind == "left" else gettext("opened a chat at %(time)s")
        return MessageRow(plain(chat.name) or gettext("A visitor"), says % {"time": self._time(chat.since)})

    def more(self, count: int) -> str:
        return self._texts.ngettext("and %(count)s more", "and %(count)s more", count) % {"count": count}

    def foot(self, rule: AlertRule, what: What, kind: Kind) -> str:
        names = {"rule": plain(rule.name)}
        if what == "over":
            return self._texts.gettext("Alert: %(rule)s.") % names
        names["time"] = format_timedelta(timedelta(milliseconds=rule.quiet), threshold=2, locale=self._locale)
        if kind in EVENTS:
            return (
                self._texts.gettext("Alert: %(rule)s. Any more in the next %(time)s will come in one message.") % names
            )
        return self._texts.gettext("Alert: %(rule)s. If this continues, the next message comes in %(time)s.") % names

    def _time(self, at: int) -> str:
        when, now = (datetime.fromtimestamp(ms / 1000, self._zone) for ms in (at, self._now))
        if when.date() == now.date():
            return str(format_time(when, "medium", locale=self._locale))
        return str(format_datetime(when, "short", locale=self._locale))
