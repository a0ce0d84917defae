"""The yearly supervision plan: versions, items with their progress, matters linked to them (Arts. 5, 11)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.plans import service as plans
from supervision.plans.commands import ItemInput
from supervision.plans.rules import MOST_ITEMS, TEXT_MAX
from supervision.plans.views import PlanPage, PlanRow, activity_view
from web.api.shapes import file_answer
from web.decision_forms import Ask
from web.forms import Form, parse_id
from web.frame import page
from web.turns import Req, reading, turn

ACTIVE = "/plans"
TITLE = "年度监督计划"
BLANK: Final = 3
"""Empty rows under those that are there: without script nothing can add one."""
TEXTS: Final = ("mode", "field", "area", "from_month", "until_month", "office", "planned", "item_key")


@get(ACTIVE)
async def plan_list(request: Req) -> Template:
    """The reader's own plans, and those that others have issued for this year."""
    before = request.query_params.get("before", "")
    async with reading(request) as work:
        found = await plans.plans(work, before=parse_id(before))
        return await page(
            request,
            work,
            "plans/list.html",
            title=TITLE,
            active=ACTIVE,
            rows=found.items,
            others=await plans.published(work, work.today.year),
            may_start=await plans.may_draft(work),
            this_year=work.today.year,
            start_year=_first_free(found.items, work.today.year) if not before else None,
            next_href=f"{ACTIVE}?before={found.next}" if found.next else "",
            first_href=ACTIVE if before else "",
        )


def _first_free(rows: Sequence[PlanRow], year: int) -> int | None:
    """The year whose plan can be begun: this one, or the next; None when both have one. The newest plans come first."""
    made = {row.year for row in rows}
    return next((y for y in (year, year + 1) if y not in made), None)


@post(ACTIVE, status_code=303)
async def start(request: Req) -> Response[bytes]:
    """Begin the plan of a year."""
    fields = await request.form()
    async with turn(request) as t:
        form = Form(fields, t.work.today)
        year = form.integer("year", need="请填写年度。", least=2000, most=2100)
        form.check()
        assert year is not None
        made = await plans.start(t.work, year)
        return t.redirect(f"{ACTIVE}/{made.id}/edit")


@get(f"{ACTIVE}/{{plan_id:uuid}}")
async def plan_page(request: Req, plan_id: FromPath[UUID]) -> Template:
    """One version: its items and how far they are."""
    async with reading(request) as work:
        return await _plan(request, work, plan_id, {}, [])


async def _plan(request: Req, work: Work, plan_id: UUID, values: dict[str, Any], errors: list[FieldError]) -> Template:
    view = await plans.plan(work, plan_id)
    here = f"{ACTIVE}/{plan_id}"
    steps = [o for o in view.options if o.allowed]
    return await page(
        request,
        work,
        "plans/plan.html",
        title=view.plan.title,
        active=ACTIVE,
        crumbs=[(TITLE, ACTIVE), f"{view.plan.year}年度"],
        status=422 if errors else 200,
        view=view,
        row=view.plan,
        allowed=[
            {
                "label": o.label,
                "href": f"{here}/{'edit' if o.action == 'write' else o.action}",
                "articles": [o.article],
                "hint": o.hint,
                "next": o.action in ("approve", "publish"),
                "danger": False,
            }
            for o in steps
        ],
        refused=[
            {"label": o.label, "articles": [o.article], "reason": o.reason, "remedy": o.remedy}
            for o in view.options
            if not o.allowed
        ],
        activities=await _activities(work) if view.may_link else [],
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


async def _activities(work: Work) -> list[tuple[str, str]]:
    """(id, words) of the activities that can be counted for an item by themselves."""
    book = await deadlines.rulebook(work)
    return [(str(a.id), activity_view(a, book).label) for a in await plans.activity_choices(work)]


@get(f"{ACTIVE}/{{plan_id:uuid}}/edit")
async def edit_page(request: Req, plan_id: FromPath[UUID]) -> Template:
    """The items to write."""
    async with reading(request) as work:
        view = await plans.plan(work, plan_id)
        if view.plan.state != "draft":
            raise NotFound
        rows = [{name: str(getattr(item, name)) for name in TEXTS} | {"mode": item.mode} for item in view.items]
        return await _edit(request, work, view, rows, [])


async def _edit(
    request: Req, work: Work, view: PlanPage, rows: list[dict[str, str]], errors: list[FieldError]
) -> Template:
    book = await deadlines.rulebook(work)
    blank = max(0, min(BLANK, MOST_ITEMS - len(rows)))
    return await page(
        request,
        work,
        "plans/edit.html",
        title=f"编制{view.plan.title}",
        active=ACTIVE,
        crumbs=[(TITLE, ACTIVE), (f"{view.plan.year}年度", f"{ACTIVE}/{view.plan.id}"), "编制"],
        status=422 if errors else 200,
        row=view.plan,
        rows=[*rows, *({} for _ in range(blank))],
        modes=[(mode.key, mode.name) for mode in book.modes],
        months=[(str(n), f"{n}月") for n in range(1, 13)],
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


def _rows(form: Form) -> list[dict[str, str]]:
    """The rows in which something was written, in their order."""
    found = []
    for n in range(MOST_ITEMS + BLANK):
        row = {name: form.text(f"items.{n}.{name}") for name in TEXTS}
        if row["item_key"]:
            form.id(f"items.{n}.item_key")
        if any(row[name] for name in TEXTS if name != "item_key"):
            found.append(row)
    return found


def _items(form: Form, rows: list[dict[str, str]]) -> list[ItemInput]:
    """The rows as items. Raises Invalid for what is no number or no key."""
    found = []
    for n, row in enumerate(rows):
        part = Form({f"items.{n}.{name}": value for name, value in row.items()}, form.today)
        first = part.integer(f"items.{n}.from_month", need="请选择起始月份。", least=1, most=12)
        last = part.integer(f"items.{n}.until_month", need="请选择结束月份。", least=1, most=12)
        planned = part.integer(f"items.{n}.planned", need="请填写计划数量。", least=1)
        key = part.id(f"items.{n}.item_key") if row["item_key"] else None
        form.errors += part.errors
        if first is not None and last is not None and planned is not None:
            found.append(
                ItemInput(row["mode"], row["field"], row["area"], first, last, row["office"], planned, item_key=key)
            )
    form.check()
    return found


@post(f"{ACTIVE}/{{plan_id:uuid}}/edit", status_code=303)
async def save(request: Req, plan_id: FromPath[UUID]) -> Template | Response[bytes]:
    """Keep the items of a draft."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            await plans.save(t.work, plan_id, _items(form, _rows(form)), version=form.version())
            return t.redirect(f"{ACTIVE}/{plan_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("items", invalid.message)]
    async with reading(request) as work:
        view = await plans.plan(work, plan_id)
        return await _edit(request, work, view, _rows(Form(fields, work.today)), errors)


def _ask(slug: str, view: PlanPage) -> Ask:
    """The confirmation of a step. Raises NotFound for an unknown one."""
    known = {
        "approve": Ask(
            f"批准{view.plan.title}",
            ["批准后可以印发，不能再修改；需要修改的，退回编制人。", "编制人不得批准自己编制的计划。"],
            "批准计划",
            "暂不批准",
        ),
        "return": Ask(f"退回修改{view.plan.title}", ["退回编制人修改，修改后重新批准。"], "退回修改", "暂不退回"),
        "publish": Ask(
            f"印发{view.plan.title}",
            [
                "全市各单位可以查看，计划涉及的单位收到通知。",
                "印发后不能改变，需要改变的形成新的版本；原版本同时停止执行。",
            ],
            "印发计划",
            "暂不印发",
        ),
        "revise": Ask(
            f"调整{view.plan.title}",
            ["形成新的版本，批准、印发以前原版本继续执行。", "已经关联的监督事项随项目保留。"],
            "开始调整",
            "暂不调整",
            reason="调整的理由",
            hint=f"不超过 {TEXT_MAX} 个字",
        ),
    }
    if slug not in known:
        raise NotFound
    return known[slug]


Step = Callable[[Work, UUID, Form], Awaitable[UUID]]


async def _approve(work: Work, plan_id: UUID, form: Form) -> UUID:
    return (await plans.approve(work, plan_id, version=form.version())).id


async def _return(work: Work, plan_id: UUID, form: Form) -> UUID:
    return (await plans.take_back(work, plan_id, version=form.version())).id


async def _publish(work: Work, plan_id: UUID, form: Form) -> UUID:
    return (await plans.publish(work, plan_id, version=form.version())).id


async def _revise(work: Work, plan_id: UUID, form: Form) -> UUID:
    return (await plans.revise(work, plan_id, form.text("reason"))).id


STEPS: Final[Mapping[str, Step]] = {
    "approve": _approve,
    "return": _return,
    "publish": _publish,
    "revise": _revise,
}


async def _confirm(request: Req, work: Work, plan_id: UUID, slug: str, **again: Any) -> Template:
    view = await plans.plan(work, plan_id)
    ask, back = _ask(slug, view), f"{ACTIVE}/{plan_id}"
    errors: list[FieldError] = again.get("errors", [])
    return await page(
        request,
        work,
        "reports/confirm.html",
        title=ask.act,
        active=ACTIVE,
        crumbs=[(TITLE, ACTIVE), (f"{view.plan.year}年度", back), ask.act],
        status=422 if errors else 200,
        ask=ask,
        action=f"{back}/{slug}",
        back=back,
        version=view.plan.row_version,
        values=again.get("values", {}),
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@get(f"{ACTIVE}/{{plan_id:uuid}}/{{slug:str}}")
async def confirm_step(request: Req, plan_id: FromPath[UUID], slug: FromPath[str]) -> Template:
    """What a step will do."""
    async with reading(request) as work:
        return await _confirm(request, work, plan_id, slug)


@post(f"{ACTIVE}/{{plan_id:uuid}}/{{slug:str}}", status_code=303)
async def take_step(request: Req, plan_id: FromPath[UUID], slug: FromPath[str]) -> Template | Response[bytes]:
    """Take the confirmed step."""
    if slug not in STEPS:
        raise NotFound
    fields = await request.form()
    try:
        async with turn(request) as t:
            return t.redirect(f"{ACTIVE}/{await STEPS[slug](t.work, plan_id, Form(fields, t.work.today))}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        values = Form(fields, work.today).values
        return await _confirm(request, work, plan_id, slug, values=values, errors=errors)


@post(f"{ACTIVE}/{{plan_id:uuid}}/link", status_code=303)
async def link(request: Req, plan_id: FromPath[UUID]) -> Template | Response[bytes]:
    """Count a matter for an item."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            key = form.id("plan_item", need="请选择计划项目。")
            number = form.text("number", need="请填写监督事项编号。")
            form.check()
            assert key is not None
            await plans.link(t.work, key, number=number)
            return t.redirect(f"{ACTIVE}/{plan_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("number", invalid.message)]
    async with reading(request) as work:
        return await _plan(request, work, plan_id, Form(fields, work.today).values, errors)


@post(f"{ACTIVE}/{{plan_id:uuid}}/activity", status_code=303)
async def link_activity(request: Req, plan_id: FromPath[UUID]) -> Template | Response[bytes]:
    """Count one activity for an item."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            key = form.id("activity_item", need="请选择计划项目。")
            chosen = form.id("activity_id", need="请选择监督活动。")
            form.check()
            assert key is not None
            assert chosen is not None
            await plans.link_activity(t.work, key, chosen)
            return t.redirect(f"{ACTIVE}/{plan_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("activity_id", invalid.message)]
    async with reading(request) as work:
        return await _plan(request, work, plan_id, Form(fields, work.today).values, errors)


@get(f"{ACTIVE}/{{plan_id:uuid}}/export")
async def export(request: Req, plan_id: FromPath[UUID]) -> Response[bytes]:
    """The plan with its progress as a workbook."""
    async with reading(request) as work:
        name, data, media = await plans.export(work, plan_id)
    return file_answer(name, data, media)


ROUTES = [plan_list, start, plan_page, edit_page, save, confirm_step, take_step, link, link_activity, export]
