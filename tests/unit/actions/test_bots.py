"""What a bot does in its chats, apart from the store's part."""

from typing import cast

from console.actions.bots import STREAMS, BotActions
from console.domain.scopes import integration_of
from console.projection.picture import ChatState, Picture
from console.protocol import BotStream
from console.services import Services


class Played:
    """What a bot's actions need of an installation; `noted` are the chats in which the store heard that it writes."""

    def __init__(self) -> None:
        self.workspace = self
        self.picture = Picture("e1", 1)
        self.time = 0  # ms
        self.noted: list[str] = []

    def now(self) -> int:
        return self.time

    async def bot_streams(self, bot: str, fence: int, chat: str) -> None:
        self.noted.append(chat)

    async def signal(self, frame: bytes) -> None:
        """Nobody listens."""


async def test_the_store_hears_every_two_seconds_that_a_bot_writes_and_nothing_is_kept_of_chats_that_are_over() -> None:
    played = Played()
    actions = BotActions(cast(Services, played), integration_of("robin", "Robin", ["bot"]), lambda: 1)
    for number in range(20):
        chat = f"c{number}"
        played.picture.chats = {chat: ChatState(chat, "bot", "support", "vera", bot="robin")}
        played.time += STREAMS
        for _ in range(3):
            await actions.stream(BotStream(chat, "We are open"))
    assert played.noted == [f"c{number}" for number in range(20)]
    assert len(actions._noted) == 1
