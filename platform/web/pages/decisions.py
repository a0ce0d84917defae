"""Decisions of the government: the list, one decision with its execution, the verification (Articles 20, 21(11))."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.wording import format_moment
from kernel.work import Work
from supervision.decisions import service as decisions
from supervision.decisions.commands import VerifyExecution
from supervision.decisions.views import DecisionView
from web import decision_forms as forms
from web.forms import Form
from web.frame import page
from web.pages.reports import file_answer
from web.turns import Req, reading, turn

ACTIVE = "/decisions"
LABELS = {
    "all": "全部",
    "executing": "执行中",
    "to_verify": "待核验",
    "not_executed": "未执行",
    "executed": "已执行",
    "revoked": "已撤销",
}


@get("/decisions")
async def decision_list(request: Req) -> Template:
    query = request.query_params
    view = query.get("view", "all")
    view = view if view in LABELS else "all"
    async with reading(request) as work:
        found = await decisions.list_decisions(work, view, query.get("after"))
        return await page(
            request,
            work,
            "decisions/list.html",
            title="决定书",
            active=ACTIVE,
            rows=found.items,
            view=view,
            tabs_list=[
                {"label": label, "href": f"{ACTIVE}?view={key}", "current": key == view}
                for key, label in LABELS.items()
            ],
            next_href=f"{ACTIVE}?view={view}&after={quote(found.next)}" if found.next else "",
            first_href=f"{ACTIVE}?view={view}" if query.get("after") else "",
        )


@get("/decisions/{decision_id:uuid}")
async def decision_page(request: Req, decision_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        return await _decision(request, work, await decisions.decision_view(work, decision_id), {}, [])


async def _decision(
    request: Req, work: Work, view: DecisionView, values: dict[str, Any], errors: list[FieldError]
) -> Template:
    return await page(
        request,
        work,
        "decisions/decision.html",
        title=view.number,
        active=ACTIVE,
        crumbs=[("决定书", ACTIVE), view.number],
        status=422 if errors else 200,
        view=view,
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
        events=forms.history(view.timeline, format_moment),
        refused=[
            {"label": label, "reason": view.refused[action], "articles": ["20"]}
            for action, label in (("verify_executed", "认定已执行"), ("verify_not_executed", "认定没有执行"))
            if action in view.refused and view.state in {"served", "execution_reported"}
        ]
        + [
            {"label": "处理异议", "reason": reason, "articles": ["规则:异议"]}
            for action, reason in view.refused.items()
            if action == "decide_objection"
        ],
    )


@get("/decisions/{decision_id:uuid}/pdf")
async def decision_pdf(request: Req, decision_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer(*await decisions.decision_pdf(work, decision_id))


@post("/decisions/{decision_id:uuid}/verify")
async def verify(request: Req, decision_id: FromPath[UUID]) -> Template | Response[bytes]:
    """核验执行情况 by a handler."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            verdict = form.text("verdict", need="请选择已执行或者没有执行。")
            note = form.text("note", need="请写明没有执行的具体情况。" if verdict == "no" else "")
            if not form.checked("evidence_seen"):
                form.error("evidence_seen", "请逐件查看执行证据后再认定。")
            form.check()
            given = VerifyExecution(executed=verdict == "yes", evidence_seen=True, note=note)
            await decisions.verify_execution(t.work, decision_id, given, version=form.version())
            return t.redirect(f"/decisions/{decision_id}")
    except Invalid as invalid:
        async with reading(request) as work:
            view = await decisions.decision_view(work, decision_id)
            return await _decision(request, work, view, Form(fields, work.today).values, invalid.errors)


@post("/decisions/{decision_id:uuid}/objection")
async def objection(request: Req, decision_id: FromPath[UUID]) -> Template | Response[bytes]:
    """处理异议 by a leader of the government other than the one who decided."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            result = form.text("result", need="请选择处理结果。")
            reason = form.text("reason", need="请写明处理的理由和依据。")
            form.check()
            await decisions.decide_objection(t.work, decision_id, result=result, reason=reason, version=form.version())
            return t.redirect(f"/decisions/{decision_id}#objection")
    except Invalid as invalid:
        async with reading(request) as work:
            view = await decisions.decision_view(work, decision_id)
            return await _decision(request, work, view, Form(fields, work.today).values, invalid.errors)


ROUTES = [decision_list, decision_page, decision_pdf, verify, objection]
