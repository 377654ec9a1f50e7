"""Cloud content: one queue per plan, each with its promise; premium goes first and nobody starves."""

from console.domain.directory import Queue
from tests.stories.teams import at_work, person, set_up
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer

PLANS = [
    Queue("free", "Free", target=60_000),
    Queue("business", "Business", target=20_000),
    Queue("premium", "Premium", target=4_000, head_start=5_000),
]
SERVED = tuple(queue.id for queue in PLANS)


async def asks(server: RunningServer, plan: str) -> Visitor:
    visitor = await Visitor.comes(server)
    await visitor.opens(f"A question of a {plan} customer", queue=plan)
    return visitor


async def ends(agent: Agent, visitor: Visitor) -> None:
    await agent.command("end", chat=visitor.chat)


async def test_each_plan_has_its_own_promise(server: RunningServer) -> None:
    await set_up(server, PLANS, [person("dana", *SERVED)])
    (dana,) = await at_work(server, "dana")
    for queue in PLANS:
        visitor = await asks(server, queue.id)
        held = await dana.gets(visitor.chat)
        opened = next(fact for fact in held["facts"] if fact["kind"] == "opened")
        assert held["due"] - opened["at"] == queue.target


async def test_the_promise_that_breaks_first_is_served_first(server: RunningServer) -> None:
    await set_up(server, PLANS, [person("dana", *SERVED, limit=1)])
    (dana,) = await at_work(server, "dana")
    busy = await asks(server, "business")
    await dana.gets(busy.chat)
    waiting = {plan: await asks(server, plan) for plan in ("free", "business", "premium")}
    order, current = [], busy
    for _ in range(3):
        await ends(dana, current)
        plan = await _next(dana, waiting)
        order.append(plan)
        current = waiting.pop(plan)
    assert order == ["premium", "business", "free"]


async def _next(agent: Agent, waiting: dict[str, Visitor]) -> str:
    plans = {visitor.chat: plan for plan, visitor in waiting.items()}
    frame = await agent.hears(lambda f: f["t"] == "assigned" and f["chat"]["id"] in plans)
    await agent.gets(frame["chat"]["id"])
    return plans[frame["chat"]["id"]]
