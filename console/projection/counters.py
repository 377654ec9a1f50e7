"""Counters that advance with each fact: figures of queues and agents, late answers. The store keeps the same counts."""

from console.domain.channels import group_of
from console.events import Answered, Assigned, Ended, Estimate, Kept, Labelled, Message, Turn
from console.projection.models import AgentState, ChatState, LateAnswer, QueueState
from console.projection.statistics import HOUR, MINUTE, span_names

LATEST = 30  # late answers kept; the same as in functions/figures.lua


class Counters:
    """The counting half of the picture."""

    def __init__(self) -> None:
        self.agents: dict[str, AgentState] = {}
        self.queues: dict[str, QueueState] = {}
        self.lates: list[LateAnswer] = []  # newest first

    def queue(self, queue: str) -> QueueState:
        return self.queues.get(queue) or self.queues.setdefault(queue, QueueState(queue))

    def prune(self, now: int) -> None:
        """Drop expired figures, and expired wrap-ups that were left for later."""
        for agent in self.agents.values():
            agent.forget_put_off(now)
        for queue_state in list(self.queues.values()):
            queue_state.figures.prune(now)
            if not queue_state.pace and not queue_state.figures.spans:
                del self.queues[queue_state.id]

    def count(self, queue: str, at: int, counter: str, by: int = 1, *, channel: str = "web") -> None:
        for span in self.queue(queue).figures.at(at) if by else ():
            span.add(counter, by, channel=group_of(channel))

    def measure(self, chat: ChatState, at: int, kind: str, ms: int, *, within: bool = False) -> None:
        channel = group_of(chat.channel)
        for span in self.queue(chat.queue).figures.at(at):
            span.measure(kind, ms, within=within, channel=channel)

    def promised(self, chat: ChatState, at: int, promised: Kept | None) -> None:
        if promised is not None:
            self.count(chat.queue, at, "promised")
            self.count(chat.queue, at, "kept", int(promised.kept))

    def waited(self, chat: ChatState, fact: Assigned) -> None:
        self.measure(chat, fact.at, "w", fact.waited)
        if fact.pace:
            self.queue(chat.queue).pace = fact.pace
        self.estimated(chat, fact.at, fact.estimate)

    def estimated(self, chat: ChatState, at: int, estimate: Estimate) -> None:
        """Count whether a finished wait was as expected, according to the store; nothing if unknown."""
        if estimate:
            self.count(chat.queue, at, "expected")
            self.count(chat.queue, at, "right", int(estimate == "right"))

    def broke(self, chat: ChatState, at: int) -> None:
        """Count a broken promise to a visitor with an open turn, once, whatever the outcome."""
        if chat.turn:
            self.count(chat.queue, at, "broke", channel=chat.channel)

    def own_time_broke(self, agent: str, at: int) -> None:
        if agent in self.agents:
            self.agents[agent].figures.at(at).broke += 1
            self.level(agent, at, "x")

    def breather_began(self, agent: AgentState, at: int) -> None:
        agent.breathers = [*(one for one in agent.breathers if one > at - HOUR), at]
        agent.figures.at(at).breathers += 1

    def load_changes(self, agent: AgentState, at: int) -> None:
        """Call before the number of used slots changes."""
        agent.figures.held(len(agent.held), agent.loaded, at)
        agent.loaded = at

    def level(self, agent: str, at: int, what: str) -> None:
        """Count something that came due, by the agent's current number of chats."""
        one = self.agents[agent]
        one.levels.count(at, what, len(one.held))

    def late_turn(self, chat: ChatState, at: int, outcome: str) -> None:
        """Count the outcome of a turn whose promise is already broken, if it ends without an answer."""
        self.count(chat.queue, at, outcome, int(bool(chat.turn and chat.late)), channel=chat.channel)

    def gave(self, chat: ChatState, agent: str, at: int, answer: Answered) -> None:
        self.measure(chat, at, "r", answer.waited, within=answer.kept)
        if answer.first:
            self.measure(chat, at, "f", answer.first)
        if agent in self.agents:
            figures = self.agents[agent].figures.at(at)
            figures.answers += 1
            figures.answered_in_time += answer.own
            self.level(agent, at, "ak" if answer.own else "a")

    def never_answered(self, chat: ChatState, fact: Ended) -> None:
        """Count a chat that ends with holding replies only; a late one is already counted as late."""
        left = int(not (chat.turn and chat.late))
        self.count(chat.queue, fact.at, "held_left", left, channel=chat.channel)
        if fact.agent in self.agents:
            self.agents[fact.agent].figures.at(fact.at).unanswered += 1
            self.level(fact.agent, fact.at, "a")

    def assisted(self, chat: ChatState, at: int, source: str, how: str) -> None:
        """Count a message for which the agent was shown a suggestion or a draft: `how` is shown, taken or edited."""
        self.count(chat.queue, at, source)
        if how in ("taken", "edited"):
            self.count(chat.queue, at, f"{source}_{how}")

    def asked_reason(self, chat: ChatState, fact: Ended) -> None:
        given = int(bool(chat.reason))
        self.count(chat.queue, fact.at, "to_label")
        self.count(chat.queue, fact.at, "labelled", given)
        if fact.agent in self.agents:
            figures = self.agents[fact.agent].figures.at(fact.at)
            figures.to_label += 1
            figures.labelled += given

    def gave_reason(self, fact: Labelled) -> None:
        """Count a reason given after the end in the span that counted the end, as long as that span is kept."""
        spans = self.queue(fact.queue).figures.spans
        for name in span_names(fact.ended // MINUTE):
            if name in spans and "to_label" in spans[name].counters:
                spans[name].add("labelled", fact.reasons)
        agent = self.agents.get(fact.author.id)
        figures = agent.figures.hours.get(fact.ended // HOUR) if agent is not None else None
        if figures is not None and figures.to_label:
            figures.labelled += fact.reasons

    def answered(self, chat: ChatState, fact: Message) -> None:
        turn = fact.turn
        assert turn is not None
        self.measure(chat, fact.at, "v", turn.waited, within=not turn.late)
        if fact.automatic:
            self.count(chat.queue, fact.at, "automatic")
        else:
            self._replied(chat, fact, turn)
        if turn.late:
            late = LateAnswer(chat.id, chat.queue, fact.author.id, fact.at, turn)
            self.lates = [late, *self.lates][:LATEST]

    def _replied(self, chat: ChatState, fact: Message, turn: Turn) -> None:
        """Count a reply that a person wrote."""
        agent = fact.author.id
        if agent in self.agents:
            self.agents[agent].figures.at(fact.at).add(turn.mine, within=turn.kept)
            if turn.kept:
                self.level(agent, fact.at, "w")
        self.measure(chat, fact.at, "a", turn.mine, within=turn.kept)
        if turn.first:
            self.measure(chat, fact.at, "f", turn.first)
        if fact.canned:
            self.count(chat.queue, fact.at, "canned")
