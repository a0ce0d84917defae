"""Commendation: the lists, nominating, reviewing, approving; and the published list that everybody reads (Art. 6)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.clock import local_date
from kernel.errors import FieldError, Invalid, NotFound
from kernel.wording import format_date
from kernel.work import Work
from supervision.commendations import service as commendations
from supervision.commendations.rules import EARLIEST, FIELDS, KINDS
from tenants.access import Target, consider
from web import entry
from web.access import OPEN
from web.forms import Form
from web.frame import page, plain
from web.pages.matter_forms import Field, area, radio, reason, select
from web.pages.referrals import sections
from web.turns import Req, identity, reading, turn

ACTIVE = "/referrals"
HERE = "/commendations"
PUBLIC = "/public/commendations"
LOOKS = {"collecting": "checking", "submitted": "government", "approved": "verify", "published": "closed"}
STEPS = {
    "submit": (
        "报请政府批准",
        "报请政府批准",
        ["名单不再接受推荐，政府退回后可以改动。", "由没有参与报请的政府领导批准。"],
    ),
    "approve": ("批准表彰名单", "批准表彰名单", ["批准后由司法行政部门公布。", "被取消评优评先资格的，不得列入。"]),
    "send_back": ("退回表彰名单", "退回表彰名单", ["司法行政部门重新审核后再报请。"]),
    "publish": ("公布表彰名单", "公布表彰名单", ["任何人不登录即可查看，地址长期有效。"]),
}


@get("/commendations")
async def commendation_list(request: Req) -> Template:
    async with reading(request) as work:
        return await _list(request, work, {}, [])


async def _list(request: Req, work: Work, values: dict[str, Any], errors: Sequence[FieldError]) -> Template:
    rows = await commendations.listed(work)
    opens, _ = await consider(work, "commendation", "open", Target(owner_id=work.organ_id))
    return await page(
        request,
        work,
        "commendations/list.html",
        title="表彰",
        active=ACTIVE,
        status=422 if errors else 200,
        rows=rows,
        looks=LOOKS,
        sections=await sections(work, identity(request).roles, HERE),
        may_open=opens.allowed,
        earliest=EARLIEST,
        values={"year": str(work.today.year), **values},
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post("/commendations")
async def open_list(request: Req) -> Template | Response[bytes]:
    sent = await request.form()
    try:
        async with turn(request) as t:
            form = Form(sent, t.work.today)
            year = form.integer("year", need="请填写年度。", least=1, most=9999)
            form.check()
            assert year is not None
            row = await commendations.open_list(t.work, year)
            return t.redirect(f"{HERE}/{row.id}")
    except Invalid as wrong:
        async with reading(request) as work:
            return await _list(request, work, Form(sent, work.today).values, wrong.errors)


@get("/commendations/{list_id:uuid}")
async def commendation_page(request: Req, list_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        return await _page(request, work, list_id)


async def _page(request: Req, work: Work, list_id: UUID, errors: Sequence[FieldError] = ()) -> Template:
    view = await commendations.view(work, list_id)
    base = f"{HERE}/{view.id}"
    allowed = [
        {"label": c.label, "href": f"{base}/{c.action}", "articles": c.articles, "hint": c.hint, "next": n == 0}
        for n, c in enumerate(view.allowed)
    ]
    if view.may_nominate:
        allowed.append({"label": "推荐表彰对象", "href": f"{base}/nominate", "articles": ["6"]})
    return await page(
        request,
        work,
        "commendations/commendation.html",
        title=f"{view.year}年度表彰",
        active=ACTIVE,
        crumbs=[("表彰", HERE), f"{view.year}年度"],
        status=422 if errors else 200,
        view=view,
        look=LOOKS[view.state],
        errors=errors,
        allowed=allowed,
        refused=[
            {"label": c.label, "reason": c.reason, "articles": c.articles, "remedy": c.remedy} for c in view.refused
        ],
    )


@get("/commendations/{list_id:uuid}/{name:str}")
async def step_form(request: Req, list_id: FromPath[UUID], name: FromPath[str]) -> Template:
    async with reading(request) as work:
        return await _step(request, work, list_id, name)


async def _step(
    request: Req,
    work: Work,
    list_id: UUID,
    name: str,
    *,
    values: dict[str, Any] | None = None,
    errors: Sequence[FieldError] = (),
) -> Template:
    view = await commendations.view(work, list_id)
    if name == "nominate":
        title, act = "推荐表彰对象", "推荐表彰对象"
        lines = [
            "由司法行政部门审核，政府领导批准后公布。",
            "被取消评优评先资格、正在追究责任或者资格被取消的，不能推荐。",
        ]
        fields = await _nominate_fields(work)
    elif name in STEPS:
        title, act, lines = STEPS[name]
        fields = [reason("退回的理由")] if name == "send_back" else []
    else:
        raise NotFound
    return await page(
        request,
        work,
        "commendations/form.html",
        title=title,
        active=ACTIVE,
        crumbs=[("表彰", HERE), (f"{view.year}年度", f"{HERE}/{view.id}"), title],
        status=422 if errors else 200,
        view=view,
        refusal=None,
        action=f"{HERE}/{view.id}/{name}",
        back=f"{HERE}/{view.id}",
        multipart=False,
        fields=fields,
        values=values or {},
        errors=errors,
        error_of={e.field: e.message for e in errors},
        step={"title": title, "article": "6", "act": act, "safe": "返回名单", "lines": lines},
    )


async def _nominate_fields(work: Work) -> list[Field]:
    people = [(str(o.id), f"{o.name}　{o.title}") for o in await commendations.candidates(work)]
    return [
        radio(
            "kind",
            "推荐",
            [{"value": k, "label": f"本{v}" if k == "organ" else v} for k, v in KINDS.items()],
            columns=2,
        ),
        select("officer_id", "人员（推荐个人时选择）", people, optional=True, hint="本单位在岗的执法人员和监督人员"),
        radio("field", "工作方面", [{"value": k, "label": v} for k, v in FIELDS.items()], columns=2),
        area("merits", "主要事迹", rows=5, hint="20 至 1000 字，公布时显示"),
    ]


@post("/commendations/{list_id:uuid}/{name:str}")
async def take_step(request: Req, list_id: FromPath[UUID], name: FromPath[str]) -> Template | Response[bytes]:
    if name != "nominate" and name not in STEPS:
        raise NotFound
    sent = await request.form()
    try:
        async with turn(request) as t:
            form = Form(sent, t.work.today)
            if name == "nominate":
                await commendations.nominate(
                    t.work,
                    list_id,
                    kind=form.text("kind"),
                    field=form.text("field"),
                    merits=form.text("merits"),
                    officer_id=form.id("officer_id"),
                )
                form.check()
            else:
                await commendations.take(t.work, list_id, name, reason=form.text("reason"), version=form.version())
            return t.redirect(f"{HERE}/{list_id}")
    except Invalid as wrong:
        async with reading(request) as work:
            errors = wrong.errors or [FieldError("reason", wrong.message)]
            return await _step(request, work, list_id, name, values=Form(sent, work.today).values, errors=errors)


@post("/commendations/{list_id:uuid}/nominations/{nomination_id:uuid}")
async def review(request: Req, list_id: FromPath[UUID], nomination_id: FromPath[UUID]) -> Template | Response[bytes]:
    """列入 or 不列入, with a reason for the latter."""
    sent = await request.form()
    try:
        async with turn(request) as t:
            form = Form(sent, t.work.today)
            include = form.text("include", need="请选择列入或者不列入。")
            form.check()
            await commendations.review(
                t.work, nomination_id, include=include == "yes", note=form.text("note"), version=form.version()
            )
            return t.redirect(f"{HERE}/{list_id}")
    except Invalid as wrong:
        async with reading(request) as work:
            return await _page(request, work, list_id, wrong.errors)


@get("/public/commendations", opt={OPEN: True})
async def published(request: Req) -> Template:
    """Every published list, for everybody."""
    async with entry.visiting(request) as work:
        rows = await commendations.published(work)
    shown = [
        {
            "href": f"{PUBLIC}/{r.id}",
            "title": f"{r.government_name}{r.year}年度行政执法表彰",
            "on": _day(r.published_at),
        }
        for r in rows
    ]
    return plain(request, "commendations/published_lists.html", title="行政执法表彰", rows=shown)


@get("/public/commendations/{list_id:uuid}", opt={OPEN: True})
async def published_list(request: Req, list_id: FromPath[UUID]) -> Template:
    """One published list under its permanent address; the same page with 404 for what is not published."""
    found = None
    async with entry.visiting(request) as work:
        with suppress(NotFound):
            found = await commendations.published_list(work, list_id)
    groups = []
    if found is not None:
        for kind, label in KINDS.items():
            members = [c for c in found.commended if c.kind == kind]
            if members:
                groups.append((f"受表彰的{label}", members))
    title = f"{found.government_name}{found.year}年度行政执法表彰" if found else "行政执法表彰"
    return plain(
        request,
        "commendations/published.html",
        title=title,
        status=200 if found else 404,
        found=found,
        groups=groups,
        on=_day(found.published_at) if found else "",
    )


def _day(moment: Any) -> str:
    return format_date(local_date(moment))


ROUTES = [
    commendation_list, open_list, commendation_page, step_form, take_step, review, published, published_list,
]  # fmt: skip
