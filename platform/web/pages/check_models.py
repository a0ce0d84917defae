"""规则模型 and 裁量基准: how each model did and whether it runs; the tables against which fines are compared."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from supervision.checks import service as checks
from supervision.checks.benchmarks import COLUMNS, REQUIRED
from supervision.checks.rules import KINDS, LEAST_JUDGED, REASON_MAX, catalogue, settings
from tenants.organs.codes import BUSINESS_LINES
from web.forms import Form
from web.frame import page
from web.pages.checks import LOOKS
from web.turns import Req, reading, turn

ACTIVE: Final = "/checks/models"
TABLES: Final = "/checks/benchmarks"


@get(ACTIVE)
async def model_list(request: Req) -> Template:
    """Every model with its hits, the rate of those that were confirmed, and its switch."""
    async with reading(request) as work:
        return await _models(request, work, {}, [])


async def _models(request: Req, work: Work, values: dict[str, Any], errors: list[FieldError]) -> Template:
    found = await checks.models(work)
    groups = [{"label": label, "models": [m for m in found.models if m.kinds[0] == label]} for label in KINDS.values()]
    return await page(
        request,
        work,
        "checks/models.html",
        title="规则模型",
        active=ACTIVE,
        status=422 if errors else 200,
        view=found,
        groups=[group for group in groups if group["models"]],
        looks=LOOKS,
        noisy=[m for m in found.models if m.noisy and m.enabled],
        least_judged=LEAST_JUDGED,
        accounts=values.get("accounts", "\n".join(found.accounts)),
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@get(f"{ACTIVE}/{{rule:str}}")
async def switch_page(request: Req, rule: FromPath[str]) -> Template:
    """One model: what it looks for, what it may be mistaken about, and its switch."""
    async with reading(request) as work:
        return await _switch(request, work, rule, {}, [])


async def _switch(request: Req, work: Work, rule: str, values: dict[str, Any], errors: list[FieldError]) -> Template:
    found = await checks.models(work)
    model = next((m for m in found.models if m.rule == rule), None)
    if model is None:
        raise NotFound
    return await page(
        request,
        work,
        "checks/model.html",
        title=f"{model.rule} {model.name}",
        active=ACTIVE,
        crumbs=[("规则模型", ACTIVE), model.rule],
        status=422 if errors else 200,
        model=model,
        shows=catalogue()[rule].shows,
        settings=settings(catalogue()[rule]),
        may_switch=found.may_switch,
        looks=LOOKS,
        lines=sorted(BUSINESS_LINES.items(), key=lambda pair: pair[1]),
        reason_max=REASON_MAX,
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post(f"{ACTIVE}/{{rule:str}}", status_code=303)
async def switch(request: Req, rule: FromPath[str]) -> Template | Response[bytes]:
    """Switch a model on or off."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            enabled = form.text("enabled")
            if enabled not in ("yes", "no"):
                form.error("enabled", "请选择启用或者停用。")
            form.check()
            await checks.switch(
                t.work, rule, enabled=enabled == "yes", line=form.text("line"), reason=form.text("reason")
            )
            return t.redirect(f"{ACTIVE}/{rule}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        return await _switch(request, work, rule, Form(fields, work.today).values, errors)


@post("/checks/accounts", status_code=303)
async def accounts(request: Req) -> Template | Response[bytes]:
    """Register the accounts into which fines may be paid, one a line."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            await checks.set_accounts(t.work, form.text("accounts").splitlines())
            return t.redirect(f"{ACTIVE}#accounts")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("accounts", invalid.message)]
    async with reading(request) as work:
        return await _models(request, work, Form(fields, work.today).values, errors)


@get(TABLES)
async def benchmark_list(request: Req) -> Template:
    """The benchmarks of the city and the import of a new version."""
    async with reading(request) as work:
        return await _tables(request, work, {}, [])


async def _tables(request: Req, work: Work, values: dict[str, Any], errors: list[FieldError]) -> Template:
    return await page(
        request,
        work,
        "checks/benchmarks.html",
        title="裁量基准",
        active=ACTIVE,
        crumbs=[("规则模型", ACTIVE), "裁量基准"],
        status=422 if errors else 200,
        rows=await checks.benchmark_list(work),
        may_import=await checks.may_import(work),
        columns=[{"label": title, "note": note, "required": key in REQUIRED} for key, (title, note) in COLUMNS.items()],
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post(TABLES, status_code=303)
async def import_table(request: Req) -> Template | Response[bytes]:
    """Take a table in as a new version."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            files = form.files("file")
            if not files:
                form.error("file", "请选择 CSV 或者 XLSX 文件。")
            day = form.day("in_force_on", need="请填写施行日期。")
            form.check()
            made = await checks.import_table(
                t.work,
                files[0].filename,
                await files[0].read(),
                name=form.text("name"),
                issuer=form.text("issuer"),
                in_force_on=day,
            )
            return t.redirect(f"{TABLES}/{made.id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("file", invalid.message)]
    async with reading(request) as work:
        return await _tables(request, work, Form(fields, work.today).values, errors)


@get(f"{TABLES}/{{benchmark_id:uuid}}")
async def benchmark_page(request: Req, benchmark_id: FromPath[UUID]) -> Template:
    """The rows of one version."""
    async with reading(request) as work:
        found = await checks.benchmark(work, benchmark_id)
        return await page(
            request,
            work,
            "checks/benchmark.html",
            title=found.benchmark.name,
            active=ACTIVE,
            crumbs=[("规则模型", ACTIVE), ("裁量基准", TABLES), f"第 {found.benchmark.version} 版"],
            view=found,
        )


ROUTES = [model_list, switch_page, switch, accounts, benchmark_list, import_table, benchmark_page]
