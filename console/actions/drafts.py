"""A model's draft of the answer that a visitor waits for. No message ever waits for it."""

from collections.abc import Sequence
from typing import NamedTuple

from console.domain.directory import Canned
from console.drafts.prompt import Spoken, TeamReply, prompts_for
from console.errors import SestettoError, Unknown
from console.events import ChatFact, Message, NoReply, read_log
from console.queue.results import ChatSnapshot
from console.services import Services
from console.suggestions.fitting import fitting_replies
from console.suggestions.learning import Known

PATIENCE = 1.0  # seconds that a draft waits for the archive


class OpenQuestion(NamedTuple):
    """The public messages, oldest first, and those that wait for an answer; `last` is the seq of the last one."""

    said: list[Spoken]
    asked: str
    last: int


async def draft_answer(services: Services, agent: str, chat: str) -> tuple[str, int]:
    """Return a draft, and the seq up to which it answers; an empty text if there is none, or nothing to answer.

    The model gets only this chat, without the visitor's name or internal notes, and replies that this team has saved or
    given to several visitors. The agent must hold the chat.
    """
    try:
        live, _ = await services.workspace.read_chat(chat)
    except SestettoError:  # the chat is gone, or the store is down
        return "", 0
    question = question_of(read_log(live.log))
    if not question.asked or live.fields.get("agent") != agent or live.fields.get("place") != "active":
        return "", 0
    replies = await _replies(services, agent, live, question.asked)
    queue = services.directory.queues.get(live.fields.get("queue", ""))
    name, language = queue.name if queue is not None else "", live.fields.get("tongue", "")
    text = await services.drafts.ask(prompts_for(question.said, replies, queue=name, language=language))
    return text, question.last


def question_of(facts: Sequence[ChatFact]) -> OpenQuestion:
    """Return the open question of a chat. A holding reply answers nothing."""
    said: list[Spoken] = []
    asked: list[str] = []
    last = 0
    for fact in facts:
        if isinstance(fact, NoReply):
            asked = []
        if not isinstance(fact, Message):
            continue
        by_visitor = fact.by == "visitor"
        said.append(Spoken("visitor" if by_visitor else "agent", fact.text))
        if by_visitor:
            asked.append(fact.text)
            last = fact.seq
        elif not fact.promise:
            asked = []
    return OpenQuestion(said, "\n".join(asked), last)


async def _replies(services: Services, agent: str, live: ChatSnapshot, asked: str) -> list[TeamReply]:
    """Return the replies that fit; none while SQL is down."""
    member = services.directory.members.get(agent)
    queue = live.fields.get("queue", "")
    if member is None:
        return []
    try:
        canned = await services.stores.canned.for_member(member, also=[queue])
        learned = await services.learning.within(PATIENCE, queue, services.workspace.now())
    except Unknown:
        canned, learned = [], Known()
    of_queue = [(one.id, one.title, one.text) for one in canned if _is_of(one, queue)]
    return [TeamReply(one.text, one.title, one.after) for one in fitting_replies(asked, of_queue, learned)]


def _is_of(reply: Canned, queue: str) -> bool:
    return reply.scope != "queue" or reply.owner == queue
