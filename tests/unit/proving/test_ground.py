"""The installation under test: the servers' connections go through networks that a fault can break."""

import random

from console.proving.eventually import eventually
from console.proving.ground import open_ground
from console.proving.layout import Layout
from tests.support.postgresql import find_programs


async def test_the_way_to_postgresql_can_break() -> None:
    find_programs()
    async with open_ground(Layout(postgresql=True, side=True), random.Random(7)) as ground:
        assert ground.side is not None
        assert ground.side.opened > 0
        ground.side.cut()
        (server,) = ground.servers
        await eventually(lambda: "database.away" in server.log, "the server to miss it", within=20)
