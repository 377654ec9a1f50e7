"""What the stage's console fetches over HTTP: canned replies and visitors' profiles."""

import asyncio
from typing import TYPE_CHECKING

import msgspec
from playwright.async_api import Page
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from console.archive.reducer import ArchivedChat
from console.domain.directory import Canned
from console.pages.settings.canned_replies_json import Replies
from console.pages.suggestions import QueueHints, Suggestions
from console.pages.visitor import context_of, fragment_of
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from tests.browser.console_stage import Stage

GREETING = Canned("k1", "Greeting", "Hello {visitor}, this is {agent}. How can I help?")
REFUND = Canned("k2", "Refund date", "Your refund for {field:order} arrives within five days.", "queue", "billing")
TV = Canned("k3", "Black screen on TV", "Please update the app: open Settings, then About.", "queue", "support")
BYE = Canned("k4", "Goodbye", "Thank you for writing. Enjoy the film!", "member", "ana")

# What came is in the browser a moment before the page has read it.
REPLIES_READY = """async () => {
  const { src } = document.querySelector('script[src*="/bundles/"]');
  return (await import(src))['console/tools/replies.js'].replies.state === 'ready';
}"""


async def replies_ready(desk: Page) -> None:
    """Return once the page knows the canned replies that it has asked for."""
    await eventually(lambda: desk.evaluate(REPLIES_READY), "the canned replies to be read")


HINTS_READY = """async (queue) => {
  const { src } = document.querySelector('script[src*="/bundles/"]');
  return (await import(src))['console/suggestions/knowledge.js'].knows(queue);
}"""


async def hints_ready(desk: Page, queue: str = "support") -> None:
    """Return once the page knows what it has asked for and the team has taught in that queue.

    Not `expect_response`: the browser's driver may hear of the answer before it hears that somebody waits for it,
    when what makes the page ask comes past the driver, from a stage or a server.
    """
    await eventually(lambda: desk.evaluate(HINTS_READY, queue), "what was taught to be read")


class SideTable:
    """`status` of what is fetched (0: nothing comes back); `asked` are the paths."""

    def __init__(self) -> None:
        self.replies: list[Canned] = [BYE, TV, REFUND, GREETING]
        self.queues = ["billing", "support"]
        self.hints: dict[str, QueueHints] = {}
        self.earlier: list[ArchivedChat] | None = [
            ArchivedChat(
                "old1", queue="support", reason="Refund", opened=1_799_000_000_000, agent_name="Ben", rating=4
            ),
            ArchivedChat("old2", queue="billing", opened=1_798_000_000_000, agent_name="Ana"),
        ]
        self.away_reasons: tuple[str, ...] = ("Lunch", "Training")
        self.status = 200
        self.asked: list[str] = []
        self.written = asyncio.Event()  # replies do not come before
        self.written.set()


def side_routes(stage: "Stage") -> list[Route]:
    async def canned(request: Request) -> Response:
        stage.side.asked.append(request.url.path)
        await stage.side.written.wait()
        body = msgspec.json.encode(Replies(stage.side.replies, stage.side.queues))
        return Response(body, stage.side.status, media_type="application/json")

    async def visitor(request: Request) -> Response:
        stage.side.asked.append(request.url.path)
        play = stage.plays.get(request.path_params["chat"])
        if play is None or stage.side.status != 200:
            return Response("problem", 404 if play is None else stage.side.status)
        context = context_of(play.line, play.facts, stage.side.earlier, locale=stage.locale)
        context.may_rename = True
        context.tongues = {"de": "German", "en": "English", "it": "Italian"}
        return HTMLResponse(fragment_of(context, stage.views.current.directory.queues, locale=stage.locale))

    async def suggestions(request: Request) -> Response:
        body = msgspec.json.encode(Suggestions(stage.side.hints))
        return Response(body, stage.side.status, media_type="application/json")

    return [
        Route("/canned.json", canned),
        Route("/suggestions.json", suggestions),
        Route("/console/visitor/{chat}", visitor),
    ]
