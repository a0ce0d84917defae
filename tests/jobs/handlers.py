"""Jobs of the tests. Each leaves an effect that can be counted: a row of the audit log in its transaction."""

from __future__ import annotations

import asyncio
import os

from jobs.runtime import job
from kernel.errors import Barred
from kernel.work import Work

NOTHING, NOTHING_SINGLE = "test_nothing", "test_nothing_single"


@job("test_effect", queue="test")
async def effect(work: Work, mark: str) -> None:
    work.record("test_effect", "test", None, title=mark)


@job("test_fail", queue="test")
async def fail(work: Work, mark: str) -> None:
    work.record("test_effect", "test", None, title=mark)
    raise RuntimeError(f"broken: {mark}")


@job("test_maybe", queue="test", together=25)
async def maybe(work: Work, mark: str, fails: bool = False) -> None:
    work.record("test_effect", "test", None, title=mark)
    if fails:
        raise RuntimeError(f"broken: {mark}")


@job(NOTHING, queue="test", together=25)
async def nothing(work: Work) -> None:
    """Delivery alone."""


@job(NOTHING_SINGLE, queue="test")
async def nothing_single(work: Work) -> None:
    """Delivery alone, a message for each row."""


@job("test_refuse", queue="test")
async def refuse(work: Work, mark: str) -> None:
    work.record("test_effect", "test", None, title=mark)
    raise Barred("依照规定，现在不能办理。", article="20")


@job("test_kill", queue="test")
async def kill(work: Work, mark: str) -> None:
    os._exit(9)


@job("test_slow", queue="test")
async def slow(work: Work, mark: str, seconds: float = 1.0) -> None:
    work.record("test_effect", "test", None, title=mark)
    await work.session.flush()
    await asyncio.sleep(seconds)
