"""The audit trail for API clients: search, one entry, export. For the organ's audit administrator (三员分立)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Response

from kernel.errors import Invalid, NotFound
from kernel.models import AuditEntry
from kernel.sealing import session
from supervision.matters.views import Page
from tenants.access import Target, authorize
from tenants.organs.directory import directory
from web import audit_export, audit_log, audit_sealing
from web.api.shapes import Limit, Words, download, file_answer, read
from web.audit_log import AuditFilter
from web.turns import Req, reading

TAGS = ["审计"]
Word = Annotated[str, QueryParameter(max_length=60)]


class AuditItem(msgspec.Struct, frozen=True):
    """One entry of the log. `origin` is masked to the network."""

    id: UUID
    seq: int
    at: datetime
    actor_name: str
    actor_title: str
    action: str
    title: str
    subject_kind: str
    subject_id: UUID | None
    result: str
    article: str | None
    rule_id: str | None
    origin: str
    request_id: str


class AuditDetail(msgspec.Struct, frozen=True):
    """One entry with the facts that were recorded."""

    entry: AuditItem
    detail: dict[str, Any]


def _item(row: AuditEntry) -> AuditItem:
    return AuditItem(
        row.id,
        row.seq,
        row.at,
        row.actor_name,
        row.actor_title,
        row.action,
        row.title,
        row.subject_kind,
        row.subject_id,
        row.result,
        row.article,
        row.rule_id,
        audit_log.masked(row.origin),
        row.request_id,
    )


def _filter(*, q: str, first: date | None, last: date | None, action: str, person: str, result: str) -> AuditFilter:
    if result and result not in audit_log.RESULTS:
        raise Invalid("请选择 done、denied 或者 failed。", field="result")
    return AuditFilter(words=q.strip(), first=first, last=last, action=action, person=person, result=result)


@read(
    "/audit",
    "searchAudit",
    "审计查询",
    TAGS,
    description="本单位的审计记录，由新到旧。按说明、对象编号、请求编号、日期、操作、人员、结果查找。"
    "以 next 作为下一页的 after。",
)
async def search(
    request: Req,
    *,
    q: Words = "",
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
    action: Word = "",
    person: Word = "",
    result: Word = "",
    after: Annotated[int | None, QueryParameter(ge=1, le=2**62)] = None,
    limit: Limit = 50,
) -> Page[AuditItem]:
    wanted = _filter(q=q, first=first, last=last, action=action, person=person, result=result)
    async with reading(request) as work:
        await authorize(work, "audit", "read", Target(owner_id=work.organ_id))
        found = await audit_log.search(work, wanted, after, limit)
    return Page([_item(row) for row in found.rows], str(found.next_after) if found.next_after else None)


@read("/audit/{entry_id:uuid}", "getAuditEntry", "一条审计记录", TAGS)
async def entry(request: Req, entry_id: FromPath[UUID]) -> AuditDetail:
    async with reading(request) as work:
        await authorize(work, "audit", "read", Target(owner_id=work.organ_id))
        found = await work.session.get(AuditEntry, (work.city_id, entry_id))
        if found is None or found.organ_id != work.organ_id:
            raise NotFound
        return AuditDetail(_item(found), found.detail)


class AuditProof(msgspec.Struct, frozen=True):
    """The proof of one entry, to be checked without this system (docs/audit.md)."""

    proof: dict[str, Any]


class AuditSealing(msgspec.Struct, frozen=True):
    """How far the organ's log is sealed. Digests are hexadecimal; `seal` 0: nothing is sealed yet."""

    seal: int
    sealed_at: datetime | None
    algorithm: str
    seal_head: str
    organ_heads: int
    organ_entries: int
    organ_head: str
    waiting: int
    kept_heads: int
    kept_at: datetime | None
    verified_at: datetime | None
    findings: list[str]


@read("/audit/sealing", "getAuditSealing", "封存、上级留存和最近一次核验", TAGS)
async def sealing(request: Req) -> AuditSealing:
    async with reading(request) as work:
        await authorize(work, "audit", "read", Target(owner_id=work.organ_id))
        state = await session.standing(work)
        name = (await directory(work)).name(work.organ_id)
    last, head, keep, check = state.last, state.head, state.keep, state.check
    return AuditSealing(
        seal=last.number if last else 0,
        sealed_at=last.sealed_at if last else None,
        algorithm=last.algorithm if last else "",
        seal_head=last.head.hex() if last else "",
        organ_heads=head.number if head else 0,
        organ_entries=head.total if head else 0,
        organ_head=head.head.hex() if head else "",
        waiting=state.waiting,
        kept_heads=keep.number if keep else 0,
        kept_at=keep.kept_at if keep else None,
        verified_at=check.created_at if check else None,
        findings=audit_sealing.own_findings(check, work.organ_id, name),
    )


@read("/audit/{entry_id:uuid}/proof", "getAuditProof", "一条审计记录的证明（留痕）", TAGS)
async def proof(request: Req, entry_id: FromPath[UUID]) -> AuditProof:
    async with reading(request) as work:
        _, made = await audit_sealing.prove(work, entry_id)
    return AuditProof(dict(made))


@download("/audit/export", "exportAudit", "导出审计记录（留痕）", TAGS, media_type=audit_export.MEDIA_TYPES["xlsx"])
async def export(
    request: Req,
    *,
    form: Annotated[str, QueryParameter(name="format", max_length=8)] = "xlsx",
    q: Words = "",
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
    action: Word = "",
    person: Word = "",
    result: Word = "",
) -> Response[bytes]:
    if form not in audit_export.MEDIA_TYPES:
        raise Invalid("请选择 xlsx 或者 csv。", field="format")
    wanted = _filter(q=q, first=first, last=last, action=action, person=person, result=result)
    async with reading(request) as work:
        name, data = await audit_export.export(work, wanted, form)
    return file_answer(name, data, audit_export.MEDIA_TYPES[form])


ROUTES = [search, entry, sealing, proof, export]
