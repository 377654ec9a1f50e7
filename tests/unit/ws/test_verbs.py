"""A frame in a socket's protocol has a verb there; without one, the client would be told that it does not exist."""

from typing import get_args

import pytest

from console.protocol import AgentHello, BotHello, Ping, VisitorHello
from console.protocol.supervisor import BoardHello
from console.ws.agent import AgentConnection
from console.ws.board import BoardConnection
from console.ws.bot import BotConnection
from console.ws.connection import Connection
from console.ws.visitor import VisitorConnection


@pytest.mark.parametrize(
    ("connection", "hello"),
    [
        (AgentConnection, AgentHello),
        (BoardConnection, BoardHello),
        (BotConnection, BotHello),
        (VisitorConnection, VisitorHello),
    ],
)
def test_every_frame_has_a_verb(connection: type[Connection], hello: type) -> None:
    assert set(connection.verbs) == set(get_args(connection.frames.type)) - {hello, Ping}
