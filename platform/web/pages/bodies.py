"""The register of enforcement bodies: list, form, end (Article 10(5))."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory
from tenants.registers import service as registers
from tenants.registers.views import BodyView
from web.forms import Form
from web.frame import page
from web.officer_forms import body_input, body_kinds, days, errors_of
from web.turns import Req, reading, turn

ACTIVE = "/officers"
HREF = "/bodies"


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


@get(HREF)
async def body_list(request: Req) -> Template:
    """Bodies of the reader's organ, or of one that he may see."""
    organ_id, after = _id(request.query_params.get("organ", "")), _id(request.query_params.get("after", ""))
    async with reading(request) as work:
        found = await registers.list_bodies(work, organ_id=organ_id, after=after)
        tree = await directory(work)
        verdict, _ = await consider(work, "enforcement_body", "manage", Target(owner_id=work.organ_id))
        organ = {"organ": str(organ_id)} if organ_id else {}
        return await page(
            request,
            work,
            "bodies/list.html",
            title="执法主体",
            active=ACTIVE,
            crumbs=[("执法人员与证件", ACTIVE), "执法主体"],
            rows=found.items,
            organ_name=tree.short(organ_id or work.organ_id),
            may_add=verdict.allowed and organ_id in (None, work.organ_id),
            next_href=f"{HREF}?{urlencode({**organ, 'after': found.next})}" if found.next else "",
            first_href=f"{HREF}?{urlencode(organ)}" if after else "",
        )


@get(f"{HREF}/new")
async def new_body(request: Req) -> Template:
    async with reading(request) as work:
        return await _form(request, work, None, {}, [])


async def _form(
    request: Req, work: Work, view: BodyView | None, values: dict[str, Any], errors: list[FieldError]
) -> Template:
    await authorize(work, "enforcement_body", "manage", Target(owner_id=view.organ_id if view else work.organ_id))
    title = "修改执法主体" if view else "登记执法主体"
    return await page(
        request,
        work,
        "bodies/form.html",
        title=title,
        active=ACTIVE,
        crumbs=[("执法人员与证件", ACTIVE), ("执法主体", HREF), title],
        status=422 if errors else 200,
        view=view,
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
        body_kinds=body_kinds(),
        action=f"{HREF}/{view.id}" if view else HREF,
    )


@post(HREF)
async def add_body(request: Req) -> Template | Response[bytes]:
    """Enter a body; with errors the form again."""
    sent = await request.form()
    try:
        async with turn(request) as t:
            await registers.add_body(t.work, body_input(Form(sent, t.work.today)))
            return t.redirect(HREF)
    except Invalid as invalid:
        async with reading(request) as work:
            return await _form(request, work, None, Form(sent, work.today).values, errors_of(invalid))


@get(f"{HREF}/{{body_id:uuid}}")
async def change_form(request: Req, body_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        view = await _changeable(work, body_id)
        return await _form(request, work, view, _values(view), [])


def _values(view: BodyView) -> dict[str, Any]:
    words = {name: getattr(view, name) for name in ("kind", "name", "uscc", "authority", "scope", "confirmed_by")}
    return words | days({name: getattr(view, name) for name in ("announced_on", "valid_from", "valid_until")})


async def _changeable(work: Work, body_id: UUID) -> BodyView:
    view = await registers.body(work, body_id)
    if not view.may_manage:
        raise NotFound
    return view


@post(f"{HREF}/{{body_id:uuid}}")
async def change_body(request: Req, body_id: FromPath[UUID]) -> Template | Response[bytes]:
    """Change a body; with errors the form again."""
    sent = await request.form()
    try:
        async with turn(request) as t:
            form = Form(sent, t.work.today)
            await registers.change_body(t.work, body_id, body_input(form), version=form.version())
            return t.redirect(HREF)
    except Invalid as invalid:
        async with reading(request) as work:
            view = await _changeable(work, body_id)
            return await _form(request, work, view, Form(sent, work.today).values, errors_of(invalid))


@post(f"{HREF}/{{body_id:uuid}}/end")
async def end_body(request: Req, body_id: FromPath[UUID]) -> Template | Response[bytes]:
    """End a body from a day on; with errors its form again."""
    sent = await request.form()
    try:
        async with turn(request) as t:
            form = Form(sent, t.work.today)
            day = form.day("ended_on", need="请填写终止日期。")
            form.check()
            assert day is not None
            await registers.end_body(t.work, body_id, day, form.text("reason"), version=form.version())
            return t.redirect(HREF)
    except Invalid as invalid:
        async with reading(request) as work:
            view = await _changeable(work, body_id)
            values = _values(view) | Form(sent, work.today).values
            return await _form(request, work, view, values, errors_of(invalid, "reason"))


ROUTES = [body_list, new_body, add_body, change_form, change_body, end_body]
