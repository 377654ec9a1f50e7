"""A fact rendered once per audience, when the audience's first listener asks."""

from console.delivery.signals import SeenSignal, StreamSignal, TypingSignal
from console.events import ChatFact, Entry
from console.projection.picture import ChatState
from console.views.html import HtmlViews
from console.views.json import agent_frame, visitor_frame


class RenderedFact:
    """A fact with its renderings.

    `chat` is the chat after the fact (or before it, if the fact ends the chat); `slot_before` is the slot it was in
    before.
    """

    def __init__(self, entry: Entry, chat: ChatState | None, views: HtmlViews, slot_before: int = 0) -> None:
        self.n = entry.n
        self.fact = entry.fact
        self.chat = chat
        self.slot_before = slot_before
        self._entry = entry
        self._views = views
        self._visitor: str | None = None
        self._agent: str | None = None
        self._html: dict[str, str] = {}

    def for_visitor(self) -> str | None:
        """Return the frame, or None if the fact is not for visitors."""
        if self._visitor is None and isinstance(self.fact, ChatFact):
            self._visitor = visitor_frame(self.fact) or ""
        return self._visitor or None

    def for_agent(self) -> str:
        if self._agent is None:
            self._agent = agent_frame(self._entry)
        return self._agent

    def for_console(self, locale: str) -> str:
        """Return the fragments in a language. Only facts of a chat have them."""
        if locale not in self._html:
            assert isinstance(self.fact, ChatFact)
            assert self.chat is not None
            self._html[locale] = self._views.fact(self.fact, self.chat, locale=locale)
        return self._html[locale]


HubEvent = RenderedFact | TypingSignal | SeenSignal | StreamSignal  # what a listener of the hub receives
