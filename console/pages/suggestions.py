"""What the team's answers have taught, as JSON for the console, which ranks suggested replies in the browser."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.pages.guard import for_members
from console.pages.replies import private_json, queues_reaching
from console.suggestions.learned_replies import Learned


class Hint(msgspec.Struct, omit_defaults=True):
    """When a reply was sent: how often, how often by this member (`mine`), when last (ms), after which words."""

    times: int
    last: int
    mine: int = 0
    text: str = ""  # empty for a canned reply
    words: dict[str, int] = {}
    langs: dict[str, int] = {}


class QueueHints(msgspec.Struct, omit_defaults=True):
    """`sentences` are whole answers; `phrases` are single sentences, to complete what is being typed."""

    canned: dict[str, Hint]
    sentences: list[Hint]
    phrases: list[Hint] = []


class Suggestions(msgspec.Struct):
    queues: dict[str, QueueHints]


@for_members
async def suggestions_json(request: Request, me: SignedIn) -> Response:
    """Respond with `{queues: {id: {canned: {id: hint}, sentences: [hint], phrases?: [hint]}}}`.

    304 if the browser has the same. The queues are those whose chats may reach the member.
    """
    services = services_of(request)
    member = services.directory.members.get(me.member.id, me.member)
    served = queues_reaching(services, member)
    # A colleague's own replies are private, and so is what they follow.
    seen = {reply.id for reply in await services.stores.canned.for_member(member, also=served)}
    queues: dict[str, QueueHints] = {}
    for queue in sorted(served):
        known = await services.learning.of_queue(queue, services.workspace.now())
        canned = {id: _hint(one, member.id) for id, one in known.canned.items() if id in seen}
        sentences, phrases = ([_hint(one, member.id) for one in found] for found in (known.sentences, known.phrases))
        queues[queue] = QueueHints(canned, sentences, phrases)
    return private_json(request, Suggestions(queues))


def _hint(known: Learned, member: str) -> Hint:
    return Hint(known.times, known.last, known.agents.get(member, 0), known.text, known.words, known.langs)


routes = [Route("/suggestions.json", suggestions_json, methods=["GET"])]
