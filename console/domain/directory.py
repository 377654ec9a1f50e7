"""Sites, queues and members: plain values with a version. SQL keeps them; the store gets a copy."""

from collections.abc import Collection
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, get_type_hints

import msgspec

from console.domain.blocks import Block
from console.domain.channels import INSTANT, ChannelRule, rule_for
from console.domain.first_words import Phrases
from console.domain.greetings import Greeting
from console.domain.identity import SiteIdentity
from console.domain.mail_templates import MailTemplate
from console.domain.questions import SiteQuestions

MemberRole = Literal["agent", "supervisor", "admin"]
Mode = Literal["push", "offer", "pull"]
Scope = Literal["shared", "queue", "member"]
SLOTS = 6  # chats per agent, at most: the product's promise
FIRST_LIMIT = 3  # chats at once for a new member, until they are used to more
BREATHERS = 3  # within an hour, of at most two minutes each, unless the team sets another number
REMEMBERED = 30  # days until a visitor who does not return is forgotten, unless the site says otherwise
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000  # ms


def highest_limit(channel_slots: int | None) -> int:
    """Return the highest limit that supervisors may set, since the six slots include those for other channels."""
    return SLOTS - (channel_slots or 0)


class Site(msgspec.Struct, frozen=True):
    """A website with the widget.

    `origins` match exactly (`https://shop.example:8443`); the query `parameters` named here are kept in page addresses.
    A visitor who returns within `remember_days` (0: never) is shown their earlier chats. `mails` are the site's own
    texts around answers by mail. `files` are groups of types that may be sent (none: no files), up to `file_size` MB.
    `identity` is how visitors prove who they are, `questions` what they are asked before a chat. With `formatting`,
    bold words, lists and named links in messages are rendered; with `emoji`, both composers offer emoji.
    """

    key: str
    name: str
    queue: str
    origins: tuple[str, ...] = ()
    locale: str = "en"
    typing_preview: bool = False
    privacy_url: str = ""
    accent: str = ""
    parameters: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    remember_days: int = REMEMBERED
    mails: tuple[MailTemplate, ...] = ()
    files: tuple[str, ...] = ()
    file_size: int = 10
    identity: SiteIdentity = SiteIdentity()
    formatting: bool = True
    emoji: bool = True
    questions: SiteQuestions = SiteQuestions()
    greetings: tuple[Greeting, ...] = ()

    @property
    def features(self) -> list[str]:
        """What its visitors and agents may use besides plain text."""
        return [name for name in ("formatting", "emoji") if getattr(self, name)]


class Hours(msgspec.Struct, frozen=True):
    """When a queue takes new chats, in its own time zone. Without a `week` it is always open.

    `week` holds (weekday, from, to): Monday is 0, times are minutes since midnight, `to` is after `from` and at most
    1440. On `holidays` the queue is closed all day (`2026-12-25`), or open only at these hours (`2026-12-24
    09:00-13:00`), whatever the day of the week.
    """

    zone: str = "UTC"
    week: tuple[tuple[int, int, int], ...] = ()
    holidays: tuple[str, ...] = ()


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


class QueueSetting(NamedTuple):
    """Everything about a field of `Queue` that pages, command line, SQL and the store need to know.

    This is the one place that describes a queue setting. A setting with a `unit` is a duration: ms here and in the
    store, entered in that unit, `<name>_ms` in SQL.
    """

    label: str  # on the settings pages
    help: str = ""  # on the command line; a setting without help has no option of its own
    unit: Literal["", "seconds", "minutes", "hours"] = ""
    least: int = 0
    most: int = 0  # 0: validation/queues.py has the rule
    wrong: str = ""  # error message for values outside `least` and `most`
    live: str = ""  # its name in the store, if different
    for_functions: bool = True  # whether the Functions get it
    width: int = 64  # characters of its SQL column


class Queue(msgspec.Struct, frozen=True):
    """Where chats wait. Times are in ms.

    `target` is the time to answer. `ask` and `end` are the visitor's silence before we ask whether they are there, and
    before the chat ends. `head_start` is the queue's priority: its chats count as more urgent by that time. `goal` is
    the percentage of answers that should be within the target. In mode `offer` an agent accepts within `accept`, or the
    chat moves on; after `misses` missed offers in a row the agent is set away. With `languages`, a chat goes to members
    who speak its language, or else the first of these, and after `language_after` (0: never) to any member; without, to
    any member. A queue with `longest` waiting chats is full (0: no limit). A visitor who has waited `leave_after` may
    leave a message instead (0: only while nobody is online); the team answers it within `message_target` of opening
    hours (0: no target). A chat that has waited `overflow_after` is also offered to members of `overflow_to`; that is
    how queues become tiers. `wrapup` is how long the slot stays reserved after the chat for reason and tags (0: no
    wrap-up). First words are the team's own `phrases`, or ours; one is sent automatically `automatic` before the target
    (0: never). `channels` has the targets of chats that come by mail, text message and so on; by default agents take
    these in any mode. A new chat goes to the `bot` (an integration's id) if it is connected and not full; the bot has
    `bot_within` for each answer before people get the chat.
    """

    id: str
    name: Annotated[str, QueueSetting(_("Name"), "Display name.", for_functions=False, width=200)]
    target: Annotated[
        int,
        QueueSetting(
            _("Answer within"),
            "Target: seconds to answer within.",
            unit="seconds",
            least=SECOND,
            most=DAY,
            wrong=_("Enter a target from 1 second to 1 day."),
        ),
    ] = 6_000
    ask: Annotated[
        int,
        QueueSetting(
            _("Ask if still there after"),
            unit="minutes",
            least=5 * SECOND,
            most=DAY,
            wrong=_("Enter a time from 5 seconds to 1 day."),
        ),
    ] = 300_000
    end: Annotated[int, QueueSetting(_("End chat after"), unit="minutes")] = 600_000
    goal: Annotated[
        int,
        QueueSetting(
            _("Goal"),
            "Goal: percent of answers within the target.",
            least=1,
            most=100,
            wrong=_("Enter a goal from 1 to 100 percent."),
            for_functions=False,
        ),
    ] = 90
    head_start: Annotated[
        int,
        QueueSetting(
            _("Head start"),
            "Head start: seconds by which its chats count as more urgent.",
            unit="seconds",
            most=HOUR,
            wrong=_("Enter a head start from 0 to 3600 seconds."),
            live="head",
        ),
    ] = 0
    mode: Annotated[
        Mode,
        QueueSetting(
            _("Assignment"), "push (assign automatically), offer (agents accept) or pull (agents take).", width=20
        ),
    ] = "push"
    accept: Annotated[int, QueueSetting(_("Accept within"), "Seconds to accept an offer.", unit="seconds")] = 10_000
    misses: Annotated[
        int,
        QueueSetting(
            _("Missed offers"),
            "Missed offers in a row before an agent is set to away.",
            least=1,
            most=20,
            wrong=_("Enter a number of missed offers from 1 to 20."),
        ),
    ] = 3
    languages: Annotated[
        tuple[str, ...], QueueSetting(_("Languages"), "Language it is served in, such as fr; repeat for more.")
    ] = ()
    language_after: Annotated[
        int,
        QueueSetting(
            _("Any language after"),
            "Seconds until agents of any language may take a chat; 0 for never.",
            unit="seconds",
            most=HOUR,
            wrong=_("Enter a time from 0 to 3600 seconds."),
        ),
    ] = 15_000
    hours: Annotated[Hours, QueueSetting(_("Hours"), for_functions=False)] = (
        Hours()
    )  # the store gets instants, see opening_hours.py
    longest: Annotated[
        int,
        QueueSetting(
            _("Queue limit"),
            "Queue limit: waiting chats at which it is full; 0 for no limit.",
            most=10_000,
            wrong=_("Enter a queue limit from 1 to %(most)s chats, or 0 for no limit."),
        ),
    ] = 0
    leave_after: Annotated[
        int,
        QueueSetting(
            _("Offer to leave a message after"),
            "Seconds of waiting until visitors can leave a message instead; 0 for only while nobody is online.",
            unit="seconds",
            most=HOUR,
            wrong=_("Enter a time from 0 to 3600 seconds."),
            for_functions=False,
        ),
    ] = 180_000
    message_target: Annotated[
        int,
        QueueSetting(
            _("Answer left messages within"),
            "Target for left messages: seconds of opening time to answer within; 0 for no target.",
            unit="hours",
            most=30 * DAY,
            wrong=_("Enter a time from 0 to 720 hours."),
            for_functions=False,
        ),
    ] = 9 * HOUR
    overflow_to: Annotated[
        str, QueueSetting(_("Overflow to"), "Overflow queue (next tier); none for no overflow.", live="overflow")
    ] = ""
    overflow_after: Annotated[
        int, QueueSetting(_("Overflow after"), "Seconds of waiting before chats overflow.", unit="seconds")
    ] = 0
    wrapup: Annotated[
        int,
        QueueSetting(
            _("Wrap-up"),
            "Wrap-up: seconds the slot stays reserved after the chat.",
            unit="seconds",
            most=10 * MINUTE,
            wrong=_("Enter a wrap-up time from 0 to 600 seconds."),
        ),
    ] = 0
    reasons: Annotated[
        tuple[str, ...],
        QueueSetting(_("Reasons"), "Contact reason to choose from; repeat for more.", for_functions=False),
    ] = ()
    automatic: Annotated[
        int,
        QueueSetting(
            _("Automatic first word"),
            "Seconds before the target at which a first word is sent automatically; 0 for never.",
            unit="seconds",
        ),
    ] = 0
    phrases: Annotated[tuple[Phrases, ...], QueueSetting(_("Phrases for first words"), for_functions=False)] = ()
    channels: Annotated[
        tuple[ChannelRule, ...],
        QueueSetting(
            _("Channels"),
            'Target of a channel in minutes, such as "email 540" or "sms 12 assigned"; repeat for more, or "default".',
        ),
    ] = ()
    bot: Annotated[
        str,
        QueueSetting(_("First answered by"), "ID or name of the integration whose bot answers first; none: no bot."),
    ] = ""
    bot_within: Annotated[
        int,
        QueueSetting(
            _("Bot answers within"),
            "Seconds within which the bot must answer before people get the chat.",
            unit="seconds",
            least=SECOND,
            most=2 * MINUTE,
            wrong=_("Enter a time from 1 to 120 seconds."),
        ),
    ] = 10_000

    def target_on(self, channel: str) -> int:
        """Return the time (ms) to answer a chat of this channel."""
        return self.target if channel in INSTANT else rule_for(self.channels, channel).target

    def uses_channel_slots(self, channel: str) -> bool:
        """Whether chats of this channel use the slots that a member may have for other channels."""
        return channel not in INSTANT and not rule_for(self.channels, channel).push

    def assigns(self, channel: str) -> bool:
        """Whether chats of this channel are assigned to agents; agents take the others."""
        return self.mode != "pull" and (channel in INSTANT or rule_for(self.channels, channel).push)


@cache
def queue_settings() -> dict[str, QueueSetting]:
    """Map field names to their settings, in the order of the fields; all but the id."""
    hints = get_type_hints(Queue, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items() if hasattr(hint, "__metadata__")}


def queue_default(name: str) -> Any:
    """Return the default of a queue setting."""
    return getattr(Queue("", ""), name)


class Member(msgspec.Struct, frozen=True):
    """A person with an account. `languages` are primary tags (`fr`); none means all.

    `limit` is the supervisors' limit, `own_limit` a lower one that the person chose; 0 for none. `channel_slots` is how
    many chats of other channels they may take in addition; None: these also use the slots of `limit`.
    """

    id: str
    name: str
    email: str
    role: MemberRole = "agent"
    queues: tuple[str, ...] = ()
    limit: int = SLOTS
    locale: str = ""
    languages: tuple[str, ...] = ()
    own_limit: int = 0
    channel_slots: int | None = None

    @property
    def at_once(self) -> int:
        """The number of chats they get at once."""
        return min(self.limit, self.own_limit or self.limit)


class Directory(msgspec.Struct, frozen=True):
    """All settings at one version. The store takes a directory only if its version is higher than the store's own."""

    version: int
    sites: dict[str, Site] = {}
    queues: dict[str, Queue] = {}
    members: dict[str, Member] = {}
    away_reasons: tuple[str, ...] = ()  # reasons an agent can choose when going away
    blocks: dict[str, Block] = {}  # visitors and addresses that may not write, by key
    watch_shown: bool = True  # whether an agent sees who watches a chat
    suggestions: bool = True  # whether consoles suggest replies
    drafts: bool = True  # whether a model drafts answers, if there is one
    breathers: int = BREATHERS  # breathers that an agent may take within an hour


def served_by(directory: Directory, queue: str, chosen: Collection[str]) -> Directory:
    """Return the directory in which exactly the members `chosen` serve the queue."""

    def of(member: Member) -> Member:
        if (member.id in chosen) == (queue in member.queues):
            return member
        others = tuple(one for one in member.queues if one != queue)
        return msgspec.structs.replace(member, queues=(*others, queue) if member.id in chosen else others)

    return msgspec.structs.replace(directory, members={id: of(member) for id, member in directory.members.items()})


def answered_first_by(directory: Directory, bot: str) -> list[Queue]:
    """Return the queues whose new chats go to this bot (an integration's id)."""
    return [queue for queue in directory.queues.values() if bot and queue.bot == bot]


def without_bot(directory: Directory, bot: str) -> Directory:
    """Return the directory in which people answer all chats of this bot's queues."""
    freed = {queue.id: msgspec.structs.replace(queue, bot="") for queue in answered_first_by(directory, bot)}
    return msgspec.structs.replace(directory, queues={**directory.queues, **freed})


def languages_in(known: Directory) -> set[str]:
    """Return the languages of all queues and members."""
    served = {code for queue in known.queues.values() for code in queue.languages}
    return served | {code for member in known.members.values() for code in member.languages}


def led_to(known: Directory, site: Site) -> set[str]:
    """Return the queues in which a visitor of the site can open a chat: its own, those listed, and their overflow."""
    found = {site.queue, *site.queues} & set(known.queues)
    while more := {known.queues[queue].overflow_to for queue in found} & set(known.queues) - found:
        found |= more
    return found


def overflowing_into(directory: Directory, queues: Collection[str]) -> set[str]:
    """Return these queues and all that overflow into them, directly or indirectly."""
    found = set(queues)
    while more := {queue.id for queue in directory.queues.values() if queue.overflow_to in found} - found:
        found |= more
    return found


class Canned(msgspec.Struct, frozen=True):
    """A canned reply, inserted with `/`. `owner` is a queue's or a member's id; empty for a shared reply.

    PLACEHOLDERS in braces are filled in: `Good morning {visitor}, this is {agent}.` `snippet` is the code that is
    replaced by the reply when typed after a semicolon: `;ty`. It may be empty.
    """

    id: str
    title: str
    text: str
    scope: Scope = "shared"
    owner: str = ""
    snippet: str = ""


FIRST_NAME = "n"  # the snippet that every console has: the visitor's first name

# Names, and the title of the visitor's page. There is also `field:<name>`, for a field that the page has set.
PLACEHOLDERS = ("visitor", "first_name", "agent", "queue", "site", "page")
