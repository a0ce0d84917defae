"""The door of the application: which routes are open, who must log in, who must change the password first."""

from __future__ import annotations

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from kernel.errors import Unauthenticated, ZhunshengError
from web.keys import require_scope
from web.sessions import Identity

OPEN = "open"
"""Route option of the few handlers that need no log-in."""
BEFORE_CHANGE = "before_password_change"
"""Route option of what a person with a password set by somebody else may use."""


class PasswordChangeNeeded(ZhunshengError):
    """The password was set by an administrator: nothing else may be done before it is changed."""

    status = 403
    default_message = "首次登录请先修改密码。"


async def require_login(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]
    """Guard of the whole application: every route needs an identity unless it says that it is open."""
    if handler.opt.get(OPEN) or connection.scope["path"].startswith("/static/"):
        return
    user = connection.scope.get("user")
    if not isinstance(user, Identity):
        raise Unauthenticated
    if user.scopes is not None:
        require_scope(user, connection, handler)
    if user.must_change and not handler.opt.get(BEFORE_CHANGE):
        raise PasswordChangeNeeded
