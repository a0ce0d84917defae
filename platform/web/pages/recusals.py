"""Recusals: those waiting for a decision, one whole with its decision, and what a supervised organ applied for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.work import Work
from supervision.recusals import service as recusals
from supervision.recusals.commands import DecideRecusal
from web.forms import Form
from web.frame import page
from web.turns import Req, identity, reading, turn

ACTIVE = "/recusals"
DECIDING = frozenset({"supervisor", "supervision_leader", "organ_head", "government_leader"})
"""Who comes here for the recusals of the organ; the others for what it applied for."""
TABS = (("open", "待决定"), ("all", "全部回避"), ("applications", "本单位的申请"))


async def tabs_of(work: Work, current: str) -> list[dict[str, Any]]:
    """The tabs of this section that the reader has."""
    lists, applies = await recusals.lists_recusals(work), await recusals.applies(work)
    found = [
        {"label": label, "href": f"{ACTIVE}?tab={key}", "current": key == current}
        for key, label in TABS
        if (applies if key == "applications" else lists)
    ]
    if await recusals.declares(work):
        found.append({"label": "我的利益申报", "href": "/interests", "current": current == "interests"})
    if await recusals.reviews(work):
        found.append({"label": "本单位的利益申报", "href": "/interests?view=organ", "current": current == "organ"})
    return found


def cursor(request: Req) -> UUID | None:
    """The place in a list; None at its beginning and for what is no place."""
    try:
        return UUID(request.query_params.get("after", ""))
    except ValueError:
        return None


@get(ACTIVE)
async def recusal_list(request: Req) -> Template:
    """Recusals of the organ, the latest first; a supervised organ's applications in a tab of their own."""
    after, wanted = cursor(request), request.query_params.get("tab", "")
    async with reading(request) as work:
        lists = await recusals.lists_recusals(work)
        decides = lists and bool(identity(request).roles & DECIDING)
        tab = wanted if wanted in dict(TABS) else "open" if decides else "applications"
        found: Any
        if tab == "applications":
            found = await recusals.applications(work, after=after)
        else:
            found = await recusals.recusals(work, open_only=tab == "open", after=after)
        here = f"{ACTIVE}?tab={tab}"
        return await page(
            request,
            work,
            "recusals/list.html",
            title="回避",
            active=ACTIVE,
            tab=tab,
            rows=found.items,
            tabs_list=await tabs_of(work, tab),
            next_href=f"{here}&after={found.next}" if found.next else "",
            first_href=here if after else "",
        )


@get(f"{ACTIVE}/{{recusal_id:uuid}}")
async def recusal_page(request: Req, recusal_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        return await _recusal(request, work, recusal_id, {}, [])


async def _recusal(
    request: Req, work: Work, recusal_id: UUID, values: dict[str, Any], errors: list[FieldError]
) -> Template:
    view = await recusals.recusal(work, recusal_id)
    people = [
        {
            "value": str(one.post_id),
            "label": one.name,
            "note": one.title if one.fit else "没有有效的监督证件、应当回避或者利害关系尚未处理",
            "disabled": not one.fit,
        }
        for one in view.replacements
    ]
    return await page(
        request,
        work,
        "recusals/recusal.html",
        title=f"{view.person_name}的回避",
        active=ACTIVE,
        crumbs=[("回避", f"{ACTIVE}?tab=all"), view.person_name],
        status=422 if errors else 200,
        view=view,
        people=people,
        decisions=[
            {"value": "yes", "label": "决定回避", "note": "终止其承办，此前的办理行为由接办人确认"},
            {"value": "no", "label": "决定不回避", "note": "继续承办，理由告知申请人"},
        ],
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


Command = Callable[[Work, Form], Awaitable[Any]]


async def _take(request: Req, recusal_id: UUID, command: Command) -> Template | Response[bytes]:
    fields = await request.form()
    try:
        async with turn(request) as t:
            await command(t.work, Form(fields, t.work.today))
            return t.redirect(f"{ACTIVE}/{recusal_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        return await _recusal(request, work, recusal_id, Form(fields, work.today).values, errors)


@post(f"{ACTIVE}/{{recusal_id:uuid}}/decide")
async def decide(request: Req, recusal_id: FromPath[UUID]) -> Template | Response[bytes]:
    """作出回避决定, with the numbered decision."""

    async def command(work: Work, form: Form) -> None:
        granted = form.text("granted", need="请选择是否回避。")
        replacement = form.id("replacement")
        form.check()
        asked = DecideRecusal(granted=granted == "yes", reason=form.text("reason"), replacement_post_id=replacement)
        await recusals.decide_recusal(work, recusal_id, asked)

    return await _take(request, recusal_id, command)


@post(f"{ACTIVE}/{{recusal_id:uuid}}/lift")
async def lift(request: Req, recusal_id: FromPath[UUID]) -> Template | Response[bytes]:
    """解除回避: the cause is gone."""

    async def command(work: Work, form: Form) -> None:
        await recusals.lift_recusal(work, recusal_id, form.text("reason"))

    return await _take(request, recusal_id, command)


@post(f"{ACTIVE}/{{recusal_id:uuid}}/steps/{{step_id:uuid}}")
async def settle(request: Req, recusal_id: FromPath[UUID], step_id: FromPath[UUID]) -> Template | Response[bytes]:
    """确认有效 or 应当重做, by the new handler."""

    async def command(work: Work, form: Form) -> None:
        await recusals.settle_step(work, step_id, form.text("outcome"), form.text("note"), recusal_id=recusal_id)

    return await _take(request, recusal_id, command)


ROUTES = [recusal_list, recusal_page, decide, lift, settle]
