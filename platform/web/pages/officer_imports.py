"""Officers from a workbook: the template, handing it in, how far it is, what is wrong with which cell (Article 10)."""

from __future__ import annotations

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.work import Work
from tenants.registers import service as registers
from web.forms import Form
from web.frame import page, part, wants_part
from web.officer_forms import errors_of, workbook
from web.turns import Req, reading, turn

ACTIVE = "/officers"
HREF = "/officers/imports"
SHOWN = 200


@get(HREF)
async def import_page(request: Req) -> Template:
    """Hand in a workbook; the newest ones below."""
    async with reading(request) as work:
        return await _page(request, work, [])


async def _page(request: Req, work: Work, errors: list[FieldError]) -> Template:
    return await page(
        request,
        work,
        "officers/imports.html",
        title="导入执法人员",
        active=ACTIVE,
        crumbs=[("执法人员与证件", ACTIVE), "导入执法人员"],
        status=422 if errors else 200,
        imports=await registers.imports(work),
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@get(f"{HREF}/template")
async def template(request: Req) -> Response[bytes]:
    """The workbook to fill in."""
    async with reading(request) as work:
        return workbook(*await registers.template(work))


@post(HREF)
async def hand_in(request: Req) -> Template | Response[bytes]:
    """Take a workbook in and show how far it is."""
    sent = await request.form()
    try:
        async with turn(request) as t:
            files = Form(sent, t.work.today).files("file")
            if len(files) != 1:
                raise Invalid("请选择一个填好的工作簿。", field="file", article="10")
            row = await registers.begin_import(t.work, files[0].filename or "", await files[0].read())
            return t.redirect(f"{HREF}/{row.id}")
    except Invalid as invalid:
        async with reading(request) as work:
            return await _page(request, work, errors_of(invalid, "file"))


@get(f"{HREF}/{{import_id:uuid}}")
async def import_state(request: Req, import_id: FromPath[UUID]) -> Template:
    """How far an import is; with script the part asks again by itself, without it by the link."""
    async with reading(request) as work:
        found = await registers.import_view(work, import_id)
        if wants_part(request):
            return part(request, "officers/import_part.html", found=found, shown=SHOWN)
        return await page(
            request,
            work,
            "officers/import.html",
            title="导入执法人员",
            active=ACTIVE,
            crumbs=[("执法人员与证件", ACTIVE), ("导入执法人员", HREF), found.file_name],
            found=found,
            shown=SHOWN,
        )


@get(f"{HREF}/{{import_id:uuid}}/report")
async def problem_report(request: Req, import_id: FromPath[UUID]) -> Response[bytes]:
    """The wrong cells as a workbook."""
    async with reading(request) as work:
        return workbook(*await registers.problem_report(work, import_id))


ROUTES = [import_page, template, hand_in, import_state, problem_report]
