"""One request that changes something: one transaction, one answer, and the same answer to the same key again."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.response import Response, Template
from litestar.types import Scope
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kernel.errors import IdempotencyConflict, Invalid, Unauthenticated
from kernel.ids import new_id
from kernel.models import IdempotencyRecord
from kernel.work import Begun, Database, Work, open_work
from web.sessions import Identity

KEY_HEADER = "idempotency-key"
KEY_FIELD = "_idempotency_key"
KEY = re.compile(r"[!-~]{8,200}")
ARRIVAL = "zhunsheng_arrival"
Req = Request[Identity | None, Any, Any]


class Replayed(Exception):
    """The key was used before with the same content: the stored answer is given again."""

    def __init__(self, response: Response[bytes]) -> None:
        self.response = response
        super().__init__("replayed")


@dataclass(slots=True)
class Turn:
    """The transaction of a mutating request. Make the answer with `redirect` or `json` inside the block: it is
    stored with the effects under the request's key."""

    work: Work
    key: str | None
    answer: Response[bytes] | None = None

    def redirect(self, to: str) -> Response[bytes]:
        """303: the browser goes on to the record."""
        self.answer = Response(b"", status_code=303, headers={"location": to}, media_type="text/html")
        return self.answer

    def html(self, request: Req, page: Template) -> Response[bytes]:
        """A page as the answer itself, where nothing is left to go on to: the same key shows the same page."""
        engine = request.app.template_engine
        assert engine is not None
        text = engine.get_template(page.template_name or "").render(**page.context)
        self.answer = Response(text.encode(), status_code=200, media_type="text/html; charset=utf-8")
        return self.answer

    def json(self, value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
        body = msgspec.json.encode(value)
        self.answer = Response(body, status_code=status, headers=dict(headers or {}), media_type="application/json")
        return self.answer


def identity(request: Req) -> Identity:
    """The logged-in identity. Raises Unauthenticated."""
    user = request.scope.get("user")
    if not isinstance(user, Identity):
        raise Unauthenticated
    return user


def database(request: Req) -> Database:
    found = request.app.state.database
    assert isinstance(found, Database)
    return found


def origin(request: Req) -> str:
    """The client's address for the audit trail."""
    return request.client.host if request.client else ""


def keep_arrival(scope: Scope, begun: Begun | None) -> None:
    """Have the request's first reading go on in the transaction in which it was asked who is reading."""
    scope[ARRIVAL] = begun  # type: ignore[literal-required]


def arrival(scope: Scope) -> Begun | None:
    """The transaction that was kept, once; None when there is none (any more)."""
    begun = scope.pop(ARRIVAL, None)  # type: ignore[misc]
    return begun if isinstance(begun, Begun) else None


@asynccontextmanager
async def reading(request: Req, *, once: bool = False) -> AsyncIterator[Work]:
    """The transaction of a request that only reads (and audits what it read). `once`: the block asks one service and
    nothing after it (kernel.work.open_work)."""
    user = identity(request)
    async with open_work(
        database(request),
        city_id=user.city_id,
        organ_id=user.organ_id,
        actor=user.actor,
        request_id=str(request.scope.get("request_id", "")),
        origin=origin(request),
        begun=arrival(request.scope),
        once=once,
    ) as work:
        yield work


@asynccontextmanager
async def turn(request: Req) -> AsyncIterator[Turn]:
    """The transaction of a mutating request. Effects and stored answer commit together.

    Raises Replayed when the same key came with the same content before, IdempotencyConflict with other content.
    """
    key = await _key(request)
    async with reading(request) as work:
        opened = Turn(work, key)
        if key is not None:
            await _claim(request, work, key)
        yield opened
        if key is not None:
            if opened.answer is None:
                raise RuntimeError("a turn ends with its answer: redirect() or json()")
            await _store(work, key, opened.answer)


async def _key(request: Req) -> str | None:
    key: object = request.headers.get(KEY_HEADER)
    content_type = request.headers.get("content-type", "")
    if key is None and content_type.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        key = (await request.form()).get(KEY_FIELD)
    if key is None or key == "":
        return None
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise Invalid("提交标识应为 8 至 200 位的可见字符。", field="Idempotency-Key")
    return key


async def _claim(request: Req, work: Work, key: str) -> None:
    assert work.actor is not None
    fingerprint = await _fingerprint(request)
    claimed = await work.session.scalar(
        insert(IdempotencyRecord)
        .values(
            city_id=work.city_id,
            id=new_id(),
            organ_id=work.organ_id,
            account_id=work.actor.account_id,
            key=key,
            fingerprint=fingerprint,
            status=0,
            headers={},
            body=b"",
        )
        .on_conflict_do_nothing()
        .returning(IdempotencyRecord.id)
    )
    if claimed is not None:
        return
    held = (await work.session.scalars(_record(work, key))).one()
    if held.fingerprint != fingerprint:
        raise IdempotencyConflict
    raise Replayed(
        Response(held.body, status_code=held.status, headers=held.headers, media_type=held.headers.get("content-type"))
    )


async def _fingerprint(request: Req) -> bytes:
    """What the request says, under a key of the installation: a password in it cannot be guessed from the record."""
    held = request.app.state
    if "fingerprint_key" not in held:
        held.fingerprint_key = held.settings.secret("idempotency")
    said = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + await _content(request)
    return hmac.new(held.fingerprint_key, said, hashlib.sha256).digest()


async def _content(request: Req) -> bytes:
    """What the submission says; the boundary between the parts of a form with files differs from one to the next."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    fields = (await request.form()).multi_items()
    said = [(k, await _digest(v) if isinstance(v, UploadFile) else str(v)) for k, v in fields]
    return msgspec.json.encode(sorted(said))


async def _digest(file: UploadFile) -> str:
    found = hashlib.sha256(file.filename.encode())
    await file.seek(0)
    while chunk := await file.read(1 << 20):
        found.update(chunk)
    await file.seek(0)
    return found.hexdigest()


def _record(work: Work, key: str) -> Any:
    assert work.actor is not None
    return select(IdempotencyRecord).where(
        IdempotencyRecord.city_id == work.city_id,
        IdempotencyRecord.organ_id == work.organ_id,
        IdempotencyRecord.account_id == work.actor.account_id,
        IdempotencyRecord.key == key,
    )


async def _store(work: Work, key: str, answer: Response[bytes]) -> None:
    held = (await work.session.scalars(_record(work, key))).one()
    held.status = answer.status_code or 200
    held.body = answer.content
    held.headers = {**dict(answer.headers), "content-type": str(answer.media_type)}
