"""Calls with a key of the API instead of a session: who calls, how often, and what of the API a scope opens.

A key opens what three questions allow together: the scope of the route (here), the line of the policy for the role
`api_key`, and row-level security of the key's organ. A route without a scope opens for no key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from sqlalchemy import text

from kernel import settings
from kernel.clock import local_date, system_now
from kernel.errors import Denied, TooMany, Unauthenticated
from kernel.tenancy import VISITOR
from kernel.work import Database, open_work
from tenants.keys import rules
from web.sessions import Identity

SCHEME: Final = "Bearer "
OWN: Final = "own"
"""What every key may call: what it is itself."""
READ_BY: Final = {
    "线索": "clues",
    "监督事项": "matters",
    "监督文书": "instruments",
    "收到的文书": "deliveries",
    "向政府的报告": "decisions",
    "监督决定": "decisions",
    "执法人员与证件": "officers",
    "证件与资格": "officers",
    "执法主体": "bodies",
    "统计": "figures",
    "统计报表": "returns",
    "年度报告与计划": "annual",
    "年度监督计划": "annual",
    "行政执法案件": "records",
    "单位": "organs",
    "规则": "organs",
}
"""Tag of a reading route → the area that opens it. What has no line here opens for people alone."""
READ_ALSO: Final = {"getApiKeyItself": OWN, "listDeadlines": "deadlines:read", "countDeadlines": "deadlines:read"}
PEOPLE_ONLY: Final = frozenset(
    {"getClueFile", "getEvidence", "getMyFile", "exportMatters", "exportOfficers", "listHandlerCandidates", "listBars"}
)
"""Reading routes of an open area that show what a complainant handed in, a person's own file, or a whole register."""
WRITE: Final = {
    "registerClue": "clues:write",
    "saveReply": "deliveries:write",
    "addOfficer": "officers:write",
    "changeOfficer": "officers:write",
    "recordLeaving": "officers:write",
    "enterTraining": "officers:write",
    "enterExamination": "officers:write",
    "importOfficers": "officers:write",
    "addBody": "bodies:write",
    "changeBody": "bodies:write",
    "endBody": "bodies:write",
    "openReturn": "returns:write",
    "saveReturnFigures": "returns:write",
    "drawReturn": "returns:write",
    "validateReturn": "returns:write",
    "writeAnnualPaper": "annual:write",
    "takeRecords": "records:write",
    "importRecords": "records:write",
}
"""Changing operation → its scope. None of them decides, approves, signs or serves."""
CALL = text("select * from guard.api_key_call(:hash, :address, :day, :moment, :counted)")


class BadKey(Unauthenticated):
    """The key is unknown, has expired, was revoked, or is an old one after its grace."""

    default_message = "接口密钥无效、已过期或者已吊销。"


class OutOfScope(Denied):
    """The key has not the scope of the route, or no scope opens it."""

    default_message = "这一接口不对接口密钥开放。"


def token_of(headers: Any) -> str | None:
    """The key in an Authorization header; None when there is none of ours."""
    value = str(headers.get("authorization", ""))
    given = value[len(SCHEME) :].strip() if value[: len(SCHEME)].lower() == SCHEME.lower() else ""
    return given if given.startswith(rules.PREFIX) else None


async def find(database: Database, token: str, address: str, *, counted: bool = True) -> Identity:
    """The service account behind a key; the call is counted. Raises BadKey, and TooMany over the key's rate."""
    row = await _row(database, token, address, counted=counted) if rules.TOKEN.fullmatch(token) else None
    if row is None:
        raise BadKey
    if row.calls > row.per_minute:
        message = f"接口密钥每分钟最多调用{row.per_minute}次，请稍后再试。"
        raise TooMany(message, detail={"retry_after": row.wait_seconds})
    return Identity(
        token_hash=rules.digest(token),
        city_id=row.city_id,
        organ_id=row.organ_id,
        organ_name=row.organ_name,
        organ_short_name=row.organ_short_name,
        account_id=row.key_id,
        person_id=row.key_id,
        name=f"接口密钥“{row.key_name}”",
        post_id=row.key_id,
        title="接口密钥",
        unit="",
        roles=frozenset({"api_key"}),
        account_organ_id=row.organ_id,
        must_change=False,
        since=system_now(),
        scopes=frozenset(row.scopes),
    )


async def _row(database: Database, token: str, address: str, *, counted: bool) -> Any:
    asked: dict[str, Any] = {"hash": rules.digest(token), "address": address, "counted": counted}
    if database.demo:
        # Only the demo's clock has to be read in a transaction of the product.
        async with open_work(database, city_id=settings.load().city_id, organ_id=VISITOR) as work:
            asked |= {"day": work.today, "moment": work.now}
    else:
        asked |= {"day": local_date(system_now()), "moment": system_now()}
    alone = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with alone.connect() as connection:
        return (await connection.execute(CALL, asked)).one_or_none()


def scope_of(handler: BaseRouteHandler) -> str | None:
    """The scope that opens a route of the API for a key: `area:read`, `area:write`, OWN; None: no scope does."""
    name = str(getattr(handler, "operation_id", None) or "")
    reads = set(getattr(handler, "http_methods", ())) <= {"GET", "HEAD"}
    return scope_named(name, getattr(handler, "tags", None) or (), reads=reads)


def scope_named(name: str, tags: Iterable[str], *, reads: bool) -> str | None:
    """The same by the operation's name and tags, as the schema knows it."""
    if name in WRITE:
        return WRITE[name]
    if name in READ_ALSO:
        return READ_ALSO[name]
    areas = {READ_BY[tag] for tag in tags if tag in READ_BY}
    return f"{areas.pop()}:read" if reads and name not in PEOPLE_ONLY and len(areas) == 1 else None


def require_scope(user: Identity, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Raises OutOfScope unless the key of `user` has the scope of the route."""
    assert user.scopes is not None
    scope = scope_of(handler)
    if scope == OWN or scope in user.scopes:
        return
    if scope is None:
        raise OutOfScope(remedy="由人员登录后办理。")
    label = rules.SCOPES[scope]
    raise OutOfScope(f"接口密钥没有“{label}”（{scope}）的权限。", remedy="由系统管理员新建有此权限的密钥。")
