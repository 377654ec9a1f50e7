"""A demo shop that asks before a chat and greets on its pages."""

from typing import Any

from msgspec.structs import replace

from console.domain.directory import Queue, Site
from console.domain.greetings import Greeting
from console.domain.questions import AnswerRule, Question, SiteQuestions
from tests.support.credentials import is_live, stores_of
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer

ABOUT = Question(
    "about",
    "What is it about?",
    "choice",
    required=True,
    choices=("An order", "Something else"),
    languages={"it": ("Di che cosa si tratta?", "Un ordine", "Altro")},
)
ORDER = Question("order", "Order number", when="about", equals="An order", prefill="cart", required=True)
MAIL = Question("mail", "E-mail address", "email", prefill="email")
CALL = Question("call", "Phone number", "phone")
TERMS = Question("terms", "I agree that you store this", "consent", required=True)
ASKED = (ABOUT, ORDER, MAIL, CALL, TERMS)
TO_ORDERS = AnswerRule("about", "an order", "orders")
ALL: dict[str, str] = {"about": "An order", "order": "A-17", "mail": "vera@example.com", "terms": "yes"}
HELLO = Greeting(
    "hello", after=1, texts={"en": "Can we help you choose?", "it": "Possiamo aiutarla?", "ar": "هل نساعدك؟"}
)


async def asks(server: RunningServer, *asked: Question, orders: str = "ben") -> None:
    """Set the demo site's questions, `ASKED` by default. The member `orders` serves the queue of that name."""
    async with stores_of(server) as stores:
        await stores.queues.put(Queue("orders", "Orders"), members=[orders])
    await _changes(server, questions=SiteQuestions(asked or ASKED, () if asked else (TO_ORDERS,)))


async def asks_nothing(server: RunningServer) -> None:
    await _changes(server, questions=SiteQuestions())


async def greets(server: RunningServer, *greetings: Greeting) -> None:
    await _changes(server, greetings=greetings)


async def _changes(server: RunningServer, **settings: Any) -> None:
    async with stores_of(server) as stores:
        known: Site = (await stores.directory.read()).sites["demo"]
        stands = await stores.sites.put(replace(known, **settings))
        await eventually(lambda: is_live(stores.database, stands.version), "the site's settings to be live")
