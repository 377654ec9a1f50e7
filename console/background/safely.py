"""A job outlives what goes wrong in one of its rounds."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from console.errors import SestettoError

log = structlog.get_logger()


async def safely(job: Coroutine[Any, Any, Any]) -> None:
    try:
        await job
    except SestettoError as problem:
        log.info("worker.waits", error=problem.code)
        await asyncio.sleep(0.2)
    except Exception as problem:
        log.error("worker.round", error=repr(problem))
        await asyncio.sleep(1)
