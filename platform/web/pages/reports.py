"""Reports to the government: what waits for the leader, the report with its record, the decision form (Article 20)."""

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
from supervision.decisions.views import ReportView
from web import decision_forms as forms
from web.forms import Form
from web.frame import page
from web.instrument_pages import inlined
from web.turns import Req, identity, reading, turn

ACTIVE = "/reports"
LABELS = {"waiting": "待决定", "open": "在办", "done": "已办结", "all": "全部"}


def file_answer(name: str, data: bytes) -> Response[bytes]:
    """A PDF to look at or keep."""
    headers = {
        "content-disposition": f"inline; filename*=UTF-8''{quote(name)}",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    return Response(data, media_type="application/pdf", headers=headers)


def _leads(request: Req) -> bool:
    return "government_leader" in identity(request).roles


@get("/reports")
async def report_list(request: Req) -> Template:
    """待我决定 for a government's leader; the own body's reports for a justice department."""
    query = request.query_params
    first = "waiting" if _leads(request) else "open"
    view = query.get("view", first)
    view = view if view in decisions.VIEWS else first
    async with reading(request) as work:
        found = await decisions.list_reports(work, view, query.get("after"))
        return await page(
            request,
            work,
            "reports/list.html",
            title="待我决定" if _leads(request) else "向政府的报告",
            active=ACTIVE,
            rows=found.items,
            leads=_leads(request),
            view=view,
            tabs_list=[
                {"label": label, "href": f"{ACTIVE}?view={key}", "current": key == view}
                for key, label in LABELS.items()
            ],
            next_href=f"{ACTIVE}?view={view}&after={quote(found.next)}" if found.next else "",
            first_href=f"{ACTIVE}?view={view}" if query.get("after") else "",
        )


@get("/reports/{report_id:uuid}")
async def report_page(request: Req, report_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        return await show_report(request, work, await decisions.report_view(work, report_id), {}, [])


async def show_report(
    request: Req, work: Work, view: ReportView, values: dict[str, Any], errors: list[FieldError]
) -> Template:
    """The decision page for the government asked, the report page for everybody else."""
    decides = view.government_id == identity(request).organ_id
    typed = values or _stored(view, proposals=not decides)
    title = view.matter_number or view.matter_title
    return await page(
        request,
        work,
        "reports/decide.html" if decides else "reports/report.html",
        title=view.matter_title,
        active=ACTIVE,
        crumbs=[("待我决定" if decides else "向政府的报告", ACTIVE), title],
        status=422 if errors else 200,
        view=view,
        values=typed,
        errors=errors,
        error_of={e.field: e.message for e in errors},
        cards={p.finding_id: forms.kind_cards(view, p) for p in view.problems},
        reasons=forms.reason_options(view),
        terms=await forms.term_lines(work, view),
        checked=forms.checked_line(work),
        events=forms.history(view.timeline, format_moment),
        explained=view.deadlines[0] if view.deadlines else None,
        actions=_actions(view),
        images=[] if decides else inlined(await decisions.report_pages(work, view.id)),
    )


def _stored(view: ReportView, *, proposals: bool) -> dict[str, Any]:
    """What is filled in before anybody typed. A legal decision has nothing preselected; its requirement has the
    proposed text."""
    found: dict[str, Any] = {
        "body": view.body,
        "statement": view.statement,
        "considered": view.considered,
        "legal_review": view.legal_review,
        "term": str(view.term_amount),
    }
    for problem in view.problems:
        if problem.proposal is None:
            continue
        found[f"requirement-{problem.finding_id}"] = problem.proposal.requirement
        if proposals:
            found[f"kind-{problem.finding_id}"] = problem.proposal.kind
            found[f"reason-{problem.finding_id}"] = f"{problem.proposal.kind}.{problem.proposal.reason_code}"
    return found


ACTIONS = (
    ("send_report", "向本级政府报告", "send", "20"),
    ("withdraw", "撤回报告", "withdraw", "20"),
)


def _actions(view: ReportView) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """可以办理 and 暂不能办理 of the supervision body."""
    allowed, refused = [], []
    for action, label, slug, article in ACTIONS:
        if action in view.allowed:
            href = f"/reports/{view.id}/{slug}"
            allowed.append({"label": label, "href": href, "articles": [article], "next": action == "send_report"})
        elif action in view.refused and view.state in {"draft", "returned"}:
            refused.append({"label": label, "reason": view.refused[action], "articles": [article]})
    return allowed, refused


@post("/reports/{report_id:uuid}/edit")
async def edit(request: Req, report_id: FromPath[UUID]) -> Template | Response[bytes]:
    """Save the report that is not sent; 保存并报送 goes on to its confirmation."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            view = await decisions.report_view(t.work, report_id)
            command = forms.update_command(form, view)
            form.check()
            await decisions.update_report(t.work, report_id, command, version=form.version())
            return t.redirect(
                f"/reports/{report_id}/send" if form.text("action") == "send" else f"/reports/{report_id}"
            )
    except Invalid as invalid:
        async with reading(request) as work:
            view = await decisions.report_view(work, report_id)
            errors = forms.service_errors(invalid.errors or [FieldError("body", invalid.message)], view)
            return await show_report(request, work, view, Form(fields, work.today).values, errors)


ROUTES = [report_list, report_page, edit]
