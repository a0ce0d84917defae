"""Errors as the reader needs them: problem+json (RFC 9457) for the API, a page or a fragment for a browser."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import structlog
from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.response import Response, Template
from litestar.response.redirect import Redirect
from litestar.types import Scope
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from kernel import errors
from kernel.clock import system_now
from kernel.errors import ZhunshengError
from kernel.wording import format_moment
from kernel.work import Work, open_work
from policy.articles import display
from supervision.licensing import service as licensing
from web import cookies, keys
from web.access import PasswordChangeNeeded
from web.field_names import label
from web.frame import csrf, frame, settings, wants_part
from web.screening import WrongKind
from web.sessions import Identity, Sessions
from web.turns import Replayed, Req, arrival, database, origin

log = structlog.get_logger()
PAGES = {403, 404, 409, 412, 422, 429, 500}


class MethodNotAllowed(ZhunshengError):
    status = 405
    default_message = "这一地址不接受这种请求。"
    allow = ""
    """The methods that the address knows."""


class FormExpired(errors.Denied):
    """The form's token is not the browser's: another post, another log-in, or another site."""

    default_message = "您已切换岗位、重新登录，或者页面已过期，请刷新页面后重新提交。"


_HTTP: dict[int, type[ZhunshengError]] = {
    401: errors.Unauthenticated,
    403: FormExpired,
    404: errors.NotFound,
    405: MethodNotAllowed,
    413: errors.TooLarge,
    415: WrongKind,
}


def translate(error: Exception) -> ZhunshengError:
    """The one error of the tree that an exception means to its reader."""
    if isinstance(error, ZhunshengError):
        return error
    if isinstance(error, HTTPException):
        return _of_framework(error)
    if isinstance(error, DBAPIError) and (refusal := licensing.refusal_of(error)) is not None:
        return refusal
    if isinstance(error, StaleDataError | IntegrityError):
        return errors.Stale()
    if isinstance(error, DataError | UnicodeError | OverflowError):
        return errors.Invalid("填写的内容中有系统不能保存的字符、数字或者日期，请核对后重新提交。")
    return errors.Unavailable() if isinstance(error, OperationalError | PoolTimeout) else ZhunshengError()


def _of_framework(error: HTTPException) -> ZhunshengError:
    if error.status_code in (400, 422):
        return errors.Invalid("请求的格式不正确。", errors=_fields(error))
    found = _HTTP.get(error.status_code, ZhunshengError)()
    if isinstance(found, MethodNotAllowed):
        found.allow = (error.headers or {}).get("allow", "")
    return found


def _fields(error: HTTPException) -> list[errors.FieldError]:
    extra = error.extra if isinstance(error.extra, list) else []
    return [_field(str(item.get("key", "")), str(item.get("message", ""))) for item in extra if isinstance(item, dict)]


_SAID = (
    (re.compile(r"length <= (\d+)"), "{}最多{}个字或者项。"),
    (re.compile(r"length >= (\d+)"), "{}至少{}个字或者项。"),
    (re.compile(r"(?:int|float)` <= (-?\d+)"), "{}不能大于{}。"),
    (re.compile(r"(?:int|float)` >= (-?\d+)"), "{}不能小于{}。"),
    (re.compile(r"missing required field `(\w+)`"), "请填写{}。"),
    (re.compile(r"unknown field `(.+)`"), "没有这一项：{1}。"),
    (re.compile(r"[Ii]nvalid UUID"), "{}应为编号，请从列表中选择。"),
    (re.compile(r"[Ii]nvalid (?:RFC3339|date)"), "{}应为日期，例如 2026-10-09。"),
)
"""What the decoder says of a value, and what its sender is told."""


def _field(key: str, said: str) -> errors.FieldError:
    """The field and what to write there instead."""
    name = re.sub(r"\[.*?\]", "", key).rpartition(".")[2]
    for pattern, sentence in _SAID:
        found = pattern.search(said)
        if found is None:
            continue
        if "missing" in pattern.pattern or "unknown" in pattern.pattern:
            name = found[1]
        return errors.FieldError(name or key, sentence.format(label(name), *found.groups()))
    return errors.FieldError(name or key, f"{label(name)}的内容或者类型不正确，请按说明填写。")


async def prepare(error: Exception, scope: Scope) -> None:
    """What an answer to an error needs from the database, before the (synchronous) handler makes it: a refusal is
    audited in a transaction of its own, because its request's is rolled back, and a page needs its frame."""
    if isinstance(error, Replayed) or scope["type"] != ScopeType.HTTP:
        return
    request: Req = Request(scope)
    found = translate(error)
    try:
        user = await _who(request)
        if user is None or found.status >= 500:
            return
        async with open_work(
            database(request),
            city_id=user.city_id,
            organ_id=user.organ_id,
            actor=user.actor,
            request_id=str(scope.get("request_id", "")),
            origin=origin(request),
            begun=arrival(scope),
        ) as work:
            if isinstance(found, errors.Denied | errors.Barred):
                _audit_refusal(request, work, found)
            if not request.url.path.startswith("/api/") and not wants_part(request):
                request.state.frame = await frame(request, work, title="提示", at=format_moment(work.now))
    except Exception:
        log.exception("the answer to an error lacks its frame", path=request.url.path)


async def _who(request: Req) -> Identity | None:
    """The reader, also where no route was found and authentication did not run."""
    if "user" not in request.scope:
        if keys.token_of(request.headers):
            return None
        sessions: Sessions = request.app.state.sessions
        token = cookies.read(request, cookies.SESSION, secure=settings(request).secure_cookies)
        request.scope["user"] = await sessions.find(token) if token else None
    user = request.scope.get("user")
    return user if isinstance(user, Identity) else None


def handle(request: Req, error: Exception) -> Response[Any]:
    """The exception handler of the application."""
    if isinstance(error, Replayed):
        return error.response
    found = translate(error)
    if found.status >= 500 and not isinstance(error, ZhunshengError):
        log.error("request failed", path=request.url.path, exc_info=error)
    if request.url.path.startswith("/api/"):
        return problem(request, found)
    if isinstance(found, PasswordChangeNeeded):
        return Redirect("/password", status_code=303)
    if found.status == 401:
        return _to_login(request)
    return page(request, found)


def problem(request: Req, error: ZhunshengError) -> Response[bytes]:
    """The problem document: code, sentence, article, fields."""
    body: dict[str, Any] = {
        "type": f"/docs/problems#{error.code}",
        "title": error.message,
        "status": error.status,
        "code": error.code,
        "instance": request.url.path,
        "request_id": request.scope.get("request_id", ""),
    }
    if error.article:
        body["article"] = error.article
        body["article_display"] = display(error.article)
    if error.remedy:
        body["remedy"] = error.remedy
    if isinstance(error, errors.Invalid) and error.errors:
        body["errors"] = [{"field": e.field, "message": e.message} for e in error.errors]
    body.update(error.detail)
    return Response(
        msgspec.json.encode(body),
        status_code=error.status,
        headers=_headers(error),
        media_type="application/problem+json",
    )


def page(request: Req, error: ZhunshengError) -> Response[Any]:
    """The refusal as a page, or as a fragment when htmx asked for a part."""
    made: dict[str, Any] = getattr(request.state, "frame", None) or {}
    known = error.status in PAGES
    base = f"errors/{error.status}.html" if known else "errors/500.html" if error.status >= 500 else "errors/page.html"
    context = {
        "at": format_moment(system_now()),
        "viewer": None,
        "csrf_token": csrf(request),
        **made,
        "error": error,
        "request_id": request.scope.get("request_id", ""),
        "retry_after": error.detail.get("retry_after", 0),
        "recorded": isinstance(error, errors.Denied | errors.Barred) and bool(made),
        "posted": request.method == "POST" and bool(made),
        **_record(request.url.path),
    }
    return Template(
        template_name="errors/notice.html" if wants_part(request) else base,
        context=context,
        status_code=error.status,
        headers=retry_after(error),
    )


_RECORDS = {
    "matters": "事项",
    "instruments": "文书",
    "inbox": "文书",
    "reports": "报告",
    "decisions": "决定",
    "clues": "线索",
}


def _record(path: str) -> dict[str, str]:
    """The record on which the refused act was tried, to go back to."""
    found = re.match(r"/(\w+)/[0-9a-f-]{36}(?=/)", path)
    return {"record_href": found[0], "record_name": _RECORDS[found[1]]} if found and found[1] in _RECORDS else {}


def retry_after(error: ZhunshengError) -> dict[str, str]:
    """The header that says in how many seconds another try makes sense."""
    return {"retry-after": str(error.detail["retry_after"])} if "retry_after" in error.detail else {}


def _headers(error: ZhunshengError) -> dict[str, str]:
    allow = {"allow": error.allow} if isinstance(error, MethodNotAllowed) and error.allow else {}
    return retry_after(error) | allow


def _to_login(request: Req) -> Response[Any]:
    target = f"/login?next={quote(_way_back(request))}"
    if request.headers.get("hx-request") == "true":
        return Response(b"", status_code=401, headers={"hx-redirect": target})
    return Redirect(target, status_code=303)


def _way_back(request: Req) -> str:
    """Where somebody goes on after logging in again: the page that was asked for, or the one that holds the form or
    the part, so that what was written there can be taken up again."""
    part = request.headers.get("hx-request") == "true"
    if request.method == "GET" and not part:
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    known = urlsplit(request.headers.get("hx-current-url" if part else "referer", ""))
    if known.netloc != request.url.netloc or not known.path.startswith("/"):
        return "/"
    return known.path + (f"?{known.query}" if known.query else "")


def _audit_refusal(request: Req, work: Work, error: ZhunshengError) -> None:
    work.record(
        "refused",
        "request",
        None,
        title=error.message,
        article=error.article,
        result="denied",
        rule_id=error.detail.get("rule_id"),
        detail={"method": request.method, "path": request.url.path, "code": error.code},
    )
