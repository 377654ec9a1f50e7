"""What the team has answered before: chats in the archive, from which suggested replies learn."""

import asyncio
from typing import Any

import msgspec

from console.demo.socket_client import SocketClient
from console.domain.ids import new_cid
from console.protocol import AgentHello, AgentSay, Label, Open, Page, SetStatus, Shown, VisitorEnd, VisitorHello
from tools.yardstick.conversations import REPLIES, Question, name_of

PATIENCE = 15.0  # s to wait for a frame


async def hold_past_chats(url: str, bearer: str, questions: list[Question]) -> None:
    """Let visitors ask the questions, one after the other, and the agent with that token answer them."""
    there = url.replace("http", "ws", 1)
    agent = await SocketClient.open(f"{there}/ws/agent", subprotocol="sestetto.v1", bearer=bearer)
    await agent.send(AgentHello(tab="past-chats", take=True))
    await agent.send(SetStatus(cid=new_cid(), status="online"))
    await _frame(agent, "ack")
    for number, question in enumerate(questions):
        await _chat(there, url, agent, name_of(number), question)
    await agent.send(SetStatus(cid=new_cid(), status="offline"))
    await _frame(agent, "ack")
    await agent.close()


async def _chat(there: str, url: str, agent: SocketClient, name: str, question: Question) -> None:
    visitor = await SocketClient.open(f"{there}/ws/visitor?site=demo", subprotocol="sestetto.v1", origin=url)
    await visitor.send(VisitorHello(locale="en"))
    await visitor.send(Open(cid=new_cid(), text=question.text, name=name, page=Page(f"{url}/", "Shop")))
    chat = (await _frame(agent, "assigned"))["chat"]
    await agent.send(Shown(chat=chat["id"], seq=chat["last"]))
    canned = REPLIES.get(question.title)
    text = canned.text.replace("{first_name}", name) if canned else question.answer
    await agent.send(
        AgentSay(cid=new_cid(), chat=chat["id"], text=text, read=chat["last"], canned=canned.id if canned else "")
    )
    await _frame(agent, "ack")
    await visitor.send(VisitorEnd(cid=new_cid()))
    while (await _frame(agent, "fact"))["fact"]["kind"] != "ended":
        pass
    await agent.send(Label(cid=new_cid(), chat=chat["id"], reason="Other", done=True))
    await _frame(agent, "released")
    await visitor.close()


async def _frame(socket: SocketClient, kind: str) -> dict[str, Any]:
    """Return the next frame of that kind."""
    async with asyncio.timeout(PATIENCE):
        while True:
            frame: dict[str, Any] = msgspec.json.decode(await socket.receive())
            if frame["t"] == kind:
                return frame
            if frame["t"] in {"nack", "error"}:
                raise OSError(f"{kind} was awaited, {frame} came")
