"""Steps on one file: leaving, moving, training, examinations, and the citizen id for a stated purpose."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from tenants.organs.directory import directory
from tenants.registers import service as registers
from tenants.registers.models import Officer
from web.forms import Form
from web.frame import page
from web.officer_forms import errors_of, examination_input, kinds, training_input
from web.organ_views import exact
from web.turns import Req, reading, turn

ACTIVE = "/officers"
Taken = Callable[[Work, UUID, Form], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """A form on a file: the policy action that it needs, its title and button, and what it does."""

    action: str
    title: str
    button: str
    take: Taken


async def _leave(work: Work, officer_id: UUID, form: Form) -> None:
    day = form.day("left_on", need="请填写离岗日期。")
    form.check()
    assert day is not None
    await registers.leave(work, officer_id, day, form.text("reason"), version=form.version())


async def _transfer(work: Work, officer_id: UUID, form: Form) -> None:
    day = form.day("left_on", need="请填写调动日期。")
    organ_id = form.id("organ") or exact(await directory(work), form.text("organ_text"))
    if organ_id is None:
        form.error("organ", "请从列表中选择调入单位。")
    form.check()
    assert day is not None
    assert organ_id is not None
    await registers.transfer(work, officer_id, organ_id, day, form.text("reason"), version=form.version())


async def _training(work: Work, officer_id: UUID, form: Form) -> None:
    await registers.add_training(work, officer_id, training_input(form))


async def _examination(work: Work, officer_id: UUID, form: Form) -> None:
    await registers.add_examination(work, officer_id, examination_input(form))


STEPS = {
    "leave": Step("leave", "登记离岗", "登记离岗并收回证件", _leave),
    "transfer": Step("transfer", "登记调动", "登记调动并收回证件", _transfer),
    "training": Step("enter_training", "登记培训学时", "登记学时", _training),
    "examination": Step("enter_examination", "登记资格考试", "登记考试", _examination),
}


def _step(name: str) -> Step:
    found = STEPS.get(name)
    if found is None:
        raise NotFound
    return found


@get(f"{ACTIVE}/{{officer_id:uuid}}/steps/{{name:str}}")
async def step_form(request: Req, officer_id: FromPath[UUID], name: FromPath[str]) -> Template:
    """The form of a step."""
    async with reading(request) as work:
        step = _step(name)
        file = await registers.require_file(work, officer_id, step.action)
        return await _form(request, work, (file, name), {}, [])


async def _form(
    request: Req, work: Work, chosen: tuple[Officer, str], values: dict[str, Any], errors: list[FieldError]
) -> Template:
    file, name = chosen
    step = STEPS[name]
    return await page(
        request,
        work,
        "officers/step.html",
        title=step.title,
        active=ACTIVE,
        around=file.organ_id,
        crumbs=[("执法人员与证件", ACTIVE), (file.name, f"{ACTIVE}/{file.id}"), step.title],
        status=422 if errors else 200,
        file=file,
        name=name,
        step=step,
        kinds=kinds(),
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post(f"{ACTIVE}/{{officer_id:uuid}}/steps/{{name:str}}")
async def take_step(request: Req, officer_id: FromPath[UUID], name: FromPath[str]) -> Template | Response[bytes]:
    """Take the step and go back to the file; with errors the form again."""
    sent = await request.form()
    step = _step(name)
    try:
        async with turn(request) as t:
            await step.take(t.work, officer_id, Form(sent, t.work.today))
            return t.redirect(f"{ACTIVE}/{officer_id}")
    except Invalid as invalid:
        async with reading(request) as work:
            file = await registers.require_file(work, officer_id, step.action)
            first = "reason" if step.action in ("leave", "transfer") else "held_on"
            return await _form(request, work, (file, name), Form(sent, work.today).values, errors_of(invalid, first))


@get(f"{ACTIVE}/{{officer_id:uuid}}/citizen-id")
async def unmask_form(request: Req, officer_id: FromPath[UUID]) -> Template:
    """Ask for the purpose before the citizen id is shown."""
    async with reading(request) as work:
        file = await registers.require_file(work, officer_id, "unmask")
        return await _unmask(request, work, file)


async def _unmask(
    request: Req, work: Work, file: Officer, *, number: str = "", errors: list[FieldError] | None = None
) -> Template:
    found = errors or []
    return await page(
        request,
        work,
        "officers/citizen_id.html",
        title="查看公民身份号码",
        active=ACTIVE,
        around=file.organ_id,
        crumbs=[("执法人员与证件", ACTIVE), (file.name, f"{ACTIVE}/{file.id}"), "查看公民身份号码"],
        status=422 if found else 200,
        file=file,
        number=number,
        errors=found,
        error_of={e.field: e.message for e in found},
    )


@post(f"{ACTIVE}/{{officer_id:uuid}}/citizen-id", status_code=200)
async def unmask(request: Req, officer_id: FromPath[UUID]) -> Template:
    """Show the citizen id once, for the stated purpose; nothing of it is kept in the answer's store or the browser.

    The same submission again leads back to the form.
    """
    sent = await request.form()
    try:
        async with turn(request) as taken:
            form = Form(sent, taken.work.today)
            number = await registers.citizen_id(taken.work, officer_id, form.text("purpose"))
            file = await registers.officer(taken.work, officer_id)
            taken.redirect(request.url.path)
            return await _unmask(request, taken.work, file, number=number)
    except Invalid as invalid:
        async with reading(request) as work:
            file = await registers.require_file(work, officer_id, "unmask")
            return await _unmask(request, work, file, errors=errors_of(invalid, "purpose"))


ROUTES = [step_form, take_step, unmask_form, unmask]
