"""Each step of an application and of a certificate: what it will do, and then doing it (Arts. 10(4), 21)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.wording import format_date
from kernel.work import Work
from supervision.licensing import service as licensing
from supervision.licensing.views import HeldCertificate, LicenceView
from web.decision_forms import Ask
from web.forms import Form
from web.frame import page
from web.pages.licences import ACTIVE, TITLE
from web.turns import Req, reading, turn


def _ask(slug: str, row: LicenceView) -> Ask:
    """The confirmation of a step of an application. Raises NotFound for an unknown one."""
    what = f"{row.officer_name}的{row.kind_label}"
    known = {
        "check": Ask(
            f"审查通过{what}申请",
            ["在编在岗、年龄、考试和现有证件由系统按人员档案核对。", "送本部门负责人批准；审查人不再批准同一申请。"],
            "审查通过",
            "暂不通过",
            reason="审查意见（选填）",
            reason_name="note",
        ),
        "approve": Ask(
            f"批准{what}申请",
            ["批准后可以制发证件。", "批准人不得是申请人、审查人或者持证人本人。"],
            "批准发证",
            "暂不批准",
        ),
        "issue": Ask(
            f"制发{what}",
            [
                "取得本部门本年度的下一个证号，证号连续、不重复、不作废重用。",
                "证件自今日起有效，本单位和持证人可以查看。",
                "换发、补发的，原证同时收回作废。",
            ],
            "制发证件",
            "暂不制发",
        ),
        "refuse": Ask(
            f"不予批准{what}申请",
            [f"理由告知{row.organ}。", "本申请不能再办理，补正后可以重新申请。"],
            "不予批准",
            "返回",
            look="danger",
            reason="不予批准的理由",
            hint="写明不符合哪一项条件",
        ),
        "withdraw": Ask(
            f"撤回{what}申请", ["撤回后不再审批。", "需要时可以重新申请。"], "撤回申请", "暂不撤回"
        ),
    }  # fmt: skip
    if slug not in known:
        raise NotFound
    return known[slug]


def _ask_certificate(slug: str, row: HeldCertificate) -> Ask:
    """The confirmation of a step of a certificate. Raises NotFound for an unknown one."""
    what = f"{row.holder_name}的{row.kind_label} {row.number}"
    known = {
        "suspend": Ask(
            f"暂扣{what}",
            ["暂扣期间不得持证执法、承办监督事项。", "期满自行恢复，也可以提前恢复。"],
            "暂扣证件",
            "暂不暂扣",
            look="danger",
            reason="暂扣的事由",
            until=f"暂扣的最后一日（不晚于{format_date(row.valid_until)}）",
        ),
        "restore": Ask(
            f"恢复{what}", ["自今日起恢复效力。"], "恢复证件", "暂不恢复", reason="提前恢复的理由"
        ),
        "return": Ask(
            f"收回{what}",
            ["收回后不能恢复，需要时重新申请。", "持证人不得再持证执法。"],
            "收回证件",
            "暂不收回",
            look="danger",
            reason="收回的原因",
        ),
    }  # fmt: skip
    if slug not in known:
        raise NotFound
    return known[slug]


async def _confirm(
    request: Req,
    work: Work,
    ask: Ask,
    *,
    action: str,
    back: str,
    version: int,
    values: dict[str, Any] | None = None,
    errors: list[FieldError] | None = None,
) -> Template:
    return await page(
        request,
        work,
        "reports/confirm.html",
        title=ask.act,
        active=ACTIVE,
        crumbs=[(TITLE, ACTIVE), ask.act],
        status=422 if errors else 200,
        ask=ask,
        action=action,
        back=back,
        version=version,
        values=values or {},
        errors=errors or [],
        error_of={e.field: e.message for e in errors or []},
    )


@get(f"{ACTIVE}/{{application_id:uuid}}/{{slug:str}}")
async def confirm_step(request: Req, application_id: FromPath[UUID], slug: FromPath[str]) -> Template:
    """What a step of an application will do."""
    async with reading(request) as work:
        row = (await licensing.application(work, application_id)).application
        back = f"{ACTIVE}/{application_id}"
        return await _confirm(request, work, _ask(slug, row), action=f"{back}/{slug}", back=back, version=row.version)


Step = Callable[[Work, UUID, Form], Awaitable[object]]


async def _check(work: Work, application_id: UUID, form: Form) -> object:
    return await licensing.check(work, application_id, form.text("note"), version=form.version())


async def _approve(work: Work, application_id: UUID, form: Form) -> object:
    return await licensing.approve(work, application_id, version=form.version())


async def _refuse(work: Work, application_id: UUID, form: Form) -> object:
    return await licensing.refuse(work, application_id, form.text("reason"), version=form.version())


async def _issue(work: Work, application_id: UUID, form: Form) -> object:
    return await licensing.issue(work, application_id, version=form.version())


async def _withdraw(work: Work, application_id: UUID, form: Form) -> object:
    return await licensing.withdraw(work, application_id, version=form.version())


async def _suspend(work: Work, certificate_id: UUID, form: Form) -> object:
    until = form.day("until", need="请填写暂扣的最后一日。")
    reason = form.text("reason", need="请写明暂扣的事由。")
    form.check()
    assert until is not None
    return await licensing.suspend(work, certificate_id, until, reason, version=form.version())


async def _restore(work: Work, certificate_id: UUID, form: Form) -> object:
    return await licensing.restore(work, certificate_id, form.text("reason"), version=form.version())


async def _return(work: Work, certificate_id: UUID, form: Form) -> object:
    return await licensing.take_back(work, certificate_id, form.text("reason"), version=form.version())


STEPS: Mapping[str, Step] = {
    "check": _check,
    "approve": _approve,
    "refuse": _refuse,
    "issue": _issue,
    "withdraw": _withdraw,
}
CERTIFICATE_STEPS: Mapping[str, Step] = {"suspend": _suspend, "restore": _restore, "return": _return}


@post(f"{ACTIVE}/{{application_id:uuid}}/{{slug:str}}", status_code=303)
async def take_step(request: Req, application_id: FromPath[UUID], slug: FromPath[str]) -> Template | Response[bytes]:
    """Take the confirmed step of an application."""
    if slug not in STEPS:
        raise NotFound
    fields = await request.form()
    back = f"{ACTIVE}/{application_id}"
    try:
        async with turn(request) as t:
            await STEPS[slug](t.work, application_id, Form(fields, t.work.today))
            return t.redirect(back)
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        row = (await licensing.application(work, application_id)).application
        return await _confirm(
            request,
            work,
            _ask(slug, row),
            action=f"{back}/{slug}",
            back=back,
            version=row.version,
            values=Form(fields, work.today).values,
            errors=errors,
        )


@get(f"{ACTIVE}/certificates/{{certificate_id:uuid}}/{{slug:str}}")
async def confirm_certificate_step(request: Req, certificate_id: FromPath[UUID], slug: FromPath[str]) -> Template:
    """What a step of a certificate will do."""
    async with reading(request) as work:
        row, _ = await licensing.certificate(work, certificate_id)
        return await _confirm_certificate(request, work, row, slug)


@get(f"{ACTIVE}/certificates/{{certificate_id:uuid}}")
async def certificate_page(request: Req, certificate_id: FromPath[UUID]) -> Template:
    """A certificate and what may be done with it."""
    async with reading(request) as work:
        row, options = await licensing.certificate(work, certificate_id)
        here = f"{ACTIVE}/certificates/{certificate_id}"
        return await page(
            request,
            work,
            "licences/certificate.html",
            title=f"{row.kind_label} {row.number}",
            active=ACTIVE,
            crumbs=[(TITLE, ACTIVE), row.number],
            row=row,
            allowed=[
                {
                    "label": o.label,
                    "href": f"{here}/{o.action}",
                    "articles": [o.article],
                    "hint": o.hint,
                    "danger": o.action == "return",
                }
                for o in options
                if o.allowed
            ],
            refused=[
                {"label": o.label, "articles": [o.article], "reason": o.reason, "remedy": o.remedy}
                for o in options
                if not o.allowed
            ],
        )


async def _confirm_certificate(request: Req, work: Work, row: HeldCertificate, slug: str, **again: Any) -> Template:
    return await _confirm(
        request,
        work,
        _ask_certificate(slug, row),
        action=f"{ACTIVE}/certificates/{row.id}/{slug}",
        back=f"{ACTIVE}/certificates/{row.id}",
        version=row.version,
        **again,
    )


@post(f"{ACTIVE}/certificates/{{certificate_id:uuid}}/{{slug:str}}", status_code=303)
async def take_certificate_step(
    request: Req, certificate_id: FromPath[UUID], slug: FromPath[str]
) -> Template | Response[bytes]:
    """Take the confirmed step of a certificate."""
    if slug not in CERTIFICATE_STEPS:
        raise NotFound
    fields = await request.form()
    try:
        async with turn(request) as t:
            await CERTIFICATE_STEPS[slug](t.work, certificate_id, Form(fields, t.work.today))
            return t.redirect(f"{ACTIVE}/certificates/{certificate_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        row, _ = await licensing.certificate(work, certificate_id)
        values = Form(fields, work.today).values
        return await _confirm_certificate(request, work, row, slug, values=values, errors=errors)


ROUTES = [confirm_step, take_step, certificate_page, confirm_certificate_step, take_certificate_step]
