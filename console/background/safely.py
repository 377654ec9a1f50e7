"""Keeps a job alive when one of its rounds fails."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from console.errors import SestettoError

log = structlog.get_logger()


async def safely(job: Coroutine[Any, Any, Any]) -> None:
    """Run one round of a job; log its errors and pause briefly after one."""
    try:
        await job
    except SestettoError as problem:
        log.info("worker.waits", error=problem.code)
        await asyncio.sleep(0.2)
    except Exception as problem:
        log.error("worker.round", error=repr(problem))
        await asyncio.sleep(1)
