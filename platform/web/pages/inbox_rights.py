"""What a supervised organ may ask for: more time, another look, another officer (Arts. 16, 19; rule 异议)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.instruments import service as instruments
from supervision.recusals import service as recusals
from web.forms import Form
from web.frame import page
from web.pages.inbox import ACTIVE
from web.turns import Req, reading, turn

_RIGHTS = {"extension": "申请延期", "objection": "提出异议", "recusal": "申请回避"}


@get("/inbox/{delivery_id:uuid}/rights/{right:str}")
async def right_page(request: Req, delivery_id: FromPath[UUID], right: FromPath[str]) -> Template:
    """The form of a right, with what follows from using it."""
    async with reading(request) as work:
        return await _right(request, work, delivery_id, right, errors=[], values={})


async def _right(
    request: Req, work: Work, delivery_id: UUID, right: str, *, errors: list[FieldError], values: dict[str, Any]
) -> Template:
    if right not in _RIGHTS:
        raise NotFound
    view = await instruments.delivery_view(work, delivery_id)
    if not view.opened:
        raise NotFound
    return await page(
        request,
        work,
        "inbox/right.html",
        title=_RIGHTS[right],
        active=ACTIVE,
        crumbs=(("收到的文书", ACTIVE), (view.number, f"/inbox/{view.id}"), _RIGHTS[right]),
        status=422 if errors else 200,
        view=view,
        right=right,
        known=next((r for r in view.rights if r.key == right), None),
        grounds=[{"value": g.key, "label": g.name} for g in (await deadlines.rulebook(work)).recusal_grounds],
        handlers=[name for name in view.handler_names.split("、") if name],
        values=values,
        errors=errors,
        error_of={error.field: error.message for error in errors},
    )


@post("/inbox/{delivery_id:uuid}/rights/{right:str}")
async def use_right(request: Req, delivery_id: FromPath[UUID], right: FromPath[str]) -> Template | Response[bytes]:
    """Apply for more time, object, or apply for the recusal of a handler."""
    if right not in _RIGHTS:
        raise NotFound
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            if right == "extension":
                amount = form.integer("amount", need="请写明需要延长多少个工作日。", least=1, most=30)
                form.check()
                asked = instruments.ExtensionInput(
                    amount=amount or 0, reason=form.text("reason"), steps_taken=form.text("steps_taken")
                )
                await instruments.request_extension(t.work, delivery_id, asked)
            elif right == "objection":
                await instruments.raise_objection(t.work, delivery_id, form.text("reason"))
            else:
                await recusals.apply_recusal(
                    t.work, delivery_id, form.text("handler"), form.text("ground"), form.text("reason")
                )
            return t.redirect(f"/inbox/{delivery_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        return await _right(request, work, delivery_id, right, errors=errors, values=Form(fields, work.today).values)


ROUTES = [right_page, use_right]
