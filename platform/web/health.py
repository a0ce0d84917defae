"""For machines: is the process alive, can it serve, and what does it count. None of it behind a session.

`/health/live` and `/health/ready` say nothing of any record; `/metrics` is for the holder of a token alone, because
counts of a government's work are not for everybody.
"""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog
from litestar import get
from litestar.response import Response
from sqlalchemy import text

from kernel.errors import Unauthenticated
from kernel.settings import Settings
from kernel.telemetry import exposition, state
from kernel.telemetry.signs import Beat
from kernel.work import Work
from web import entry
from web.access import OPEN
from web.frame import settings
from web.turns import Req

log = structlog.get_logger()
PATIENCE_SECONDS: Final = 3.0
"""A load balancer takes a host out that does not know by then whether it can serve."""
SHORTEST_TOKEN: Final = 16
OK: Final = "ok"
SCHEME: Final = "Bearer "


@get("/health/live", opt={OPEN: True}, sync_to_thread=False, include_in_schema=False)
def live() -> dict[str, str]:
    """The process answers. Whoever restarts processes asks this, never `ready`: a database that is away does not come
    back by a restart of the web."""
    return {"status": OK}


class Readiness(msgspec.Struct, frozen=True):
    """Can this process serve? Each part is `ok`, or one word for what is wrong with it."""

    status: str
    parts: dict[str, str]


@get("/health/ready", opt={OPEN: True}, include_in_schema=False)
async def ready(request: Req) -> Response[Readiness]:
    """200 when the database answers in time, accepts this installation's key, has organs and stands at the newest
    migration, and the settings are usable; 503 with the part that is not ready otherwise. No texts of errors."""
    parts = {"settings": settings_said(settings(request)), **await _database(request)}
    fit = all(said == OK for said in parts.values())
    return Response(Readiness(OK if fit else "unavailable", parts), status_code=200 if fit else 503)


async def _database(request: Req) -> dict[str, str]:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), entry.visiting(request) as work:
            return await _asked(work)
    except TimeoutError:
        return {"database": "slow"}
    except Exception as error:
        log.warning("not ready", exc_info=error)
        return {"database": "unavailable"}


async def _asked(work: Work) -> dict[str, str]:
    row = (
        await work.session.execute(
            text("select guard.tenant() is not null, guard.schema_revision(), exists (select 1 from organ)")
        )
    ).one()
    return {
        "database": OK,
        "key": OK if row[0] else "foreign",
        "migrations": OK if row[1] == state.head() else "behind",
        "organs": OK if row[2] else "missing",
    }


def settings_said(known: Settings) -> str:
    """`ok`, or the first variable that no process can work with."""
    numbers = ("pool_size", "worker_threads", "web_workers", "session_idle_minutes", "max_upload_mb")
    for name in numbers:
        value = getattr(known, name)
        if not value.isdecimal() or int(value) < 1:
            return f"ZHUNSHENG_{name.upper()}"
    if known.metrics_token and len(known.metrics_token) < SHORTEST_TOKEN:
        return "ZHUNSHENG_METRICS_TOKEN"
    return OK if known.secrets_path.is_dir() else "ZHUNSHENG_HOME"


@get("/metrics", opt={OPEN: True}, include_in_schema=False)
async def metrics(request: Req) -> Response[bytes]:
    """The figures of the installation and all its processes for Prometheus."""
    known = settings(request)
    if not permitted(request.headers.get("authorization", ""), token(known)):
        refusal = Unauthenticated("请在 Authorization 请求头中提供监控令牌。")
        return Response(
            refusal.message.encode(), status_code=401, headers={"www-authenticate": "Bearer"}, media_type="text/plain"
        )
    beat = getattr(request.app.state, "beat", None)
    if isinstance(beat, Beat):
        # What this process counted is as fresh as the rest of the answer.
        await asyncio.to_thread(beat.once)
    async with entry.visiting(request) as work:
        found = await state.read(work, known)
    return Response(exposition.text(found), headers={"content-type": exposition.MEDIA_TYPE})


def token(known: Settings) -> str:
    """What a scraper has to show: there is always one, so that a forgotten setting opens nothing."""
    return known.metrics_token or known.secret("metrics").hex()


def permitted(header: str, wanted: str) -> bool:
    if len(wanted) < SHORTEST_TOKEN or not header.startswith(SCHEME):
        return False
    return hmac.compare_digest(header.removeprefix(SCHEME).strip().encode(), wanted.encode())


@dataclass(frozen=True, slots=True)
class Signs:
    """Starts and ends the signs of life of a web process together with the application."""

    beat: Beat

    async def start(self) -> None:
        self.beat.start()

    async def stop(self) -> None:
        await asyncio.to_thread(self.beat.stop)


ROUTES = [live, ready, metrics]
