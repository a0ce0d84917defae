"""The register of enforcement acts: the list, one act with its steps, who the party is (Arts. 11(5), 17)."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Template

from kernel.errors import Invalid
from kernel.work import Work
from supervision.records import service as records
from supervision.records.fields import KIND_LABELS
from supervision.records.views import EnforcementStep
from tenants.organs.directory import directory
from web.forms import Form, parse_day, parse_id
from web.frame import page
from web.turns import Req, reading

ACTIVE: Final = "/records"
TITLE: Final = "执法案件"
STATES: Final = {"none": "没有", "not_stated": "未写明", "to_check": "待核对"}


@get(ACTIVE)
async def record_list(request: Req) -> Template:
    """What the reader may see, by kind, organ, days and words."""
    asked = dict(request.query_params)
    async with reading(request) as work:
        chosen, wrong = _filter(asked, work)
        found = await records.listed(work, chosen, after=asked.get("after", ""))
        tree = await directory(work)
        return await page(
            request,
            work,
            "records/list.html",
            title=TITLE,
            active=ACTIVE,
            rows=found.items,
            chosen=chosen,
            wrong=wrong,
            organ_name=tree.short(chosen.organ_id) if chosen.organ_id else "",
            filtered=any((chosen.q, chosen.organ_id, chosen.since, chosen.until, chosen.import_id)),
            clear_href=_href(kind=chosen.kind),
            tabs_list=[
                {"label": label, "href": _href(**{**_kept(chosen), "kind": key}), "current": key == chosen.kind}
                for key, label in (("", "全部"), *KIND_LABELS.items())
            ],
            may_import=await records.may_import(work),
            may_read_imports=await records.may_read_imports(work),
            next_href=_href(**_kept(chosen), after=found.next) if found.next else "",
            first_href=_href(**_kept(chosen)) if asked.get("after") else "",
        )


def _filter(asked: dict[str, Any], work: Work) -> tuple[records.RecordFilter, str]:
    """The filter of an address; what is no day is said and left out."""
    days = {name: parse_day(asked.get(name, ""), work.today) for name in ("since", "until")}
    wrong = next(
        (f"“{asked[name]}”不是日期，没有按它筛选。" for name in days if asked.get(name) and not days[name]), ""
    )
    kind = asked.get("kind", "")
    chosen = records.RecordFilter(
        kind=kind if kind in KIND_LABELS else "",
        organ_id=parse_id(asked.get("organ", "")),
        q=asked.get("q", "")[:100],
        since=days["since"],
        until=days["until"],
        import_id=parse_id(asked.get("import", "")),
    )
    return chosen, wrong


def _kept(chosen: records.RecordFilter) -> dict[str, Any]:
    return {
        "kind": chosen.kind,
        "organ": chosen.organ_id,
        "q": chosen.q,
        "since": chosen.since,
        "until": chosen.until,
        "import": chosen.import_id,
    }


def _href(**values: Any) -> str:
    asked = {name: str(value) for name, value in values.items() if value}
    return f"{ACTIVE}?{urlencode(asked)}" if asked else ACTIVE


@get(f"{ACTIVE}/{{record_id:uuid}}")
async def record_page(request: Req, record_id: FromPath[UUID]) -> Template:
    """One act: its steps by day, what is missing, and everything else that its source told."""
    async with reading(request) as work:
        return await _record(request, work, record_id)


async def _record(request: Req, work: Work, record_id: UUID, **further: Any) -> Template:
    found = await records.view(work, record_id)
    return await page(
        request,
        work,
        "records/record.html",
        title=found.title,
        active=ACTIVE,
        crumbs=[(TITLE, ACTIVE), found.case_no],
        status=422 if further.get("errors") else 200,
        row=found,
        known=[s for s in found.steps if s.day is not None],
        lacking=[_lacking(s) for s in found.steps if s.day is None],
        **{"identity": None, **further},
    )


def _lacking(step: EnforcementStep) -> dict[str, str]:
    return {"label": step.label, "state": STATES.get(step.state, "没有记录")}


@post(f"{ACTIVE}/{{record_id:uuid}}/party", status_code=200)
async def show_party(request: Req, record_id: FromPath[UUID]) -> Template:
    """Who the party is, once, for a stated purpose; the reading is on record."""
    fields = await request.form()
    try:
        async with reading(request) as work:
            identity = await records.unmask(work, record_id, Form(fields, work.today).text("purpose"))
            return await _record(request, work, record_id, identity=identity)
    except Invalid as invalid:
        errors = invalid.errors
    async with reading(request) as work:
        return await _record(request, work, record_id, errors=errors, error_of={e.field: e.message for e in errors})


ROUTES = [record_list, record_page, show_party]
