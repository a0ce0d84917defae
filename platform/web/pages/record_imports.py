"""Files of enforcement records, how far they are, and the lines of them that have to be put right (Art. 11(5))."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.work import Work
from supervision.records import service as records
from supervision.records.fields import CODES, KIND_LABELS, SOURCES
from web.api.records import TEMPLATE_TYPES
from web.api.shapes import file_answer
from web.forms import Form, parse_id
from web.frame import page, part, wants_part
from web.pages.records import ACTIVE as REGISTER
from web.pages.records import TITLE as REGISTER_TITLE
from web.turns import Req, reading, turn

HREF: Final = "/records/imports"
QUARANTINE: Final = "/records/quarantine"
STATES: Final = {"waiting": "待修正", "resubmitted": "已重新提交", "discarded": "已放弃"}


@get(HREF)
async def import_list(request: Req) -> Template:
    """Hand in a file; the newest ones below."""
    async with reading(request) as work:
        return await _imports(request, work, [], {})


async def _imports(request: Req, work: Work, errors: list[FieldError], values: dict[str, Any]) -> Template:
    after = request.query_params.get("after", "")
    found = await records.imports(work, after=parse_id(after), limit=20)
    return await page(
        request,
        work,
        "records/imports.html",
        title="数据导入",
        active=REGISTER,
        crumbs=[(REGISTER_TITLE, REGISTER), "数据导入"],
        status=422 if errors else 200,
        rows=found.items,
        sources=list(SOURCES.items()),
        kinds=list(KIND_LABELS.items()),
        may_import=await records.may_import(work),
        values=values,
        next_href=f"{HREF}?after={found.next}" if found.next else "",
        first_href=HREF if after else "",
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@get(f"{HREF}/template")
async def template(request: Req) -> Response[bytes]:
    """The table to fill in: `kind` and `form` in the address."""
    form = request.query_params.get("form", "xlsx")
    async with reading(request) as work:
        name, data = await records.template(work, request.query_params.get("kind", "penalty"), form)
        return file_answer(name, data, TEMPLATE_TYPES[form])


@post(HREF)
async def hand_in(request: Req) -> Template | Response[bytes]:
    """Take a file in and show how far it is."""
    sent = await request.form()
    try:
        async with turn(request) as t:
            form = Form(sent, t.work.today)
            files = form.files("file")
            if len(files) != 1:
                raise Invalid("请选择一个数据文件。", field="file", article="11(5)")
            source = form.text("source") or "own_system"
            row = await records.begin_import(t.work, source, files[0].filename or "", files[0].file)
            return t.redirect(f"{HREF}/{row.id}")
    except Invalid as invalid:
        errors = invalid.errors or [FieldError("file", invalid.message)]
    async with reading(request) as work:
        return await _imports(request, work, errors, Form(sent, work.today).values)


@get(f"{HREF}/{{import_id:uuid}}")
async def import_state(request: Req, import_id: FromPath[UUID]) -> Template:
    """How far an import is; with script the part asks again by itself, without it by the link."""
    async with reading(request) as work:
        found = await records.import_state(work, import_id)
        if wants_part(request):
            return part(request, "records/import_part.html", found=found, may_import=await records.may_import(work))
        name = found.file_name or "接口提交"
        return await page(
            request,
            work,
            "records/import.html",
            title="数据导入",
            active=REGISTER,
            crumbs=[(REGISTER_TITLE, REGISTER), ("数据导入", HREF), name],
            found=found,
            source=SOURCES.get(found.source, found.source),
            may_import=await records.may_import(work),
        )


@get(QUARANTINE)
async def quarantine_list(request: Req) -> Template:
    """Lines that could not be taken, with every reason."""
    async with reading(request) as work:
        return await _quarantine(request, work, [])


async def _quarantine(request: Req, work: Work, errors: list[FieldError]) -> Template:
    asked = request.query_params
    state = asked.get("state", "waiting")
    state = state if state in STATES else "waiting"
    of = parse_id(asked.get("import", ""))
    found = await records.quarantined(work, state=state, import_id=of, after=parse_id(asked.get("after", "")))
    here = f"{QUARANTINE}?state={state}" + (f"&import={of}" if of else "")
    return await page(
        request,
        work,
        "records/quarantine.html",
        title="待修正数据",
        active=REGISTER,
        crumbs=[(REGISTER_TITLE, REGISTER), "待修正数据"],
        status=422 if errors else 200,
        rows=found.items,
        may_import=await records.may_import(work),
        state=state,
        of=of,
        tabs_list=[
            {"label": label, "href": f"{QUARANTINE}?state={key}" + (f"&import={of}" if of else ""),
             "current": key == state}
            for key, label in STATES.items()
        ],
        next_href=f"{here}&after={found.next}" if found.next else "",
        first_href=here if asked.get("after") else "",
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )  # fmt: skip


@post(f"{QUARANTINE}/discard")
async def discard(request: Req) -> Template | Response[bytes]:
    """Give the chosen lines up, with the reason."""
    sent = await request.form()
    try:
        async with turn(request) as t:
            form = Form(sent, t.work.today)
            chosen = form.ids("chosen")
            form.check()
            await records.discard(t.work, chosen, form.text("note"))
            return t.redirect(QUARANTINE)
    except Invalid as invalid:
        errors = invalid.errors or [FieldError("note", invalid.message)]
    async with reading(request) as work:
        return await _quarantine(request, work, errors)


@get(f"{QUARANTINE}/{{line_id:uuid}}")
async def line_page(request: Req, line_id: FromPath[UUID]) -> Template:
    """One line: its wrong fields to write anew, the others to compare."""
    async with reading(request) as work:
        return await _line(request, work, line_id, [], {})


async def _line(request: Req, work: Work, line_id: UUID, errors: list[FieldError], values: dict[str, Any]) -> Template:
    found = await records.line_view(work, line_id)
    names = {e.field for e in errors}
    wrong = [f for f in found.fields if (f.reason or f.name in names) and f.editable]
    return await page(
        request,
        work,
        "records/line.html",
        title=f"待修正数据第 {found.line} 行",
        active=REGISTER,
        crumbs=[(REGISTER_TITLE, REGISTER), ("待修正数据", QUARANTINE), f"第 {found.line} 行"],
        status=422 if errors else 200,
        row=found,
        may_import=await records.may_import(work),
        wrong=wrong,
        codes=CODES,
        others=[f for f in found.fields if f not in wrong],
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post(f"{QUARANTINE}/{{line_id:uuid}}")
async def resubmit(request: Req, line_id: FromPath[UUID]) -> Template | Response[bytes]:
    """Send a line again with its wrong fields written anew."""
    sent = await request.form()
    try:
        async with turn(request) as t:
            values = Form(sent, t.work.today).values
            await records.resubmit(t.work, line_id, dict(values))
            return t.redirect(QUARANTINE)
    except Invalid as invalid:
        errors = invalid.errors or [FieldError("line", invalid.message)]
    async with reading(request) as work:
        return await _line(request, work, line_id, errors, Form(sent, work.today).values)


ROUTES = [
    import_list,
    template,
    hand_in,
    import_state,
    quarantine_list,
    discard,
    line_page,
    resubmit,
]
