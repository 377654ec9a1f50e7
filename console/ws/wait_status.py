"""What a visitor may expect: the place in line, and whether anybody is there."""

from console.projection.availability import availability
from console.projection.picture import ChatState
from console.protocol import Line, Outbound, Team, TeamChanged
from console.services import Services


class WaitStatus:
    """Of one socket: what was told last, and what has changed since. `chat` is empty before there is one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._place: tuple[int, int] | None = None
        self._team = Team(False)

    def _running(self, chat: str) -> ChatState | None:
        """The chat while it goes on for its visitor."""
        line = self._services.picture.chats.get(chat)
        return line if line is not None and line.place != "wrapup" else None

    def team(self, chat: str, queue: str) -> Team:
        """Who is there for the chat, or without one for who comes to the queue; told herewith."""
        line = self._running(chat)
        self._team = availability(
            self._services.picture,
            self._services.directory.queues,
            line.queue if line is not None else queue,
            self._services.workspace.now(),
            inside=line is not None,
        )
        return self._team

    def news(self, chat: str, queue: str) -> list[Outbound]:
        """What has changed since it was told."""
        place, team = self._place, self._team
        self._place = self._services.positions.of(self._services.picture, chat) if chat else None
        now = self.team(chat, queue)
        line = [Line(*self._place)] if self._place is not None and self._place != place else []
        return [*line, *([TeamChanged(now.online, now.back_at)] if now != team else [])]
