"""The web application, put together in one place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from litestar import Router
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp

from kernel import settings as kernel_settings
from kernel.db import engine_for
from kernel.settings import Settings
from kernel.telemetry import figures, tracing
from kernel.telemetry.signs import Beat
from kernel.tenancy import TenancySigner
from kernel.work import Database
from web import cookies, health
from web.access import OPEN, require_login
from web.api import API
from web.api.schema import CompleteSchema
from web.health import Signs
from web.pages import PAGES
from web.pages.help import demo_advance
from web.problems import handle, prepare
from web.registering import App, Handlers, read_signatures
from web.rendering import template_config
from web.screening import screen
from web.security import Authentication, Envelope
from web.sessions import Sessions

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application is made of; tests pass their own."""

    settings: Settings
    database: Database
    signs: Signs | None = None
    """What shows that this process lives; tests show nothing."""


def create_app(parts: Parts) -> ASGIApp:
    """The ASGI application over an open database."""
    known = parts.settings
    sessions = Sessions(parts.database, known.city_id, int(known.session_idle_minutes) * 60)
    read_signatures([*PAGES, *API])
    app = App(
        route_handlers=[
            Handlers("/", route_handlers=PAGES, include_in_schema=False),
            *([demo_advance] if known.demo_mode else []),
            # One registration for all of them: Litestar builds its routing anew after each.
            Handlers("/", route_handlers=API),
            *health.ROUTES,
            create_static_files_router("/static", [STATIC], opt={OPEN: True}, cache_control=None),
        ],
        state=State(
            {
                "database": parts.database,
                "sessions": sessions,
                "settings": known,
                "beat": parts.signs.beat if parts.signs else None,
            }
        ),
        guards=[require_login],
        before_request=screen,
        middleware=[DefineMiddleware(Authentication, exclude=r"^/static/")],
        exception_handlers={Exception: handle},
        after_exception=[prepare],
        template_config=template_config(),
        csrf_config=CSRFConfig(
            secret=known.secret("csrf").hex(),
            cookie_name=cookies.named(cookies.FORM_TOKEN, secure=known.secure_cookies),
            header_name="x-csrftoken",
            cookie_secure=known.secure_cookies,
            cookie_httponly=True,
            cookie_samesite="lax",
        ),
        openapi_config=OpenAPIConfig(
            title="准绳 Zhunsheng API",
            version="1.0",
            description="行政执法监督业务接口。改变数据的请求带 x-csrftoken，可以带 Idempotency-Key 重复提交。",
            openapi_router=Router("/api/v1/schema", route_handlers=[], include_in_schema=False, opt={OPEN: True}),
            render_plugins=[CompleteSchema()],
        ),
        on_startup=[parts.signs.start] if parts.signs else [],
        on_shutdown=[*([parts.signs.stop] if parts.signs else []), parts.database.engine.dispose],
        request_max_body_size=int(known.max_upload_mb) * 1_048_576 + 1_048_576,
        logging_config=None,
        debug=False,
    )
    trusted = frozenset(a.strip() for a in known.trusted_proxies.split(",") if a.strip())
    return Envelope(app, trusted, known.secure_cookies, sessions, known.secret("csrf").hex())


def from_environment(app_url: str) -> ASGIApp:
    """The application as `zhunsheng web` serves it."""
    known = kernel_settings.load()
    database = Database(
        engine_for(app_url, pool_size=int(known.pool_size)),
        TenancySigner(known.secret("tenancy")),
        demo=known.demo_mode,
    )
    figures.watch_pool(database.engine)
    tracing.configure(known, "web")
    return create_app(Parts(known, database, Signs(Beat(app_url, "web"))))
