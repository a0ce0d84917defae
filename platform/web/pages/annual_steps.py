"""Each step of a yearly paper: what it will do, and then doing it; and the page on the organ's own site (Art. 12)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.wording import format_date
from kernel.work import Work
from reporting.annual import service as annual
from reporting.annual.commands import SiteInput
from reporting.annual.views import AnnualRow
from web.api.shapes import file_answer
from web.decision_forms import Ask
from web.forms import Form
from web.frame import page
from web.pages.annual import ACTIVE, TITLE
from web.turns import Req, reading, turn

LIMITED: Final = 20_971_520
"""Bytes of a picture of a page."""


def _ask(slug: str, row: AnnualRow) -> Ask:
    """The confirmation of a step. Raises NotFound for an unknown one."""
    what = f"{row.organ}{row.title}"
    known = {
        "approve": Ask(
            f"审定{row.title}",
            ["审定后不能再修改，需要修改的由主要负责人退回。", "起草人不得审定自己起草的内容。"],
            "审定",
            "暂不审定",
        ),
        "return": Ask(f"退回修改{row.title}", ["退回起草人修改，修改后重新审定。"], "退回修改", "暂不退回"),
        "submit": Ask(
            f"报送{row.title}",
            [
                f"报送{row.department}，报送的内容固定保存，不能修改。",
                f"期限为{format_date(row.due_on)}，以首次报送的日期为准；逾期的，逾期记录一直保留。",
            ],
            "报送",
            "暂不报送",
        ),
        "publish": Ask(
            f"公开{row.title}",
            ["生成不需要登录的公开页面和 PDF，地址长期不变。", "公开的内容与报送的内容一致；补正后可以公开新的版本。"],
            "向社会公开",
            "暂不公开",
        ),
        "accept": Ask(f"接收{what}", ["接收后报送的内容不能再改变。", "接收情况告知该单位。"], "接收", "暂不接收"),
        "send-back": Ask(
            f"退回{what}",
            ["退回的理由告知该单位，补正后重新报送。", "首次报送的日期和逾期记录不变。"],
            "退回补正",
            "返回",
            look="danger",
            reason="需要补正的内容",
            hint="写明缺少什么、哪些数据需要核对",
        ),
    }
    if slug not in known:
        raise NotFound
    return known[slug]


Step = Callable[[Work, UUID, Form], Awaitable[object]]


async def _approve(work: Work, paper_id: UUID, form: Form) -> object:
    return await annual.approve(work, paper_id, version=form.version())


async def _return(work: Work, paper_id: UUID, form: Form) -> object:
    return await annual.take_back(work, paper_id, version=form.version())


async def _submit(work: Work, paper_id: UUID, form: Form) -> object:
    return await annual.submit(work, paper_id, version=form.version())


async def _publish(work: Work, paper_id: UUID, form: Form) -> object:
    return await annual.publish(work, paper_id, version=form.version())


async def _accept(work: Work, paper_id: UUID, form: Form) -> object:
    return await annual.accept(work, paper_id, version=form.version())


async def _send_back(work: Work, paper_id: UUID, form: Form) -> object:
    return await annual.send_back(work, paper_id, form.text("reason"), version=form.version())


STEPS: Final[Mapping[str, Step]] = {
    "approve": _approve,
    "return": _return,
    "submit": _submit,
    "publish": _publish,
    "accept": _accept,
    "send-back": _send_back,
}


async def _confirm(request: Req, work: Work, paper_id: UUID, slug: str, **again: Any) -> Template:
    row = (await annual.paper(work, paper_id)).paper
    ask = _ask(slug, row)
    back = f"{ACTIVE}/{paper_id}"
    errors: list[FieldError] = again.get("errors", [])
    return await page(
        request,
        work,
        "reports/confirm.html",
        title=ask.act,
        active=ACTIVE,
        crumbs=[(TITLE, ACTIVE), (row.title, back), ask.act],
        status=422 if errors else 200,
        ask=ask,
        action=f"{back}/{slug}",
        back=back,
        version=row.version,
        values=again.get("values", {}),
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@get(f"{ACTIVE}/{{paper_id:uuid}}/{{slug:str}}")
async def confirm_step(request: Req, paper_id: FromPath[UUID], slug: FromPath[str]) -> Template:
    """What a step will do."""
    async with reading(request) as work:
        return await _confirm(request, work, paper_id, slug)


@post(f"{ACTIVE}/{{paper_id:uuid}}/{{slug:str}}", status_code=303)
async def take_step(request: Req, paper_id: FromPath[UUID], slug: FromPath[str]) -> Template | Response[bytes]:
    """Take the confirmed step."""
    if slug not in STEPS:
        raise NotFound
    fields = await request.form()
    try:
        async with turn(request) as t:
            await STEPS[slug](t.work, paper_id, Form(fields, t.work.today))
            return t.redirect(f"{ACTIVE}/{paper_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        return await _confirm(request, work, paper_id, slug, values=Form(fields, work.today).values, errors=errors)


@get(f"{ACTIVE}/{{paper_id:uuid}}/site")
async def site_page(request: Req, paper_id: FromPath[UUID]) -> Template:
    """The form for the address on the organ's own site."""
    async with reading(request) as work:
        return await _site(request, work, paper_id, {}, [])


async def _site(request: Req, work: Work, paper_id: UUID, values: dict[str, Any], errors: list[FieldError]) -> Template:
    row = (await annual.paper(work, paper_id)).paper
    return await page(
        request,
        work,
        "annual/site.html",
        title="登记本单位网站公开",
        active=ACTIVE,
        crumbs=[(TITLE, ACTIVE), (row.title, f"{ACTIVE}/{paper_id}"), "登记公开"],
        status=422 if errors else 200,
        row=row,
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post(f"{ACTIVE}/{{paper_id:uuid}}/site", status_code=303)
async def record_site(request: Req, paper_id: FromPath[UUID]) -> Template | Response[bytes]:
    """Record the address, the day and the picture."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            url = form.text("url", need="请填写公开页面的网址。")
            on = form.day("published_on", need="请填写公开日期。")
            picture = next(iter(form.files("evidence")), None)
            data = await picture.read() if picture else b""
            if len(data) > LIMITED:
                form.error("evidence", "截图不超过 20 MB。")
            form.check()
            assert on is not None
            entry = SiteInput(url, on, data, picture.filename if picture else "")
            await annual.record_site(t.work, paper_id, entry, version=form.version())
            return t.redirect(f"{ACTIVE}/{paper_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("url", invalid.message)]
    async with reading(request) as work:
        return await _site(request, work, paper_id, Form(fields, work.today).values, errors)


@get(f"{ACTIVE}/{{paper_id:uuid}}/evidence/{{version:str}}")
async def evidence(request: Req, paper_id: FromPath[UUID], version: FromPath[str]) -> Response[bytes]:
    """The picture of the page."""
    if not re.fullmatch(r"\d{1,4}", version, re.ASCII):
        raise NotFound
    async with reading(request) as work:
        name, data = await annual.evidence(work, paper_id, int(version))
    return file_answer(name, data, "application/octet-stream")


ROUTES = [confirm_step, take_step, site_page, record_site, evidence]
