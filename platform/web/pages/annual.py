"""Yearly reports and plans: of one's own organ, of a justice department's level, and each paper with its steps
(Art. 12)."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from reporting.annual import service as annual
from reporting.annual.commands import Figure, WriteInput
from reporting.annual.rules import KINDS, SECTIONS, due_year, subject_year
from reporting.annual.views import AnnualPage
from web.api.shapes import file_answer
from web.forms import Form, parse_id
from web.frame import page
from web.turns import Req, reading, turn

ACTIVE = "/annual"
TITLE = "年度报告与计划"
YEAR = re.compile(r"\d{4}", re.ASCII)
DANGERS = frozenset({"send_back", "return"})
SLUGS = {"send_back": "send-back"}


@get(ACTIVE)
async def annual_list(request: Req) -> Template:
    """To a justice department the board of its level, to another organ its own papers."""
    before = request.query_params.get("before", "")
    async with reading(request) as work:
        if await annual.is_department(work):
            return await _board(request, work)
        found = await annual.papers(work, before=parse_id(before))
        return await page(
            request,
            work,
            "annual/list.html",
            title=TITLE,
            active=ACTIVE,
            rows=found.items,
            next_href=f"{ACTIVE}?before={found.next}" if found.next else "",
            first_href=ACTIVE if before else "",
        )


@get(f"{ACTIVE}/board")
async def annual_board(request: Req) -> Template:
    """Who has sent in what to the reader's department."""
    async with reading(request) as work:
        return await _board(request, work)


async def _board(request: Req, work: Work) -> Template:
    query = request.query_params
    kind = query.get("kind", "report")
    kind = kind if kind in KINDS else "report"
    this = subject_year(kind, work.today.year)
    year = int(query["year"]) if YEAR.fullmatch(query.get("year", "")) else this
    view = await annual.board(work, kind, year)
    years = sorted({this, this - 1, year}, reverse=True)
    return await page(
        request,
        work,
        "annual/board.html",
        title=TITLE,
        active=ACTIVE,
        board=view,
        due_in=due_year(kind, year),
        public_href=f"/public/annual?year={year}",
        tabs_list=[
            {
                "label": label.removeprefix("年度行政执法"),
                "href": f"{ACTIVE}/board?kind={key}",
                "current": key == kind,
            }
            for key, label in KINDS.items()
        ],
        years=[
            {"label": f"{y}年度", "href": f"{ACTIVE}/board?kind={kind}&year={y}", "current": y == year} for y in years
        ],
    )


@get(f"{ACTIVE}/summary/{{year:str}}/{{form:str}}")
async def summary(request: Req, year: FromPath[str], form: FromPath[str]) -> Response[bytes]:
    """The draft of the department's own report to its government, as PDF or Word file."""
    if form not in ("pdf", "docx") or not YEAR.fullmatch(year):
        raise NotFound
    async with reading(request) as work:
        name, data, media = await annual.summary(work, int(year), form)
    return file_answer(name, data, media)


@post(ACTIVE, status_code=303)
async def start(request: Req) -> Response[bytes]:
    """Open this year's duties before the daily job does."""
    async with turn(request) as t:
        await annual.start(t.work)
        return t.redirect(ACTIVE)


@get(f"{ACTIVE}/{{paper_id:uuid}}")
async def annual_page(request: Req, paper_id: FromPath[UUID]) -> Template:
    """One paper: what is written, what was sent in, where it is published, and what can be done."""
    async with reading(request) as work:
        found = await annual.paper(work, paper_id)
        here = f"{ACTIVE}/{paper_id}"
        return await page(
            request,
            work,
            "annual/paper.html",
            title=found.paper.title,
            active=ACTIVE,
            crumbs=[(TITLE, ACTIVE), found.paper.title],
            view=found,
            row=found.paper,
            mine=found.paper.organ_id == work.organ_id,
            allowed=_allowed(found, here),
            refused=[
                {"label": o.label, "articles": [o.article], "reason": o.reason, "remedy": o.remedy}
                for o in found.options
                if not o.allowed
            ],
        )


def _allowed(found: AnnualPage, here: str) -> list[dict[str, Any]]:
    steps = [o for o in found.options if o.allowed]
    first = next((o.action for o in steps if o.action not in DANGERS | {"write"}), "write")
    return [
        {
            "label": o.label,
            "href": f"{here}/{'edit' if o.action == 'write' else SLUGS.get(o.action, o.action)}",
            "articles": [o.article],
            "hint": o.hint,
            "next": o.action == first,
            "danger": o.action == "send_back",
        }
        for o in steps
    ]


@get(f"{ACTIVE}/{{paper_id:uuid}}/edit")
async def edit_page(request: Req, paper_id: FromPath[UUID]) -> Template:
    """The sections and figures to write."""
    async with reading(request) as work:
        return await _edit(request, work, await annual.paper(work, paper_id), {}, [])


async def _edit(
    request: Req, work: Work, found: AnnualPage, values: dict[str, Any], errors: list[FieldError]
) -> Template:
    return await page(
        request,
        work,
        "annual/edit.html",
        title=f"起草{found.paper.title}",
        active=ACTIVE,
        crumbs=[(TITLE, ACTIVE), (found.paper.title, f"{ACTIVE}/{found.paper.id}"), "起草"],
        status=422 if errors else 200,
        view=found,
        row=found.paper,
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post(f"{ACTIVE}/{{paper_id:uuid}}/edit", status_code=303)
async def save(request: Req, paper_id: FromPath[UUID]) -> Template | Response[bytes]:
    """Keep what was written."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            found = await annual.paper(t.work, paper_id)
            sections = {
                key: form.text(f"section_{key}") for key in SECTIONS[found.paper.kind] if f"section_{key}" in fields
            }
            figures = [
                Figure(f.code, value, form.text(f"note_{f.code}"))
                for f in found.figures
                if f"figure_{f.code}" in fields
                and (value := form.integer(f"figure_{f.code}", need="请填写数值，没有的填写 0。", most=999_999_999))
                is not None
            ]
            form.check()
            entry = WriteInput(sections=sections, figures=tuple(figures))
            await annual.write(t.work, paper_id, entry, version=form.version())
            return t.redirect(f"{ACTIVE}/{paper_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("sections", invalid.message)]
    async with reading(request) as work:
        found = await annual.paper(work, paper_id)
        return await _edit(request, work, found, Form(fields, work.today).values, errors)


ROUTES = [annual_list, annual_board, summary, start, annual_page, edit_page, save]
