"""What is done with a report to the government: sent, withdrawn, returned, declined, decided (Article 20)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from supervision.decisions import service as decisions
from supervision.decisions.commands import ReturnReport
from supervision.decisions.views import ReportView
from supervision.matters import service as matters
from tenants.access import Target, authorize
from web import decision_forms as forms
from web.forms import Form
from web.frame import page
from web.instrument_pages import inlined
from web.pages.reports import ACTIVE, file_answer, show_report
from web.turns import Req, reading, turn


def _ask(slug: str, view: ReportView) -> forms.Ask:
    """The confirmation of an act on a report. Raises NotFound for an unknown one."""
    known = {
        "send": forms.Ask(
            f"向{view.government_name}报告{view.supervised_name}{view.ground_label}",
            [
                "取得请示的文号，生成正式文本，此后不能修改。",
                f"{view.government_name}的领导收到通知，可以查看报告和全部材料。",
                "由本级政府作出决定、退回补充或者不予决定。",
            ],
            "报送本级政府",
            "暂不报送",
        ),
        "withdraw": forms.Ask(
            "撤回向本级政府的报告",
            ["文号保留，不再使用。", "已经报送的，通知本级政府。", "以后仍需报告的，重新起草。"],
            "撤回报告",
            "暂不撤回",
            reason="撤回的理由",
        ),
        "return": forms.Ask(
            f"将报告退回{view.organ_name}补充",
            [f"{view.organ_name}收到退回的原因和截止日期。", "补充后重新报送，文号不变。"],
            "退回补充",
            "暂不退回",
            reason="需要补充的内容",
            reason_name="missing",
            hint="写明缺什么材料、需要查清什么",
            until="补充的截止日期",
        ),
        "decline": forms.Ask(
            f"对{view.supervised_name}不作出监督决定",
            [f"理由告知{view.organ_name}，事项退回其继续办理。", "本报告不能再作出决定。"],
            "不予决定",
            "返回",
            look="danger",
            reason="不作出决定的理由",
        ),
    }
    if slug not in known:
        raise NotFound
    return known[slug]


async def _confirm(
    request: Req,
    work: Work,
    view: ReportView,
    slug: str,
    ask: forms.Ask,
    *,
    values: dict[str, Any] | None = None,
    errors: list[FieldError] | None = None,
) -> Template:
    return await page(
        request,
        work,
        "reports/confirm.html",
        title=ask.act,
        active=ACTIVE,
        crumbs=[("向政府的报告", ACTIVE), (view.matter_number or view.matter_title, f"/reports/{view.id}"), ask.act],
        status=422 if errors else 200,
        ask=ask,
        images=inlined(await decisions.report_pages(work, view.id)) if slug == "send" else [],
        action=f"/reports/{view.id}/{slug}",
        back=f"/reports/{view.id}",
        version=view.version,
        values=values or {},
        errors=errors or [],
        error_of={e.field: e.message for e in errors or []},
    )


@get("/reports/{report_id:uuid}/{slug:str}")
async def confirm_page(request: Req, report_id: FromPath[UUID], slug: FromPath[str]) -> Template | Response[bytes]:
    """The confirmation of an act, or the PDF."""
    async with reading(request) as work:
        if slug == "pdf":
            return file_answer(*await decisions.report_pdf(work, report_id))
        if slug == "preview.png":
            data = await decisions.report_preview(work, report_id)
            return Response(data, media_type="image/png", headers={"cache-control": "private, no-store"})
        view = await decisions.report_view(work, report_id)
        return await _confirm(request, work, view, slug, _ask(slug, view))


@post("/reports/{report_id:uuid}/{slug:str}")
async def act(request: Req, report_id: FromPath[UUID], slug: FromPath[str]) -> Template | Response[bytes]:
    """Take the confirmed act."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            if slug not in {"send", "withdraw", "return", "decline"}:
                raise NotFound
            await _take(t.work, report_id, slug, form)
            return t.redirect(f"/reports/{report_id}")
    except Invalid as invalid:
        async with reading(request) as work:
            view = await decisions.report_view(work, report_id)
            errors = invalid.errors or [FieldError("reason", invalid.message)]
            if slug == "send":
                return await show_report(request, work, view, {}, errors)
            values = Form(fields, work.today).values
            return await _confirm(request, work, view, slug, _ask(slug, view), values=values, errors=errors)


async def _take(work: Work, report_id: UUID, slug: str, form: Form) -> None:
    version = form.version()
    if slug == "send":
        await decisions.send_report(work, report_id, version=version)
    elif slug == "withdraw":
        await decisions.withdraw(work, report_id, form.text("reason"), version=version)
    elif slug == "decline":
        await decisions.decline(work, report_id, form.text("reason"), version=version)
    else:
        given = ReturnReport(missing=form.text("missing"), until=form.day("until"))
        form.check()
        await decisions.return_report(work, report_id, given, version=version)


@post("/reports/{report_id:uuid}/decide", status_code=200)
async def decide(request: Req, report_id: FromPath[UUID]) -> Template | Response[bytes]:
    """签发决定书: the filled form leads to its confirmation, the confirmed one decides, issues and serves."""
    fields = await request.form()
    confirmed = fields.get("confirmed") == "yes"
    try:
        if not confirmed:
            async with reading(request) as work:
                return await _review(request, work, report_id, Form(fields, work.today))
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            command = forms.decide_command(form, await decisions.report_view(t.work, report_id))
            form.check()
            decision = await decisions.decide(t.work, report_id, command, version=form.version())
            return t.redirect(f"/decisions/{decision.id}")
    except Invalid as invalid:
        async with reading(request) as work:
            view = await decisions.report_view(work, report_id)
            errors = forms.service_errors(invalid.errors or [FieldError("term", invalid.message)], view)
            return await show_report(request, work, view, Form(fields, work.today).values, errors)


async def _review(request: Req, work: Work, report_id: UUID, form: Form) -> Template:
    view = await decisions.report_view(work, report_id)
    if "decide" not in view.allowed:
        return await show_report(request, work, view, {}, [])
    command = forms.decide_command(form, view)
    form.check()
    ask = forms.decide_ask(view, command, {kind.key: kind.name for kind in view.kinds})
    hidden = {**form.values, "confirmed": "yes"}
    return await _confirm(request, work, view, "decide", forms.Ask(**{**_fields(ask), "hidden": hidden}))


def _fields(ask: forms.Ask) -> dict[str, Any]:
    return {name: getattr(ask, name) for name in ask.__slots__}


@get("/matters/{matter_id:uuid}/report")
async def new_report(request: Req, matter_id: FromPath[UUID]) -> Template:
    """起草向政府的报告, after an instrument lapsed or was refused."""
    async with reading(request) as work:
        matter = await matters.get(work, matter_id)
        await authorize(work, "report", "draft", Target(matter.organ_id, matter.supervised_id, matter.relation))
        ask = forms.Ask(
            f"起草关于{matter.supervised_name}的报告",
            [
                "报告附全部记录：文书、送达和期满日期、问题、证据、复议诉讼、被监督机关的陈述。",
                "起草人不能自行报送，由其他负责人审核并报送。",
                "正在复议、诉讼的行为不在提请范围，其他问题照常报告。",
            ],
            "起草报告",
            "暂不起草",
        )
        return await page(
            request,
            work,
            "reports/confirm.html",
            title=ask.act,
            active="/matters",
            crumbs=[("监督事项", "/matters"), (matter.number or matter.title, f"/matters/{matter_id}"), ask.act],
            ask=ask,
            action=f"/matters/{matter_id}/report",
            back=f"/matters/{matter_id}",
            version="",
            values={},
        )


@post("/matters/{matter_id:uuid}/report")
async def create(request: Req, matter_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        instrument_id = await decisions.failed_instrument(t.work, matter_id)
        report = await decisions.draft_report(t.work, matter_id, instrument_id, automatic=False)
        return t.redirect(f"/reports/{report.id}")


ROUTES = [confirm_page, act, decide, new_report, create]
