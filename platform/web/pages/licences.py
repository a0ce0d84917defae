"""Applications for certificates, for both sides, and the list of bars (Arts. 6, 10(4), 21)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.work import Work
from supervision.licensing import service as licensing
from supervision.licensing.commands import ApplyInput
from supervision.licensing.rules import KINDS, PURPOSES
from supervision.licensing.views import LicencePage
from tenants.access import Target, consider
from web.forms import Form, parse_id
from web.frame import page
from web.turns import Req, reading, turn

ACTIVE = "/licences"
TITLE = "证件申请"
LABELS = {"pending": "待办", "issued": "已发证", "refused": "未批准", "all": "全部"}
NOTES = {
    "first": "尚未持有，或者原证已过期、已收回。",
    "renewal": "有效期届满以前换发，自今日起重新计算有效期。",
    "replacement": "遗失或者损毁，有效期不变。",
}
KIND_NOTES = {"enforcement": "从事行政执法工作的人员。", "supervision": "从事行政执法监督工作的人员。"}
STEPS = {"withdraw", "check", "approve", "refuse", "issue"}


@get(ACTIVE)
async def licence_list(request: Req) -> Template:
    """Applications to the reader's department, or those of the reader's organ."""
    tab = request.query_params.get("tab", "pending")
    before = request.query_params.get("before", "")
    tab = tab if tab in licensing.TABS else "pending"
    async with reading(request) as work:
        found = await licensing.applications(work, tab=tab, before=parse_id(before))
        return await page(
            request,
            work,
            "licences/list.html",
            title=TITLE,
            active=ACTIVE,
            rows=found.items,
            tab=tab,
            department=await licensing.is_department(work),
            may_apply=await licensing.may_apply(work),
            sees_bars=(await consider(work, "qualification_bar", "list", Target(owner_id=work.organ_id)))[0].allowed,
            tabs_list=[
                {"label": label, "href": f"{ACTIVE}?tab={key}", "current": key == tab} for key, label in LABELS.items()
            ],
            next_href=f"{ACTIVE}?tab={tab}&before={found.next}" if found.next else "",
            first_href=f"{ACTIVE}?tab={tab}" if before else "",
        )


@get(f"{ACTIVE}/new")
async def new_licence(request: Req) -> Template:
    """The form; `officer` in the address chooses the person."""
    async with reading(request) as work:
        return await _form(request, work, {"officer_id": request.query_params.get("officer", "")}, [])


async def _form(request: Req, work: Work, values: dict[str, Any], errors: list[FieldError]) -> Template:
    officers = await licensing.applicable(work)
    return await page(
        request,
        work,
        "licences/new.html",
        title="申请证件",
        active=ACTIVE,
        crumbs=[(TITLE, ACTIVE), "申请证件"],
        status=422 if errors else 200,
        officers=[(str(o.id), f"{o.name}（{o.title}）") for o in officers],
        kinds=[{"value": k, "label": label, "note": KIND_NOTES[k]} for k, label in KINDS.items()],
        purposes=[{"value": k, "label": label, "note": NOTES[k]} for k, label in PURPOSES.items()],
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post(ACTIVE, status_code=303)
async def apply(request: Req) -> Template | Response[bytes]:
    """Apply; a barred person is refused with the day and the article."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            officer_id = form.id("officer_id", need="请选择申请人。")
            kind = form.text("kind", need="请选择证件种类。")
            purpose = form.text("purpose", need="请选择申请事由。")
            form.check()
            assert officer_id is not None
            row = await licensing.apply(t.work, ApplyInput(officer_id=officer_id, kind=kind, purpose=purpose))
            return t.redirect(f"{ACTIVE}/{row.id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("officer_id", invalid.message)]
    async with reading(request) as work:
        return await _form(request, work, Form(fields, work.today).values, errors)


@get(f"{ACTIVE}/{{application_id:uuid}}")
async def licence_page(request: Req, application_id: FromPath[UUID]) -> Template:
    """One application. Of a barred one: the refusal with its day and article, and nothing else."""
    async with reading(request) as work:
        found = await licensing.application(work, application_id)
        return await page(
            request,
            work,
            "licences/licence.html",
            title=_title(found),
            active=ACTIVE,
            crumbs=[(TITLE, ACTIVE), found.application.officer_name],
            row=found.application,
            conditions=found.conditions,
            certificate=found.certificate,
            allowed=_allowed(found, f"{ACTIVE}/{application_id}"),
            refused=[
                {"label": o.label, "articles": [o.article], "reason": o.reason, "remedy": o.remedy}
                for o in found.options
                if not o.allowed
            ],
        )


def _title(found: LicencePage) -> str:
    row = found.application
    return f"{row.officer_name}申请{row.kind_label}（{row.purpose_label}）"


def _allowed(found: LicencePage, href: str) -> list[dict[str, Any]]:
    """Steps of the application, then those of the certificate that came of it."""
    steps = [(o, f"{href}/{o.action}") for o in found.options if o.allowed and o.action in STEPS]
    if found.certificate is not None:
        own = f"{ACTIVE}/certificates/{found.certificate.id}"
        steps += [(o, f"{own}/{o.action}") for o in found.certificate_options if o.allowed]
    dangers = {"refuse", "return", "withdraw"}
    return [
        {
            "label": o.label,
            "href": to,
            "articles": [o.article],
            "hint": o.hint,
            "next": n == 0 and o.action not in dangers,
            "danger": o.action in ("refuse", "return"),
        }
        for n, (o, to) in enumerate(steps)
    ]


@get("/bars")
async def bar_list(request: Req) -> Template:
    """Bars that the department imposed; to another organ, the last day of its own officers' bars alone."""
    before = request.query_params.get("before", "")
    async with reading(request) as work:
        found = await licensing.bars(work, before=parse_id(before))
        return await page(
            request,
            work,
            "licences/bars.html",
            title="资格取消与限期",
            active=ACTIVE,
            crumbs=[(TITLE, ACTIVE), "资格取消与限期"],
            rows=found.items,
            department=await licensing.is_department(work),
            next_href=f"/bars?before={found.next}" if found.next else "",
            first_href="/bars" if before else "",
        )


ROUTES = [licence_list, new_licence, apply, licence_page, bar_list]
