"""What the team's answers and wrap-ups have taught, as JSON. The console ranks suggestions in the browser."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.pages.guard import for_members
from console.pages.replies import private_json, queues_reaching
from console.suggestions.given_reasons import GivenReason
from console.suggestions.learned_replies import Learned


class Hint(msgspec.Struct, omit_defaults=True):
    """When a reply was sent: how often, how often by this member (`mine`), when last (ms), after which words."""

    times: int
    last: int
    mine: int = 0
    text: str = ""  # empty for a canned reply
    words: dict[str, int] = {}
    langs: dict[str, int] = {}


class ReasonHint(msgspec.Struct, omit_defaults=True):
    """How many chats were given a reason, how many by this member, when last (ms), and how strongly each word points to
    it.
    """

    times: int
    last: int
    mine: int = 0
    words: dict[str, float] = {}


class QueueHints(msgspec.Struct, omit_defaults=True):
    """`sentences` are whole answers; `phrases` are single sentences, to complete what is being typed.

    `reasons` has those of the queue's reasons that chats were given.
    """

    canned: dict[str, Hint]
    sentences: list[Hint]
    phrases: list[Hint] = []
    reasons: dict[str, ReasonHint] = {}


class Suggestions(msgspec.Struct):
    queues: dict[str, QueueHints]


@for_members
async def suggestions_json(request: Request, me: SignedIn) -> Response:
    """Respond with `{queues: {id: {canned: {id: hint}, sentences: [hint], phrases?: [hint], reasons?: {...}}}}`.

    304 if the browser has the same. The queues are those whose chats may reach the member.
    """
    services = services_of(request)
    member = services.directory.members.get(me.member.id, me.member)
    served = queues_reaching(services, member)
    # A colleague's own replies are private, and so are the words they follow.
    seen = {reply.id for reply in await services.stores.canned.for_member(member, also=served)}
    queues: dict[str, QueueHints] = {}
    for queue in sorted(served):
        known = await services.learning.of_queue(queue, services.workspace.now())
        canned = {id: _hint(one, member.id) for id, one in known.canned.items() if id in seen}
        sentences, phrases = ([_hint(one, member.id) for one in found] for found in (known.sentences, known.phrases))
        # A reason that an agent typed freely may contain a name, so it stays in the archive.
        offered = services.directory.queues[queue].reasons if queue in services.directory.queues else ()
        reasons = {one: _given(known.reasons[one], member.id) for one in offered if one in known.reasons}
        queues[queue] = QueueHints(canned, sentences, phrases, reasons)
    return private_json(request, Suggestions(queues))


def _hint(known: Learned, member: str) -> Hint:
    return Hint(known.times, known.last, known.agents.get(member, 0), known.text, known.words, known.langs)


def _given(known: GivenReason, member: str) -> ReasonHint:
    return ReasonHint(known.times, known.last, known.agents.get(member, 0), known.words)


routes = [Route("/suggestions.json", suggestions_json, methods=["GET"])]
