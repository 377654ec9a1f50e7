"""What a waiting visitor is shown: queue position, whether anybody is online, and whether they may leave a message."""

from collections.abc import Callable

from console.projection.availability import availability
from console.projection.picture import ChatState
from console.protocol import Line, Outbound, Team, TeamChanged
from console.services import Services


class WaitStatus:
    """What one socket was last sent, and what has changed since. `chat` is empty before there is one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._line: Line | None = None
        self._team = Team(False)
        self._offered = ""  # the chat whose visitor was offered to leave a message

    def _running(self, chat: str) -> ChatState | None:
        """Return the chat while it is open for its visitor."""
        state = self._services.picture.chats.get(chat)
        return state if state is not None and state.place != "wrapup" else None

    def team(self, chat: str, queue: Callable[[], str]) -> Team:
        """Return the team's availability for the chat, or for a new chat in that queue; remembers it as sent."""
        state = self._running(chat)
        self._team = availability(
            self._services.picture,
            self._services.directory.queues,
            state.queue if state is not None else queue(),
            self._services.workspace.now(),
            inside=state is not None,
        )
        return self._team

    @property
    def waits(self) -> bool:
        """Whether the visitor was waiting at the last call of `news`."""
        return self._line is not None

    def news(self, chat: str, queue: Callable[[], str]) -> list[Outbound]:
        """Return what has changed since the last call."""
        line, team = self._line, self._team
        now = self.team(chat, queue)
        self._line = self._line_of(chat) if chat else None
        state = [self._line] if self._line is not None and self._line != line else []
        return [*state, *([TeamChanged(now.online, now.back_at)] if now != team else [])]

    def _line_of(self, chat: str) -> Line | None:
        place = self._services.positions.of(self._services.picture, chat, self._services.directory)
        if place is None:
            self._offered = ""
            return None
        # Once made, the offer stays, so that an agent's reload does not discard a half-typed address.
        if self._can_leave(self._services.picture.chats[chat]):
            self._offered = chat
        return Line(*place, can_leave=self._offered == chat)

    def _can_leave(self, state: ChatState) -> bool:
        """Whether nobody is online for the chat, or it has waited for as long as its queue says."""
        queue = self._services.directory.queues.get(state.queue)
        after = queue.leave_after if queue is not None else 0
        return not self._team.online or 0 < after <= self._services.workspace.now() - state.since
