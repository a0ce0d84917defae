"""A 12345 hotline for tests and demonstrations, with faults on purpose. It stands alone: it knows the messages and the
signatures and nothing else of the product."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, Request, get, post
from litestar.datastructures import State
from litestar.response import Response

from integrations.hotline12345.messages import Order, Page, Receipt, Receipts, Report, Reports
from integrations.links.signing import OURS, THEIRS, Keys, Untrusted, sign_request, sign_response, verify_request
from integrations.links.signing import Request as Signed
from kernel.clock import system_now

Req = Request[Any, Any, State]


@dataclass(slots=True)
class Faults:
    """What goes wrong with the next answers: how many are errors, unsigned rightly, or half."""

    errors: int = 0
    wrong_signatures: int = 0
    half: int = 0

    def take(self, name: str) -> bool:
        left: int = getattr(self, name)
        setattr(self, name, max(0, left - 1))
        return left > 0


@dataclass(slots=True)
class Hotline:
    """One simulated hotline: the orders that can be pulled, the reports that came, and its own view of the keys."""

    keys: Keys
    orders: list[Order] = field(default_factory=list)
    reports: dict[str, Report] = field(default_factory=dict)
    deliveries: int = 0
    """Reports that came, repeated ones too."""
    nonces: set[str] = field(default_factory=set)
    faults: Faults = field(default_factory=Faults)
    kept: Path | None = None
    """A file of the reports, one a line, so that a simulator that starts again knows what it was told."""

    def __post_init__(self) -> None:
        if self.kept is not None and self.kept.exists():
            found = [msgspec.json.decode(line, type=Report) for line in self.kept.read_bytes().splitlines()]
            self.reports = {report.key: report for report in found}

    def keep(self, report: Report) -> None:
        self.reports[report.key] = report
        if self.kept is not None:
            with self.kept.open("ab") as lines:
                lines.write(msgspec.json.encode(report) + b"\n")

    def about(self, number: str) -> list[Report]:
        """What was reported about an order, by its count."""
        return sorted((r for r in self.reports.values() if r.number == number), key=lambda r: r.seq)

    def signed(self, path: str, order: Order, *, nonce: str = "", forged: bool = False) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a webhook that carries an order to `path`; with `forged` under a wrong signature."""
        body = msgspec.json.encode(order)
        headers = sign_request(self.keys, Signed("POST", path, "", body), system_now(), signer=THEIRS, nonce=nonce)
        if forged:
            headers["zs-signature"] = "00" * 32
        return body, {**headers, "content-type": "application/json"}


@get("/v1/orders")
async def orders(request: Req) -> Response[bytes]:
    """Orders after a cursor, which is a place in the list."""

    async def made(hotline: Hotline, _body: bytes) -> Any:
        after = request.query_params.get("after", "") or "0"
        start, limit = int(after), int(request.query_params.get("limit", "100"))
        chosen = hotline.orders[start : start + limit]
        return Page(orders=chosen, cursor=str(start + len(chosen)))

    return await _exchange(request, made)


@post("/v1/reports", status_code=200)
async def reports(request: Req) -> Response[bytes]:
    """Reports are kept once by their key; a gap or a report after the last one is refused."""

    async def made(hotline: Hotline, body: bytes) -> Any:
        came = msgspec.json.decode(body, type=Reports).reports
        hotline.deliveries += len(came)
        return Receipts(receipts=[_kept(hotline, report) for report in came])

    return await _exchange(request, made)


def _kept(hotline: Hotline, report: Report) -> Receipt:
    if report.key in hotline.reports:
        return Receipt(report.key, "received")
    before = hotline.about(report.number)
    if report.seq != len(before) + 1 or (before and before[-1].final and report.event != "updated"):
        return Receipt(report.key, "refused", "out of order")
    hotline.keep(report)
    return Receipt(report.key, "received")


async def _exchange(request: Req, make: Callable[[Hotline, bytes], Awaitable[Any]]) -> Response[bytes]:
    hotline: Hotline = request.app.state["hotline"]
    body = await request.body()
    signed = Signed(request.method, request.scope["raw_path"].decode(), request.scope["query_string"].decode(), body)
    status, nonce, answer = 200, "", b"{}"
    try:
        nonce, _ = verify_request(hotline.keys, signed, request.headers, system_now(), signer=OURS)
        if nonce in hotline.nonces:
            raise Untrusted("replayed")
        hotline.nonces.add(nonce)
        answer = msgspec.json.encode(await make(hotline, body))
    except Untrusted:
        status = 401
    except msgspec.MsgspecError:
        status = 400
    if hotline.faults.take("errors"):
        status, answer = 503, b"{}"
    if hotline.faults.take("half"):
        answer = b'{"receipts": [], "orders": []}'
    headers = sign_response(hotline.keys, status, answer, nonce, system_now(), signer=THEIRS)
    if hotline.faults.take("wrong_signatures"):
        headers["zs-signature"] = "00" * 32
    return Response(answer, status_code=status, media_type="application/json", headers=headers)


def create_simulator(hotline: Hotline) -> Litestar:
    """The hotline as an ASGI application."""
    return Litestar([orders, reports], state=State({"hotline": hotline}), openapi_config=None, logging_config=None)
