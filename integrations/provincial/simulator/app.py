"""A provincial platform for tests and demonstrations: the whole contract, with faults on purpose (docs/provincial.md).

It stands alone: it knows the messages and the signatures and nothing else of the product.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, get_args

import msgspec
from litestar import Litestar, Request, get, post, put
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Response

from integrations.links.signing import OURS, THEIRS, Keys, Untrusted, sign_response, verify_request
from integrations.links.signing import Request as Signed
from integrations.provincial import messages as m
from integrations.provincial.simulator.faults import Dice, Faults
from integrations.provincial.simulator.store import Store
from kernel.clock import system_now

Req = Request[Any, Any, State]
Make = Callable[[bytes], Awaitable[tuple[int, Any]]]
LARGEST = 64 * 1024 * 1024
_PULLED = frozenset(m.PULLED)
_KINDS = frozenset({*m.PULLED, *m.PUSHED})


@dataclass(slots=True)
class Province:
    """One simulated platform."""

    store: Store
    keys: Keys
    """Its own view of the keys (signing.for_peer)."""
    dice: Dice


def _province(request: Req) -> Province:
    found: Province = request.app.state["province"]
    return found


async def _exchange(request: Req, make: Make) -> Response[bytes]:
    """Verify, answer and sign, with whatever goes wrong on the way."""
    province = _province(request)
    faults, dice = province.dice.faults, province.dice
    body = await request.body()
    signed = Signed(request.method, request.scope["raw_path"].decode(), request.scope["query_string"].decode(), body)
    nonce = ""
    status: int
    answer: Any
    try:
        nonce, _ = verify_request(province.keys, signed, request.headers, system_now(), signer=OURS)
        if not province.store.accept_once(nonce):
            raise Untrusted("replayed")
        if dice.hits(faults.error_before):
            status, answer = 503, m.Problem(status=503, title="暂时不能处理")
        else:
            status, answer = await make(body)
    except Untrusted:
        status, answer = 401, m.Problem(status=401, title="签名不能核实")
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        status, answer = 400, m.Problem(status=400, title="内容不符合接口约定", detail=str(error)[:300])
    except HTTPException as error:
        status, answer = error.status_code, m.Problem(status=error.status_code, title=error.detail)
    return await _answered(province, status, answer, nonce)


async def _answered(province: Province, status: int, answer: Any, nonce: str) -> Response[bytes]:
    faults, dice = province.dice.faults, province.dice
    if faults.latency:
        await asyncio.sleep(faults.latency)
    if dice.hits(faults.timeout):
        await asyncio.sleep(faults.timeout_seconds)
    if status == 200 and dice.hits(faults.error_after):
        status, answer = 500, m.Problem(status=500, title="内部错误")
    if status == 200 and dice.hits(faults.half):
        answer = _half(answer)
    text = msgspec.json.encode(answer)
    headers = sign_response(province.keys, status, text, nonce, system_now(), signer=THEIRS)
    if dice.hits(faults.wrong_signature):
        headers["zs-signature"] = "00" * 32
    return Response(text, status_code=status, media_type="application/json", headers=headers)


def _half(answer: Any) -> Any:
    """Half of what it should be; the page's count and digest stay those of the whole."""
    if isinstance(answer, m.PulledPage) and answer.items:
        return msgspec.structs.replace(answer, items=answer.items[: len(answer.items) // 2])
    if isinstance(answer, m.Receipts):
        return m.Receipts(receipts=answer.receipts[: len(answer.receipts) // 2])
    return answer


def _place(after: str) -> int:
    """A cursor of ours again. Raises HTTPException 400."""
    if after and not (after.isascii() and after.isdigit() and len(after) < 16):
        raise HTTPException("游标无效", status_code=400)
    return int(after or 0)


@get("/v1/changes/{kind:str}")
async def changes(request: Req, kind: FromPath[str]) -> Response[bytes]:
    async def make(_body: bytes) -> tuple[int, Any]:
        _known(kind, _PULLED)
        limit = _limit(request)
        province = _province(request)
        found, following, more = province.store.changes(kind, _place(request.query_params.get("after", "")), limit)
        page = m.PulledPage(
            items=province.dice.disturbed(found),
            count=len(found),
            digest=m.page_digest(found),
            next=str(following),
            more=more,
        )
        return 200, page

    return await _exchange(request, make)


@get("/v1/items/{kind:str}")
async def items(request: Req, kind: FromPath[str]) -> Response[bytes]:
    async def make(_body: bytes) -> tuple[int, Any]:
        _known(kind, _PULLED)
        ids = [part for part in request.query_params.get("ids", "").split(",") if part]
        if not 1 <= len(ids) <= m.EXACT:
            raise HTTPException("编号的数量不符", status_code=400)
        return 200, m.Exact(items=_province(request).store.items(kind, ids))

    return await _exchange(request, make)


@get("/v1/summary/{direction:str}/{kind:str}")
async def summary(request: Req, direction: FromPath[str], kind: FromPath[str]) -> Response[bytes]:
    async def make(_body: bytes) -> tuple[int, Any]:
        _directed(direction, kind)
        return 200, _province(request).store.summary(direction, kind)

    return await _exchange(request, make)


@get("/v1/summary/{direction:str}/{kind:str}/{bucket:str}")
async def one_bucket(
    request: Req, direction: FromPath[str], kind: FromPath[str], bucket: FromPath[str]
) -> Response[bytes]:
    async def make(_body: bytes) -> tuple[int, Any]:
        _directed(direction, kind)
        if len(bucket) != 2 or set(bucket) - set("0123456789abcdef"):
            raise HTTPException("分桶无效", status_code=400)
        return 200, _province(request).store.bucket(direction, kind, bucket)

    return await _exchange(request, make)


@post("/v1/batches", status_code=200, request_max_body_size=LARGEST)
async def batches(request: Req) -> Response[bytes]:
    async def make(body: bytes) -> tuple[int, Any]:
        batch = msgspec.json.decode(body, type=m.Batch)
        faults = {item.key: _fault(item) for item in batch.items}
        good = [item for item in batch.items if not faults[item.key]]
        receipts = _province(request).store.take(m.Batch(items=good)) if good else []
        refused = [m.Receipt(key=key, outcome="refused", error=why) for key, why in faults.items() if why]
        return 200, m.Receipts(receipts=[*receipts, *refused])

    return await _exchange(request, make)


def _fault(item: m.Handed) -> str:
    """What is wrong with the data of an item; empty: nothing."""
    try:
        msgspec.convert(item.data, m.DATA[item.kind])
    except msgspec.ValidationError as error:
        return str(error)[:300]
    return ""


@put("/v1/packages/{sha256:str}", status_code=200, request_max_body_size=LARGEST)
async def packages(request: Req, sha256: FromPath[str]) -> Response[bytes]:
    async def make(body: bytes) -> tuple[int, Any]:
        if hashlib.sha256(body).hexdigest() != sha256:
            raise HTTPException("正文与校验值不符", status_code=400)
        _province(request).store.put_package(sha256, body)
        return 200, m.Stored(sha256=sha256, size=len(body))

    return await _exchange(request, make)


@get("/v1/replies")
async def replies(request: Req) -> Response[bytes]:
    async def make(_body: bytes) -> tuple[int, Any]:
        found, following, more = _province(request).store.replies(_place(request.query_params.get("after", "")), 50)
        return 200, m.Replies(items=found, next=str(following), more=more)

    return await _exchange(request, make)


def _known(kind: str, kinds: frozenset[str]) -> None:
    if kind not in kinds:
        raise HTTPException("没有这一种类", status_code=404)


def _directed(direction: str, kind: str) -> None:
    if direction not in get_args(m.Direction):
        raise HTTPException("没有这一方向", status_code=404)
    _known(kind, _KINDS)


def _limit(request: Req) -> int:
    text = request.query_params.get("limit", str(m.PAGE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= m.PAGE):
        raise HTTPException("limit 应当是 1 至 500", status_code=400)
    return int(text)


def _unsigned(request: Req, error: HTTPException) -> Response[bytes]:
    """What the framework refuses by itself: an address or a method that there is not."""
    status = error.status_code
    body = msgspec.json.encode(m.Problem(status=status, title=error.detail[:200]))
    return Response(body, status_code=status, media_type="application/json", headers=error.headers)


def create(store: Store, keys: Keys, faults: Faults | None = None) -> Litestar:
    """The application. `keys`: the province's view of them."""
    return Litestar(
        [changes, items, summary, one_bucket, batches, packages, replies],
        state=State({"province": Province(store, keys, Dice(faults or Faults()))}),
        openapi_config=None,
        exception_handlers={HTTPException: _unsigned},
    )
