"""我的利益申报: what a supervisor declares of own and near relatives' interests, and the organ's list (Art. 16)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.wording import format_date
from kernel.work import Work
from supervision.recusals import service as recusals
from supervision.recusals.commands import DeclareInterest
from web.forms import Form
from web.frame import page
from web.pages.recusals import ACTIVE, cursor, tabs_of
from web.turns import Req, reading, turn

HREF = "/interests"


@get(HREF)
async def interest_list(request: Req) -> Template:
    """One's own declarations; for the principal leader and the legal-affairs unit also those of the organ."""
    organ, after = request.query_params.get("view") == "organ", cursor(request)
    async with reading(request) as work:
        found = await recusals.interests(work, mine=not organ, after=after)
        here = f"{HREF}?view={'organ' if organ else 'mine'}"
        return await page(
            request,
            work,
            "recusals/interests.html",
            title="本单位的利益申报" if organ else "我的利益申报",
            active=ACTIVE,
            organ=organ,
            rows=found.items,
            tabs_list=await tabs_of(work, "organ" if organ else "interests"),
            next_href=f"{here}&after={found.next}" if found.next else "",
            first_href=here if after else "",
        )


@get(f"{HREF}/new")
async def new_interest(request: Req) -> Template:
    """The form of a declaration."""
    async with reading(request) as work:
        return await _form(request, work, {"from_on": format_date(work.today), "holder": "self"}, [])


async def _form(request: Req, work: Work, values: dict[str, Any], errors: list[FieldError]) -> Template:
    await recusals.require_declares(work)
    return await page(
        request,
        work,
        "recusals/declare.html",
        title="申报利害关系",
        active=ACTIVE,
        crumbs=[("我的利益申报", HREF), "申报利害关系"],
        status=422 if errors else 200,
        holders=list(recusals.HOLDERS.items()),
        natures=[{"value": key, "label": label} for key, label in recusals.NATURES.items()],
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post(HREF)
async def declare(request: Req) -> Template | Response[bytes]:
    """申报利害关系."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            organ_id, begins, ends = form.id("subject"), form.day("from_on"), form.day("until_on")
            form.check()
            asked = DeclareInterest(
                holder=form.text("holder"),
                relative_name=form.text("relative_name"),
                subject_organ_id=organ_id,
                subject_name=form.text("subject_name"),
                subject_code=form.text("subject_code"),
                nature=form.text("nature"),
                note=form.text("note"),
                from_on=begins,
                until_on=ends,
            )
            await recusals.declare_interest(t.work, asked)
            return t.redirect(HREF)
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("note", invalid.message)]
    async with reading(request) as work:
        return await _form(request, work, Form(fields, work.today).values, errors)


@get(f"{HREF}/{{interest_id:uuid}}")
async def interest_page(request: Req, interest_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        return await _interest(request, work, interest_id)


async def _interest(
    request: Req,
    work: Work,
    interest_id: UUID,
    *,
    values: dict[str, Any] | None = None,
    errors: list[FieldError] | None = None,
    revealed: str = "",
) -> Template:
    view = await recusals.interest(work, interest_id)
    return await page(
        request,
        work,
        "recusals/interest.html",
        title=f"{view.person_name}的利害关系申报",
        active=ACTIVE,
        crumbs=[("我的利益申报", HREF) if view.mine else ("本单位的利益申报", f"{HREF}?view=organ"), view.subject_name],
        status=422 if errors else 200,
        view=view,
        revealed=revealed,
        values=values or {},
        errors=errors or [],
        error_of={e.field: e.message for e in errors or []},
    )


@post(f"{HREF}/{{interest_id:uuid}}/end")
async def end(request: Req, interest_id: FromPath[UUID]) -> Template | Response[bytes]:
    """终止申报: the cause is gone."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            await recusals.end_interest(t.work, interest_id, form.text("reason"), version=form.version())
            return t.redirect(f"{HREF}/{interest_id}")
    except Invalid as invalid:
        errors = list(invalid.errors)
    async with reading(request) as work:
        return await _interest(request, work, interest_id, values=Form(fields, work.today).values, errors=errors)


@post(f"{HREF}/{{interest_id:uuid}}/relative", status_code=200)
async def reveal(request: Req, interest_id: FromPath[UUID]) -> Template:
    """The relative's name in full: shown once, kept nowhere, on the trail."""
    fields = await request.form()
    try:
        async with reading(request) as work:
            form = Form(fields, work.today)
            found = await recusals.reveal_relative(work, interest_id, form.text("purpose"))
            return await _interest(request, work, interest_id, revealed=found.name)
    except Invalid as invalid:
        errors = list(invalid.errors)
    async with reading(request) as work:
        return await _interest(request, work, interest_id, values=Form(fields, work.today).values, errors=errors)


ROUTES = [interest_list, new_interest, declare, interest_page, end, reveal]
