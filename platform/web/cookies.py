"""The two cookies of a reader: the session and the form token, bound to this host where the site is encrypted."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

SESSION = "zs_session"
FORM_TOKEN = "zs_csrf"  # noqa: S105


def named(name: str, *, secure: bool) -> str:
    """The name under which the cookie is set. A browser takes `__Host-` only encrypted, for every path and from this
    very host, so that no neighbour under the same domain plants one (ASVS 5.0, 3.3.1)."""
    return f"__Host-{name}" if secure else name


def read(connection: ASGIConnection[Any, Any, Any, Any], name: str, *, secure: bool) -> str | None:
    return connection.cookies.get(named(name, secure=secure))


def written(name: str, value: str | None, *, secure: bool) -> Cookie:
    """The cookie for an answer; without a value it takes the one that the browser holds away, with the same
    attributes, for it is ignored without them."""
    return Cookie(
        named(name, secure=secure),
        path="/",
        value=value or "",
        max_age=0 if value is None else None,
        httponly=True,
        samesite="lax",
        secure=secure,
    )
