"""A fact on its way to the screens, rendered once for an audience, when the first listener asks for it."""

from console.delivery.signals import SeenSignal, TypingSignal
from console.events import ChatFact, Entry
from console.projection.picture import ChatState
from console.views.html import HtmlViews
from console.views.json import agent_frame, visitor_frame


class RenderedFact:
    """A fact on its way to screens. `chat`: its chat after it (at the end, before it); `slot_before`: its old slot."""

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
        """The frame, or None for what a visitor is not told."""
        if self._visitor is None and isinstance(self.fact, ChatFact):
            self._visitor = visitor_frame(self.fact) or ""
        return self._visitor or None

    def for_agent(self) -> str:
        if self._agent is None:
            self._agent = agent_frame(self._entry)
        return self._agent

    def for_console(self, locale: str) -> str:
        """Fragments; only facts of a chat have them."""
        if locale not in self._html:
            assert isinstance(self.fact, ChatFact)
            assert self.chat is not None
            self._html[locale] = self._views.fact(self.fact, self.chat, locale=locale)
        return self._html[locale]


HubEvent = RenderedFact | TypingSignal | SeenSignal  # what a listener of the hub hears
