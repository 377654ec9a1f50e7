"""What a waiting visitor may expect: the queue position, and whether anybody is online."""

from console.projection.availability import availability
from console.projection.picture import ChatState
from console.protocol import Line, Outbound, Team, TeamChanged
from console.services import Services


class WaitStatus:
    """What one socket was last sent, and what has changed since. `chat` is empty before there is one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._place: tuple[int, int] | None = None
        self._team = Team(False)

    def _running(self, chat: str) -> ChatState | None:
        """Return the chat while it is open for its visitor."""
        state = self._services.picture.chats.get(chat)
        return state if state is not None and state.place != "wrapup" else None

    def team(self, chat: str, queue: str) -> Team:
        """Return who is online for the chat, or for a new chat in the queue; remembers it as sent."""
        state = self._running(chat)
        self._team = availability(
            self._services.picture,
            self._services.directory.queues,
            state.queue if state is not None else queue,
            self._services.workspace.now(),
            inside=state is not None,
        )
        return self._team

    def news(self, chat: str, queue: str) -> list[Outbound]:
        """Return what has changed since the last call."""
        place, team = self._place, self._team
        self._place = self._services.positions.of(self._services.picture, chat) if chat else None
        now = self.team(chat, queue)
        state = [Line(*self._place)] if self._place is not None and self._place != place else []
        return [*state, *([TeamChanged(now.online, now.back_at)] if now != team else [])]
