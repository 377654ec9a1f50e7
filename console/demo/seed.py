"""The demo's data: a shop with the widget, two queues, agents Ana and Ben, supervisor Sam, admin Ada; simulated agents
on demand.
"""

from typing import NamedTuple

from msgspec.structs import replace

from console.archive.stores import Stores
from console.demo.scripts import COLLEAGUES
from console.domain.directory import Canned, Directory, Member, Queue, Site
from console.domain.shared_files import USUAL
from console.security import is_loopback

SITE = "demo"
WRAPUP = 20_000  # ms
QUEUES = (
    Queue(
        "support",
        "Support",
        wrapup=WRAPUP,
        reasons=("Order status", "Return", "Washing and care", "Patterns", "Other"),
    ),
    Queue("billing", "Billing", wrapup=WRAPUP, reasons=("Invoice", "Payment", "Refund")),
)
AWAY_REASONS = ("Lunch", "Short break", "Training", "Meeting")
CANNED = (
    Canned("demo-hello", "Hello", "Hi {first_name}, {agent} from {site} here. How can I help?", snippet="hi"),
    Canned("demo-moment", "One moment", "One moment please, I'll look that up.", snippet="mom"),
    Canned(
        "demo-still",
        "Are you still there?",
        "Are you still there, {first_name}? Take your time, I'm here.",
        snippet="there",
    ),
    Canned("demo-bye", "Good-bye", "Thank you for writing, {first_name}. Enjoy your wool!", snippet="bye"),
    Canned(
        "demo-order",
        "Order number",
        "May I have the number of your order? It's in your confirmation e-mail.",
        "queue",
        "support",
        snippet="order",
    ),
    Canned(
        "demo-wash",
        "Washing wool",
        "By hand at 30 degrees, with a little wool soap. Dry it flat.",
        "queue",
        "support",
        snippet="wash",
    ),
    Canned(
        "demo-refund",
        "Refund",
        "Your refund is on its way. It takes three to five days to reach your account.",
        "queue",
        "billing",
        snippet="refund",
    ),
)
BOTH = tuple(queue.id for queue in QUEUES)
PEOPLE = (
    Member("ana", "Ana", "ana@demo.example", "agent", BOTH),
    Member("ben", "Ben", "ben@demo.example", "agent", BOTH),
    Member("sam", "Sam", "sam@demo.example", "supervisor", BOTH),
    Member("ada", "Ada", "ada@demo.example", "admin", BOTH),
)
SIMULATED = "simulated"  # name of the simulated agents' tokens


class Link(NamedTuple):
    """A one-click sign-in URL."""

    member: Member
    url: str


async def publish(stores: Stores, url: str) -> None:
    """Create the demo's directory for a server at `url`. On later runs, changes made in the console stay."""
    await publish_team(stores)
    await stores.sites.put(_site(url, await stores.directory.read()))


async def publish_team(stores: Stores) -> None:
    """The same without the shop's site, which needs an address."""
    known = await stores.directory.read()
    for queue in QUEUES:
        if queue.id not in known.queues:
            await stores.queues.put(queue)
    if not known.version:
        await stores.preferences.set_away_reasons(AWAY_REASONS)
        for reply in CANNED:
            await stores.canned.put(reply)
    for member in PEOPLE:
        await _keep(stores, known, member)


async def links(stores: Stores, url: str) -> list[Link]:
    """Return a one-click sign-in URL for each of the demo's members."""
    return [Link(member, f"{url}/sign-in?key={await stores.one_clicks.add(member.id)}") for member in PEOPLE]


async def colleagues(stores: Stores, count: int) -> list[str]:
    """Return bearer tokens for `count` simulated agents; tokens of earlier runs are revoked."""
    known = await stores.directory.read()
    bearers = []
    for number in range(count):
        member = _colleague(number)
        await _keep(stores, known, member)
        for old in await stores.tokens.of_member(member.id):
            if old.name == SIMULATED:
                await stores.tokens.revoke(old.id)
        bearers.append(await stores.tokens.add(member.id, SIMULATED))
    return bearers


def _site(url: str, known: Directory) -> Site:
    """Return the shop's site with every name of this machine, and the names it had before."""
    scheme, _, address = url.partition("://")
    host, _, port = address.rpartition(":")
    names = {host, "localhost", "127.0.0.1"} if is_loopback(host.strip("[]")) else {host}
    before = known.sites.get(
        SITE, Site(SITE, "Lana, the wool shop", "support", typing_preview=True, queues=BOTH, files=USUAL)
    )
    origins = {f"{scheme}://{name}:{port}" for name in names}
    ours = {"", *(f"{origin}/privacy" for origin in before.origins)}
    privacy = f"{url}/privacy" if before.privacy_url in ours else before.privacy_url
    return replace(before, origins=tuple(sorted(origins | set(before.origins))), privacy_url=privacy)


def _colleague(number: int) -> Member:
    name = COLLEAGUES[number % len(COLLEAGUES)]
    again = number // len(COLLEAGUES)
    id = f"{name.lower()}{again + 1 if again else ''}"
    return Member(id, f"{name} (simulated)", f"{id}@demo.example", "agent", BOTH)


async def _keep(stores: Stores, known: Directory, member: Member) -> None:
    if member.id not in known.members:
        await stores.members.add(
            id=member.id, email=member.email, name=member.name, password="", role=member.role, queues=member.queues
        )
