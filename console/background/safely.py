"""Keeps a job alive when one of its rounds fails."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from console.errors import SestettoError, Unknown

log = structlog.get_logger()


async def safely(job: Coroutine[Any, Any, Any]) -> bool:
    """Run one round of a job; log its errors and pause briefly after one. False if it failed."""
    try:
        await job
        return True
    except SestettoError as problem:
        # The part that is away has been logged once; each job's wait for it is not logged.
        level = "debug" if isinstance(problem, Unknown) else "info"
        getattr(log, level)("worker.waits", error=problem.code)
        await asyncio.sleep(0.2)
    except Exception as problem:
        log.error("worker.round", error=repr(problem), exc_info=problem)
        await asyncio.sleep(1)
    return False
