"""A workspace's settings in a run: few queues and members, varied in every way that matters to live state."""

from collections.abc import Sequence

from msgspec.structs import replace

from console.domain.channels import ChannelRule
from console.domain.directory import Directory, Hours, Member, Queue, Site
from console.domain.first_words import Phrases

WORDS = (
    Phrases("en", ("Hi {first_name}, “{question}”?", "{agent} here (100%).", "One moment.", "{first_name}, now.")),
    Phrases("fr", ("{question} : {agent}", "Un instant.", "Je regarde.")),
)
BOT = "robin"
PUSHED = (ChannelRule("email", 20_000, True), ChannelRule("other", 7_000))
TAKEN = (ChannelRule("sms", 5_000, False), ChannelRule("other", 9_000, True))
SALES = [
    Queue(
        "sales", "Sales", ask=20_000, end=40_000, overflow_to="help", overflow_after=3_000, wrapup=4_000,
        automatic=1_500, phrases=WORDS, channels=PUSHED, bot=BOT, bot_within=3_000,
    ),
    Queue("sales", "Sales", ask=20_000, end=40_000, head_start=5_000, longest=1, bot=BOT, bot_within=15_000),
    Queue(
        "sales", "Sales", ask=15_000, end=16_000, mode="offer", accept=2_500, misses=2, languages=("en", "fr"),
        language_after=4_000, overflow_to="help", overflow_after=2_000,
    ),
    Queue("sales", "Sales", target=4_000, ask=20_000, end=40_000, mode="pull", wrapup=3_000, channels=PUSHED),
]  # fmt: skip
HELP = [
    Queue(
        "help", "Help", target=10_000, ask=30_000, end=45_000, mode="offer", accept=3_000, misses=2,
        overflow_to="late", overflow_after=1_500, channels=TAKEN,
    ),
    Queue(
        "help", "Help", target=10_000, ask=30_000, end=45_000, wrapup=6_000, languages=("fr", "it"),
        language_after=0, automatic=5_000, phrases=WORDS[1:],
    ),
    Queue("help", "Help", target=8_000, ask=30_000, end=45_000, mode="pull", head_start=2_000, longest=2),
    Queue("help", "Help", target=10_000, ask=30_000, end=45_000, overflow_to="late", overflow_after=4_000),
]  # fmt: skip
LATE = [
    Queue("late", "Late", target=3_000, ask=25_000, end=26_000, mode="pull", longest=1, wrapup=2_000),
    Queue("late", "Late", target=3_000, ask=25_000, end=26_000, languages=("en",), automatic=1_000),
    Queue(
        "late", "Late", target=3_000, ask=25_000, end=26_000, mode="offer", accept=1_000, misses=1, wrapup=1_000,
        channels=PUSHED,
    ),
]  # fmt: skip
AGENTS = ["ana", "ben", "kim", "sam"]
SERVED = [("sales", "help"), ("sales",), ("help", "late"), (), ("late", "sales"), ("help",)]
APART = [None, 1, None, 0, 2]  # slots for other channels
LIMITS = [2, 1, 2, 1, 3, 2, 0]  # 0: not a member
SPOKEN = [(), (), ("fr",), ("en", "it")]
QUEUES = ("sales", "help", "late")
LANGUAGES = ("en", "fr", "it")
ALWAYS = Hours()


def first_directory() -> Directory:
    return directory(1, 0, [2, 2, 1, 1], SERVED[:4], [(), (), ("fr",), ()])


def directory(
    version: int, kind: int, limits: Sequence[int], served: Sequence[tuple[str, ...]],
    spoken: Sequence[tuple[str, ...]], hours: Hours = ALWAYS,
) -> Directory:  # fmt: skip
    """Return the settings. `kind` chooses the queues, all with the same hours; Late exists only while somebody serves
    it.
    """
    rows = zip(AGENTS, limits, served, spoken, strict=True)
    people = {
        agent: Member(
            agent,
            agent.title(),
            f"{agent}@example.org",
            queues=queues,
            limit=limit,
            languages=languages,
            channel_slots=APART[(kind + len(agent) + ord(agent[0])) % len(APART)],
        )
        for agent, limit, queues, languages in rows
        if limit
    }
    used = {"sales", "help", *(queue for member in people.values() for queue in member.queues)}
    chosen = [SALES[kind % 4], HELP[kind // 4 % 4], LATE[kind // 2 % 3]]
    queues = {queue.id: queue for queue in chosen if queue.id in used}
    queues["sales"] = Queue(
        **{name: getattr(queues["sales"], name) for name in Queue.__struct_fields__} | {"hours": hours}
    )
    return Directory(version, queues=queues, members=people, sites={"shop": Site("shop", "Shop", queue="sales")})


def choosing(known: Directory, agent: str, most: int, own: int) -> Directory:
    """Return the next version, in which the agent has an own limit below the supervisors' `most`, or none."""
    chosen = replace(known.members[agent], limit=most, own_limit=own if own < most else 0)
    return replace(known, version=known.version + 1, members={**known.members, agent: chosen})


def closing(now: int) -> Hours:
    """Return hours that end with the current minute."""
    return _today(now, 0, now // 60_000 % 1_440 + 1)


def opening(now: int) -> Hours:
    """Return hours that begin at the end of the current minute."""
    minute = now // 60_000 % 1_440 + 1
    return _today(now, minute % 1_440, 1_440)


def _today(now: int, start: int, end: int) -> Hours:
    return Hours(week=(((now // 86_400_000 + 3) % 7, start, end),))
