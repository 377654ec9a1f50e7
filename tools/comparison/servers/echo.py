"""`python echo.py PORT STORE`: Starlette on uvicorn, sending each message back. A lower bound: nothing is stored."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


async def echo(socket: WebSocket) -> None:
    await socket.accept(subprotocol="sestetto.v1")
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass


async def healthy(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


if __name__ == "__main__":
    app = Starlette(routes=[Route("/", healthy), WebSocketRoute("/ws", echo)])
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", ws="websockets-sansio", loop="uvloop")
