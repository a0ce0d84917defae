"""What the organ changed in its rule book, beside what the book says, and the form for a change."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from policy.entries import DAY, TIMES
from supervision.deadlines import adjusting
from supervision.deadlines.adjusting import Adjustable
from tenants.access import Target, authorize, consider
from web.forms import Form
from web.frame import page
from web.turns import Req, reading, turn

HREF = "/rules/changes"
CRUMBS = (("依据与规则", "/rules"), "本单位调整")


async def _manages(work: Work) -> bool:
    verdict, _ = await consider(work, "rulebook", "manage", Target(owner_id=work.organ_id))
    return verdict.allowed


@get(HREF)
async def changes(request: Req) -> Template:
    """Every entry that the organ may change, changed ones first, beside the book's own value."""
    async with reading(request) as work:
        rows = sorted(await adjusting.adjustable(work), key=lambda row: not row.changed)
        return await page(
            request,
            work,
            "help/changes.html",
            title="本单位调整",
            active="/rules",
            crumbs=CRUMBS,
            rows=rows,
            kinds=adjusting.KINDS,
            manages=await _manages(work),
        )


@get(f"{HREF}/{{key:str}}")
async def change_form(request: Req, key: FromPath[str]) -> Template:
    return await _form(request, key)


async def _form(request: Req, key: str, errors: list[FieldError] | None = None) -> Template:
    found = errors or []
    async with reading(request) as work:
        await authorize(work, "rulebook", "manage", Target(owner_id=work.organ_id))
        row = next((one for one in await adjusting.adjustable(work) if one.key == key), None)
        if row is None:
            raise NotFound
        form = Form(await request.form() if request.method == "POST" else {}, work.today)
        return await page(
            request,
            work,
            "help/change.html",
            title=f"调整{row.name}",
            active="/rules",
            crumbs=(("依据与规则", "/rules"), ("本单位调整", HREF), row.name),
            status=422 if found else 200,
            row=row,
            kinds=adjusting.KINDS,
            units=adjusting.unit_options(),
            values=form.values if found else _present(row),
            errors=found,
            error_of={e.field: e.message for e in found},
        )


def _present(row: Adjustable) -> dict[str, Any]:
    if row.kind == "due_day":
        return {"month": str(row.amount), "day": row.unit.removeprefix(DAY)}
    return {"amount": str(row.amount), "unit": row.unit}


@post(f"{HREF}/{{key:str}}", status_code=303)
async def change(request: Req, key: FromPath[str]) -> Template | Response[bytes]:
    try:
        async with turn(request) as t:
            await authorize(t.work, "rulebook", "manage", Target(owner_id=t.work.organ_id))
            row = next((one for one in await adjusting.adjustable(t.work) if one.key == key), None)
            if row is None:
                raise NotFound
            form = Form(await request.form(), t.work.today)
            amount, unit = _given(form, row)
            await adjusting.adjust(t.work, key, amount, unit, form.text("reason"))
            return t.redirect(HREF)
    except Invalid as invalid:
        return await _form(request, key, invalid.errors)


def _given(form: Form, row: Adjustable) -> tuple[int, str]:
    if row.kind == "due_day":
        month = form.integer("month", need="请填写月份。", least=1, most=12)
        day = form.integer("day", need="请填写日期。", least=1, most=31)
        form.check()
        return month or 0, f"{DAY}{day}"
    amount = form.integer("amount", need="请填写数量。", least=1, most=1000)
    unit = form.text("unit", need="" if row.kind == "limit" else "请选择单位。")
    form.check()
    return amount or 0, TIMES if row.kind == "limit" else unit


ROUTES = [changes, change_form, change]
