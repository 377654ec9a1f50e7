"""Sets up a team on a running server, as a supervisor would, in place of the demo's."""

from collections.abc import Sequence

from console.demo.socket_client import SocketClosed
from console.domain.directory import Member, Queue
from tests.support.credentials import lead_to, stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent
from tests.support.server_process import RunningServer


def person(name: str, *queues: str, languages: Sequence[str] = (), limit: int = 6) -> Member:
    mail = f"{name}@team.example"
    return Member(name, name.title(), mail, queues=queues, limit=limit, languages=tuple(languages))


async def set_up(server: RunningServer, queues: Sequence[Queue], people: Sequence[Member]) -> None:
    """In SQL; the running server takes it over by itself within seconds."""
    async with stores_of(server) as stores:
        for member in people:
            await stores.members.add(
                id=member.id, email=member.email, name=member.name, password="", limit=member.limit,
                languages=member.languages,
            )  # fmt: skip
        for queue in reversed(queues):  # what others overflow to comes last in the list and is there first
            await stores.queues.put(queue, members=[member.id for member in people if queue.id in member.queues])
        await lead_to(stores, *(queue.id for queue in queues))


async def at_work(server: RunningServer, *names: str) -> list[Agent]:
    """They sign in as soon as the server knows them."""
    return [await eventually(lambda name=name: _welcome(server, name), f"{name} to be welcome") for name in names]


async def _welcome(server: RunningServer, name: str) -> Agent | None:
    """None while the server does not know the member yet."""
    try:
        agent = await Agent.comes(server, name, tab=name)
    except SocketClosed:
        return None
    await eventually(lambda: agent.heard or agent.closed, f"an answer to {name}")
    return agent if agent.heard else None
