"""A process that ticks until it is killed: `python -m console.bench.tick_worker URL WORKSPACE PROCESS`."""

import sys

import uvloop

from console.bench.temp_store import opened
from console.errors import SestettoError
from console.queue.ticker import Ticker


async def run(url: str, name: str, process: str) -> None:
    async with opened(url, name) as workspace:
        ticker = Ticker(workspace, process)
        await ticker.tick()
        print("ready", flush=True)
        while True:
            await ticker.wait()
            try:
                await ticker.tick()
            except SestettoError as problem:
                print(problem.code, flush=True)


if __name__ == "__main__":
    uvloop.run(run(*sys.argv[1:4]))
