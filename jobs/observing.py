"""What is written down of a message while it is worked: ids on every line of the log, its duration and its result."""

from __future__ import annotations

import time
from typing import Any, Final

import dramatiq
from dramatiq.broker import Broker
from dramatiq.middleware import Middleware
from structlog.contextvars import bind_contextvars, unbind_contextvars

from kernel.telemetry.figures import JOBS

BOUND: Final = ("job", "delivery")


class Observing(Middleware):
    """Bound in the worker's thread; the coroutine that it hands to the event loop starts with a copy of its context."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}

    def before_process_message(self, broker: Broker, message: dramatiq.MessageProxy) -> None:
        self._began[message.message_id] = time.perf_counter()
        bind_contextvars(job=message.actor_name, delivery=message.message_id)

    def after_process_message(
        self,
        broker: Broker,
        message: dramatiq.MessageProxy,
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        self._end(message, "failed" if exception is not None else "done")

    def after_skip_message(self, broker: Broker, message: dramatiq.MessageProxy) -> None:
        self._end(message, "skipped")

    def _end(self, message: dramatiq.MessageProxy, result: str) -> None:
        began = self._began.pop(message.message_id, None)
        if began is not None:
            JOBS.observe((message.actor_name, result), time.perf_counter() - began)
        unbind_contextvars(*BOUND)
