"""Registering seven hundred handlers in a second: what Litestar works out again for each of them, kept.

Starting a process and every test of pages wait for this. Nothing is registered in another way than Litestar's own;
its tables are only built once instead of once a handler.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from litestar import Litestar, Router
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute


class _KeptMap:
    """The map from paths to handlers, which each registration reads, grows by the routes that were added."""

    routes: Any
    _known: Sequence[Any] = ()
    _map: dict[str, Any]

    @property
    def route_handler_method_map(self) -> Any:
        fresh = self.routes[len(self._known) :]
        if not self._known or self.routes[: len(self._known)] != self._known:
            self._map = super().route_handler_method_map  # type: ignore[misc]
        else:
            for route in fresh:
                if not isinstance(route, HTTPRoute):
                    self._map = super().route_handler_method_map  # type: ignore[misc]
                    break
                methods = {method: handler for handler in route.route_handlers for method in handler.http_methods}
                self._map[route.path] = methods
        self._known = list(self.routes)
        return self._map


class App(_KeptMap, Litestar):
    """Litestar's application."""


class Handlers(_KeptMap, Router):
    """Handlers that one application registers together. Made for that application alone, so it need not be copied."""

    def __deepcopy__(self, memo: object) -> Handlers:
        return self


def read_signatures(handlers: Iterable[object]) -> None:
    """Read the handlers' annotations once, before Litestar copies the handlers and reads them of each copy."""
    for handler in handlers:
        if isinstance(handler, BaseRouteHandler):
            handler.owner = None
            _ = handler.parsed_fn_signature
