"""What is written down of a request while it runs: ids on every line of the log, its duration, its span."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Final

import structlog
from structlog.contextvars import bind_contextvars, unbind_contextvars

from kernel.telemetry import tracing
from kernel.telemetry.figures import OTHER, REQUESTS
from web.sessions import Identity

log = structlog.get_logger()
BOUND: Final = ("request_id", "organ", "person", "post")
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS: Final = READING | {"POST", "PUT", "PATCH", "DELETE"}
SLOW_SECONDS: Final = 2.0


def bind_actor(user: Identity) -> None:
    """Name the actor on every further line of the request, by ids alone."""
    bind_contextvars(organ=str(user.organ_id), person=str(user.person_id), post=str(user.post_id))


class Watch:
    """Around one request. The route is named by its template: addresses hold ids and printed codes."""

    __slots__ = ("_began", "_span", "_traced", "parent", "request_id", "scope", "status")

    def __init__(self, scope: Any, request_id: str, parent: str) -> None:
        self.scope, self.request_id, self.parent = scope, request_id, parent
        self.status = 0
        self._span: Any = None
        self._traced: AbstractContextManager[Any] | None = None

    def __enter__(self) -> Watch:
        bind_contextvars(request_id=self.request_id)
        if tracing.tracing():
            self._traced = tracing.span("request", parent=self.parent, kind=tracing.SERVER, request_id=self.request_id)
            self._span = self._traced.__enter__()
        self._began = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        seconds = time.perf_counter() - self._began
        method = self.scope["method"] if self.scope["method"] in METHODS else OTHER
        route = self.scope.get("path_template") or OTHER
        status = str(self.status or 500)
        REQUESTS.observe((method, route, status), seconds)
        if method not in READING or self.status >= 400 or seconds > SLOW_SECONDS:
            log.info("request", method=method, route=route, status=self.status, ms=round(seconds * 1000, 1))
        if self._traced is not None:
            if self._span is not None:
                self._span.update_name(f"{method} {route}")
                self._span.set_attributes({"http.route": route, "http.response.status_code": self.status})
            self._traced.__exit__(kind, error, where)
        unbind_contextvars(*BOUND)
