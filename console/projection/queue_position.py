"""A chat's queue position and expected wait. Pure."""

from console.projection.picture import Picture

WAITING = ("waiting", "offered")  # an offered chat still waits for its visitor: nobody has accepted it yet


class QueuePositions:
    """Positions from 1, by chat. Counted once per fact, as every waiting visitor asks every second."""

    def __init__(self) -> None:
        self._positions: dict[str, int] = {}
        self._counted: tuple[Picture, int] | None = None  # the picture and feed number that the count belongs to

    def of(self, picture: Picture, chat: str) -> tuple[int, int] | None:
        """Return (position from 1, expected wait in s or -1 if unknown) of a waiting chat; None for any other."""
        state = picture.chats.get(chat)
        if state is None or state.place not in WAITING:
            return None
        position = self._count(picture)[chat]
        queue = picture.queues.get(state.queue)
        return position, round(position * queue.pace / 1000) if queue is not None and queue.pace else -1

    def _count(self, picture: Picture) -> dict[str, int]:
        if self._counted != (picture, picture.n):
            last: dict[str, int] = {}  # by queue
            self._positions = {}
            for chat in sorted(picture.chats.values(), key=lambda chat: (chat.rank, chat.id)):
                if chat.place in WAITING:
                    self._positions[chat.id] = last[chat.queue] = last.get(chat.queue, 0) + 1
            self._counted = (picture, picture.n)
        return self._positions
