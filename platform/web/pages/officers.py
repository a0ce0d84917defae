"""The register of officers: the list by certificate, one file, the forms to open and to change it (Arts. 6, 10)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.wording import format_count
from kernel.work import Work
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory
from tenants.registers import service as registers
from tenants.registers.listing import COUNT_LIMIT
from tenants.registers.service import TABS, OfficerFilter
from tenants.registers.views import OfficerView
from web.forms import Form
from web.frame import page
from web.navigation import SUPERVISING
from web.officer_forms import LOOKS, choices, days, errors_of, mask_number, officer_input, workbook
from web.turns import Req, identity, reading, turn

ACTIVE = "/officers"


def wanted(request: Req) -> OfficerFilter:
    """The filter of the address; supervisors see their whole level unless they ask for their own organ."""
    query = request.query_params
    supervising = bool(SUPERVISING & identity(request).roles)
    tab = query.get("tab", "active")
    reach = query.get("reach", "all" if supervising else "own")
    try:
        organ_id = UUID(query["organ"]) if query.get("organ") else None
    except ValueError:
        organ_id = None
    return registers.filter_of(
        tab if tab in TABS else "active", query.get("q", ""), reach if reach in ("own", "all") else "own", organ_id
    )


def address(chosen: OfficerFilter, path: str = ACTIVE, **changes: Any) -> str:
    """The address of a list with some of its filter changed."""
    values = {"tab": chosen.tab, "q": chosen.q, "reach": chosen.reach, "organ": chosen.organ_id or "", **changes}
    return f"{path}?" + urlencode({k: v for k, v in values.items() if v})


@get(ACTIVE)
async def officer_list(request: Req) -> Template:
    """Officers of the own organ or of the level; tabs for certificates that run out, have run out or are withheld."""
    chosen, after = wanted(request), request.query_params.get("after", "")
    async with reading(request) as work:
        found = await registers.list_officers(work, chosen, after or None)
        counts = await registers.count_tabs(work, chosen)
        tree = await directory(work)
        organ_name = tree.short(chosen.organ_id) if chosen.organ_id else ""
        return await page(
            request,
            work,
            "officers/list.html",
            title="执法人员与证件",
            active=ACTIVE,
            rows=found.items,
            chosen=chosen,
            organ_name=organ_name,
            several=chosen.reach == "all" and chosen.organ_id is None,
            filtered=bool(chosen.q or chosen.organ_id),
            tabs_list=[
                {
                    "label": label,
                    "count": _shown(counts[tab]),
                    "href": address(chosen, tab=tab),
                    "current": tab == chosen.tab,
                }
                for tab, label in TABS.items()
            ],
            reaches=[
                {"label": label, "href": address(chosen, reach=key, organ=""), "current": key == chosen.reach}
                for key, label in (("own", "本单位"), ("all", "本级及下级"))
            ]
            if SUPERVISING & identity(request).roles
            else [],
            summary=f"{TABS[chosen.tab]} {format_count(counts[chosen.tab], '人')}，{_order(chosen)}",
            next_href=address(chosen, after=found.next) if found.next else "",
            first_href=address(chosen) if after else "",
            clear_href=address(chosen, q="", organ=""),
            export_href=address(chosen, f"{ACTIVE}/export"),
            may=await _may(work),
            looks=LOOKS,
            mask_number=mask_number,
        )


def _shown(count: int) -> str:
    return f"{COUNT_LIMIT}+" if count > COUNT_LIMIT else str(count)


def _order(chosen: OfficerFilter) -> str:
    orders = {"active": "按姓名排列", "left": "按离岗日期由近到远"}
    return orders.get(chosen.tab, "按有效期由近到远")


async def _may(work: Work) -> frozenset[str]:
    """What the reader may do with the register of his own organ."""
    found = set()
    for action in ("add", "import", "export"):
        verdict, _ = await consider(work, "officer", action, Target(owner_id=work.organ_id))
        if verdict.allowed:
            found.add(action)
    return frozenset(found)


@get(f"{ACTIVE}/export")
async def export(request: Req) -> Response[bytes]:
    """What the list shows as a workbook; audited."""
    async with reading(request) as work:
        return workbook(*await registers.export(work, wanted(request)))


@get(f"{ACTIVE}/{{officer_id:uuid}}")
async def officer_page(request: Req, officer_id: FromPath[UUID]) -> Template:
    """One file with certificates, hours, examinations, the rules about holders and the history."""
    async with reading(request) as work:
        view = await registers.officer_view(work, officer_id)
        return await page(
            request,
            work,
            "officers/officer.html",
            title=view.name,
            active=ACTIVE,
            around=view.organ_id,
            crumbs=[("执法人员与证件", ACTIVE), view.name],
            view=view,
            looks=LOOKS,
        )


@get(f"{ACTIVE}/new")
async def new_officer(request: Req) -> Template:
    """The form to open a file."""
    async with reading(request) as work:
        return await _form(request, work, None, {}, [])


async def _form(
    request: Req, work: Work, view: OfficerView | None, values: dict[str, Any], errors: list[FieldError]
) -> Template:
    if view is None:
        await authorize(work, "officer", "add", Target(owner_id=work.organ_id))
    title = "修改执法人员档案" if view else "新增执法人员"
    above: list[Any] = [("执法人员与证件", ACTIVE)]
    if view is not None:
        above.append((view.name, f"{ACTIVE}/{view.id}"))
    return await page(
        request,
        work,
        "officers/form.html",
        title=title,
        active=ACTIVE,
        crumbs=[*above, title],
        status=422 if errors else 200,
        view=view,
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
        action=f"{ACTIVE}/{view.id}/change" if view else ACTIVE,
        back_href=f"{ACTIVE}/{view.id}" if view else ACTIVE,
        **choices(),
    )


def _values(form: Form) -> dict[str, Any]:
    """The form again, without the citizen id: what was typed wrong is typed anew, and kept nowhere."""
    return {**form.values, "areas": form.many("areas"), "citizen_id": ""}


@post(ACTIVE)
async def add_officer(request: Req) -> Template | Response[bytes]:
    """Open a file and go to it; with errors the form again."""
    sent = await request.form()
    try:
        async with turn(request) as t:
            entry = officer_input(Form(sent, t.work.today), t.work.today)
            file = await registers.add_officer(t.work, entry)
            return t.redirect(f"{ACTIVE}/{file.id}")
    except Invalid as invalid:
        async with reading(request) as work:
            return await _form(request, work, None, _values(Form(sent, work.today)), errors_of(invalid))


@get(f"{ACTIVE}/{{officer_id:uuid}}/change")
async def change_form(request: Req, officer_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        view = await _changeable(work, officer_id)
        values = {
            "name": view.name,
            "employment": view.employment,
            "title": view.title,
            "unit": view.unit,
            "areas": view.areas,
            "phone": view.phone,
            "legal_qualification": "yes" if view.legal_qualification else "",
            "username": view.username,
            **days({"joined_on": view.joined_on}),
        }
        return await _form(request, work, view, values, [])


async def _changeable(work: Work, officer_id: UUID) -> OfficerView:
    file = await registers.require_file(work, officer_id, "change")
    if file.left_on is not None:
        raise NotFound
    return await registers.officer_view(work, officer_id)


@post(f"{ACTIVE}/{{officer_id:uuid}}/change")
async def change_officer(request: Req, officer_id: FromPath[UUID]) -> Template | Response[bytes]:
    """Change a file and go back to it; with errors the form again."""
    sent = await request.form()
    try:
        async with turn(request) as t:
            form = Form(sent, t.work.today)
            await registers.change_officer(
                t.work, officer_id, officer_input(form, t.work.today, change=True), version=form.version()
            )
            return t.redirect(f"{ACTIVE}/{officer_id}")
    except Invalid as invalid:
        async with reading(request) as work:
            view = await _changeable(work, officer_id)
            return await _form(request, work, view, _values(Form(sent, work.today)), errors_of(invalid))


ROUTES = [
    officer_list,
    export,
    officer_page,
    new_officer,
    add_officer,
    change_form,
    change_officer,
]
