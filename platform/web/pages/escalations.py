"""Overdue items that rose to this level, what was ordered about them, and the monthly circular (Arts. 2(1), 11(8))."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.wording import format_month
from kernel.work import Work
from supervision.escalation import service as escalation
from supervision.escalation.views import EscalatedView
from supervision.matters import service as matters
from web.forms import Form
from web.frame import page
from web.turns import Req, reading, turn

ACTIVE = "/escalations"
NOTES = {
    "report": "下级在要求的时间内书面报告办理情况。",
    "take_over": "由本级直接办理，下级移交材料。",
    "review": "下级对已作的处理重新核查。",
}


@get("/escalations")
async def item_list(request: Req) -> Template:
    query = request.query_params
    handled = query.get("view") == "handled"
    after = query.get("after", "")
    async with reading(request) as work:
        try:
            place = UUID(after) if after else None
        except ValueError:
            place = None
        found = await escalation.escalated_items(work, handled=handled, after=place)
        view = "?view=handled" if handled else "?view=open"
        return await page(
            request,
            work,
            "escalations/list.html",
            title="重大逾期",
            active=ACTIVE,
            rows=found.items,
            handled=handled,
            circulars=await escalation.circulars(work),
            tabs_list=[
                {"label": "待处理", "href": f"{ACTIVE}?view=open", "current": not handled},
                {"label": "已处理", "href": f"{ACTIVE}?view=handled", "current": handled},
            ],
            next_href=f"{ACTIVE}{view}&after={quote(found.next)}" if found.next else "",
            first_href=f"{ACTIVE}{view}" if after else "",
        )


@get("/escalations/{item_id:uuid}")
async def item_page(request: Req, item_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        return await _item(request, work, await escalation.escalated_item(work, item_id), {}, [])


async def _item(
    request: Req, work: Work, item: EscalatedView, values: dict[str, Any], errors: list[FieldError]
) -> Template:
    return await page(
        request,
        work,
        "escalations/item.html",
        title=item.matter_title,
        active=ACTIVE,
        crumbs=[("重大逾期", ACTIVE), item.matter_number or item.matter_title],
        status=422 if errors else 200,
        item=item,
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
        may_order="supervision_leader" in (work.actor.roles if work.actor else ()),
        orders=[{"value": k, "label": label, "note": NOTES[k]} for k, label in matters.ORDERS.items()],
    )


@post("/escalations/{item_id:uuid}")
async def handle(request: Req, item_id: FromPath[UUID]) -> Template | Response[bytes]:
    """要求报告, 提级办理 or 要求复查, recorded on both sides."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            action = form.text("action", need="请选择处理方式。")
            note = form.text("note", need="请写明要求的内容和时间。")
            form.check()
            await escalation.handle_item(t.work, item_id, action, note)
            return t.redirect(f"/escalations/{item_id}")
    except Invalid as invalid:
        async with reading(request) as work:
            item = await escalation.escalated_item(work, item_id)
            return await _item(request, work, item, Form(fields, work.today).values, invalid.errors)


@get("/escalations/circulars/{draft_id:uuid}")
async def circular_page(request: Req, draft_id: FromPath[UUID]) -> Template:
    """The circular of a month: what it names, and for the leader the form to issue or discard it."""
    async with reading(request) as work:
        return await _circular(request, work, draft_id, {}, [])


async def _circular(
    request: Req, work: Work, draft_id: UUID, values: dict[str, Any], errors: list[FieldError]
) -> Template:
    draft = await escalation.circular(work, draft_id)
    return await page(
        request,
        work,
        "escalations/circular.html",
        title=f"{format_month(draft.month)}逾期事项通报",
        active=ACTIVE,
        crumbs=[("重大逾期", ACTIVE), f"{format_month(draft.month)}通报"],
        status=422 if errors else 200,
        draft=draft,
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post("/escalations/circulars/{draft_id:uuid}")
async def decide_circular(request: Req, draft_id: FromPath[UUID]) -> Template | Response[bytes]:
    """印发通报 or 不印发, by the leader (Art. 11(8))."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            action = form.text("action", need="请选择印发或者不印发。")
            form.check()
            if action == "issue":
                await escalation.issue_circular(t.work, draft_id, form.text("requirement"), version=form.version())
            else:
                await escalation.discard_circular(t.work, draft_id, form.text("reason"), version=form.version())
            return t.redirect(f"{ACTIVE}/circulars/{draft_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        return await _circular(request, work, draft_id, Form(fields, work.today).values, errors)


ROUTES = [item_list, item_page, handle, circular_page, decide_circular]
