"""What the audit administrator does: search the organ's log, open an entry, take the entries out."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import NotFound
from kernel.models import AuditEntry
from kernel.sealing import proofs, session
from kernel.sealing.session import Standing
from kernel.wording import format_moment, format_range
from kernel.work import Work
from tenants.access import Target, authorize
from tenants.organs.directory import directory
from web import audit_export, audit_log, audit_sealing
from web.audit_log import AuditFilter
from web.forms import parse_day
from web.frame import page
from web.turns import Req, reading

KEPT = frozenset({"q", "first", "last", "action", "person", "result", "size", "after"})


@get("/audit")
async def audit(request: Req) -> Template:
    """The log of the organ, newest first; `entry` opens one line at the right."""
    async with reading(request) as work:
        await authorize(work, "audit", "read", Target(owner_id=work.organ_id))
        query = dict(request.query_params)
        wanted = _wanted(query, work)
        size = int(query["size"]) if query.get("size") in [str(s) for s in audit_log.PAGE_SIZES] else 50
        found = await audit_log.search(work, wanted, _number(query.get("after", "")), size)
        state = await session.standing(work)
        opened = await _entry(work, query.get("entry", ""), state)
        return await page(
            request,
            work,
            "admin/audit.html",
            title="审计查询",
            active="/audit",
            rows=[audit_log.row(r) | {"sealed": audit_sealing.is_sealed(r, state)} for r in found.rows],
            summary=audit_sealing.summary(state),
            total=f"{audit_log.MOST_COUNTED} 条以上" if found.total > audit_log.MOST_COUNTED else f"{found.total} 条",
            filter=wanted,
            pills=_pills(query, wanted),
            actions=audit_log.ACTIONS,
            results=audit_log.RESULTS,
            people=await audit_log.people(work),
            address=lambda **changed: _address(query, **changed),
            next_href=_address(query, after=found.next_after, entry=None) if found.next_after else "",
            first_href=_address(query, after=None, entry=None) if query.get("after") else "",
            sizes=[{"size": s, "href": _address(query, size=s, after=None)} for s in audit_log.PAGE_SIZES],
            size=size,
            opened=opened,
            export_href=lambda form: _address(query, format=form, after=None, size=None).replace(
                "/audit", "/audit/export", 1
            ),
            most=audit_export.MOST,
        )


@get("/audit/sealing")
async def sealing(request: Req) -> Template:
    """How far the organ's log is sealed, kept by the level above, and verified."""
    async with reading(request) as work:
        await authorize(work, "audit", "read", Target(owner_id=work.organ_id))
        state = await session.standing(work)
        return await page(
            request,
            work,
            "admin/sealing.html",
            title="封存与核验",
            active="/audit",
            summary=audit_sealing.summary(state),
            shown=await audit_sealing.shown(work, state),
            most=audit_sealing.MOST,
        )


@get("/audit/sealed")
async def sealed(request: Req) -> Response[bytes]:
    """All sealed entries of the organ as a text file that verifies by itself (docs/audit.md). Audited."""
    async with reading(request) as work:
        name, data = await audit_sealing.sealed_file(work)
    return _file(name, data, "text/plain; charset=utf-8")


@get("/audit/proof/{entry_id:uuid}")
async def proof(request: Req, entry_id: FromPath[UUID]) -> Response[bytes]:
    """The proof of one entry as JSON (docs/audit.md). Audited."""
    async with reading(request) as work:
        name, made = await audit_sealing.prove(work, entry_id)
    return _file(name, proofs.dump(made), "application/json")


@get("/audit/export")
async def export(request: Req) -> Response[bytes]:
    """The filtered entries as a file: `format` xlsx or csv, newest first, 10,000 at most. Audited."""
    form = "csv" if request.query_params.get("format") == "csv" else "xlsx"
    async with reading(request) as work:
        name, data = await audit_export.export(work, _wanted(dict(request.query_params), work), form)
    return _file(name, data, audit_export.MEDIA_TYPES[form])


def _file(name: str, data: bytes, media_type: str) -> Response[bytes]:
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "cache-control": "private, no-store",
    }
    return Response(data, media_type=media_type, headers=headers)


def _wanted(query: dict[str, str], work: Work) -> AuditFilter:
    return AuditFilter(
        words=query.get("q", "").strip()[:100],
        first=parse_day(query.get("first", ""), work.today),
        last=parse_day(query.get("last", ""), work.today),
        action=query.get("action", "")[:60],
        person=query.get("person", "")[:60],
        result=query.get("result", "") if query.get("result") in audit_log.RESULTS else "",
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 19 else None


def _address(query: dict[str, str], **changed: Any) -> str:
    kept = {key: value for key, value in query.items() if key in KEPT}
    for key, value in changed.items():
        kept[key] = "" if value is None else str(value)
    text = urlencode({k: v for k, v in kept.items() if v})
    return f"/audit?{text}" if text else "/audit"


def _pills(query: dict[str, str], wanted: AuditFilter) -> list[dict[str, str]]:
    pills = []
    if wanted.first or wanted.last:
        first, last = wanted.first or wanted.last, wanted.last or wanted.first
        assert first is not None
        assert last is not None
        text = format_range(first, last) if wanted.first and wanted.last else ("起" if wanted.first else "止")
        label = text if wanted.first and wanted.last else f"{first}{text}"
        pills.append({"label": label, "href": _address(query, first=None, last=None, after=None)})
    for key, value in (
        ("action", audit_log.ACTIONS.get(wanted.action, wanted.action)),
        ("person", wanted.person),
        ("result", audit_log.RESULTS.get(wanted.result, "")),
    ):
        if value:
            pills.append({"label": value, "href": _address(query, **{key: None, "after": None})})
    return pills


async def _entry(work: Work, text: str, state: Standing) -> dict[str, Any] | None:
    try:
        found = await work.session.get(AuditEntry, (work.city_id, UUID(text)))
    except ValueError:
        return None
    if found is None:
        raise NotFound
    tree = await directory(work)
    return {
        "short": f"{found.id.hex[:8]}…{found.id.hex[-4:]}",
        "at": format_moment(found.at),
        "stored": format_moment(found.created_at),
        "person": f"{found.actor_name}{'，' + found.actor_title if found.actor_title else ''}",
        "organ": tree.name(found.organ_id) if found.organ_id in tree.organs else "",
        "title": found.title,
        "verdict": audit_log.outcome(found),
        "article": found.article or "",
        "rule": found.rule_id or "",
        "origin": audit_log.masked(found.origin),
        "request": found.request_id,
        "seq": found.seq,
        "sealed": audit_sealing.is_sealed(found, state),
        "proof_href": f"/audit/proof/{found.id}",
        "changes": audit_log.changes(found.detail),
    }


ROUTES = [audit, sealing, sealed, proof, export]
